"""Random tokens at rest: the database keeps only their hash."""

import hashlib


def token_hash(token: str) -> str:
    r"""Hash a random token for storage; being random, it needs no salt.

    >>> len(token_hash("anything, even \udc80"))
    64
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
