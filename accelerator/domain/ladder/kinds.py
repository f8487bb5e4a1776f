"""What can be due, the house's ladder for each kind, and what a programme may set instead.

An idle idea counts from the last day on which its team did something, everything else from the
day on which it is due, comes back, or falls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accelerator.domain.errors import DomainError
from accelerator.domain.ladder.steps import Channel, Receiver, Step, Unit, at
from accelerator.domain.notices import Kind
from accelerator.domain.wording import line_errors
from accelerator.i18n import N_


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps for one kind; `optional` says whether people may turn it off for themselves."""

    steps: tuple[Step, ...]
    optional: bool = True

    @property
    def reach(self) -> int:
        """Return how many days before the due day, at most, its first step can fall."""
        return max((_at_most(step) for step in self.steps if step.offset_days < 0), default=0)


def _at_most(step: Step) -> int:
    """Return how many days before the due day a step can fall at most, long holidays in between."""
    days = -step.offset_days
    return days * 2 + 14 if step.unit is Unit.WORKING else days


_OWNER, _LEAD, _MANAGER, _LINE = (
    Receiver.OWNER, Receiver.LEAD, Receiver.MANAGER, Receiver.LINE,
)  # fmt: skip
_WORKING = Unit.WORKING


def _usual(first: Receiver, then: Receiver, last: Receiver) -> tuple[Step, ...]:
    """Return a week before, the day before and the day itself; then who else hears that it is late.

    >>> [step.key for step in _usual(Receiver.OWNER, Receiver.LEAD, Receiver.MANAGER)][2:]
    ['+0calendar:owner', '+3working:lead', '+5working:manager']
    """
    return (at(-7, first), at(-1, first), at(0, first), at(3, then, _WORKING),
            at(5, last, _WORKING))  # fmt: skip


DEFAULTS: Mapping[Kind, Ladder] = {
    Kind.MILESTONE: Ladder(_usual(_OWNER, _LEAD, _MANAGER)),
    # A hidden reviewer stays hidden: the reviewer hears in the lead's place (ADR 0005).
    Kind.REVIEW: Ladder(_usual(_OWNER, _OWNER, _MANAGER)),
    Kind.GATE: Ladder(_usual(_MANAGER, _LEAD, _MANAGER)),
    Kind.INFORMATION: Ladder(_usual(_LEAD, _LEAD, _MANAGER)),
    Kind.IDLE: Ladder((at(30, _LEAD), at(90, _LEAD))),
    Kind.EVIDENCE: Ladder((at(-30, _LEAD), at(-7, _LEAD))),
    # A parked idea comes back on its day; there is nothing to be late with.
    Kind.PARKED: Ladder((at(0, _LEAD), at(0, _MANAGER))),
}
RECEIVERS: Mapping[Kind, tuple[Receiver, ...]] = {
    Kind.MILESTONE: (_OWNER, _LEAD, _LINE, _MANAGER),
    Kind.REVIEW: (_OWNER, _MANAGER),
    Kind.GATE: (_LEAD, _MANAGER),
    Kind.INFORMATION: (_LEAD, _LINE, _MANAGER),
    Kind.IDLE: (_LEAD, _MANAGER),
    Kind.EVIDENCE: (_LEAD, _MANAGER),
    Kind.PARKED: (_LEAD, _MANAGER),
}
KINDS = tuple(DEFAULTS)
MOST_STEPS = 12
EARLIEST, LATEST = -90, 365  # days
LEAST_IDLE, MOST_IDLE = 30, 1000  # days without activity until an idea is parked

PLACEHOLDERS: dict[str, str] = {
    "title": N_("the title of the idea"),
    "code": N_("its code"),
    "day": N_("the day it is due"),
    "name": N_("the name of the milestone"),
    "who": N_("who has it in hand"),
    "programme": N_("the name of the programme"),
    "parks": N_("the day on which it will be parked"),
    "dimension": N_("the dimension of readiness"),
    "points": N_("by how many points it falls"),
}
_ABOUT_IDEA = ("title", "code", "day", "programme")
_MORE: Mapping[Kind, tuple[str, ...]] = {
    Kind.MILESTONE: ("name", "who"),
    Kind.REVIEW: ("who",),
    Kind.IDLE: ("parks",),
    Kind.EVIDENCE: ("dimension", "points"),
}


def placeholders(kind: Kind, to: Receiver) -> tuple[str, ...]:
    """Return the placeholders of a step's words. A line manager is told of no idea by its name.

    >>> placeholders(Kind.MILESTONE, Receiver.LINE)
    ('who', 'day', 'programme')
    """
    if to is Receiver.LINE:
        return ("who", "day", "programme")
    return _ABOUT_IDEA + _MORE.get(kind, ())


class UnsoundLadder(DomainError):
    """A ladder cannot be used as it is; `errors` has one error for each field."""

    def __init__(self, errors: Sequence[DomainError]) -> None:
        super().__init__("ladder_unsound", N_("Something is wrong with these steps."))
        self.errors = tuple(errors)


def require_sound(kind: Kind, steps: Sequence[Step], *, idle_days: int) -> None:
    """Raise UnsoundLadder unless a programme may use the steps; fields are numbered from 0."""
    errors: list[DomainError] = []

    def wrong(place: int, field: str, code: str, message: str, **values: object) -> None:
        errors.append(DomainError(code, message, field=f"steps-{place}-{field}", **values))

    if len(steps) > MOST_STEPS:
        errors.append(DomainError("steps", N_("At most %(most)s steps."), most=MOST_STEPS))
    seen: set[str] = set()
    for place, step in enumerate(steps):
        first, last = (1, idle_days - 1) if kind == Kind.IDLE else (EARLIEST, LATEST)
        if not first <= step.offset_days <= last:
            text = N_("Between %(first)s and %(last)s days.")
            wrong(place, "days", "days", text, first=first, last=last)
        if step.key in seen:
            wrong(place, "days", "twice", N_("The same step stands here twice."))
        seen.add(step.key)
        if step.to not in RECEIVERS[kind]:
            wrong(place, "to", "receiver", N_("Choose who hears."))
        if Channel.INBOX not in step.channels:  # it keeps what was told
            wrong(place, "channels", "channels", N_("The inbox always hears."))
        for language, text in step.words.as_dict().items():
            errors += line_errors(
                f"steps-{place}-words_{language}", text, placeholders(kind, step.to)
            )
    if errors:
        raise UnsoundLadder(errors)
