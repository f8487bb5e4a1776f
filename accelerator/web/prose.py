"""Long texts people write: Markdown without raw HTML, then cleaned."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_cjk_friendly import cjk_friendly

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "a", "h3", "h4"}
SCHEMES = {"http", "https", "mailto"}


def render(text: str) -> Markup:
    """Turn a person's Markdown into safe HTML; links go to http, https and mail only."""
    return Markup(_render(text))  # noqa: S704 - cleaned by nh3 just before


@lru_cache(maxsize=2048)
def _render(text: str) -> str:
    return nh3.clean(
        _markdown().render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener nofollow",
    )


@lru_cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).use(cjk_friendly)
