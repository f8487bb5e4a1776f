"""The blueprint of meetings."""

from flask import Blueprint

bp = Blueprint("meetings", __name__, url_prefix="/cohorts/<cohort_code>/<stage_key>/meeting")
