"""Both databases by one parameter, the application, and a small company."""

import shutil
import sys
import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from accelerator import clock
from accelerator.app import create_app
from accelerator.config import Config
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from accelerator.storage.tables import Person
from tests.checking import CheckingClient
from tests.live import browser_page, chromium, live_server
from tests.postgres import PostgresServer, postgres_server
from tests.world import NOW, World, company

__all__ = ["browser_page", "chromium", "live_server", "postgres_server"]

# Counting branches doubles the work of a test. These go through the whole house many times over;
# the others show what is covered.
UNCOUNTED = ("faults", "golden", "hostile", "journeys")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count no branches in the tests that are slow without it.

    pytest-cov's own mark for this does nothing in a worker of xdist, where it counts twice.
    """
    if item.path.parent.name not in UNCOUNTED:
        return (yield)
    traces = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(traces[0])
        threading.settrace(traces[1])


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    _fold_log(engine)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Return the name of a migrated, empty PostgreSQL database to clone."""

    def prepare(url: str) -> None:
        engine = make_engine(url)
        upgrade(engine)
        engine.dispose()

    postgres_server.create("template_accelerator", prepare)
    return "template_accelerator"


@pytest.fixture(scope="session")
def sqlite_company(sqlite_template: Path, application: Flask) -> tuple[Path, World]:
    """Return the template with the usual company in it, and what is where."""
    path = sqlite_template.with_name("company.sqlite3")
    shutil.copyfile(sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}")
    world = company(engine, application)
    _fold_log(engine)
    return path, world


@pytest.fixture(scope="session")
def postgres_company(
    postgres_server: PostgresServer, postgres_template: str, application: Flask
) -> tuple[str, World]:
    """Return the name of a database with the usual company in it, and what is where."""
    engine = make_engine(postgres_server.clone(postgres_template))
    world = company(engine, application)
    engine.dispose()
    return str(engine.url.database), world


def _fold_log(engine: Engine) -> None:
    """Write SQLite's log into its file, so that the file alone can be copied."""
    with engine.connect() as connection:
        connection.rollback()
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where each test finds its SQLite database: always the same, see `_engine_of`."""
    return tmp_path_factory.mktemp("database") / "test.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Yield the address of a fresh database; each test runs on both kinds.

    It is empty, or holds the usual company when the test asks for `world`.
    """
    peopled = "world" in request.fixturenames
    if request.param == "sqlite":
        template = (
            request.getfixturevalue("sqlite_company")[0]
            if peopled
            else request.getfixturevalue("sqlite_template")
        )
        path: Path = request.getfixturevalue("sqlite_file")
        for left in path.parent.iterdir():
            left.unlink()
        shutil.copyfile(template, path)
        yield f"sqlite:///{path}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        name = (
            request.getfixturevalue("postgres_company")[0]
            if peopled
            else request.getfixturevalue("postgres_template")
        )
        yield server.lend(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on the fresh database; on SQLite without waiting for the disk."""
    engine = _engine_of(database_url)
    yield engine
    engine.dispose()


@cache
def _engine_of(url: str) -> Engine:
    """Make the engine of an address once: it remembers how its statements are written.

    Writing them anew for each test took a fifth of its time.
    """
    engine = make_engine(url, query_cache_size=10_000)
    if engine.dialect.name == "sqlite":
        event.listen(
            engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous = OFF").close()
        )
    return engine


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Return settings for tests: files and mails under the test's own folder."""
    return _config(database_url, tmp_path)


def _config(database_url: str, tmp_path: Path) -> Config:
    return Config(
        environment="development",
        secret_key="for tests only, long enough to be accepted",
        database_url=database_url,
        base_url="http://localhost",
        mail_url=f"file://{tmp_path}/mail",
        mail_from="accelerator@hoshino.example",
        store_url=f"file://{tmp_path}/attachments",
        instance=tmp_path,
    )


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Make the application once a process: its templates are compiled once."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(_config("sqlite://", folder), engine=make_engine("sqlite://"))
    app.test_client_class = CheckingClient
    return app


@pytest.fixture
def app(application: Flask, config: Config, engine: Engine) -> Flask:
    """Return the real application on the fresh database."""
    application.extensions["accelerator"] |= {"config": config, "engine": engine}
    return application


@pytest.fixture
def world(engine: Engine, app: Flask, request: pytest.FixtureRequest) -> World:
    """Return the usual small company; the clock stands at NOW."""
    with engine.connect() as connection:
        peopled = connection.execute(select(Person.id).limit(1)).first() is not None
        connection.rollback()
    if not peopled:
        return company(engine, app)
    kind = "sqlite" if engine.dialect.name == "sqlite" else "postgres"
    made: World = request.getfixturevalue(f"{kind}_company")[1]
    return replace(
        made, engine=engine, app=app, people=dict(made.people), stage_ids=list(made.stage_ids)
    )


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    """Let the clock stand at NOW, except where a test sets another."""
    with clock.told_by(lambda: NOW):
        yield
