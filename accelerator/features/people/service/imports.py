"""People brought from a CSV file: looked at first, then applied whole or not at all."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from accelerator.activity import record
from accelerator.activity.events.people import PeopleImported, ProfileChanged
from accelerator.domain import roster
from accelerator.domain.people import Details
from accelerator.domain.policy import Actor
from accelerator.domain.roster import Roster
from accelerator.domain.tabular import read_csv
from accelerator.features.people.service import administration, passwords, profiles
from accelerator.i18n import places
from accelerator.storage.tables import Person

# An import is one transaction, and on SQLite nobody else writes meanwhile: some seconds at most.
MOST_ROWS = 2000


def look(session: Session, *, content: bytes) -> Roster:
    """Say what a file would do; change nothing."""
    return _read(session, content)[0]


def apply(session: Session, *, actor: Actor, content: bytes, invite: bool, now: datetime) -> Roster:
    """Do what a file says, all of it; with any error, nothing. Return what was done."""
    found, rows = _read(session, content)
    if found.errors or not (found.added or found.changed):
        return found
    details = [entry.details for entry in found.added]
    added = administration.add_all(session, actor_id=actor.id, details=details, now=now)
    rows |= {person.email: person for person in added}
    for entry in (*found.added, *found.changed):
        manager = rows.get(entry.details.line_manager)
        profiles.apply(
            rows[entry.details.email],
            entry.details,
            line_manager_id=manager.id if manager else None,
        )
    session.flush()
    for entry in found.changed:
        changed = ProfileChanged(
            actor_id=actor.id,
            subject=f"person:{rows[entry.details.email].id}",
            fields=list(entry.changes),
        )
        record(session, changed, now=now)
    if invite:
        passwords.invite_all(session, added, actor_id=actor.id, now=now)
    event = PeopleImported(actor_id=actor.id, added=len(found.added), changed=len(found.changed))
    record(session, event, now=now)
    return found


def _read(session: Session, content: bytes) -> tuple[Roster, dict[str, Person]]:
    """Read a file beside the people it names; one query. Their line managers are in the rows."""
    sheet = read_csv(content, most_rows=MOST_ROWS)
    manager = aliased(Person)
    found = session.execute(
        select(Person, manager)
        .outerjoin(manager, manager.id == Person.line_manager_id)
        .where(Person.email.in_(roster.addresses(sheet)))
    ).all()
    rows = {boss.email: boss for _, boss in found if boss is not None}
    rows |= {person.email: person for person, _ in found}
    known: dict[str, Details] = {
        person.email: profiles.details_of(person, boss.email if boss else "")
        for person, boss in found
    }
    read = roster.read(sheet, known, zones=places.zones(), countries=places.country_codes())
    return read, rows
