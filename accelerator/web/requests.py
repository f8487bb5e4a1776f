"""What may be sent: addresses that can be looked for, and forms as small as ours are."""

from functools import cached_property
from typing import Any

import flask
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from accelerator.web.forms import is_storable
from accelerator.web.session import SAFE


class Request(flask.Request):
    """A request whose query holds only what can be looked for; anything else counts as nothing."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Return the query without the values that cannot be stored."""
        sent: Any = super().args.items(multi=True)
        return ImmutableMultiDict([(name, text) for name, text in sent if is_storable(text)])


def keep_small() -> None:
    """Refuse a form larger than any of ours: only files may be large. Runs before each request."""
    if flask.request.method in SAFE or flask.request.mimetype == "multipart/form-data":
        return
    flask.request.max_content_length = flask.request.max_form_memory_size
    most = flask.request.max_form_parts
    if most is not None and sum(map(len, flask.request.form.listvalues())) > most:
        raise RequestEntityTooLarge
