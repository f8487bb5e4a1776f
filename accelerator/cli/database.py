"""Commands about the database."""

import click

from accelerator.cli import commands
from accelerator.config import from_env
from accelerator.storage.engine import make_engine
from accelerator.storage.migrate import upgrade


@commands.command()
def migrate() -> None:
    """Bring the database to the newest tables."""
    config = from_env()
    config.instance.mkdir(parents=True, exist_ok=True)
    engine = make_engine(config.database_url)
    upgrade(engine)
    engine.dispose()
    click.echo("The database is up to date.")
