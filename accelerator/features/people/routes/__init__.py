"""The pages about people, in the order a person meets them."""

from accelerator.features.people.routes import door, keys, own
from accelerator.features.people.routes.blueprint import bp

__all__ = ["bp", "door", "keys", "own"]
