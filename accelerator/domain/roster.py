"""People from a table: who is new, who changes, and what is wrong in which row.

People are known by their e-mail address, so importing the same file again changes nothing. An
empty cell leaves what is known as it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from accelerator.domain.errors import DomainError
from accelerator.domain.people import LABELS, Details, checked, differences, email_of, skills_of
from accelerator.domain.tabular import Row, RowError, Sheet, folded
from accelerator.i18n import N_

HEADINGS: dict[str, tuple[str, ...]] = {
    "email": ("email", "e-mail address", "mail", "メールアドレス", "メール"),
    "family_name": ("family name", "last name", "surname", "姓", "氏"),
    "given_name": ("given name", "first name", "名"),
    "family_reading": ("family name reading", "family reading", "せい", "姓ふりがな", "姓カナ"),
    "given_reading": ("given name reading", "given reading", "めい", "名ふりがな", "名カナ"),
    "department": ("department", "部署", "所属"),
    "line_manager": ("line manager", "manager", "上長", "上司"),
    "skills": ("skills", "専門分野", "スキル"),
    "language": ("language", "言語"),
    "time_zone": ("time zone", "タイムゾーン"),
    "country": ("country", "国"),
}
LANGUAGES = {"ja": ("ja", "japanese", "日本語"), "en": ("en", "english", "英語")}

_FIELD = {folded(heading): field for field, names in HEADINGS.items() for heading in names}
_LANGUAGE = {folded(name): code for code, names in LANGUAGES.items() for name in names}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that adds somebody (`before` is None) or changes them."""

    row: int
    details: Details
    before: Details | None = None

    @property
    def changes(self) -> tuple[str, ...]:
        """Name the fields that change."""
        return () if self.before is None else differences(self.before, self.details)


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file would do. With any error nothing may be done."""

    added: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    unchanged: int = 0
    ignored: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()


def addresses(sheet: Sheet) -> set[str]:
    """Return every e-mail address a file names, people and line managers, as they are kept."""
    columns = {heading: _FIELD.get(folded(heading)) for heading in sheet.headings}
    found = set()
    for row in sheet.rows:
        for heading, field in columns.items():
            if field in ("email", "line_manager"):
                try:
                    found.add(email_of(row.cells[heading]))
                except DomainError:
                    continue
    return found


def read(
    sheet: Sheet,
    known: Mapping[str, Details],
    *,
    zones: Collection[str],
    countries: Collection[str],
) -> Roster:
    """Compare a table with the people known by address; each wrong cell is an error of its row."""
    errors = list(sheet.errors) or list(_column_errors(sheet.headings))
    if errors:
        return Roster(errors=tuple(errors))
    entries: dict[str, Entry] = {}
    for row in sheet.rows:
        try:
            entry = _entry(row, known, zones, countries)
        except DomainError as error:
            errors.append(_row_error(row.number, error))
            continue
        first = entries.setdefault(entry.details.email, entry)
        if first is not entry:
            errors.append(
                RowError(
                    row.number,
                    N_("This address stands in row %(row)s already."),
                    {"row": first.row, "label": LABELS["email"]},
                )
            )
    errors += _manager_errors(entries, known)
    changed = [entry for entry in entries.values() if entry.changes]
    added = [entry for entry in entries.values() if entry.before is None]
    return Roster(
        added=tuple(added),
        changed=tuple(changed),
        unchanged=len(entries) - len(changed) - len(added),
        ignored=tuple(h for h in sheet.headings if folded(h) not in _FIELD),
        errors=tuple(sorted(errors, key=lambda error: error.row)),
    )


def _column_errors(headings: Sequence[str]) -> Iterator[RowError]:
    fields = [_FIELD[folded(heading)] for heading in headings if folded(heading) in _FIELD]
    if "email" not in fields:
        yield RowError(1, N_("A column with the heading “email” is missing."))
    for field in dict.fromkeys(fields):
        if fields.count(field) > 1:
            yield RowError(
                1, N_("Two columns say the same: %(name)s."), {"name": HEADINGS[field][0]}
            )


def _entry(
    row: Row, known: Mapping[str, Details], zones: Collection[str], countries: Collection[str]
) -> Entry:
    said = {
        _FIELD[folded(heading)]: cell
        for heading, cell in row.cells.items()
        if cell and folded(heading) in _FIELD
    }
    email = email_of(said.pop("email", ""))
    before = known.get(email)
    details = before or Details(email=email, family_name="")
    if skills := said.pop("skills", ""):
        details = replace(details, skills=skills_of(skills))
    if language := said.get("language"):
        said["language"] = _LANGUAGE.get(folded(language), language)
    if country := said.get("country"):
        said["country"] = country.upper()
    if manager := said.get("line_manager"):
        said["line_manager"] = _manager(manager, email)
    return Entry(
        row.number,
        checked(replace(details, **said), zones=zones, countries=countries),  # type: ignore[arg-type]
        before,
    )


def _manager(text: str, own: str) -> str:
    try:
        found = email_of(text)
    except DomainError as error:
        raise DomainError(error.code, error.message, field="line_manager") from error
    if found == own:
        raise DomainError(
            "own_manager", N_("Nobody is their own line manager."), field="line_manager"
        )
    return found


def _manager_errors(
    entries: Mapping[str, Entry], known: Mapping[str, Details]
) -> Iterator[RowError]:
    for entry in entries.values():
        manager = entry.details.line_manager
        kept = entry.before is not None and manager == entry.before.line_manager
        if manager and not kept and manager not in known and manager not in entries:
            yield RowError(
                entry.row,
                N_("The line manager %(email)s is neither known nor in the file."),
                {"email": manager, "label": LABELS["line_manager"]},
            )


def _row_error(number: int, error: DomainError) -> RowError:
    """Say which column is meant; `label` is translated where the error is shown."""
    return RowError(
        number,
        error.message,
        dict(error.values, **({"label": LABELS[error.field]} if error.field else {})),
    )
