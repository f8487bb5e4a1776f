"""One command for trying out: the web server and the scheduler, started and stopped together."""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

import click
from sqlalchemy import select

from accelerator import clock
from accelerator.cli import commands
from accelerator.cli.database import bring_up_to_date
from accelerator.config import Config, from_env
from accelerator.jobs.run import reading
from accelerator.storage.engine import make_engine
from accelerator.storage.tables import Person

PATIENCE = 30


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(1, 65535), envvar="ACCELERATOR_PORT", default=8000,
    show_default=True,
)  # fmt: skip
def run(host: str, port: int) -> None:
    """Start the product: migrations, a demonstration when it is empty, web server, scheduler."""
    os.environ.setdefault("ACCELERATOR_BASE_URL", f"http://{host}:{port}")
    config = from_env()
    bring_up_to_date(config)
    accounts = demonstrate(config)
    web = web_server(f"{host}:{port}")
    jobs = [sys.executable, "-c", "from accelerator.cli import main; main()", "scheduler"]
    click.echo(f"\nAccelerator is at {config.base_url}")
    for line in accounts:
        click.echo(f"  {line}")
    click.echo("Ctrl-C stops it.\n")
    raise SystemExit(together(web, jobs))


def web_server(address: str, application: str = "accelerator.app:create_app()") -> list[str]:
    """Return the command that starts the web server at `host:port`."""
    return [
        sys.executable, "-OO", "-m", "gunicorn", "-c", "python:accelerator.cli.server",
        "--bind", address, application,
    ]  # fmt: skip


def demonstrate(config: Config) -> list[str]:
    """Fill an empty database with the demonstration company; return whom one can sign in as."""
    if config.production:
        return []
    from accelerator.cli import demo

    engine = make_engine(config.database_url)
    with reading(engine) as session:
        empty = session.scalar(select(Person.id).limit(1)) is None
    if empty:
        click.echo("The database is empty: making the demonstration company …")
        demo.seed(engine, config, clock.now())
    accounts = demo.accounts(engine)
    engine.dispose()
    return accounts


def together(*commands: list[str]) -> int:
    """Run programs until a signal comes or one of them ends, then stop all; return the code."""
    stop = threading.Event()
    codes: list[int] = []

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    # Sessions of their own: Ctrl-C reaches us alone, and we stop them in good order.
    children = [subprocess.Popen(command, start_new_session=True) for command in commands]
    try:
        while not stop.wait(0.2):
            codes = [code for child in children if (code := child.poll()) is not None]
            if codes:
                click.echo("One of the processes ended; the others are stopped.", err=True)
                break
    finally:
        end(children)
    return (codes[0] or 1) if codes else 0


def end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask all to stop, and do not wait for ever."""
    for child in children:
        child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
