"""What happens around people: signing in and out, passwords, roles, administration.

The audit log keeps no address of a person and no secret: `subject` names the person by key, and
mailed links travel in the delivery alone.
"""

from dataclasses import dataclass
from typing import ClassVar

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.notices import Kind


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event):
    """Somebody signed in; `address` is where from."""

    address: str


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event):
    """A password was wrong; the subject is empty when there is no such account."""

    address: str


@dataclass(frozen=True, kw_only=True)
class SignedOut(Event):
    """Somebody ended a sign-in: this browser's, another's, or all of them."""

    which: str


@dataclass(frozen=True, kw_only=True)
class AccessRefused(Event):
    """Somebody asked for what is not theirs; written by the web after the request rolled back."""

    endpoint: str
    method: str


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event):
    """Somebody got a link by which to set their first password."""


@dataclass(frozen=True, kw_only=True)
class PasswordResetAsked(Event):
    """Somebody asked for a link by which to set a new password."""

    address: str


@dataclass(frozen=True, kw_only=True)
class PasswordSet(Event):
    """A password was set for the first time, by invitation."""


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event):
    """A password was replaced; its owner hears, in case it was somebody else."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(
            Receivers.PERSON,
            "password_changed",
            channels=("mail",),
            urgent=True,
            actor_too=True,
            kind=Kind.ACCOUNT,
        ),
    )


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Event):
    """A person's own details were changed, by themselves or by an administrator."""

    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    """An administrator, the command or an import made an account."""


@dataclass(frozen=True, kw_only=True)
class PersonDisabled(Event):
    """An account was closed; it cannot sign in and all its sign-ins ended."""


@dataclass(frozen=True, kw_only=True)
class PersonEnabled(Event):
    """A closed account was opened again."""


@dataclass(frozen=True, kw_only=True)
class AdministratorMade(Event):
    """Somebody became an administrator."""


@dataclass(frozen=True, kw_only=True)
class AdministratorUnmade(Event):
    """Somebody is no administrator any more."""


@dataclass(frozen=True, kw_only=True)
class PeopleImported(Event):
    """An administrator brought people from a file."""

    added: int
    changed: int


@dataclass(frozen=True, kw_only=True)
class RoleGiven(Event):
    """Somebody became reviewer, manager or sponsor of a programme."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "role_given", kind=Kind.PROGRAMME),
    )

    role: str
    programme: Bilingual


@dataclass(frozen=True, kw_only=True)
class RoleTaken(Event):
    """Somebody is no longer reviewer, manager or sponsor of a programme."""

    hears: ClassVar[tuple[Hears, ...]] = (
        Hears(Receivers.PERSON, "role_taken", channels=("inbox",), kind=Kind.PROGRAMME),
    )

    role: str
    programme: Bilingual
