"""Results kept in the process as long as nothing they rest on has changed."""

import ctypes
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Pool
from sqlalchemy.orm import Session

T = TypeVar("T")
_LIBC = ctypes.CDLL(None)


def _give_back() -> None:
    """Give what a large computation freed back to the system; glibc would hold on to it."""
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)


class Kept(Generic[T]):
    """The last few results of each database, found by a digest of all that they rest on.

    A result out of date is never found, because what it rested on gave another digest.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._found: WeakKeyDictionary[Pool, OrderedDict[Hashable, T]] = WeakKeyDictionary()

    def get(self, session: Session, digest: Hashable, compute: Callable[[], T]) -> T:
        """Return what was computed for this digest, or compute it now."""
        pool = session.get_bind().engine.pool  # what reads and what writes share it
        with self._lock:
            found = self._found.setdefault(pool, OrderedDict())
            if digest in found:
                found.move_to_end(digest)
                return found[digest]
        result = compute()
        _give_back()
        with self._lock:
            found[digest] = result
            while len(found) > self._most:
                found.popitem(last=False)
        return result

    def forget(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._found.clear()
