"""What the levels of readiness mean in a programme, and the rows its own wording lies in."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from accelerator import content
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.readiness import Dimension, DimensionText, worded
from accelerator.storage.tables import ReadinessModel
from accelerator.storage.types import Moment

_MODEL = (
    select(ReadinessModel)
    .where(
        ReadinessModel.programme_id == bindparam("programme"),
        ReadinessModel.made_at <= bindparam("as_of", type_=Moment),
    )
    .order_by(ReadinessModel.number.desc())
    .limit(1)
)


@lru_cache
def house_texts() -> tuple[DimensionText, ...]:
    """Return the house's wording of all dimensions and levels."""
    return worded(content.load("readiness"), {})


def texts_of(own: Mapping[str, Any] | None) -> tuple[DimensionText, ...]:
    """Return the wording of a programme, from what it words in its own way."""
    return worded(content.load("readiness"), own) if own else house_texts()


def name_of(dimension: Dimension) -> Bilingual:
    """Return how a dimension is called, the same in every programme."""
    return next(text.name for text in house_texts() if text.dimension is dimension)


def model_at(session: Session, programme_id: int, as_of: datetime) -> ReadinessModel | None:
    """Return the policy and wording that held at a moment; None: the house's own."""
    return session.scalars(_MODEL, {"programme": programme_id, "as_of": as_of}).one_or_none()
