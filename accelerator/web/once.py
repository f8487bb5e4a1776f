"""A form posted twice makes one row and gets the same answer.

The form carries a fresh token; the first post inserts it in its own transaction, the second
waits for that transaction and is sent where the first one was sent.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select, update

from accelerator import clock
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import OncePost
from accelerator.web.forms import is_storable
from accelerator.web.identity import actor_or_none
from accelerator.web.session import db

FIELD = "_once"
LONGEST = 80


def once_token() -> str:
    """Return a fresh token for a form."""
    return secrets.token_urlsafe(18)


def once(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Let a post through once per token; place below `@allow`."""

    @wraps(view)
    def guarded(**arguments: Any) -> ResponseReturnValue:
        token = request.form.get(FIELD, "")[:LONGEST]
        if request.method != "POST" or not token or not is_storable(token):
            return view(**arguments)
        person = actor_or_none()
        key = f"{person.id if person else 0}:{token}"[:LONGEST]
        session = db()
        added = session.execute(
            insert_into(session, OncePost)
            .values(
                token=key,
                person_id=person.id if person else None,
                at=clock.now(),
                location=request.path,
            )
            .on_conflict_do_nothing()
            .returning(OncePost.token)
        ).scalar_one_or_none()
        if added is None:
            location = session.scalar(select(OncePost.location).where(OncePost.token == key))
            return redirect(location or request.path)
        answer = make_response(view(**arguments))
        if answer.location == request.path:
            return answer
        if answer.location:
            session.execute(
                update(OncePost).where(OncePost.token == key).values(location=answer.location)
            )
        else:
            session.execute(delete(OncePost).where(OncePost.token == key))
        return answer

    return guarded
