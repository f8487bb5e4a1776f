"""Messages as people read them: rendered in the receiver's language, without the web."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from accelerator import logs
from accelerator.activity.inlining import inlined
from accelerator.activity.reminders import by_time, sentence
from accelerator.config import ROOT
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.wording import Wording, fill
from accelerator.i18n import LANGUAGES, counted, formats, gettext, language, space, speaking

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SECRET = re.compile(r"(/set-password/|/unsubscribe/|/calendar/(?=[\w-]{40}))[\w.~-]+")
log = logs.get("letters")


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, for who looks at it before it leaves."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter(Words):
    """One message, ready to send."""

    html: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it, as far as the words care."""

    name: str
    language: str
    time_zone: str


def subject(template: str, data: dict[str, Any], reader: Reader) -> str:
    """Render the subject alone: one line, which the inbox shows too.

    Control characters that somebody typed into a title go: no mail could carry them.
    """
    with speaking(reader.language):
        text = _render(f"{template}/subject.txt", data | {"reader": reader})
    return _CONTROL.sub("", " ".join(text.split()))


def notice_text(template: str, data: dict[str, Any], reader: Reader) -> str:
    """Return what the inbox shows; one notice that cannot be written spoils no page."""
    try:
        return subject(template, data, reader)
    except Exception:
        log.exception("a notice cannot be written", template=template)
        with speaking(reader.language):
            return gettext("A notice that cannot be shown")


def veiled(text: str) -> str:
    """Hide the part of a link that would let whoever reads it act as the receiver."""
    return _SECRET.sub(r"\1…", text)


def words_of(template: str, data: dict[str, Any], reader: Reader, *, base_url: str) -> Words:
    """Render a letter as far as it is read before it leaves."""
    values = _worded(template, data, reader, base_url)
    return Words(values["subject"], values["text"])


def letter(template: str, data: dict[str, Any], reader: Reader, *, base_url: str) -> Letter:
    """Render a whole letter."""
    values = _worded(template, data, reader, base_url)
    with speaking(reader.language):
        html = inlined(_render(f"{template}/body.html", values))
    return Letter(values["subject"], values["text"], html)


def _worded(template: str, data: dict[str, Any], reader: Reader, base_url: str) -> dict[str, Any]:
    """Return what a letter is made of: `link` is the address of `path`, `subject` its own line."""
    path = data.get("path") or "/"
    values = {"unsubscribe": ""} | data
    values |= {"reader": reader, "link": base_url + path, "base_url": base_url}
    values["subject"] = subject(template, values, reader)
    with speaking(reader.language):
        values["lang"] = language()
        values["text"] = _render(f"{template}/body.txt", values)
    return values


@lru_cache  # the words stand in files
def drafts(template: str) -> dict[str, Wording]:
    """Return the words of a message that may be changed, by language, with their placeholders."""
    found = {}
    for code in LANGUAGES:
        reader = Reader("", code, "UTC")
        title = dict.fromkeys(LANGUAGES, "{title}")
        line = subject(template, {"title": title, "code": "{code}", "letters": {}}, reader)
        with speaking(code):
            found[code] = Wording(line, _render(f"{template}/draft.txt", {}).strip())
    return found


def _render(name: str, values: dict[str, Any]) -> str:
    return _env(escapes=name.endswith(".html")).get_template(name).render(values)


@lru_cache
def _env(*, escapes: bool) -> Environment:
    """Make the environment of texts or of HTML: what HTML imports is escaped too, by any name."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "email"),
        undefined=StrictUndefined,
        autoescape=escapes,  # noqa: S701 - a text is no HTML
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(gettext, counted, newstyle=True)  # type: ignore[attr-defined]
    env.globals["space"] = space
    env.filters["pick"] = lambda value: Bilingual.of(value).pick(language())
    env.filters["day"] = _day
    env.filters["moment"] = lambda value, reader: formats.moment(
        datetime.fromisoformat(value), reader.time_zone
    )
    env.filters["sentence"] = sentence
    env.filters["by_time"] = by_time
    env.filters["notice"] = lambda item, reader: notice_text(item["template"], item["data"], reader)
    env.filters["filled"] = _filled
    return env


@pass_context
def _filled(context: Context, text: str, pieces: str) -> str:
    """Fill the placeholders of a text with what a template sets as `the_<name>`."""
    found = _env(escapes=False).get_template(pieces).make_module(context.get_all())
    return fill(
        text,
        {
            name.removeprefix("the_"): str(piece).strip()
            for name, piece in vars(found).items()
            if name.startswith("the_")
        },
    )


def _day(value: str) -> str:
    from datetime import date

    return formats.day(date.fromisoformat(value))
