"""What is due from whom, and who is to hear of it; when it is done, nobody is."""

from accelerator.standing.dues.found import WAITING
from accelerator.standing.dues.owed import (
    Owed,
    coming,
    lines,
    notice_key,
    owed,
    still_due,
    tasks,
    told_of,
)
from accelerator.standing.dues.resting import Rest, Resting, over, resting
from accelerator.standing.dues.task import Task

__all__ = [
    "WAITING",
    "Owed",
    "Rest",
    "Resting",
    "Task",
    "coming",
    "lines",
    "notice_key",
    "over",
    "owed",
    "resting",
    "still_due",
    "tasks",
    "told_of",
]
