"""One transaction per request: what commits, and what never does."""

import pytest
from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, func, select, update

from accelerator.app import create_app
from accelerator.config import Config
from accelerator.domain.errors import DomainError
from accelerator.storage.tables import Person
from accelerator.web.errors import flash_error
from accelerator.web.guard import public
from accelerator.web.session import db, keep
from tests.checking import CheckingClient
from tests.world import World

REFUSAL = DomainError("no", "No.")


def wrote() -> None:
    db().execute(update(Person).values(department="written"))
    db().flush()


def answered() -> ResponseReturnValue:
    wrote()
    return "done"


def refused() -> ResponseReturnValue:
    wrote()
    return "no", 422


def kept() -> ResponseReturnValue:
    wrote()
    keep()
    return "no, but counted", 422


def flashed() -> ResponseReturnValue:
    wrote()
    flash_error(REFUSAL)
    return redirect("/")


def raised() -> ResponseReturnValue:
    wrote()
    raise REFUSAL


def broken() -> ResponseReturnValue:
    wrote()
    raise ZeroDivisionError


@pytest.fixture
def house(config: Config, engine: Engine) -> Flask:
    app = create_app(config, engine=engine)
    app.test_client_class = CheckingClient
    for view in (answered, refused, kept, flashed, raised, broken):
        app.add_url_rule(f"/{view.__name__}", view.__name__, public(view), methods=["GET", "POST"])
    return app


@pytest.mark.parametrize(
    ("path", "status", "stays"),
    [
        ("/answered", 200, True),
        ("/refused", 422, False),
        ("/kept", 422, True),
        ("/flashed", 302, False),
        ("/raised", 422, False),
        ("/broken", 500, False),
    ],
)
def test_only_what_was_granted_is_kept(
    world: World, house: Flask, path: str, status: int, stays: bool
) -> None:
    assert house.test_client().post(path).status_code == status
    with world.session() as session:
        written = session.scalar(select(func.count()).where(Person.department == "written"))
    assert bool(written) is stays


def test_reading_cannot_write(world: World, house: Flask) -> None:
    assert house.test_client().get("/answered").status_code >= 500
    with world.session() as session:
        assert session.scalar(select(func.count()).where(Person.department == "written")) == 0


def test_a_view_without_its_mark_is_refused(house: Flask) -> None:
    house.add_url_rule("/unmarked", "unmarked", lambda: "seen by nobody")
    assert house.test_client().get("/unmarked").status_code == 403
