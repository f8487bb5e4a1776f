"""What the pages of a round's progress show."""

from accelerator.features.progress.queries.ahead import ahead_page
from accelerator.features.progress.queries.late import late_reviewers
from accelerator.features.progress.queries.lists import Narrowed, progress_page

__all__ = ["Narrowed", "ahead_page", "late_reviewers", "progress_page"]
