"""What an address may ask for: nothing that no database can look for."""

from functools import cached_property
from typing import Any

import flask
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from accelerator.web.forms import is_storable


class Request(flask.Request):
    """A request whose query holds only what can be looked for; anything else counts as nothing."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """Return the query without the values that cannot be stored."""
        sent: Any = super().args.items(multi=True)
        return ImmutableMultiDict([(name, text) for name, text in sent if is_storable(text)])
