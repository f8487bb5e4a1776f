"""Where the views of a gate are kept together."""

from datetime import datetime
from typing import Any

from flask import Blueprint, url_for

from accelerator.i18n import formats
from accelerator.web.identity import actor

bp = Blueprint("gates", __name__)


def gate_url(cohort: Any, stage: Any, **values: Any) -> str:
    """Return the address of a gate's list."""
    return url_for("gates.show", cohort_code=cohort.code, stage_key=stage.key, **values)


def moment(at: datetime) -> str:
    """Return a moment on the person's own clock."""
    return formats.moment(at, actor().time_zone)
