"""How messages leave for channels of chat programs: one call, no redirects, a short patience."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from accelerator.activity.post import Refused, TryLater

TIMEOUT = 10.0
_BUSY = {408, 425, 429}


def call(url: str, payload: dict[str, Any]) -> None:
    """Post JSON to an address; raise TryLater or Refused when it was not taken."""
    parts = urlsplit(url)
    made = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = made(parts.hostname or "", parts.port, timeout=TIMEOUT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = json.dumps(payload, ensure_ascii=False).encode()
    try:
        line.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
        answer = line.getresponse()
        said = answer.read(400).decode("utf-8", "replace").replace("\x00", "")
    except (OSError, http.client.HTTPException) as error:
        raise TryLater(type(error).__name__, server=True) from error
    except ValueError as error:  # a name that no name server can be asked for
        raise Refused(type(error).__name__) from error
    finally:
        line.close()
    if 200 <= answer.status < 300:  # noqa: PLR2004
        return
    text = " ".join(f"{answer.status} {said}".split())[:300]
    if answer.status in _BUSY or answer.status >= 500:  # noqa: PLR2004
        raise TryLater(text, server=True)
    raise Refused(text)
