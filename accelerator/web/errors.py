"""What went wrong, in the person's language: what happened, that nothing was lost, what to do."""

import errno

from flask import Flask, Response, flash, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from accelerator import logs
from accelerator.domain.errors import DomainError, Refused, Stale
from accelerator.i18n import N_, gettext
from accelerator.storage.constraints import explain
from accelerator.web import refusals
from accelerator.web.identity import ask_nobody
from accelerator.web.session import refuse

log = logs.get("web")
# How the names of fields begin that are shown to nobody, not even to who typed them.
SECRETS = ("password", "old")

TEXTS: dict[int, tuple[str, str]] = {
    400: (N_("This request could not be read"), N_("Nothing was changed. Go back and try again.")),
    403: (N_("You may not do this"), N_("Nothing was changed. A programme manager can help.")),
    404: (
        N_("There is nothing to show here"),
        N_("The address may be wrong, or what it shows is not shared with you."),
    ),
    405: (N_("This cannot be done at this address"), N_("Nothing was changed.")),
    409: (N_("Somebody else was faster"), N_("Nothing was lost. Look at the page again.")),
    413: (N_("This file is too large"), N_("Nothing was saved. Choose a smaller file.")),
    422: (N_("This could not be done"), N_("Nothing was changed.")),
    429: (N_("Too many tries"), N_("Wait a little, then try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was half done. The fault was recorded; please try again later."),
    ),
    503: (
        N_("The product is busy or restarting"),
        N_("Nothing was half done. Please try again in a few seconds."),
    ),
}


def install(app: Flask) -> None:
    """Register the handlers; none shows a trace, each keeps the person's language."""
    app.register_error_handler(DomainError, domain_error)
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(StaleDataError, stale_row)
    app.register_error_handler(DBAPIError, database_error)
    app.register_error_handler(PoolTimeout, lambda _e: _unavailable())
    app.register_error_handler(OSError, system_error)
    app.register_error_handler(Exception, unexpected)


def wants_json() -> bool:
    """Say whether a script asks: autosave and the like."""
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == (
        "application/json"
    )


def page(status: int, *, detail: str = "") -> Response:
    """Answer with the error page, or with JSON when a script asks."""
    title, text = TEXTS.get(status, TEXTS[400 if status < 500 else 500])  # noqa: PLR2004
    if wants_json():
        response = make_response(
            {"error": gettext(title), "detail": detail or gettext(text)}, status
        )
    else:
        html = render_template(
            "error.html", status=status, title=gettext(title), text=gettext(text), detail=detail
        )
        response = make_response(html, status)
    if status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = "5"
    return response


def domain_error(error: DomainError) -> ResponseReturnValue:
    """Answer with the rule's own sentence; a stale edit shows both texts."""
    if isinstance(error, Stale):
        if wants_json():
            return {
                "error": gettext(error.message),
                "theirs": error.theirs,
                "mine": error.mine,
                "version": error.version,
            }, 409
        html = render_template("stale.html", error=error, message=gettext(error.message))
        return html, 409
    if isinstance(error, Refused):
        refusals.note()
    return page(error.status, detail=gettext(error.message, **error.values))


def signed_out_page() -> ResponseReturnValue:
    """Answer a post of somebody whose sign-in ended, with everything they typed still on it."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not name.startswith(("csrf_token", "_", *SECRETS))
    ]
    if wants_json():
        return {"sign_in": "/sign-in"}, 401
    # The page knows no labels here: sentences are shown, keys and numbers only travel along.
    words = [value for _name, value in fields if any(c.isspace() or c > "~" for c in value.strip())]
    html = render_template("signed_out.html", fields=fields, words=words, back=request.path)
    return html, 401


def csrf_error(_error: CSRFError) -> ResponseReturnValue:
    """A form without its token: mostly one that stood open while the sign-in ended.

    What another site made the browser post is not offered to be sent again, and the cookie that
    the browser held back on the way here is not replaced.
    """
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        answer = page(400)
        session.modified = False
        return answer
    return _with_status(signed_out_page(), 400)


def _with_status(answer: ResponseReturnValue, status: int) -> Response:
    response = make_response(answer)
    response.status_code = status
    return response


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer werkzeug's own errors in our words."""
    if error.code is None or error.code < 400:  # noqa: PLR2004
        return error.get_response()
    if isinstance(error, refusals.Hidden):
        refusals.note()
    response = page(error.code)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def stale_row(_error: StaleDataError) -> ResponseReturnValue:
    """Two requests changed the same row at once; this one was rolled back."""
    return page(409)


def database_error(error: DBAPIError) -> ResponseReturnValue:
    """A named constraint is the person's to mend; a lost database is ours, and passes."""
    if isinstance(error, IntegrityError):
        explained = explain(error)
        if explained is not None:
            return domain_error(explained)
    if isinstance(error, OperationalError) or error.connection_invalidated:
        log.warning("database unavailable", error=type(error.orig).__name__)
        return _unavailable()
    return unexpected(error)


def system_error(error: OSError) -> ResponseReturnValue:
    """A full disk passes like a lost database; everything else is a fault of ours."""
    if error.errno == errno.ENOSPC:
        log.error("disk full")
        return _unavailable()
    return unexpected(error)


def _unavailable() -> Response:
    ask_nobody()
    return page(503)


def unexpected(error: Exception) -> ResponseReturnValue:
    """Log the fault with its trace, show none; the view is named, as addresses can be secret."""
    log.error("unexpected", endpoint=request.endpoint, exc_info=error)
    return page(500)


def flash_error(error: DomainError) -> None:
    """Tell a rule's refusal on the next page, for buttons that have no form to return to."""
    refuse()
    flash(gettext(error.message, **error.values), "bad")
