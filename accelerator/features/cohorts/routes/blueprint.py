"""The blueprint that all pages of cohorts hang on."""

from flask import Blueprint

bp = Blueprint("cohorts", __name__)
