"""Where the bytes of attachments lie: a folder, or an object store that obstore knows.

Its library takes 4 MiB, so it is loaded when the first file comes or goes.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CHUNK = 256 * 1024


class StoreFull(Exception):
    """The store could not take a file; nothing of it is left there."""


class Missing(Exception):
    """The store has no file under a key."""


def put(url: str, key: str, file: IO[bytes]) -> None:
    """Store a file whole, or raise StoreFull and store nothing."""
    import obstore
    from obstore.exceptions import BaseError
    from obstore.store import LocalStore

    try:
        store = _open(url)
        obstore.put(store, key, file)
        if isinstance(store, LocalStore):
            _to_disk(_folder(url) / key)
    except (BaseError, OSError) as error:
        with suppress(BaseError, OSError):
            delete(url, key)
        raise StoreFull from error


def get(url: str, key: str) -> Iterator[bytes]:
    """Return a file piece by piece; raise Missing at once when it is not there."""
    import obstore

    try:
        return iter(obstore.get(_open(url), key).stream(min_chunk_size=CHUNK))
    except OSError as error:
        raise Missing from error


def delete(url: str, key: str) -> None:
    """Remove a file; one that is not there is as good as removed."""
    import obstore

    with suppress(FileNotFoundError):
        obstore.delete(_open(url), key)


@lru_cache
def _open(url: str) -> "ObjectStore":
    from obstore.store import LocalStore, from_url

    if urlsplit(url).scheme == "file":
        return LocalStore(_folder(url), mkdir=True)
    return from_url(url)


def _folder(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def _to_disk(path: Path) -> None:
    with path.open("rb") as stored:
        os.fsync(stored.fileno())
