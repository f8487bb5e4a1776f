"""See the real messages before deciding: decide and announce, read what would go out, undo it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity import letters
from accelerator.deciding import decide
from accelerator.domain.gates import Verdict
from accelerator.domain.policy import Actor
from accelerator.storage.tables import Cohort, Delivery, Event, Idea, Person, Stage

MOST = 3  # ideas rehearsed; the messages of the others differ in title, names and comments


@dataclass(frozen=True, slots=True)
class Sample:
    """One message as its receivers will read it."""

    code: str
    language: str
    receivers: tuple[str, ...]
    letter: letters.Letter


def rehearse(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    codes: Sequence[str],
    verdict: Verdict,
    base_url: str,
    now: datetime,
) -> tuple[Sample, ...]:
    """Return the messages about the first few ideas, once for each language of a team.

    The decision is really made and announced inside a savepoint that is then rolled back, so what
    is shown is what will be sent. Raises what `decide` raises.
    """
    attempt = session.begin_nested()
    try:
        decide(
            session, actor=actor, cohort=cohort, stage=stage, codes=codes[:MOST],
            verdict=verdict, announce_at=now, now=now,
        )  # fmt: skip
        found = session.execute(
            select(Idea.code, Delivery.template, Delivery.data, Person)
            .join(Event, Event.id == Delivery.event_id)
            .join(Idea, Idea.id == Event.idea_id)
            .join(Person, Person.id == Delivery.person_id)
            .where(
                Event.kind == "DecisionAnnounced",
                Event.at == now,
                Idea.code.in_(codes[:MOST]),
                Delivery.channel == "mail",
            )
            .order_by(Delivery.id)
        ).all()
        together: dict[tuple[str, str], list[Person]] = {}
        data = {row.code: (row.template, row.data) for row in found}
        for row in found:
            together.setdefault((row.code, row.Person.language), []).append(row.Person)
        return tuple(
            _sample(code, people, *data[code], base_url=base_url)
            for (code, _), people in together.items()
        )
    finally:
        attempt.rollback()


def _sample(
    code: str, people: Sequence[Person], template: str, data: dict[str, object], *, base_url: str
) -> Sample:
    first = people[0]
    reader = letters.Reader(first.display_name, first.language, first.time_zone)
    return Sample(
        code=code,
        language=first.language,
        receivers=tuple(person.display_name for person in people),
        letter=letters.letter(template, data, reader, base_url=base_url),
    )
