"""A person's own details and preferences, changed by themselves or an administrator."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.people import ProfileChanged
from accelerator.domain.errors import DomainError, Stale
from accelerator.domain.people import LABELS, Details, checked, differences, skills_of
from accelerator.domain.policy import Actor
from accelerator.i18n import LANGUAGES, N_, gettext, places
from accelerator.storage.tables import Person

THEMES = ("auto", "light", "dark")


def details_of(person: Person, line_manager: str) -> Details:
    """Return the details of a row; the line manager's address is looked up by the caller."""
    return Details(
        email=person.email, family_name=person.family_name, given_name=person.given_name,
        family_reading=person.family_reading, given_reading=person.given_reading,
        department=person.department, line_manager=line_manager, skills=tuple(person.skills),
        language=person.language, time_zone=person.time_zone, country=person.country,
    )  # fmt: skip


def manager_email(session: Session, person: Person) -> str:
    """Return the address of somebody's line manager, or nothing."""
    if person.line_manager_id is None:
        return ""
    return session.get_one(Person, person.line_manager_id).email


def save(
    session: Session,
    *,
    actor: Actor,
    person: Person,
    typed: dict[str, str],
    version: int,
    now: datetime,
) -> None:
    """Save what somebody typed about a person, by field; what they could not type stays.

    Raise Stale when the details changed since the form was opened, DomainError at a field.
    """
    old = details_of(person, manager_email(session, person))
    if version != person.version:
        theirs = texts_of(old)
        raise Stale(
            "stale_profile",
            N_("These details were changed while you wrote."),
            theirs={name: theirs[name] for name in typed},
            mine=typed,
            labels={name: gettext(label) for name, label in LABELS.items()},
            version=person.version,
        )
    new = checked_texts(texts_of(old) | typed)
    if new.email != old.email:
        refuse_taken(session, new.email)
    manager = find_colleague(session, new.line_manager) if new.line_manager else None
    if manager is not None and manager.id == person.id:
        raise DomainError(
            "own_manager", N_("Nobody is their own line manager."), field="line_manager"
        )
    new = replace(new, line_manager=manager.email if manager else "")
    apply(person, new, line_manager_id=manager.id if manager else None)
    session.flush()
    changed = differences(old, new)
    if changed:
        event = ProfileChanged(
            actor_id=actor.id, subject=f"person:{person.id}", fields=list(changed)
        )
        record(session, event, now=now)


def apply(person: Person, details: Details, *, line_manager_id: int | None) -> None:
    """Write checked details into a row."""
    for name in (
        "email", "family_name", "given_name", "family_reading", "given_reading", "department",
        "language", "time_zone", "country",
    ):  # fmt: skip
        setattr(person, name, getattr(details, name))
    person.skills = list(details.skills)
    person.line_manager_id = line_manager_id


def texts_of(details: Details) -> dict[str, str]:
    """Return the details as the texts of a form."""
    return {
        name: gettext(", ").join(details.skills) if name == "skills" else getattr(details, name)
        for name in LABELS
    }


def checked_texts(texts: dict[str, str]) -> Details:
    """Read the texts of a form; raise DomainError at the first field that is wrong."""
    details = Details(**(texts | {"skills": skills_of(texts["skills"])}))  # type: ignore[arg-type]
    return checked(details, zones=places.zones(), countries=places.country_codes())


def refuse_taken(session: Session, email: str) -> None:
    """Raise DomainError at "email" when somebody has this address already."""
    if session.scalar(select(Person.id).where(Person.email == email)) is not None:
        raise DomainError(
            "email_taken", N_("Somebody with this e-mail address exists already."), field="email"
        )


def find_colleague(session: Session, text: str, *, field: str = "line_manager") -> Person:
    """Find one active employee by address or whole name; raise DomainError at `field`."""
    wanted = " ".join(text.split())
    active = select(Person).where(Person.disabled_at.is_(None), Person.is_guest.is_(False))
    if "@" in wanted:
        found = session.scalars(active.where(Person.email == wanted)).all()
    else:
        family_first = Person.family_name + " " + Person.given_name
        given_first = Person.given_name + " " + Person.family_name
        found = session.scalars(
            active.where(
                func.lower(wanted).in_((func.lower(family_first), func.lower(given_first)))
            ).limit(2)
        ).all()
    if not found:
        raise DomainError(
            "nobody", N_("No employee has this name or address. Write the e-mail address."),
            field=field,
        )  # fmt: skip
    if len(found) > 1:
        raise DomainError(
            "several", N_("Several people have this name. Write the e-mail address."), field=field
        )
    return found[0]


def prefer(
    session: Session, *, actor: Actor, language: str, theme: str, single_keys: bool | None
) -> None:
    """Set how the product looks for one person; what is not offered is left as it was.

    The version stays, so that nobody's open profile form gets stale by a change of colour.
    """
    chosen: dict[str, object] = {}
    if language in LANGUAGES:
        chosen["language"] = language
    if theme in THEMES:
        chosen["theme"] = theme
    if single_keys is not None:
        chosen["single_keys"] = single_keys
    if chosen:
        session.execute(update(Person).where(Person.id == actor.id).values(**chosen))
