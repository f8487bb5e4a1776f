"""What managers change in the chat channels of a programme."""

from dataclasses import dataclass

from accelerator.activity.events.base import Event, Hears, Receivers
from accelerator.domain.notices import Kind

TEST = Hears(Receivers.HOOKS, "hook_test", channels=("hook",), kind=Kind.PROGRAMME)


@dataclass(frozen=True, kw_only=True)
class HookAdded(Event):
    """A channel of a chat program hears of a programme from now on; its address is a secret."""

    name: str
    host: str
    kinds: list[str]


@dataclass(frozen=True, kw_only=True)
class HookStopped(Event):
    """A channel hears no more."""

    name: str


@dataclass(frozen=True, kw_only=True)
class HookTested(Event):
    """A manager sent a test message to a channel."""

    name: str
