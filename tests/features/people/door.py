"""What the tests about accounts share: a person who has a password."""

from typing import Any

from sqlalchemy import func, select, update

from accelerator.features.people.service.hashing import hash_of
from accelerator.storage.tables import Delivery, Event, Person, SignIn
from tests.checking import CheckingClient
from tests.world import World

PASSWORD = "vq8#mLpz quiet"
_HASH = hash_of(PASSWORD)


def give_password(world: World, *names: str) -> None:
    with world.session() as session:
        session.execute(
            update(Person)
            .where(Person.id.in_([world.people[name] for name in names]))
            .values(password_hash=_HASH)
        )


def sign_in(client: CheckingClient, name: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(
        "/sign-in", data={"email": f"{name}@hoshino.example", "password": password, **more}
    )


def kinds(world: World) -> list[str]:
    """Return the kinds of all events, in order; refused access is the web's own matter."""
    with world.session() as session:
        found = session.scalars(select(Event.kind).order_by(Event.id))
        return [kind for kind in found if kind != "AccessRefused"]


def mails(world: World, template: str) -> list[Delivery]:
    with world.session() as session:
        return list(
            session.scalars(
                select(Delivery).where(Delivery.template == template).order_by(Delivery.id)
            )
        )


def open_sign_ins(world: World, name: str) -> int:
    with world.session() as session:
        return (
            session.scalar(
                select(func.count()).where(
                    SignIn.person_id == world.people[name], SignIn.ended_at.is_(None)
                )
            )
            or 0
        )


def person(world: World, name: str) -> Person:
    with world.session() as session:
        return session.get_one(Person, world.people[name])
