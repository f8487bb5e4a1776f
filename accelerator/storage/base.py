"""The declarative base: constraint names that can be translated, and bilingual columns."""

from typing import Any

from sqlalchemy import MetaData, String, Text
from sqlalchemy.orm import Composite, DeclarativeBase, composite, mapped_column

from accelerator.domain.bilingual import Bilingual

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table; no relationship loads by itself."""

    metadata = MetaData(naming_convention=NAMES)


def bilingual(name: str, *, long: bool = False) -> Composite[Any]:
    """Map two columns, `<name>_ja` and `<name>_en`, to one Bilingual value."""
    kind = Text if long else String(400)
    return composite(
        Bilingual,
        mapped_column(f"{name}_ja", kind, default="", server_default="", nullable=False),
        mapped_column(f"{name}_en", kind, default="", server_default="", nullable=False),
    )
