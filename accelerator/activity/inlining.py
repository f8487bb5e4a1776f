"""Styles at the elements of a mail: some mail programs read no style sheet, not even the mail's."""

import re

_INK, _SOFT, _LINE, _ACCENT = "#1b1c2a", "#4b4c5d", "#dedbd2", "#322d85"
_FONT = (
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Hiragino Sans','Yu Gothic',"
    "Meiryo,'Noto Sans CJK JP',sans-serif"
)
_BLOCK = "margin:0 0 16px;overflow-wrap:anywhere"
_CELL = f"padding:8px 0;border-top:1px solid {_LINE};vertical-align:top;text-align:left"
# By element, or element and class.
_STYLES = {
    "body": f"margin:0;padding:0;background:#f1efe9;color:{_INK};{_FONT};font-size:16px",
    "div.sheet": "max-width:600px;margin:0 auto;padding:24px 12px 32px",
    "div.paper": f"background:#fcfbf8;border:1px solid {_LINE};border-top:4px solid {_ACCENT};"
    "border-radius:4px;padding:28px 28px 20px",
    "p": _BLOCK,
    "ul": f"{_BLOCK};padding-left:22px",
    "ol": f"{_BLOCK};padding-left:22px",
    "li": "margin-bottom:6px",
    "blockquote": f"{_BLOCK};padding:2px 0 2px 16px;border-left:3px solid #b3aee6;"
    "white-space:pre-line",
    "h1": "margin:0 0 20px;font-size:22px;line-height:1.35;font-weight:600;overflow-wrap:anywhere",
    "h2": "margin:28px 0 8px;font-size:16px;line-height:1.4;font-weight:600",
    "a": f"color:{_ACCENT}",
    "a.action": f"display:inline-block;padding:11px 20px;background:{_ACCENT};color:#ffffff;"
    "font-weight:600;text-decoration:none;border-radius:4px",
    "p.brand": f"margin:0;padding:0 20px 12px;font-size:14px;font-weight:600;color:{_ACCENT}",
    "p.action": "margin:24px 0",
    "p.quiet": f"{_BLOCK};color:{_SOFT};font-size:14px",
    "p.foot": f"margin:0;padding:16px 20px 0;color:{_SOFT};font-size:14px",
    "table.facts": "border-collapse:collapse;margin:0 0 20px;width:100%",
    "ul.rows": f"{_BLOCK};padding:0;list-style:none",
    "li.row": f"margin:0;padding:9px 0;border-top:1px solid {_LINE}",
    "span.code": f"white-space:nowrap;color:{_SOFT};font-weight:400;font-size:14px",
    "th": f"{_CELL};width:34%;padding-right:16px;font-weight:400;color:{_SOFT}",
    "td": _CELL,
}
_NAMES = sorted({name.partition(".")[0] for name in _STYLES}, key=len, reverse=True)
_TAG = re.compile(rf"<({'|'.join(_NAMES)})((?:\s[^<>]*)?)>")
_CLASS = re.compile(r'\sclass="([\w -]+)"')


def inlined(html: str) -> str:
    """Return a mail's HTML with our styles at its elements; what has a style of its own keeps it.

    >>> inlined('<ul><li>a</li></ul>').count('style="')
    2
    """
    button = False  # the one link of a paragraph of the class action is drawn as a button

    def styled(found: re.Match[str]) -> str:
        nonlocal button
        name, rest = found[1], found[2]
        named = _CLASS.search(rest)
        css = named[1].split()[0] if named else ""
        if name == "a" and button:
            css, button = "action", False
        elif name == "p":
            button = css == "action"
        style = _STYLES.get(f"{name}.{css}") or _STYLES.get(name)
        if style is None or " style=" in rest:
            return found[0]
        return f'<{name}{rest} style="{style}">'

    head, mark, body = html.partition("</head>")
    return head + mark + _TAG.sub(styled, body) if mark else _TAG.sub(styled, html)
