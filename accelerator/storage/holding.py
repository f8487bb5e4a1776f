"""Rows by a word that one of their texts holds, in any case; `%` and `_` are signs like others."""

from typing import Any

from sqlalchemy import ColumnElement, or_


def holding(word: str, *columns: Any) -> ColumnElement[bool]:
    """Ask that one of the columns holds the word."""
    return or_(*(column.icontains(word, autoescape=True) for column in columns))
