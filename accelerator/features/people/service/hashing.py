"""Passwords at rest: argon2id, 19 MiB, two passes, one lane (OWASP's smallest advised)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accelerator.domain import passwords

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# The hash of a password nobody has: checking against it takes as long as checking a real one.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$klnoQrLeuM/6ujLR9ILgWQ$"
    "7BpCBpHXohyTvVLt3rlqQj3OVhihyfo3cOXUsbz4Stg"
)


def hash_of(password: str) -> str:
    """Return what is stored for a password."""
    return _hasher.hash(passwords.normalised(password))


def matches(stored: str | None, password: str) -> bool:
    """Say whether a password is the stored one; without a stored one, take as long to say no."""
    try:
        return _hasher.verify(stored or _NOBODY, passwords.normalised(password)) and bool(stored)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def outdated(stored: str) -> bool:
    """Say whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)
