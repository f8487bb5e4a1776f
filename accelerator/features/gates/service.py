"""What the pages of a gate do; the decisions themselves are made in `deciding`."""

from accelerator.deciding import announce, decide, undo

__all__ = ["announce", "decide", "undo"]
