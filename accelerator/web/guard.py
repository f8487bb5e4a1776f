"""The one door in: each view names its permission; a view without a mark answers 403.

What one may not see answers 404 on reading, so that nobody learns that it exists, and 403 on
writing. What one sees but may not do answers 403 with the sentence that says who may.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from accelerator.domain.errors import Refused
from accelerator.domain.policy import Actor, Permission, Subject, can
from accelerator.i18n import N_, gettext
from accelerator.web import subjects
from accelerator.web.forms import is_storable
from accelerator.web.identity import actor_or_none
from accelerator.web.refusals import Hidden
from accelerator.web.session import SAFE

View = Callable[..., ResponseReturnValue]


def public(view: View) -> View:
    """Mark a view that everybody may ask for, signed in or not."""
    view.guard = None  # type: ignore[attr-defined]
    return view


def one_click(view: View) -> View:
    """Mark a post that a mail program makes by itself; its address carries a signed token."""
    view.one_click = True  # type: ignore[attr-defined]
    return view


def allow(permission: Permission, *, subject: str | None = None) -> Callable[[View], View]:
    """Mark a view with its permission, and load the thing it is about.

    `subject` names a loader of `web/subjects.py`; the loaded thing replaces the loader's
    parameters of the URL as the keyword argument of that name.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            person = actor_or_none()
            if person is None:
                return sign_in_first()
            relation = Subject()
            if subject is not None:
                loaded = subjects.load(subject, person, arguments)
                if loaded is None:
                    raise NotFound
                arguments[subject], relation, view_permission = loaded
                g.subject = relation
                seen = can(view_permission, person, relation).allowed
                if not seen:
                    _hide(permission, person)
            require(permission, person, relation)
            return view(**arguments)

        guarded.guard = (permission, subject)  # type: ignore[attr-defined]
        return guarded

    return mark


def _hide(permission: Permission, person: Actor) -> None:
    """Keep what one may not see unknown: reading finds nothing, writing is refused.

    Seeing comes before every other permission, so that no answer to a wrong post can show more
    than the page itself would.
    """
    if request.method in SAFE:
        raise Hidden
    require(permission, person, Subject())
    raise Refused("refused", N_("This is open to: %(who)s."), who=gettext("nobody"))


def require(permission: Permission, person: Actor, relation: Subject | None = None) -> None:
    """Raise Refused, with the sentence that says who may, unless the person may."""
    decision = can(permission, person, relation)
    if not decision.allowed:
        who = gettext(", ").join(gettext(part) for part in decision.reason.split("|") if part)
        raise Refused("refused", N_("This is open to: %(who)s."), who=who or gettext("nobody"))


def may(permission: Permission, relation: Subject | None = None) -> bool:
    """Say in a template or route whether the person may; defaults to this page's subject."""
    person = actor_or_none()
    if person is None:
        return False
    return can(permission, person, relation or g.get("subject")).allowed


def sign_in_first() -> ResponseReturnValue:
    """Send to the sign-in page and back; what was typed is kept by the browser's own copy."""
    if request.method in SAFE:
        target = request.full_path if request.query_string else request.path
        return redirect(url_for("people.sign_in", next=target))
    if request.headers.get("Accept", "").startswith("application/json"):
        return {"sign_in": url_for("people.sign_in")}, 401
    from accelerator.web.errors import signed_out_page

    return signed_out_page()


def check_marked() -> None:
    """Refuse each view without a mark, and names nothing can have; runs before each request."""
    from flask import current_app

    if request.endpoint is None or request.endpoint == "static":
        return
    if not hasattr(current_app.view_functions[request.endpoint], "guard"):
        abort(403)
    if not is_storable(request.path):
        abort(404)
