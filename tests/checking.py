"""The one client through which tests fetch pages: each page is checked before a test sees it."""

from html.parser import HTMLParser
from typing import Any

from flask import g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
SVG_LEAVES = {"path", "circle", "line", "rect", "use", "polygon", "polyline", "ellipse"}
UNLABELLED = {"hidden", "submit", "button", "image"}


class Page(HTMLParser):
    """What the checks need to know of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.open: list[str] = []
        self.language = ""
        self.title = ""
        self.headings = 0
        self.ids: list[str] = []
        self.label_for: set[str] = set()
        self.fields: list[tuple[str, dict[str, str | None]]] = []
        self.form: dict[str, Any] | None = None
        self.csrf = ""
        self.inside_label = 0
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        for name in found:
            if name.startswith("on") or name == "style":
                self.problems.append(f"<{tag}> has the inline attribute {name}")
        if found.get("id"):
            self.ids.append(found["id"] or "")
        looks = {
            "html": self._html, "h1": self._h1, "script": self._script, "style": self._style,
            "img": self._img, "form": self._form, "label": self._label, "input": self._field,
            "select": self._field, "textarea": self._field,
        }  # fmt: skip
        if tag in looks:
            looks[tag](found | {"": tag})
        if tag not in VOID and tag not in SVG_LEAVES:
            self.open.append(tag)

    def _html(self, found: dict[str, str | None]) -> None:
        self.language = found.get("lang") or ""

    def _h1(self, _found: dict[str, str | None]) -> None:
        self.headings += 1

    def _script(self, found: dict[str, str | None]) -> None:
        if not found.get("src") and found.get("type") != "application/json":
            self.problems.append("an inline script")

    def _style(self, _found: dict[str, str | None]) -> None:
        self.problems.append("an inline style sheet")

    def _img(self, found: dict[str, str | None]) -> None:
        if "alt" not in found:
            self.problems.append("an image without alt")

    def _form(self, found: dict[str, str | None]) -> None:
        if self.form is not None:
            self.problems.append("a form inside a form")
        self.form = {"method": (found.get("method") or "get").lower(), "csrf": False}

    def _label(self, found: dict[str, str | None]) -> None:
        self.inside_label += 1
        if found.get("for"):
            self.label_for.add(found["for"] or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        before = len(self.open)
        self.handle_starttag(tag, attrs)
        del self.open[before:]

    def _field(self, found: dict[str, str | None]) -> None:
        tag = found[""] or ""
        if found.get("name") == "csrf_token":
            self.csrf = found.get("value") or ""
            if self.form:
                self.form["csrf"] = True
        if tag == "input" and found.get("type") == "hidden":
            self.hidden[found.get("name") or ""] = found.get("value") or ""
        if (found.get("type") or "") in UNLABELLED:
            return
        if not (found.get("aria-label") or found.get("aria-labelledby") or self.inside_label):
            self.fields.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag in SVG_LEAVES:
            return
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes <{self.open[-1] if self.open else 'nothing'}>")
            return
        self.open.pop()
        if tag == "label":
            self.inside_label -= 1
        if tag == "form" and self.form is not None:
            if self.form["method"] == "post" and not self.form["csrf"]:
                self.problems.append("a form that posts without its CSRF token")
            self.form = None

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data


def problems_of(html: str) -> list[str]:
    """List what is wrong with a whole page; an empty list is a good page."""
    page = Page()
    page.feed(html)
    found = list(page.problems)
    if page.open:
        found.append(f"never closed: {page.open}")
    if page.language not in ("ja", "en"):
        found.append(f"language {page.language!r}")
    if not page.title.strip():
        found.append("no title")
    if page.headings != 1:
        found.append(f"{page.headings} h1 headings")
    doubles = {i for i in page.ids if page.ids.count(i) > 1}
    if doubles:
        found.append(f"ids used twice: {sorted(doubles)}")
    found += [
        f"<{tag} name={attrs.get('name')!r}> has no label"
        for tag, attrs in page.fields
        if attrs.get("id") not in page.label_for
    ]
    return found


class CheckingClient(FlaskClient):
    """Checks each HTML page, fills in CSRF tokens, and refuses answers with unsaved changes."""

    csrf = ""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        csrf = kwargs.pop("csrf", True)
        form = kwargs.get("data")
        if kwargs.get("method") == "POST" and csrf and not isinstance(form, (bytes, str)):
            kwargs["data"] = {"csrf_token": self.token(), **(form or {})}
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            html = response.get_data(as_text=True)
            if "<html" in html:
                problems = problems_of(html)
                assert not problems, f"{response.request.path}: {problems}"
        return response

    def token(self) -> str:
        """Return this client's CSRF token, made the way the forms make it."""
        from flask_wtf.csrf import generate_csrf

        if not self.csrf:
            with self.application.test_request_context():
                from flask import session

                with self.session_transaction() as stored:
                    session.update(stored)
                    g.pop("csrf_token", None)
                    self.csrf = generate_csrf()
                    stored.update(session)
        return self.csrf

    def forms_of(self, path: str) -> Page:
        """Fetch a page and return its parsed form fields."""
        page = Page()
        page.feed(self.get(path).get_data(as_text=True))
        return page
