"""A real mail server on this machine, mails to send, and the lease to send them under."""

import asyncio
import email.policy
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.activity import notify
from accelerator.activity.events.base import Hears, Receivers
from accelerator.config import Config
from accelerator.domain.notices import Kind
from accelerator.jobs.lease import Shift, take
from accelerator.jobs.run import transaction
from accelerator.storage.tables import Delivery

TEMPLATE = "milestone_given"
DATA = {
    "code": "S27-0001",
    "title": {"ja": "新しい電池", "en": "A better cell"},
    "milestone": {"ja": "顧客訪問", "en": "Customer interviews"},
    "due_on": "2026-12-01",
    "path": "/ideas/S27-0001/milestones",
}
LINE = Hears(Receivers.PERSON, TEMPLATE, channels=("mail",), kind=Kind.ACCOUNT)  # never held back
NEWS = Hears(Receivers.PERSON, TEMPLATE, channels=("mail",))  # for the day's message
Answer = Callable[[str], str | None]
CUT, CUT_AFTER = "cut", "cut after"


class MailBox:
    """What the mail server took, and how it answers: `answer(address)` may name a refusal.

    So may `verdict(address)`, once it has read the message; `CUT` ends the connection before the
    answer, `CUT_AFTER` after the message was taken.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answer: Answer = lambda _address: None
        self.verdict: Answer = lambda _address: None
        self.pause = 0.0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's
        refusal = self.answer(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):  # noqa: N802 - aiosmtpd's
        if self.pause:
            await asyncio.sleep(self.pause)
        verdict = self.verdict(envelope.rcpt_tos[0])
        if verdict in {CUT, CUT_AFTER}:
            server.transport.close()
        if verdict not in {None, CUT_AFTER}:
            return verdict
        message = message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 taken"

    @property
    def receivers(self) -> list[str]:
        return [str(message["To"].addresses[0].addr_spec) for message in self.messages]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def mail_server(box: MailBox, port: int | None = None) -> Iterator[int]:
    """Serve SMTP until the block ends; yield the port."""
    controller = Controller(box, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def held(engine: Engine, config: Config, holder: str = "me") -> Shift:
    """Take or renew the lease for a while."""
    with transaction(engine) as session:
        hold = take(session, holder, now=clock.now(), length=timedelta(days=30))
    assert hold is not None
    return Shift(engine, config, hold)


def write_mails(
    session: Session, people: list[int], key: str = "test", *, line: Hears = LINE, **data: object
) -> None:
    """Write down one mail to each of these people."""
    now = clock.now()
    notify(session, people, line, key=key, data=DATA | data, due_at=now, now=now)


def mails(engine: Engine) -> list[Delivery]:
    """Return every mail, oldest first."""
    with Session(engine) as session:
        found = session.scalars(
            select(Delivery).where(Delivery.channel == "mail").order_by(Delivery.id)
        ).all()
        session.expunge_all()
        return list(found)


def states(engine: Engine) -> list[str]:
    return [mail.state for mail in mails(engine)]
