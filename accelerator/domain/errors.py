"""What the rules raise: a code, a sentence for the person, and the field it belongs to."""


class DomainError(Exception):
    """A rule was broken; nothing was changed. `message` is translated where it is shown."""

    status = 422

    def __init__(
        self, code: str, message: str, *, field: str | None = None, **values: object
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.field = field
        self.values = values


class Refused(DomainError):
    """The person may not do this; the message says who may."""

    status = 403


class Stale(DomainError):
    """Somebody else changed the same thing meanwhile; both texts are kept.

    `theirs` and `mine` map field names to texts, so that the page can show them side by side;
    `labels` says what each field is called, in the person's language.
    """

    status = 409

    def __init__(
        self,
        code: str,
        message: str,
        *,
        theirs: dict[str, str],
        mine: dict[str, str],
        version: int | str,
        labels: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.labels = labels or {}
        self.theirs = theirs
        self.mine = mine
        self.version = version
