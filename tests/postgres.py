"""A real PostgreSQL for tests, from Debian's own programs: started, cloned from, killed, stopped.

One server for each test process: starting one costs less than sharing it would, and a test that
kills its server harms no other. It listens on a Unix socket in its own short directory, so no port
can be taken. Nothing is flushed to the disk, but commits reach the operating system before they are
answered: what was acknowledged survives the server's death, as it must in the tests of faults.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

USER = "accelerator"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}


class PostgresServer:
    """A server of our own. Start it from the main thread: it dies with the one that started it."""

    def __init__(self) -> None:
        programs = sorted(
            Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name)
        )
        if not programs:
            raise FileNotFoundError("PostgreSQL's programs are missing: make setup installs them")
        self._programs = programs[-1]
        self._directory = Path(tempfile.mkdtemp(prefix="pg-"))
        self._data = self._directory / "data"
        self._log = self._directory / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._lent: dict[str, tuple[str, str]] = {}  # by template: the address, and its order
        # PostgreSQL refuses to be root.
        self._become: list[str] = ["setpriv", "--pdeathsig", "QUIT"]
        if os.geteuid() == 0:
            shutil.chown(self._directory, "postgres", "postgres")
            self._become += ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
        options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", *options, f"--username={USER}", "-D", str(self._data))

    def url(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql+psycopg://{USER}@/{database}?host={quote(str(self._directory))}"

    def create(self, database: str, prepare: Callable[[str], None]) -> str:
        """Make an empty database, let `prepare` fill it, and return its address."""
        self._command("CREATE DATABASE {}", database)
        prepare(self.url(database))
        return self.url(database)

    def clone(self, template: str) -> str:
        """Return the address of a fresh copy of a database nobody is connected to."""
        name = f"clone_{next(self._numbers)}"
        # Copying the files costs a fifth of writing every page to the log, the default since 15.
        self._command("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return self.url(name)

    def lend(self, template: str) -> str:
        """Return the address of a database that is as the template is, to one test at a time.

        The one lent before is put back into order, which takes a tenth of a new copy; it is given
        up where that cannot be done, since a test changed its tables or still holds on to it.
        """
        url, order = self._lent.get(template, ("", ""))
        if url:
            try:
                with psycopg.connect(url.replace("+psycopg", "")) as connection:
                    connection.execute(sql.SQL(order))  # type: ignore[arg-type]
            except psycopg.Error:
                self.drop(url)
            else:
                return url
        url = self.clone(template)
        self._lent[template] = url, _put_back(url)
        return url

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._command("DROP DATABASE {} WITH (FORCE)", str(make_url(url).database))

    def start(self) -> None:
        """Start and wait until it answers."""
        flags = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [*self._become, str(self._programs / "postgres"), "-D", str(self._data), *flags]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "-k", str(self._directory)],
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the tests first, and they stop it
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End every connection and stop in good order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Let it die at once, as after a crash; `start` then recovers what was acknowledged."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Stop in good order and start again."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
        self._process = None

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        host = str(self._directory)
        return psycopg.connect(host=host, user=USER, dbname="postgres", autocommit=True)

    def _command(self, text: str, *names: str) -> None:
        connection = self._connect()
        try:
            connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._become, str(self._programs / program), *arguments]
        done = subprocess.run(
            command, cwd=self._directory, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")


def _put_back(url: str) -> str:
    """Remember what stands in a database, in it, and return the statements that put it back."""
    order = ["SET lock_timeout = '5s'", "SET session_replication_role = replica"]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        connection.execute("CREATE SCHEMA remembered")
        triggers = connection.execute("SELECT count(*) FROM pg_trigger").fetchall()[0][0]
        # Division by zero gives the database up when a test took a trigger away.
        order.append(f"SELECT 1 / (count(*) = {triggers})::int FROM pg_trigger")  # noqa: S608
        order += [f'DELETE FROM public."{table}"' for (table,) in tables]  # noqa: S608 - our tables
        for (table,) in tables:
            copied = connection.execute(
                sql.SQL("CREATE TABLE remembered.{} AS TABLE public.{}").format(
                    sql.Identifier(table), sql.Identifier(table)
                )
            )
            if copied.rowcount:
                order.append(
                    f'INSERT INTO public."{table}" SELECT * FROM remembered."{table}"'  # noqa: S608
                )
        for name, last in connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        ):
            used = "true" if last else "false"
            order.append(f"SELECT setval('public.\"{name}\"', {last or 1}, {used})")
    return "; ".join(order)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Yield a running server, the same for all tests of this process."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()
