"""A person's notices: what happened, in their language, each leading to its page."""
