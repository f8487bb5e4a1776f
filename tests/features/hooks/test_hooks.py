"""Chat channels: who adds them, where they may lead, what they are told, and what goes wrong."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.activity import record
from accelerator.activity.events.ideas import IdeaSubmitted
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.hooks import payload, require_callable
from accelerator.features.hooks import service
from accelerator.jobs.call import call
from accelerator.jobs.claims import BACK_OFF
from accelerator.storage.tables import Delivery, Event, Hook, Person, Programme
from accelerator.web.identity import actor_of
from tests.mail import held
from tests.world import NOW, World

PAGE = "/programmes/spark/channels"
SENT = {
    "name": "#new-business", "form": "slack", "language": "en", "kinds": ["programme"],
    "url": "https://hooks.slack.com/services/T0/B0/secret",
}  # fmt: skip


class Chat(BaseHTTPRequestHandler):
    """A chat program: keeps what it is told, and answers as it is told to."""

    heard: ClassVar[list[dict]] = []
    answer: ClassVar[int] = 200

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.heard.append(json.loads(self.rfile.read(length)))
        self.send_response(self.answer)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def chat() -> Iterator[str]:
    """Serve a chat program on this machine; yield its address."""
    Chat.heard, Chat.answer = [], 200
    server = HTTPServer(("127.0.0.1", 0), Chat)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


def add(world: World, url: str, form: str = "slack", language: str = "en") -> int:
    with world.session() as session:
        person = session.get_one(Person, world.people["manager"])
        hook = service.add(
            session, actor=actor_of(person, frozenset()), name="#x", form=form, url=url,
            programme=session.get_one(Programme, world.programme_id), language=language,
            kinds=["programme"], hosts=["127.0.0.1"], now=NOW,
        )  # fmt: skip
        return hook.id


def hand_in(world: World, title: str = "A <better> cell & [more](x)") -> None:
    with world.session() as session:
        record(
            session,
            IdeaSubmitted(
                programme_id=world.programme_id, code="S27-0001", title=Bilingual("", title),
                stage=Bilingual("着想", "Spark"), promise_on="2026-12-01", version=1,
                path="/ideas/S27-0001",
            ),
            now=NOW,
        )  # fmt: skip


def states(world: World) -> list[tuple[str, int]]:
    with world.session() as session:
        rows = session.scalars(select(Delivery).where(Delivery.channel == "hook"))
        return sorted((row.state, row.attempts) for row in rows)


def test_a_channel_hears_what_it_listens_to_in_its_own_form_and_language(world, config, chat):
    add(world, chat)
    add(world, chat, form="teams", language="ja")
    hand_in(world)
    shift = held(world.engine, replace(config, hook_hosts=("127.0.0.1",)))
    with clock.told_by(lambda: NOW):
        assert call(shift) == 4
        assert call(shift) == 0
    assert states(world) == [("sent", 1)] * 4
    slack = next(one for one in Chat.heard if "Handed in" in one.get("text", ""))
    assert slack["text"] == (
        "Handed in for Spark: A &lt;better&gt; cell &amp; [more](x) (S27-0001)"
    )
    link = slack["blocks"][2]["elements"][0]["url"]
    assert link == f"{config.base_url}/ideas/S27-0001"
    cards = [one["attachments"][0]["content"] for one in Chat.heard if "attachments" in one]
    assert [card["type"] for card in cards] == ["AdaptiveCard"] * 2
    said = cards[1]["body"][0]["text"]
    assert "着想" in said
    assert "[more]" not in said


def test_a_busy_channel_is_tried_again_and_a_closed_one_is_not(world, config, chat):
    hook = add(world, chat)
    shift = held(world.engine, replace(config, hook_hosts=("127.0.0.1",)))
    hand_in(world)
    Chat.answer = 503
    with clock.told_by(lambda: NOW):
        assert call(shift) == 0
    assert states(world) == [("retrying", 1)] * 2
    assert len(Chat.heard) == 1  # one that does not answer is not asked twice in one run
    Chat.answer = 302
    with clock.told_by(lambda: NOW + BACK_OFF[0]):
        assert call(shift) == 0
    assert states(world) == [("failed", 2)] * 2
    assert len(Chat.heard) == 3  # and nobody was followed elsewhere
    with world.session() as session:
        assert session.get_one(Hook, hook).last_error.startswith("302")
    page = world.client("manager").get(PAGE).text
    assert "Does not answer" in page
    assert "2 failed" in page
    with world.session() as session:
        session.get_one(Hook, hook).url = "http://127.0.0.1:9/gone"
    world.client("manager").post(f"{PAGE}/{hook}/test")
    with clock.told_by(lambda: NOW):
        assert call(shift) == 0
    assert ("retrying", 1) in states(world)


def test_managers_add_try_and_stop_channels_and_the_address_is_not_shown_again(world):
    client = world.client("manager")
    assert "No channel hears of this programme" in client.get(PAGE).text
    assert client.post(PAGE, data=SENT).status_code == 303
    page = client.get(PAGE).text
    assert "hooks.slack.com" in page
    assert "services/T0" not in page
    with world.session() as session:
        hook = session.scalars(select(Hook)).one().id
    assert client.post(f"{PAGE}/{hook}/test").status_code == 303
    assert client.post(f"{PAGE}/999/test").status_code == 404
    assert len(states(world)) == 2
    for who in ("owner", "reviewer", "other_manager"):
        assert world.client(who).post(f"{PAGE}/{hook}/stop").status_code == 403
    assert client.post(f"{PAGE}/{hook}/stop").status_code == 303
    with world.session() as session:
        row = session.get_one(Hook, hook)
        assert (row.url, row.stopped_at is None) == ("", False)
        kinds = session.scalars(select(Event.kind).where(Event.subject == f"hook:{hook}")).all()
        assert kinds == ["HookAdded", "HookTested", "HookStopped"]
        assert "services/T0" not in str([event.data for event in session.scalars(select(Event))])
    for url in ("http://hooks.slack.com/x", "https://evil.example/x", "nonsense"):
        answer = client.post(PAGE, data=SENT | {"url": url})
        assert answer.status_code == 422
        assert "#new-business" in answer.text


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/x", "https://hooks.slack.com.evil.example/x", "https://[::1", "",
        "https://u:p@hooks.slack.com/x", "https://hooks.slack.com:8443/x", "https://127.0.0.1/x",
        "https://hooks.slack.com/x#y", "https://hooks.slack.com/ x", "https://.slack.com/",
        "https://hooks.slack.com\\@evil.example/", "file:///etc/passwd", "https://logic.azure.com/",
        "https://hooks.slack.com/" + "x" * 2000,
    ],
)  # fmt: skip
def test_only_allowed_addresses_are_called(url):
    with pytest.raises(DomainError):
        require_callable(url, {"hooks.slack.com", ".logic.azure.com"})


def test_allowed_addresses_are_called():
    require_callable("https://hooks.slack.com:443/services/x", {"hooks.slack.com"})
    require_callable("https://a.logic.azure.com/workflows/x?sig=y", {".logic.azure.com"})
    require_callable("http://127.0.0.1:8080/x", {"127.0.0.1"})
    assert payload("slack", text="a", place="b", link="c", label="d" * 99)["text"] == "a"
