"""See the real messages before deciding: decide and announce, read what would go out, undo it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import letters as mail
from accelerator.deciding import announce, reverse
from accelerator.domain.gates import Verdict
from accelerator.domain.policy import Actor
from accelerator.domain.wording import Wording
from accelerator.features.gates import service
from accelerator.features.gates.queries.deciding import ReceiverRow
from accelerator.storage.tables import Cohort, Delivery, Event, Idea, Person, Stage

MOST = 3  # ideas rehearsed; the messages of the others differ in title, names and comments


@dataclass(frozen=True, slots=True)
class Sample:
    """One message as its receivers will read it."""

    code: str
    language: str
    receivers: tuple[str, ...]
    letter: mail.Letter


def to_show(codes: Sequence[str], people: Sequence[ReceiverRow], asked: str = "") -> list[str]:
    """Return the few ideas whose messages are shown: the one asked for, each language, the first.

    >>> to_show(["a", "b", "c", "d", "e"], [ReceiverRow("Abe", "ja", ("d",))])
    ['d', 'a', 'b']
    """
    wanted = [asked] if asked in codes else []
    first_of = {person.language: person.codes[0] for person in reversed(people)}
    return list(dict.fromkeys([*wanted, *first_of.values(), *codes]))[:MOST]


def rehearse(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Sequence[str],
    verdict: Verdict,
    letters: Mapping[str, Wording],
    left_out: Mapping[str, Sequence[int]],
    base_url: str,
    now: datetime,
) -> tuple[Sample, ...]:
    """Return the messages about a few ideas, once for each language of a team.

    The decision is really made and announced inside a savepoint that is then rolled back, so what
    is shown is what will be sent. Raises what deciding raises.
    """
    attempt = session.begin_nested()
    try:
        service.begin(
            session, actor=actor, cohort=cohort, stage=stage, codes=codes, verdict=verdict,
            announce_at=None, now=now, letters=letters, left_out=left_out,
        )  # fmt: skip
        announce(session, actor=actor, cohort=cohort, stage=stage, codes=codes, now=now)
        return _samples(session, codes, base_url=base_url, now=now)
    finally:
        attempt.rollback()


def rehearse_reversal(
    session: Session, *, actor: Actor, idea: Idea, verdict: Verdict, base_url: str, now: datetime
) -> tuple[Sample, ...]:
    """Return the message that takes a decision back, once for each language of the team."""
    code = idea.code
    attempt = session.begin_nested()
    try:
        reverse(session, actor=actor, idea=idea, verdict=verdict, now=now)
        return _samples(session, [code], base_url=base_url, now=now)
    finally:
        attempt.rollback()
        session.expire_all()


def _samples(
    session: Session, codes: Sequence[str], *, base_url: str, now: datetime
) -> tuple[Sample, ...]:
    found = session.execute(
        select(Idea.code, Delivery.template, Delivery.data, Person)
        .join(Event, Event.id == Delivery.event_id)
        .join(Idea, Idea.id == Event.idea_id)
        .join(Person, Person.id == Delivery.person_id)
        .where(
            Event.kind == "DecisionAnnounced",
            Event.at == now,
            Idea.code.in_(codes),
            Delivery.channel == "mail",
        )
        .order_by(Delivery.id)
    ).all()
    together: dict[tuple[str, str], list[Person]] = {}
    data = {row.code: (row.template, row.data) for row in found}
    for row in found:
        together.setdefault((row.code, row.Person.language), []).append(row.Person)
    order = {code: at for at, code in enumerate(codes)}
    return tuple(
        _sample(code, people, *data[code], base_url=base_url)
        for (code, _), people in sorted(together.items(), key=lambda pair: order[pair[0][0]])
    )


def _sample(
    code: str, people: Sequence[Person], template: str, data: dict[str, object], *, base_url: str
) -> Sample:
    first = people[0]
    reader = mail.Reader(first.display_name, first.language, first.time_zone)
    return Sample(
        code=code,
        language=first.language,
        receivers=tuple(person.display_name for person in people),
        letter=mail.letter(template, data, reader, base_url=base_url),
    )
