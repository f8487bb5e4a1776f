"""How people hear: their choices by kind, their quiet hours, their days away."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.notices import (
    AbsenceAdded,
    AbsenceRemoved,
    MailsEnded,
    NoticesChosen,
)
from accelerator.domain.errors import DomainError, Refused
from accelerator.domain.notices import DAILY, Choice, Kind, choices, kinds_for
from accelerator.domain.policy import Actor, Role
from accelerator.i18n import N_
from accelerator.storage.tables import Absence, Delivery, Ladder, Person, Preference

MOST_ABSENCES = 20
LONGEST_ABSENCE = 400  # days
ENDED = N_("Its receiver chose to hear of it otherwise.")
WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Days away, and who stands in."""

    id: int
    first_on: date
    last_on: date
    stand_in: str


@dataclass(frozen=True, slots=True)
class Hearing:
    """How one person hears now. `needed` are kinds that a programme wants everybody to hear of."""

    chosen: dict[Kind, str]
    needed: frozenset[Kind]
    quiet_from: time
    quiet_until: time
    absences: tuple[AbsenceRow, ...]


def offered(roles: Collection[Role]) -> dict[Kind, tuple[Choice, ...]]:
    """Return what somebody with these roles may choose, by kind."""
    return {kind: found for kind in kinds_for(roles) if (found := choices(kind))}


def hearing(session: Session, *, person_id: int, today: date) -> Hearing:
    """Return how somebody hears now."""
    person = session.get_one(Person, person_id)
    chosen = select(Preference.kind, Preference.choice).where(Preference.person_id == person_id)
    stand_in = select(Absence, Person).outerjoin(Person, Person.id == Absence.stand_in_id)
    away = session.execute(
        stand_in.where(Absence.person_id == person_id, Absence.last_on >= today)
        .order_by(Absence.first_on, Absence.id)
        .limit(MOST_ABSENCES)
    )
    return Hearing(
        chosen={Kind(row.kind): row.choice for row in session.execute(chosen)},
        needed=_needed(session),
        quiet_from=person.quiet_from,
        quiet_until=person.quiet_until,
        absences=tuple(
            AbsenceRow(
                row.Absence.id, row.Absence.first_on, row.Absence.last_on,
                row.Person.display_name if row.Person else "",
            )
            for row in away
        ),
    )  # fmt: skip


def choose(
    session: Session,
    *,
    actor: Actor,
    chosen: Mapping[Kind, str],
    quiet: tuple[time, time],
    now: datetime,
) -> None:
    """Keep how somebody wants to hear; what waits already is told so too."""
    person = _alone(session, actor.id)
    person.quiet_from, person.quiet_until = quiet
    _keep(session, actor.id, chosen)
    session.flush()
    event = NoticesChosen(
        actor_id=actor.id, subject=f"person:{actor.id}", path="/inbox/notices",
        choices={str(kind): choice for kind, choice in chosen.items() if choice},
        quiet=f"{quiet[0]:%H:%M}–{quiet[1]:%H:%M}",
    )  # fmt: skip
    record(session, event, now=now)


def end(session: Session, *, person_id: int, mails: str, now: datetime) -> None:
    """End the day's mail, or the week's summary, of one person: what it told stays in the inbox."""
    if session.get(Person, person_id, with_for_update=True) is None:
        return  # the words are ours, but this database knows nobody of that number
    chosen: dict[Kind, str]
    if mails == WEEKLY:
        chosen = {Kind.WEEKLY: Choice.OFF}
    else:
        found = select(Preference.kind, Preference.choice).where(Preference.person_id == person_id)
        kept = {row.kind: row.choice for row in session.execute(found)}
        chosen = {
            kind: Choice.INBOX
            for kind in Kind
            if Choice.INBOX in choices(kind)
            and kept.get(kind, Choice.DAILY) == Choice.DAILY
            and (kind in kept or kind is not Kind.DECISION)  # urgent, so no mail of the day
        }
    _keep(session, person_id, chosen)
    session.flush()
    event = MailsEnded(
        actor_id=person_id, subject=f"person:{person_id}", mails=mails, path="/inbox/notices"
    )
    record(session, event, now=now)


def _alone(session: Session, person_id: int) -> Person:
    """Return a person whose second change at once waits for the first."""
    return session.get_one(Person, person_id, with_for_update=True)


def _keep(session: Session, person_id: int, chosen: Mapping[Kind, str]) -> None:
    session.execute(
        delete(Preference).where(
            Preference.person_id == person_id, Preference.kind.in_([str(kind) for kind in chosen])
        )
    )
    session.add_all(
        Preference(person_id=person_id, kind=str(kind), choice=str(choice))
        for kind, choice in chosen.items()
        if choice
    )
    quiet = {str(kind) for kind, choice in chosen.items() if choice in (Choice.INBOX, Choice.OFF)}
    session.execute(
        update(Delivery)
        .where(
            Delivery.person_id == person_id,
            Delivery.channel == DAILY,
            Delivery.state == "waiting",
            Delivery.kind.in_(quiet - set(_needed(session))),
        )
        .values(state="cancelled", last_error=ENDED)
        .execution_options(synchronize_session=False)
    )


def _needed(session: Session) -> frozenset[Kind]:
    rows = session.scalars(select(Ladder.kind).where(Ladder.optional.is_(False)).distinct())
    return frozenset(map(Kind, rows))


def add_absence(
    session: Session,
    *,
    actor: Actor,
    days: tuple[date, date],
    stand_in: str,
    today: date,
    now: datetime,
) -> None:
    """Write down when somebody is away; a stand-in is a colleague, named by address."""
    first, last = days
    if last < first:
        raise DomainError("order", N_("The last day is not before the first one."), field="last_on")
    if last < today:
        raise DomainError("past", N_("These days are over already."), field="last_on")
    if (last - first).days > LONGEST_ABSENCE:
        raise DomainError(
            "too_long", N_("An absence lasts at most %(most)s days."), field="last_on",
            most=LONGEST_ABSENCE,
        )  # fmt: skip
    _alone(session, actor.id)
    known = session.scalars(
        select(Absence).where(Absence.person_id == actor.id, Absence.last_on >= today)
    ).all()
    if any(one.first_on <= last and first <= one.last_on for one in known):
        raise DomainError(
            "overlap", N_("You have said already that you are away on some of these days."),
            field="first_on",
        )  # fmt: skip
    if len(known) >= MOST_ABSENCES:
        raise DomainError(
            "many", N_("At most %(most)s absences can be planned."), most=MOST_ABSENCES
        )
    who = _stand_in(session, actor, stand_in) if stand_in else None
    session.add(
        Absence(
            person_id=actor.id, first_on=first, last_on=last, made_at=now,
            stand_in_id=who.id if who else None,
        )
    )  # fmt: skip
    event = AbsenceAdded(
        actor_id=actor.id, subject=f"person:{actor.id}", first_on=first.isoformat(),
        last_on=last.isoformat(), stand_in=who.display_name if who else "", path="/inbox/notices",
    )  # fmt: skip
    record(session, event, now=now)


def _stand_in(session: Session, actor: Actor, words: str) -> Person:
    colleague = select(Person).where(
        Person.email == words, Person.disabled_at.is_(None), Person.is_guest.is_(False)
    )
    # A guest looks up nobody: whether an address is known would be an answer too.
    who = None if actor.is_guest else session.scalar(colleague)
    if who is None:
        raise DomainError("nobody", N_("Nobody in the company has this address."), field="stand_in")
    if who.id == actor.id:
        raise DomainError("oneself", N_("Choose somebody else."), field="stand_in")
    return who


def remove_absence(session: Session, *, actor: Actor, absence_id: int, now: datetime) -> None:
    """Take one of the actor's own absences back."""
    absence = session.get(Absence, absence_id)
    if absence is None or absence.person_id != actor.id:
        raise Refused("not_yours", N_("This absence is not yours."))
    session.delete(absence)
    event = AbsenceRemoved(
        actor_id=actor.id, subject=f"person:{actor.id}", path="/inbox/notices",
        first_on=absence.first_on.isoformat(), last_on=absence.last_on.isoformat(),
    )  # fmt: skip
    record(session, event, now=now)
