"""The pages of cohorts."""

from accelerator.features.cohorts.routes import (
    eligibility,
    joining,
    late,
    launching,
    line,
    setting,
    showing,
)
from accelerator.features.cohorts.routes.blueprint import bp

__all__ = ["bp", "eligibility", "joining", "late", "launching", "line", "setting", "showing"]
