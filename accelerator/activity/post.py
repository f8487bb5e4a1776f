"""How mail leaves: through a mail server, or into a folder of files that mail programs can open."""

import os
import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, unquote, urlsplit

from accelerator.activity.letters import Letter

TIMEOUT = 15.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_TEMPORARY = range(400, 500)
_CLOSING = 421


class _Whole(UnstructuredHeader, BaseHeader):
    """A header for machines: what is long is neither encoded nor broken, or none would read it."""

    def fold(self, *, policy: "Policy[Any]") -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _headers() -> HeaderRegistry:
    made = HeaderRegistry()
    for name in ("list-unsubscribe", "message-id", "in-reply-to", "references"):
        made.map_to_type(name, _Whole)
    return made


_POLICY = SMTP.clone(header_factory=_headers())


class TryLater(Exception):
    """The message could not be handed over now; `server` says that no other one could be either."""

    def __init__(self, text: str, *, server: bool = False) -> None:
        super().__init__(text)
        self.server = server


class Refused(Exception):
    """The mail server will never take this message."""


class Post(Protocol):
    """Takes messages, one after another; to be closed when there are no more."""

    def send(self, message: EmailMessage) -> None:
        """Hand one message over; raise TryLater or Refused when it was not taken."""

    def close(self) -> None:
        """Let go of what was opened."""


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of a delivery: always the same, so that a duplicate can be known."""
    domain = sender.rpartition("@")[2].strip("<> ") or "localhost"
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def compose(
    letter: Letter,
    *,
    sender: str,
    to_name: str,
    to_email: str,
    key: str,
    at: datetime,
    reply_to: str = "",
    thread: str = "",
    unsubscribe: str = "",
    calendar: bytes = b"",
) -> EmailMessage:
    """Make the message; raise ValueError when a header would carry a line break or be no address.

    `at` is when the message was written down, so that every try is the same message. Messages of
    one `thread` refer to the same first one, which need not exist, so that mail programs show them
    together. `unsubscribe` is an address that ends such mails when it is posted to (RFC 8058).
    `calendar` are the dates it sets or moves, as a file that calendar programs open.
    """
    for header in (letter.subject, sender, to_name, to_email, reply_to, unsubscribe):
        if any(ord(char) < 0x20 or char in "\x7f\x85\u2028\u2029" for char in header):  # noqa: PLR2004
            raise ValueError("a mail header must not carry a line break")
    message = EmailMessage(policy=_POLICY)
    message["Message-ID"] = message_id(key, sender)
    message["Date"] = format_datetime(at)
    message["From"] = sender
    message["To"] = Address(display_name=to_name, addr_spec=to_email)
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"
    if reply_to:
        message["Reply-To"] = reply_to
    if thread:
        first = message_id(f"thread:{thread}", sender)
        message["In-Reply-To"] = first
        message["References"] = first
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Base64 carries Japanese through every server, also those that know seven bits only.
    message.set_content(letter.text, cte="base64")
    message.add_alternative(letter.html, subtype="html", cte="base64")
    if calendar:
        message.add_attachment(
            calendar, maintype="text", subtype="calendar", filename="dates.ics",
            params={"charset": "utf-8", "method": "PUBLISH"},
        )  # fmt: skip
    return message


def post_of(url: str) -> Post:
    """Open the post office of a mail address: `smtp:`, `smtps:` or `file:`."""
    return file_box(url) or MailServer(url)


def file_box(url: str) -> "FileBox | None":
    """Return the folder that a `file:` address names; None for a mail server."""
    parts = urlsplit(url)
    return FileBox(Path(unquote(parts.path))) if parts.scheme == "file" else None


class FileBox:
    """A folder with one `.eml` file per message; the same message twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file_of(self, message_id: str) -> Path:
        """Return where a message lies."""
        return self.folder / f"{message_id.strip('<>').partition('@')[0]}.eml"

    def content_of(self, message_id: str) -> bytes | None:
        """Return a message as it lies in the folder, if it does."""
        file = self.file_of(message_id)
        return file.read_bytes() if file.is_file() else None

    def send(self, message: EmailMessage) -> None:
        """Write the message to the side, then put it in its place at once."""
        target = self.file_of(str(message["Message-ID"]))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            side = target.with_suffix(".part")
            with side.open("wb") as file:
                file.write(message.as_bytes())
                file.flush()
                os.fsync(file.fileno())
            side.replace(target)
        except OSError as error:
            raise TryLater(f"{type(error).__name__}: {error.strerror}", server=True) from error

    def close(self) -> None:
        """Nothing stays open."""


class MailServer:
    """An SMTP server, `smtp://[user:password@]host[:port][?timeout=15]`; `smtps:` begins with TLS.

    With `smtp:`, TLS begins as soon as the server offers it. A password is never sent in the
    clear, except to this machine itself. One connection serves many messages.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls_first = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls_first else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._timeout = float(parse_qs(parts.query).get("timeout", [TIMEOUT])[0])
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: EmailMessage) -> None:
        """Hand one message over; whatever goes wrong, the next one gets a fresh connection."""
        try:
            server = self._connection()
        except smtplib.SMTPResponseException as error:  # the greeting or the sign-in was refused
            raise TryLater(_said(error.smtp_code, error.smtp_error), server=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TryLater(_name(error), server=True) from error
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            self.close()
            raise _refusal(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            self.close()
            raise Refused(_name(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise TryLater(_name(error), server=True) from error

    def close(self) -> None:
        """Say goodbye; a server that is gone is left alone."""
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._open.quit()
            self._open.close()
            self._open = None

    def _connection(self) -> smtplib.SMTP:
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException):
                if self._open.noop()[0] == 250:  # noqa: PLR2004
                    return self._open
            self.close()
        self._open = self._connect()
        return self._open

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls_first:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            self._introduce(server, context)
        except BaseException:
            server.close()
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, context: ssl.SSLContext) -> None:
        safe = self._tls_first or self._host in _LOOPBACK
        server.ehlo_or_helo_if_needed()
        if not self._tls_first and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            safe = True
        if self._user:
            if not safe:
                raise smtplib.SMTPNotSupportedError("the server has no TLS; no password was sent")
            server.login(self._user, self._password)


def _refusal(code: int, text: bytes | str) -> TryLater | Refused:
    if code in _TEMPORARY:
        return TryLater(_said(code, text), server=code == _CLOSING)
    return Refused(_said(code, text))


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join(f"{code} {words}".split())[:400]


def _name(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:400]
