"""What the journeys share: people in front of browsers, and data that is sound at the end."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import Engine, update

from accelerator.activity.chain import verify_chain
from accelerator.jobs.run import reading
from accelerator.storage.invariants import broken
from accelerator.storage.tables import Person
from tests.journeys.visitor import Visitor
from tests.live import sign_in
from tests.world import World

DESK, PHONE = (1280, 900), (390, 844)


@pytest.fixture
def database_url(sqlite_company: tuple[Path, World], tmp_path: Path) -> str:
    """Return a copy of the usual company on SQLite: what differs by database is tested elsewhere."""
    path = tmp_path / "journey.sqlite3"
    shutil.copyfile(sqlite_company[0], path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest, world: World) -> str:
    """Let everybody in the company read one language."""
    with world.session() as session:
        session.execute(update(Person).values(language=request.param))
    return request.param


@pytest.fixture
def visit(
    world: World, language: str, chromium: Browser, live_server: str
) -> Iterator[Callable[..., Visitor]]:
    """Return what puts somebody in front of a browser of their own, signed in or nobody yet."""
    opened: list[BrowserContext] = []
    seen: set[str] = set()
    errors: list[str] = []

    def visitor(name: str | None, *, size: tuple[int, int] = DESK, script: bool = True) -> Visitor:
        context = chromium.new_context(
            locale={"en": "en-GB", "ja": "ja-JP"}[language],
            timezone_id="Asia/Tokyo",
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            bypass_csp=True,
        )
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if name is not None:
            sign_in(page, world, name, live_server)
        return Visitor(page, live_server, language, seen)

    yield visitor
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture(autouse=True)
def sound(engine: Engine) -> Iterator[None]:
    """Whatever was done in a journey, what `accelerator check` asks holds at its end."""
    yield
    with reading(engine) as session:
        assert broken(session) == []
        assert verify_chain(session).whole
