"""The blueprint, apart from the views that hang on it."""

from flask import Blueprint

bp = Blueprint("assignment", __name__)
