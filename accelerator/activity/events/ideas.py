"""What happens to an idea and its team."""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class IdeaStarted(Event):
    """Somebody began a draft."""

    code: str


@dataclass(frozen=True, kw_only=True)
class IdeaEdited(Event):
    """Somebody wrote on an idea; recorded once an hour and person."""

    code: str


@dataclass(frozen=True, kw_only=True)
class IdeaSubmitted(Event):
    """A team handed its idea in for a gate."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "idea_submitted", actor_too=True, kind=Kind.DECISION, urgent=True),
        Hears(Receivers.MANAGERS, "idea_arrived", channels=("inbox", "hook"), kind=Kind.PROGRAMME),
    )

    code: str
    title: Bilingual
    stage: Bilingual
    promise_on: str
    version: int


@dataclass(frozen=True, kw_only=True)
class IdeaWithdrawn(Event):
    """The owner took the idea back. Its reviewers hear too, so the message names nobody."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.TEAM, "idea_withdrawn"),
        Hears(Receivers.MANAGERS, "idea_withdrawn"),
    )

    code: str
    title: Bilingual
    reason: str


@dataclass(frozen=True, kw_only=True)
class AudienceChosen(Event):
    """The owner said who may read the idea."""

    code: str
    audience: str


@dataclass(frozen=True, kw_only=True)
class TeamInvited(Event):
    """Somebody was asked into a team."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "team_invited", kind=Kind.NEWS, replies_to_actor=True),
    )

    code: str
    title: Bilingual
    invited_by: str


@dataclass(frozen=True, kw_only=True)
class InvitationAnswered(Event):
    """Somebody joined a team, or said no."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.OWNER, "invitation_answered", channels=("inbox",)),
    )

    code: str
    title: Bilingual
    member: str
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class MemberLeft(Event):
    """Somebody left a team by their own will."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.OWNER, "member_left", channels=("inbox",)),
    )

    code: str
    title: Bilingual
    member: str


@dataclass(frozen=True, kw_only=True)
class MemberRemoved(Event):
    """The owner took somebody out of the team, or took an invitation back."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.PERSON, "member_removed"),)

    code: str
    title: Bilingual


@dataclass(frozen=True, kw_only=True)
class OwnerChanged(Event):
    """The idea got another owner out of its team."""

    hears: ClassVar[tuple[Hears, ...]] = (Hears(Receivers.TEAM, "owner_changed"),)

    code: str
    title: Bilingual
    owner: str


@dataclass(frozen=True, kw_only=True)
class FileAttached(Event):
    """A file was added to an idea."""

    code: str
    name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileRemoved(Event):
    """A file was taken out of an idea; what was handed in with it keeps it."""

    code: str
    name: str
