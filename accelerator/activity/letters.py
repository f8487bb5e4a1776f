"""Messages as people read them: rendered in the receiver's language, without the web."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from accelerator.activity.reminders import sentence
from accelerator.config import ROOT
from accelerator.domain.bilingual import Bilingual
from accelerator.i18n import counted, formats, gettext, language, speaking


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to send."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it, as far as the words care."""

    name: str
    language: str
    time_zone: str


def subject(template: str, data: dict[str, Any], reader: Reader) -> str:
    """Render the subject alone: one line, which the inbox shows too."""
    with speaking(reader.language):
        text = _env().get_template(f"{template}/subject.txt").render(data | {"reader": reader})
    return " ".join(text.split())


def letter(template: str, data: dict[str, Any], reader: Reader, *, base_url: str) -> Letter:
    """Render a whole letter; `link` is the absolute address of `path`, `subject` its own line."""
    path = data.get("path") or "/"
    values = data | {"reader": reader, "link": base_url + path, "base_url": base_url}
    values["subject"] = subject(template, values, reader)
    with speaking(reader.language):
        env = _env()
        values["lang"] = language()
        return Letter(
            subject=values["subject"],
            text=env.get_template(f"{template}/body.txt").render(values),
            html=env.get_template(f"{template}/body.html").render(values),
        )


@lru_cache
def _env() -> Environment:
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "email"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(gettext, counted, newstyle=True)  # type: ignore[attr-defined]
    env.filters["pick"] = lambda value: Bilingual.of(value).pick(language())
    env.filters["day"] = _day
    env.filters["sentence"] = sentence
    return env


def _day(value: str) -> str:
    from datetime import date

    return formats.day(date.fromisoformat(value))
