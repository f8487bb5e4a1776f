"""Commands about the database."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy import make_url

from accelerator.activity.chain import verify_chain
from accelerator.cli import commands
from accelerator.config import Config, from_env
from accelerator.jobs.run import reading
from accelerator.standing.readiness import unexplained
from accelerator.storage.engine import make_engine
from accelerator.storage.invariants import broken
from accelerator.storage.migrate import is_current, upgrade


@commands.command()
def migrate() -> None:
    """Bring the database to the newest tables."""
    bring_up_to_date(from_env())
    click.echo("The database is up to date.")


def bring_up_to_date(config: Config) -> None:
    """Make the instance folder and run the migrations that are missing."""
    config.instance.mkdir(parents=True, exist_ok=True)
    engine = make_engine(config.database_url)
    upgrade(engine)
    engine.dispose()


@commands.command()
def check() -> None:
    """Ask the database for whatever must never be; say what is wrong and where."""
    engine = make_engine(from_env().database_url)
    if not is_current(engine):
        raise click.ClickException("The tables are not the newest: run accelerator migrate.")
    with reading(engine) as session:
        found = broken(session)
        unlike = unexplained(session)
        chain = verify_chain(session)
    engine.dispose()
    for fault in found:
        click.echo(f"Not true: {fault.sentence}. See {', '.join(fault.places)}.")
    if unlike:
        click.echo(f"A stored readiness is not what was known then. See {', '.join(unlike[:20])}.")
    if not chain.whole:
        click.echo(f"The audit log was changed: seal {chain.broken} does not hold.")
    if found or unlike or not chain.whole:
        raise SystemExit(1)
    click.echo(f"All is well: {chain.sealed} events are sealed, {chain.unsealed} wait for a seal.")


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the SQLite database to FILE, at one moment, while people work."""
    config = from_env()
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise click.ClickException(
            "This database is PostgreSQL: back it up with pg_dump --format=custom, "
            "and copy the attachments from the store."
        )
    if file.exists():
        raise click.ClickException(f"{file} exists already; choose another name.")
    save(Path(url.database), file)
    click.echo(f"The database is in {file}. Copy the attachments from {config.store_url} too.")


def save(source: Path, target: Path) -> None:
    """Copy an SQLite database in one reading transaction, and put it in its place when whole."""
    side = target.with_name(f"{target.name}.part")
    side.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as database:
        database.execute("PRAGMA busy_timeout = 10000")
        with closing(sqlite3.connect(side)) as copy:
            database.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise click.ClickException("The copy is not whole; the database may be damaged.")
    shutil.move(side, target)
