"""Who is meant when a colleague is named by address or by name."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from accelerator.storage.tables import Person


def employees(session: Session, who: str) -> Sequence[Person]:
    """Return the employees with this address or name, two at most; accounts that are off are none.

    The address, the whole name in either order, and its reading are known.
    """
    wanted = " ".join(who.split())
    bare = wanted.replace(" ", "").casefold()
    names = [
        func.lower(func.replace(first + last, " ", "")) == bare
        for first, last in (
            (Person.family_name, Person.given_name),
            (Person.given_name, Person.family_name),
            (Person.family_reading, Person.given_reading),
        )
    ]
    return session.scalars(
        select(Person)
        .where(
            or_(Person.email == wanted, *names) if bare else Person.email == wanted,
            Person.is_guest.is_(False),
            Person.disabled_at.is_(None),
        )
        .limit(2)
    ).all()
