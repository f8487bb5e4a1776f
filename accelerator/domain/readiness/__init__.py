"""Commercialisation readiness: six proven levels, one score, and everything that explains it."""

from accelerator.domain.readiness.assessing import (
    FADING_DAYS,
    Assessment,
    Combined,
    Fall,
    NextStep,
    Part,
    Shortfall,
    assess,
    combine,
    shortfalls,
    unmet,
)
from accelerator.domain.readiness.changes import Change, changes
from accelerator.domain.readiness.model import (
    CENTURY,
    DEFAULT_POLICY,
    HIGHEST,
    LOWEST,
    Dimension,
    Evidence,
    ReadinessPolicy,
    Vote,
)
from accelerator.domain.readiness.moves import Move, Moves, moves
from accelerator.domain.readiness.wording import (
    PARTS,
    DimensionText,
    LevelText,
    changed_levels,
    differing,
    require_worded,
    worded,
)

__all__ = [
    "CENTURY", "DEFAULT_POLICY", "FADING_DAYS", "HIGHEST", "LOWEST", "PARTS", "Assessment",
    "Change", "Combined", "Dimension", "DimensionText", "Evidence", "Fall", "LevelText", "Move",
    "Moves", "NextStep", "Part", "ReadinessPolicy", "Shortfall", "Vote", "assess",
    "changed_levels", "changes", "combine", "differing", "moves", "require_worded", "shortfalls",
    "unmet", "worded",
]  # fmt: skip
