"""Channels of chat programs: which addresses may be called, and what is said there."""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

LONGEST = 2000
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_HTTPS = 443
# What a name server can be asked for; anything else would fail only when a message is sent.
_NAME = re.compile(r"(?!.{254})(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)[a-z0-9-]{1,63}(?<!-)")


class Form(StrEnum):
    """In whose form a message is sent."""

    SLACK = "slack"
    TEAMS = "teams"


def is_allowed(host: str, hosts: Collection[str]) -> bool:
    """Say whether a host is among those allowed; one that begins with a dot allows all below it.

    >>> is_allowed("x.azure.com", {".azure.com"}), is_allowed("azure.com.evil", {"azure.com"})
    (True, False)
    """
    return any(
        host.endswith(one) and len(host) > len(one) if one.startswith(".") else host == one
        for one in hosts
    )


def require_callable(url: str, hosts: Collection[str]) -> None:
    """Raise DomainError unless an address is one of an allowed host, by https.

    Only this machine itself may be called by http, and that only where it is allowed.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    here = host in _LOOPBACK
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    named = parts.username is None and parts.password is None and not parts.fragment
    host = host if here or _NAME.fullmatch(host) else ""
    usual = here or port in (None, _HTTPS)
    secure = parts.scheme == "https" or (here and parts.scheme == "http")
    if not (plain and named and usual and secure and host and len(url) <= LONGEST):
        raise DomainError(
            "not_https", N_("Give the address as the chat program shows it: https://…"), field="url"
        )
    if not is_allowed(host, hosts):
        raise DomainError(
            "host", N_("Messages may be sent to these hosts only: %(hosts)s."), field="url",
            hosts=", ".join(sorted(one.removeprefix(".") for one in hosts)),
        )  # fmt: skip


def payload(form: str, *, text: str, place: str, link: str, label: str) -> dict[str, Any]:
    """Return one message as JSON in the form of a chat program.

    `place` says where it comes from, `link` is the page, `label` the words of its button. Slack
    reads &, < and > as marks of its own, so they are written out; its button's address is data.

    >>> payload("slack", text="A & B", place="S", link="https://h/", label="Open")["text"]
    'A &amp; B'
    """
    if form == Form.TEAMS:
        card = {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [
                {"type": "TextBlock", "text": _unmarked(text), "wrap": True, "weight": "Bolder"},
                {"type": "TextBlock", "text": _unmarked(place), "wrap": True, "isSubtle": True},
            ],
            "actions": [{"type": "Action.OpenUrl", "title": label, "url": link}],
        }
        kind = "application/vnd.microsoft.card.adaptive"
        return {
            "type": "message",
            "attachments": [{"contentType": kind, "contentUrl": None, "content": card}],
        }
    said, where = _escaped(text), _escaped(place)
    button = {"type": "plain_text", "text": label[:75]}
    return {
        "text": said,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": said[:2900]}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": where[:2900]}]},
            {"type": "actions", "elements": [{"type": "button", "text": button, "url": link}]},
        ],
    }


def _escaped(text: str) -> str:
    """Write out what Slack would read as a mention, a link or the like."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unmarked(text: str) -> str:
    """Take from a card's text what would make links and pictures of somebody's words."""
    return text.replace("[", "［").replace("]", "］")
