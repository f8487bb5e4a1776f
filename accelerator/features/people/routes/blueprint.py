"""The one blueprint of the feature, on which its pages hang."""

from flask import Blueprint

bp = Blueprint("people", "accelerator.features.people")
