"""Where the pages of the designer are registered."""

from flask import Blueprint

bp = Blueprint("stages", __name__)
