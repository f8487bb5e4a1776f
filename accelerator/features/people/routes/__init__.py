"""The pages about people, in the order a person meets them."""

from accelerator.features.people.routes import administration, door, keys, own, roles
from accelerator.features.people.routes.blueprint import bp

__all__ = ["administration", "bp", "door", "keys", "own", "roles"]
