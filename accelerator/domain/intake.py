"""When a cohort takes ideas in: whole days of its own time zone, up to the end of the last one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any
from zoneinfo import ZoneInfo

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.workdays import due_instant
from accelerator.i18n import N_


@dataclass(frozen=True, slots=True)
class Intake:
    """The window in which a cohort takes ideas in, and how many it takes.

    `late_until` is the last day for one person who was given leave to come later. With a waiting
    list a full cohort takes ideas into its line.
    """

    opens_on: date
    closes_on: date
    zone: ZoneInfo
    capacity: int = 1
    preparing: bool = False
    waiting_list: bool = False
    late_until: date | None = None

    @property
    def last_on(self) -> date:
        """Return the last day on which whoever asks may hand in."""
        return max(self.closes_on, self.late_until or self.closes_on)

    @property
    def closes_at(self) -> datetime:
        """Return the last second of the last day, in UTC."""
        return due_instant(self.last_on, self.zone)

    def is_open(self, now: datetime) -> bool:
        """Say whether ideas may come in at a moment.

        >>> from datetime import UTC
        >>> tokyo = Intake(date(2027, 1, 1), date(2027, 1, 31), ZoneInfo("Asia/Tokyo"))
        >>> tokyo.is_open(datetime(2027, 1, 31, 14, 59, 59, tzinfo=UTC))
        True
        >>> tokyo.is_open(datetime(2027, 1, 31, 15, 0, tzinfo=UTC))
        False
        """
        today = now.astimezone(self.zone).date()
        return not self.preparing and self.opens_on <= today <= self.last_on

    def waits(self, taken: int) -> bool:
        """Say whether one more idea would wait in line, `taken` places being taken."""
        return self.waiting_list and taken >= self.capacity


def require_intake(intake: Intake, *, now: datetime, taken: int) -> None:
    """Raise DomainError unless the cohort takes one more idea now; `taken` counts those in it."""
    if intake.preparing or now.astimezone(intake.zone).date() < intake.opens_on:
        raise DomainError("intake_not_open", N_("The intake of this cohort has not opened yet."))
    if not intake.is_open(now):
        raise DomainError(
            "intake_closed",
            N_(
                "The intake of this cohort has closed. Your draft is kept; ask the programme "
                "manager which cohort comes next."
            ),
        )
    if taken >= intake.capacity and not intake.waiting_list:
        raise DomainError(
            "cohort_full",
            N_(
                "This cohort is full: it takes %(capacity)s ideas, and all places are taken. "
                "Your draft is kept; ask the programme manager."
            ),
            capacity=intake.capacity,
        )


class Said(StrEnum):
    """The answer to a question about eligibility."""

    YES = auto()
    NO = auto()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A yes-or-no question of a cohort; an idea comes in with the answer `wanted` only.

    `refusal` is what a team reads that answered otherwise.
    """

    key: str
    question: Bilingual
    wanted: Said
    refusal: Bilingual

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Requirement":
        """Read one entry of a cohort's list."""
        return cls(
            str(stored["key"]),
            Bilingual.of(stored["question"]),
            Said(stored["wanted"]),
            Bilingual.of(stored.get("refusal") or {}),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as it is stored."""
        return {
            "key": self.key, "question": self.question.as_dict(), "wanted": str(self.wanted),
            "refusal": self.refusal.as_dict(),
        }  # fmt: skip


def unanswered(asked: Sequence[Requirement], answers: Mapping[str, str]) -> Iterator[Requirement]:
    """Yield the questions without an answer."""
    return (one for one in asked if answers.get(one.key) not in set(Said))


def unmet(asked: Sequence[Requirement], answers: Mapping[str, str]) -> Iterator[Requirement]:
    """Yield the questions whose answer keeps the idea out."""
    return (
        one for one in asked if answers.get(one.key) in set(Said) and answers[one.key] != one.wanted
    )


def require_eligible(asked: Sequence[Requirement], answers: Mapping[str, str]) -> None:
    """Raise DomainError unless every question was answered as the cohort wants it."""
    if next(unanswered(asked, answers), None) is not None:
        raise DomainError(
            "eligibility_unanswered", N_("Answer first whether the idea suits this cohort.")
        )
    if next(unmet(asked, answers), None) is not None:
        raise DomainError(
            "not_eligible", N_("By your answers this idea does not suit this cohort.")
        )
