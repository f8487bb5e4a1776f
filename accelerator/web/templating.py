"""What every template can count on: texts, filters, and who looks."""

import json
import re
from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request, url_for
from flask.templating import Environment
from jinja2 import StrictUndefined
from jinja2.runtime import Macro
from markupsafe import Markup, escape
from sqlalchemy import bindparam, func, select

from accelerator import clock
from accelerator.domain.answers import is_link
from accelerator.domain.bilingual import Bilingual, language_of
from accelerator.i18n import LANGUAGES, counted, formats, gettext, language, space
from accelerator.storage.tables import Delivery
from accelerator.web import guard, nav, prose
from accelerator.web.identity import actor_or_none
from accelerator.web.locale import zone
from accelerator.web.once import once_token
from accelerator.web.session import db

# The number of an idea inside a sentence: "T3-0003".
_CODE = re.compile(r"\b[A-Z0-9]+(?:-[A-Z0-9]+)*-\d{4,}\b", re.ASCII)
_COMMA_AFTER = re.compile("</span>([,、])")
_UNREAD = select(func.count()).select_from(
    select(Delivery.id)
    .where(
        Delivery.person_id == bindparam("person"),
        Delivery.channel == "inbox",
        Delivery.read_at.is_(None),
        Delivery.state == "sent",
    )
    .limit(100)
    .subquery()
)


class Pages(Environment):
    """Templates that all know the same: nothing is looked through again at each import."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return what a template knows besides what it is drawn with."""
        return super().make_globals(d) if d else self.globals


def install(app: Flask) -> None:
    """Make templates strict, translated and equipped."""
    app.jinja_environment = Pages
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.do")
    env.filters.update(
        day=formats.day,
        short_day=lambda value: formats.day(value, short=True),
        moment=moment,
        clock_time=lambda value: formats.clock_time(value, zone()),
        near=near,
        number=formats.number,
        text=bilingual_text,
        pick=lambda value: Bilingual.of(value).pick(language()),
        prose=prose.render,
        whole_codes=whole_codes,
        commas_kept=commas_kept,
        language_of=language_of,
    )
    folder = Path(app.static_folder or "static") / "dist"
    env.globals.update(
        _=said,
        ngettext=said_of_many,
        kept=keeper(),
        asset=lambda name: asset(str(folder), name),
        space=space,
        once_token=once_token,
        may=guard.may,
        is_link=is_link,
        has_page=lambda endpoint: endpoint in app.view_functions,
        languages=list(LANGUAGES.items()),
    )
    app.context_processor(context)


def context() -> dict[str, Any]:
    """Give each page its reader, their language, theme and places."""
    actor = actor_or_none()
    return {
        "actor": actor,
        "lang": language(),
        "theme": g.get("theme", "auto"),
        "nav": nav.items(actor),
        "unread": unread(actor.id) if actor else 0,
        "today": today(),
    }


def keeper() -> Callable[[Macro], str]:
    """Return a function that draws a macro without arguments once for each language.

    The frame of a page is a third of the work of drawing it, and half of the frame never changes.
    """
    drawn: dict[tuple[str, str, str], str] = {}

    def kept(macro: Macro) -> str:
        key = (macro.name, language(), request.script_root)
        if key not in drawn:
            drawn[key] = macro()
        return drawn[key]

    return kept


def said(message: str, **values: object) -> Markup:
    """Return the text in the reader's language as markup, what stands in its places escaped.

    Jinja's own extension does the same by three calls through the context for each text.
    """
    return _filled(gettext(message), values)


def said_of_many(singular: str, plural: str, num: int, **values: object) -> Markup:
    """Return the text for a count; `%(num)s` is the count."""
    return _filled(counted(singular, plural, num), {"num": f"{num:,}"} | values)


def _filled(text: str, values: dict[str, object]) -> Markup:
    markup = Markup(text)  # noqa: S704 - our own texts, never a person's
    return markup % values if "%" in text else markup


def unread(person_id: int) -> int:
    """Count the reader's unread notices, up to 100: a badge needs no more."""
    return db().scalar(_UNREAD, {"person": person_id}) or 0


def today() -> date:
    """Return the reader's calendar day."""
    return clock.now().astimezone(ZoneInfo(zone())).date()


def moment(value: datetime) -> str:
    """Write a moment on the reader's clock."""
    return formats.moment(value, zone())


def near(value: date | datetime) -> str:
    """Say how far away a day is, on the reader's calendar."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone())).date()
    return formats.near(value, today())


def bilingual_text(value: Bilingual | dict[str, str] | str) -> Markup:
    """Show a bilingual text; a piece in the other language carries its own lang."""
    if isinstance(value, str):
        return escape(value)
    both = Bilingual.of(value)
    code = language()
    shown = both.shown(code)
    if shown == code:
        return escape(both.pick(code))
    return Markup('<span lang="{}">{}</span>').format(shown, both.pick(code))


def whole_codes(sentence: str) -> Markup:
    """Show a sentence whose numbers of ideas never break over two lines."""
    return Markup(_CODE.sub(r'<span class="nowrap">\g<0></span>', str(escape(sentence))))  # noqa: S704


def commas_kept(sentence: Markup) -> Markup:
    """Put each comma into the unbroken piece before it, so that no line begins with one."""
    return Markup(_COMMA_AFTER.sub(r"\1</span>", str(sentence)))  # noqa: S704 - only a comma moves


def asset(folder: str, name: str) -> str:
    """Return the address of a bundled file, whose name carries its content's hash."""
    return url_for("static", filename=f"dist/{_manifest(folder)[name]}")


@lru_cache
def _manifest(folder: str) -> dict[str, str]:
    path = Path(folder) / "manifest.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found
