"""Kinds of notices, and on which channel one reaches somebody who chose how to hear of its kind."""

from collections.abc import Collection
from enum import StrEnum

from accelerator.domain.policy import Role


class Kind(StrEnum):
    """What a notice is about; people choose by kind how they hear of it."""

    ACCOUNT = "account"  # passwords and links: always by mail, whatever anybody chose
    DECISION = "decision"  # what was decided about one's own idea, and what it handed in
    INFORMATION = "information"
    MILESTONE = "milestone"
    REVIEW = "review"
    EVIDENCE = "evidence"
    GATE = "gate"  # promised answers, votes and meetings
    PARKED = "parked"
    IDLE = "idle"
    NEWS = "news"  # of one's ideas and their teams; what is not said otherwise
    PROGRAMME = "programme"  # what arrives in one's programme, and roles there
    WEEKLY = "weekly"  # the week's summary


class Choice(StrEnum):
    """How somebody wants to hear of a kind: each but `off` puts it into the inbox too."""

    MAIL = "mail"
    DAILY = "daily"
    INBOX = "inbox"
    OFF = "off"


INBOX, MAIL, DAILY, HOOK = "inbox", "mail", "daily", "hook"

_OF_EVERYBODY = (
    Kind.DECISION, Kind.INFORMATION, Kind.MILESTONE, Kind.EVIDENCE, Kind.IDLE, Kind.PARKED,
    Kind.NEWS,
)  # fmt: skip
_OF_ROLES = {
    Role.REVIEWER: (Kind.REVIEW,),
    Role.SPONSOR: (Kind.WEEKLY,),
    Role.MANAGER: (Kind.REVIEW, Kind.GATE, Kind.PROGRAMME, Kind.WEEKLY),
}
# What a channel of a chat program may hear of: nothing that only one person should know.
OF_HOOKS = (Kind.DECISION, Kind.PROGRAMME, Kind.GATE, Kind.REVIEW, Kind.MILESTONE, Kind.PARKED)


def kinds_for(roles: Collection[Role]) -> tuple[Kind, ...]:
    """Return the kinds that somebody with these roles hears of, in the order of the enumeration.

    >>> Kind.WEEKLY in kinds_for({Role.SPONSOR}), Kind.GATE in kinds_for({Role.REVIEWER})
    (True, False)
    """
    heard = set(_OF_EVERYBODY).union(*(_OF_ROLES.get(role, ()) for role in roles))
    return tuple(kind for kind in Kind if kind in heard)


def choices(kind: Kind, *, optional: bool = True) -> tuple[Choice, ...]:
    """Return what somebody may choose for a kind; `optional` says that they may go without it.

    >>> choices(Kind.DECISION), choices(Kind.WEEKLY)
    ((<Choice.MAIL: 'mail'>, <Choice.DAILY: 'daily'>, <Choice.INBOX: 'inbox'>), \
(<Choice.MAIL: 'mail'>, <Choice.OFF: 'off'>))
    """
    if kind is Kind.ACCOUNT:
        return ()
    if kind is Kind.WEEKLY:
        return (Choice.MAIL, Choice.OFF)
    if kind is Kind.DECISION:
        return (Choice.MAIL, Choice.DAILY, Choice.INBOX)
    return tuple(Choice) if optional else (Choice.MAIL, Choice.DAILY)


def route(channel: str, *, kind: Kind, urgent: bool, choice: str | None) -> str | None:
    """Return the channel on which a notice for a channel really goes; None when it is not wanted.

    What is urgent is mailed at once, all else waits for the day's one message, unless the person
    chose otherwise. `choice` is None where they chose nothing.

    >>> route("mail", kind=Kind.MILESTONE, urgent=False, choice=None)
    'daily'
    >>> route("mail", kind=Kind.DECISION, urgent=True, choice="inbox") is None
    True
    """
    if kind is Kind.ACCOUNT or channel not in (INBOX, MAIL):
        return channel
    if choice == Choice.OFF:
        return None
    if channel == INBOX:
        return INBOX
    if choice is None:
        return MAIL if urgent else DAILY
    return {Choice.MAIL: MAIL, Choice.DAILY: DAILY, Choice.INBOX: None}[Choice(choice)]


def held_to(choice: str | None, kind: Kind, *, optional: bool) -> str | None:
    """Return a choice as far as the programme's rule lets it count; None is its own default.

    >>> held_to("off", Kind.MILESTONE, optional=False) is None
    True
    """
    return choice if choice in choices(kind, optional=optional) else None
