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

__all__ = [
    "CENTURY", "DEFAULT_POLICY", "FADING_DAYS", "HIGHEST", "LOWEST", "Assessment", "Combined",
    "Dimension", "Evidence", "Fall", "NextStep", "Part", "ReadinessPolicy", "Shortfall", "Vote",
    "assess", "combine", "shortfalls", "unmet",
]  # fmt: skip
