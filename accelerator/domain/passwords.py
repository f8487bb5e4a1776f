"""Which passwords are accepted: long enough, not common, and not one's own name.

Source: NIST SP 800-63B: any character counts, no rules about mixtures, common ones refused.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

SHORTEST = 8
ADVISED = 15
LONGEST = 128
FEWEST_DIFFERENT = 4
SHORTEST_NAME = 4
_KEYS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz")


def normalised(password: str) -> str:
    """Return a password as it is hashed: the same whatever keyboard wrote it (NFKC).

    >>> normalised("ｐａｓｓ") == normalised("pass")
    True
    """
    return unicodedata.normalize("NFKC", password)


def check(password: str, *, about: Iterable[str], common: Collection[str]) -> None:
    """Raise DomainError at the field "password" unless it may be used.

    `about` holds the person's names and address; `common` the refused ones, in small letters.

    >>> check("correct horse", about=["Sato"], common={"password"})
    >>> check("password2027!", about=[], common={"password"})
    Traceback (most recent call last):
    accelerator.domain.errors.DomainError: password_common: This password is among the common ones.
    """
    text = normalised(password)
    plain = text.casefold()
    if len(text) < SHORTEST:
        raise _refused("short", N_("A password has at least %(least)s characters."), least=SHORTEST)
    if len(text) > LONGEST:
        raise _refused("long", N_("A password has at most %(most)s characters."), most=LONGEST)
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise _refused("unreadable", N_("This password has a character that cannot be read."))
    if len(set(plain)) < FEWEST_DIFFERENT or _is_run(plain) or _is_common(plain, common):
        raise _refused("common", N_("This password is among the common ones."))
    if any(name in plain for name in _names(about)):
        raise _refused("own_name", N_("A password must not hold your name or e-mail address."))


def _refused(code: str, message: str, **values: object) -> DomainError:
    return DomainError(f"password_{code}", message, field="password", **values)


def _is_common(plain: str, common: Collection[str]) -> bool:
    """Say whether a password, or what is left without digits and signs at its ends, is common."""
    stem = plain.strip("".join(char for char in set(plain) if not char.isalpha()))
    return plain in common or stem in common


def _is_run(plain: str) -> bool:
    """Say whether a password is a run along the keyboard, the alphabet or the digits."""
    return any(plain in keys * 3 or plain[::-1] in keys * 3 for keys in _KEYS)


def _names(about: Iterable[str]) -> set[str]:
    """Cut names and addresses into parts long enough to matter; Japanese names matter at two."""
    parts: set[str] = set()
    for text in about:
        name = normalised(text).casefold().split("@")[0]
        parts |= {name, *re.split(r"[\W_]+", name)}
    return {
        part
        for part in parts
        if len(part) >= SHORTEST_NAME or (len(part) > 1 and not part.isascii())
    }
