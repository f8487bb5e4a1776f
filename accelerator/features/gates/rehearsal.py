"""See the real messages before they go: what announcing would tell, rendered for its readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.activity import letters as mail
from accelerator.deciding import require_decider, reverse
from accelerator.deciding.announcing import Told, news_of
from accelerator.deciding.making import decision_of, today_of
from accelerator.domain.gates import Verdict, require_sound
from accelerator.domain.policy import Actor
from accelerator.domain.wording import Wording
from accelerator.features.gates import service
from accelerator.features.gates.queries.deciding import ReceiverRow
from accelerator.storage.tables import Cohort, Delivery, Event, Idea, Passage, Person, Stage


@dataclass(frozen=True, slots=True)
class Sample:
    """One message as its receivers will read it."""

    code: str
    language: str
    receivers: tuple[str, ...]
    letter: mail.Words


def to_show(codes: Sequence[str], people: Sequence[ReceiverRow], asked: str = "") -> list[str]:
    """Return the ideas whose messages are shown: the one asked for, or else one a language.

    The messages about the others differ in title, names and comments.

    >>> people = [ReceiverRow("Abe", "ja", "UTC", ["d"]), ReceiverRow("Eve", "en", "UTC", ["b"])]
    >>> to_show(["a", "b", "c", "d"], people)
    ['d', 'b']
    >>> to_show(["a", "b", "c", "d"], people, asked="c")
    ['c']
    """
    if asked in codes:
        return [asked]
    first_of: dict[str, str] = {}
    for person in people:
        first_of.setdefault(person.language, person.codes[0])
    return list(dict.fromkeys(first_of.values())) or list(codes[:1])


def rehearse(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Sequence[str],
    people: Sequence[ReceiverRow],
    verdict: Verdict,
    letters: Mapping[str, Wording],
    left_out: Mapping[str, Sequence[int]],
    base_url: str,
    now: datetime,
) -> tuple[Sample, ...]:
    """Return the messages about a few ideas, once for each language of a team; writes nothing.

    They are made of the very event that announcing records. Raises what deciding raises about the
    words and about who decides.
    """
    require_sound(verdict, today=today_of(cohort, now))
    edited = service.edited_words(letters, verdict)
    require_decider(session, actor=actor, stage=stage)
    decided = []
    for idea, passage in session.execute(_OF_CODES, {"cohort": cohort.id, "codes": [*codes]}):
        decision = decision_of(verdict, actor, idea.id, passage.id, now=now)
        decision.left_out = list(left_out.get(idea.code, ()))
        decided.append(Told(decision, passage, idea, stage, cohort))
    samples = []
    for news in news_of(session, decided, letters=edited, actor_id=actor.id, now=now):
        readers: dict[str, list[mail.Reader]] = {}
        for person in people:
            if news.code in person.codes:
                reader = mail.Reader(person.name, person.language, person.time_zone)
                readers.setdefault(person.language, []).append(reader)
        samples += [
            _sample(news.code, each, service.TEMPLATE, news.data(), base_url=base_url)
            for each in readers.values()
        ]
    return tuple(sorted(samples, key=lambda sample: codes.index(sample.code)))


_OF_CODES = (
    select(Idea, Passage)
    .join(Passage, Passage.id == Idea.passage_id)
    .where(
        Idea.cohort_id == bindparam("cohort"),
        Idea.code.in_(bindparam("codes", expanding=True)),
    )
)


def rehearse_reversal(
    session: Session, *, actor: Actor, idea: Idea, verdict: Verdict, base_url: str, now: datetime
) -> tuple[Sample, ...]:
    """Return the message that takes a decision back, once for each language of the team."""
    attempt = session.begin_nested()
    try:
        reverse(session, actor=actor, idea=idea, verdict=verdict, now=now)
        return _announced(session, idea.id, idea.code, base_url=base_url)
    finally:
        attempt.rollback()
        session.expire_all()


def _announced(session: Session, idea_id: int, code: str, *, base_url: str) -> tuple[Sample, ...]:
    """Return what an idea's team was told last."""
    newest = select(func.max(Event.id)).where(
        Event.idea_id == idea_id, Event.kind == "DecisionAnnounced"
    )
    found = session.execute(
        select(Delivery.template, Delivery.data, Person)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.event_id == newest.scalar_subquery(), Delivery.channel == "inbox")
        .order_by(Delivery.id)
    ).all()
    readers: dict[str, list[mail.Reader]] = {}
    for _, _, person in found:
        reader = mail.Reader(person.display_name, person.language, person.time_zone)
        readers.setdefault(person.language, []).append(reader)
    return tuple(
        _sample(code, each, found[0].template, found[0].data, base_url=base_url)
        for each in readers.values()
    )


def _sample(
    code: str,
    readers: Sequence[mail.Reader],
    template: str,
    data: dict[str, object],
    *,
    base_url: str,
) -> Sample:
    return Sample(
        code=code,
        language=readers[0].language,
        receivers=tuple(reader.name for reader in readers),
        letter=mail.words_of(template, data, readers[0], base_url=base_url),
    )
