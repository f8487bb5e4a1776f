"""A server with two workers on a free port, and a browser that keeps its connection."""

import http.client
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

QUERIES, ROWS = "X-Queries", "X-Rows"  # only the measured application sends them
ROOT = Path(__file__).resolve().parent.parent
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True)
class Server:
    """A running server: its first process and its port."""

    pid: int
    port: int


@contextmanager
def serve(application: str, database_url: str, instance: Path) -> Iterator[Server]:
    """Start gunicorn with two workers, as `accelerator run` does; stop it at the end."""
    from accelerator.cli.run import web_server  # the measured server itself does not load it

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {
        "ACCELERATOR_DATABASE_URL": database_url,
        "ACCELERATOR_INSTANCE": str(instance),
        "ACCELERATOR_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
    }
    command = web_server(f"127.0.0.1:{port}", application)
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        _wait(process, port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server ended at once")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not answer")


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.body.decode())
        assert found is not None
        return found.group(1)


@dataclass
class Browser:
    """One connection with its cookies; follows nothing."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    count_rows: bool = False
    _open: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, form: dict[str, str]) -> Answer:
        return self.ask("POST", path, urlencode(form, doseq=True))

    def sign_in(self, email: str, password: str) -> None:
        token = self.get("/sign-in").csrf
        answer = self.post("/sign-in", {"csrf_token": token, "email": email, "password": password})
        assert answer.status == 303, answer.body.decode()[:2000]

    def ask(self, method: str, path: str, body: str | None = None) -> Answer:
        if self._open is None:
            self._open = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if self.count_rows:
            headers[ROWS] = "1"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        try:
            self._open.request(method, path, body, headers)
            answer = self._open.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._open.close()  # it was idle for longer than the server keeps it
            self._open = None
            return self.ask(method, path, body)
        content = answer.read()
        seconds = time.perf_counter() - start
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(answer.status, dict(answer.headers), content, seconds)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
