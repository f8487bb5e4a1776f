"""The blueprint of milestones."""

from flask import Blueprint

bp = Blueprint("milestones", __name__)
