"""Both databases by one parameter, the application, and a small company."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from accelerator import clock
from accelerator.app import create_app
from accelerator.config import Config
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade
from tests.checking import CheckingClient
from tests.live import browser_page, chromium, live_server
from tests.postgres import PostgresServer, postgres_server
from tests.world import NOW, World, company

__all__ = ["browser_page", "chromium", "live_server", "postgres_server"]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    with engine.connect() as connection:
        connection.rollback()
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the address of a fresh, migrated database; each test runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.clone(request.getfixturevalue("postgres_template"))
        yield url
        server.drop(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Yield an engine on the fresh database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Return settings for tests: files and mails under the test's own folder."""
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


@pytest.fixture
def app(config: Config, engine: Engine) -> Flask:
    """Return the real application on the fresh database."""
    app = create_app(config, engine=engine)
    app.test_client_class = CheckingClient
    app.testing = False
    return app


@pytest.fixture
def world(engine: Engine, app: Flask) -> World:
    """Return the usual small company; the clock stands at NOW."""
    return company(engine, app)


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    """Let the clock stand at NOW, except where a test sets another."""
    with clock.told_by(lambda: NOW):
        yield
