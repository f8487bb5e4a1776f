"""Where the pages of programmes as templates are registered."""

from flask import Blueprint

bp = Blueprint("outlines", __name__)
