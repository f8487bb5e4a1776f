"""The blueprint that the route modules fill."""

from flask import Blueprint

bp = Blueprint("readiness", __name__)
