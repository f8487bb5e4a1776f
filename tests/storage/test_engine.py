"""A session that was opened to read cannot write; one opened to write can, on the same driver."""

import pytest
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from accelerator.jobs.run import reading, transaction
from accelerator.storage.tables import Person
from tests.world import World

WRITE = update(Person).values(department="written")


def test_a_connection_that_read_writes_again_and_the_other_way_round(
    world: World, engine: Engine
) -> None:
    for _ in range(2):
        with reading(engine) as session, pytest.raises(DBAPIError):
            session.execute(WRITE)
        with transaction(engine) as session:
            session.execute(WRITE)
    with reading(engine) as session:
        assert set(session.scalars(select(Person.department))) == {"written"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_asked_often_is_planned_once(world: World, engine: Engine) -> None:
    asked = select(Person.email).where(Person.id == 1)
    for _ in range(8):
        with reading(engine) as session:
            session.execute(asked)
    with reading(engine) as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("person.email" in statement for statement in prepared)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_pages_leave_their_statements_prepared(world: World, engine: Engine) -> None:
    reader = world.client("owner")
    for _ in range(8):
        assert reader.get("/").status_code == 200
    with reading(world.app.extensions["accelerator"]["engine"]) as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("sign_in" in statement for statement in prepared)
