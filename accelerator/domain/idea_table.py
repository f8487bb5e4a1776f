"""Ideas from a table: which column goes where, what each row says, and what is new in it.

A column goes to the title, the summary, the external number, the owner's address, or a question;
several columns may go to one text, where each after the first begins with its heading. An idea is
known by its external number, or by its title where the table has no number, so that importing the
same table again finds everything known. What the table has no word about stays empty.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s

from accelerator.domain.answers import (
    WRITTEN,
    Asked,
    Given,
    Kind,
    lack_of,
    lacks_of,
    lacks_of_head,
    written_in,
)
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.people import email_of
from accelerator.domain.tabular import Row, RowError, Sheet, folded
from accelerator.i18n import N_

LEFT_OUT, TITLE, SUMMARY, NUMBER, OWNER = "", "title", "summary", "external_id", "owner"
LABELS = {
    TITLE: Bilingual("タイトル", "Title"),
    SUMMARY: Bilingual("概要", "Summary"),
    NUMBER: Bilingual("外部番号", "External number"),
    OWNER: Bilingual("起案者のメールアドレス", "Owner's e-mail address"),
}
LONGEST_TITLE, LONGEST_NUMBER, LONGEST_TEXT = 400, 80, 100_000

_HEADINGS = {
    TITLE: ("title", "name", "idea", "タイトル", "題名", "件名", "名称", "アイデア名"),
    SUMMARY: ("summary", "abstract", "pitch", "概要", "要約"),
    NUMBER: (
        "external id",
        "external number",
        "id",
        "number",
        "no",
        "番号",
        "外部番号",
        "管理番号",
    ),
    OWNER: (
        "owner",
        "owner e-mail",
        "e-mail",
        "mail",
        "起案者",
        "提案者",
        "メール",
        "メールアドレス",
    ),
}
_ENDS = re.compile(r"[,;、，；\n]")


@dataclass(frozen=True, slots=True)
class Order:
    """What the manager chose: where each column goes, and who owns ideas without an owner."""

    targets: tuple[str, ...]
    owner: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as an idea. `answers` holds what the table says something about."""

    row: int
    external_id: str
    owner: str
    language: str
    title: Bilingual
    summary: Bilingual
    answers: Mapping[str, Given] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a table as ideas. With any error nothing may be imported."""

    entries: tuple[Entry, ...] = ()
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """In how many ideas a text that is asked for is empty, or longer than its limit."""

    label: Bilingual
    empty: int
    too_long: int


@dataclass(frozen=True, slots=True)
class Known:
    """An idea that is in the cohort already, as it stands now."""

    code: str
    title: Bilingual
    summary: Bilingual
    answers: Mapping[str, Given]


def target_of(asked: Asked) -> str:
    """Return the target that stands for a question."""
    return f"answer_{asked.key}"


def fits_a_cell(asked: Asked) -> bool:
    """Say whether a cell can answer a question: people, files and tables wait for the team."""
    return asked.kind not in (Kind.PERSON, Kind.FILE, Kind.TABLE)


def guess(headings: Sequence[str], questions: Sequence[Asked]) -> tuple[str, ...]:
    """Return where each column probably goes; each target at most once, all others left out.

    >>> guess(["ID", "タイトル", "Region", "Summary"], [])
    ('external_id', 'title', '', 'summary')
    """
    names = {folded(name): target for target, all_ in _HEADINGS.items() for name in all_}
    for asked in questions:
        for name in (asked.key, asked.label.ja, asked.label.en):
            names.setdefault(folded(name), target_of(asked))
    found: list[str] = []
    for heading in headings:
        target = names.get(folded(heading), LEFT_OUT)
        found.append(LEFT_OUT if target in found else target)
    return tuple(found)


def addresses(sheet: Sheet, order: Order) -> set[str]:
    """Return every well-formed owner's address, as addresses are kept, the default one too."""
    typed = {order.owner}
    if OWNER in order.targets:
        heading = sheet.headings[order.targets.index(OWNER)]
        typed |= {row.cells[heading] for row in sheet.rows}
    found = set()
    for text in typed:
        try:
            found.add(email_of(text))
        except DomainError:
            continue
    return found


def read(sheet: Sheet, order: Order, questions: Sequence[Asked], owners: Collection[str]) -> Batch:
    """Read each row as an idea; `owners` are the known addresses. All faults become errors."""
    errors = list(sheet.errors) or list(_order_errors(order, questions))
    if errors:
        return Batch(errors=tuple(errors))
    reader = _Reader(sheet.headings, order, {target_of(q): q for q in questions}, owners)
    entries: dict[str, Entry] = {}
    for row in sheet.rows:
        entry, faults = reader.entry(row)
        errors += faults
        first = entries.setdefault(entry.external_id, entry)
        if first is not entry and entry.external_id:
            text = (
                N_("The number “%(number)s” stands in row %(row)s already.")
                if NUMBER in order.targets
                else N_(
                    "The same title stands in row %(row)s already. A column with numbers helps."
                )
            )
            errors.append(
                RowError(row.number, text, {"row": first.row, "number": entry.external_id})
            )
    return Batch(tuple(entries.values()), tuple(errors))


def differs(entry: Entry, known: Known) -> bool:
    """Say whether a row says something else than its idea; a translation is no difference."""
    side = entry.language
    pairs = [(entry.title, known.title), (entry.summary, known.summary)]
    for key, given in entry.answers.items():
        now = known.answers.get(key, Given())
        pairs.append((given.text, now.text))
        if given.value != now.value:
            return True
    return any(said.side(side) != now.side(side) for said, now in pairs)


def gaps(entries: Sequence[Entry], questions: Sequence[Asked]) -> list[Gap]:
    """Count what handing in would ask for and the rows do not have; the order is the form's."""
    empty: Counter[str] = Counter()
    too_long: Counter[str] = Counter()
    labels: dict[str, Bilingual] = {}
    for entry in entries:
        lacks = lacks_of_head(entry.title, entry.summary)
        for lack in lacks + lacks_of(questions, entry.answers):
            labels[lack.field] = lack.label
            (too_long if lack.number else empty)[lack.field] += 1
    return [Gap(label, empty[name], too_long[name]) for name, label in labels.items()]


def _order_errors(order: Order, questions: Sequence[Asked]) -> Iterator[RowError]:
    for target in (TITLE, SUMMARY):
        if target not in order.targets:
            yield RowError(1, N_("No column goes here yet."), {"label": LABELS[target]})
    single = {target: LABELS[target] for target in (TITLE, NUMBER, OWNER)}
    single |= {target_of(q): q.label for q in questions if q.kind not in WRITTEN}
    for target, label in single.items():
        if order.targets.count(target) > 1:
            yield RowError(1, N_("Only one column can go here."), {"label": label})


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows under one order."""

    headings: Sequence[str]
    order: Order
    questions: Mapping[str, Asked]
    owners: Collection[str]

    def entry(self, row: Row) -> tuple[Entry, list[RowError]]:
        texts = self._texts(row)
        title, summary = texts.get(TITLE, ""), texts.get(SUMMARY, "")
        language = written_in(f"{title} {summary}", self.order.language)
        faults = list(self._faults(row.number, texts))
        owner, refused = self._owner(texts.get(OWNER, ""))
        if refused:
            faults.append(RowError(row.number, refused, {"label": LABELS[OWNER]}))
        answers = {}
        for target, asked in self.questions.items():
            if texts.get(target):
                given = _given(asked, texts[target], language)
                answers[asked.key] = given
                if asked.kind not in WRITTEN and (lacks := lack_of(asked, given)):
                    faults.append(RowError(row.number, lacks[0].message, {"label": asked.label}))
        number = texts.get(NUMBER, "") if NUMBER in self.order.targets else _number_of(title)
        entry = Entry(
            row.number,
            number,
            owner,
            language,
            Bilingual().with_side(language, title),
            Bilingual().with_side(language, summary),
            answers,
        )
        return entry, faults

    def _texts(self, row: Row) -> dict[str, str]:
        """Return what goes to each target; columns after the first begin with their heading."""
        found: dict[str, list[str]] = {}
        seen: set[str] = set()
        for heading, target in zip(self.headings, self.order.targets, strict=True):
            if target != LEFT_OUT and (cell := row.cells[heading]):
                text = f"{heading}: {cell}" if target in seen else cell
                found.setdefault(target, []).append(text)
            seen.add(target)
        texts = {target: "\n\n".join(parts) for target, parts in found.items()}
        if TITLE in texts:
            texts[TITLE] = " ".join(texts[TITLE].split())
        return texts

    def _faults(self, number: int, texts: Mapping[str, str]) -> Iterator[RowError]:
        if not texts.get(TITLE):
            yield RowError(number, N_("This is empty."), {"label": LABELS[TITLE]})
        if NUMBER in self.order.targets and not texts.get(NUMBER):
            yield RowError(number, N_("This is empty."), {"label": LABELS[NUMBER]})
        limits = {TITLE: LONGEST_TITLE, NUMBER: LONGEST_NUMBER}
        labels = LABELS | {target: asked.label for target, asked in self.questions.items()}
        for target, text in texts.items():
            most = limits.get(target, LONGEST_TEXT)
            if len(text) > most:
                yield RowError(
                    number,
                    N_("This has more than %(most)s characters."),
                    {"label": labels[target], "most": f"{most:,}"},
                )

    def _owner(self, typed: str) -> tuple[str, str]:
        """Return the owner's address and, if there is one, what is wrong with it."""
        try:
            address = email_of(typed or self.order.owner)
        except DomainError as error:
            return "", error.message
        if address not in self.owners:
            return "", N_("No employee has this e-mail address.")
        return address, ""


def _number_of(title: str) -> str:
    """Return the number of an idea whose table has none: made from its title."""
    if not title:
        return ""
    digest = blake2s(folded(title).encode("utf-8", "surrogatepass"), digest_size=16)
    return f"title:{digest.hexdigest()}"


def _given(asked: Asked, text: str, language: str) -> Given:
    if asked.kind in WRITTEN:
        return Given(Bilingual().with_side(language, text))
    keys = {
        folded(name): option.key
        for option in asked.options
        for name in (option.label.en, option.label.ja, option.key)
    }
    if asked.kind is Kind.CHOICE:
        return Given(value=keys.get(folded(text), text))
    if asked.kind is Kind.MONEY:
        return Given(value=_sum(asked, text))
    if asked.kind is Kind.SEVERAL:
        parts = [part.strip() for part in _ENDS.split(text)]
        return Given(value=[keys.get(folded(part), part) for part in parts if part])
    return Given(value=text)


def _sum(asked: Asked, text: str) -> str:
    """Return an amount with the currency that stands beside it, else the first one offered."""
    found = next((option.key for option in asked.options if option.key in text.upper()), "")
    currency = found or next((option.key for option in asked.options), "")
    amount = text.upper().replace(currency, "").strip("¥￥$€ ") if currency else text
    return f"{amount} {currency}".strip()
