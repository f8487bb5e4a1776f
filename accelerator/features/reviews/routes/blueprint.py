"""Where the pages of reviewing are registered."""

from flask import Blueprint

bp = Blueprint("reviews", __name__)
