"""The blueprint that both modules share."""

from flask import Blueprint

bp = Blueprint("inbox", __name__)
