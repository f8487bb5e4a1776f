"""Constants in the text of a query, where a parameter would hide them from who plans it."""

from sqlalchemy import ColumnElement, literal_column


def spelled(value: str) -> ColumnElement[str]:
    """Write a constant of ours into the text of a query.

    A partial index serves only where the text proves that it may. PostgreSQL keeps one plan for a
    query asked often, whatever its parameters, if that plan looks no dearer than one for the
    values at hand: a rare state must be seen to be rare.

    >>> str(spelled("draft"))
    "'draft'"
    """
    if not value.replace("_", "").isalpha():
        raise ValueError(value)
    return literal_column(f"'{value}'")
