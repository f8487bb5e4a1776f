"""Assignments brought in from a table: looked at first, then all of it or nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.activity.events.assignment import AssignmentsImported
from accelerator.activity.events.exports import Exported
from accelerator.activity.record import record
from accelerator.domain.conflicts import REASONS
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import GONE, AssignmentState, require_due
from accelerator.domain.tabular import RowError, Sheet, folded
from accelerator.features.assignment.queries.table import Ground, ground
from accelerator.features.assignment.service.telling import About, tell_assigned, tell_removed
from accelerator.i18n import N_, gettext
from accelerator.standing.assignments import ask, take_back
from accelerator.storage.tables import Cohort, Idea, Stage

# What a heading may be called; the export writes the first of each language.
IDEA = frozenset(map(folded, ("Idea", "Code", "アイデア", "受付番号")))
REVIEWER = frozenset(map(folded, ("Reviewer", "E-mail", "審査員", "メールアドレス")))
MOST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """One review of the plan, in words."""

    idea_id: int
    passage_id: int
    code: str
    reviewer_id: int
    reviewer: str


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What a table would do. With any error it does nothing."""

    new: tuple[Line, ...] = ()
    kept: int = 0
    removed: tuple[Line, ...] = ()
    stays: tuple[Line, ...] = ()  # left out by the file, but begun
    errors: tuple[RowError, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """Return a short text that changes when the plan does."""
        what = [(line.code, line.reviewer_id) for line in (*self.new, *self.removed)]
        return hashlib.sha256(repr((what, len(self.new))).encode()).hexdigest()[:32]


@dataclass(slots=True)
class _Reading:
    """Rows sorted into new ones, ones that exist, and errors."""

    new: list[Line] = field(default_factory=list)
    kept: int = 0
    errors: list[RowError] = field(default_factory=list)
    named: dict[tuple[int, int], int] = field(default_factory=dict)
    pairs: list[tuple[str, str]] = field(default_factory=list)


def look(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, sheet: Sheet, removes: bool
) -> TablePlan:
    """Say what a table would do; change nothing."""
    if sheet.errors:
        return TablePlan(errors=sheet.errors)
    columns = _columns(sheet)
    if isinstance(columns, RowError):
        return TablePlan(errors=(columns,))
    idea, reviewer = columns
    codes = {row.cells[idea].strip() for row in sheet.rows}
    found = ground(session, actor=actor, cohort=cohort, stage=stage, codes=codes)
    reading = _Reading()
    for row in sheet.rows:
        code, address = row.cells[idea].strip(), row.cells[reviewer].strip().casefold()
        error = _read(reading, found, row.number, code, address)
        if error is not None:
            reading.errors.append(error)
    if reading.errors:
        return TablePlan(errors=tuple(reading.errors))
    removed, stays = _left_out(found, reading) if removes else ([], [])
    return TablePlan(
        tuple(reading.new), reading.kept, tuple(removed), tuple(stays), (), tuple(reading.pairs)
    )


def _columns(sheet: Sheet) -> tuple[str, str] | RowError:
    names = {folded(heading): heading for heading in sheet.headings}
    idea = next((names[name] for name in names if name in IDEA), None)
    reviewer = next((names[name] for name in names if name in REVIEWER), None)
    if idea is None or reviewer is None:
        return RowError(
            1, N_("There must be a column “Idea” with codes and one “Reviewer” with addresses.")
        )
    return idea, reviewer


def _read(reading: _Reading, found: Ground, row: int, code: str, address: str) -> RowError | None:
    """Sort one row; a row with an idea alone says that the idea is to have no reviewer."""
    if code not in found.ideas:
        return RowError(row, N_("No idea %(code)s waits for reviews here."), {"code": code or "–"})
    idea, passage, _ = found.ideas[code]
    reading.pairs.append((code, address))
    if not address:
        return None
    if address not in found.people:
        text = N_("%(address)s is no reviewer of this programme.")
        return RowError(row, text, {"address": address})
    person, name = found.people[address]
    if (idea, person) in reading.named:
        text = N_("The same as row %(row)s.")
        return RowError(row, text, {"row": reading.named[idea, person]})
    reading.named[idea, person] = row
    return _add(reading, found, row, Line(idea, passage, code, person, name))


def _add(reading: _Reading, found: Ground, row: int, line: Line) -> RowError | None:
    """Count a pair that exists, or add a new one unless something speaks against it."""
    idea, person, name = line.idea_id, line.reviewer_id, line.reviewer
    old = found.there.get((idea, person))
    if old is not None and old.state not in GONE:
        reading.kept += 1
        return None
    if reasons := found.conflicts.get((idea, person)):
        text = N_("%(name)s has a conflict of interest: %(reason)s.")
        said = gettext("; ").join(gettext(REASONS[kind]) for kind in sorted(reasons))
        return RowError(row, text, {"name": name, "reason": said})
    if old is not None and old.state == AssignmentState.DECLINED:
        return RowError(row, N_("%(name)s declined this idea before."), {"name": name})
    reading.new.append(line)
    return None


def _left_out(found: Ground, reading: _Reading) -> tuple[list[Line], list[Line]]:
    """Return the assignments that the file leaves out: those not begun, and those that stay."""
    codes: Mapping[int, tuple[str, int]] = {
        idea: (code, passage) for code, (idea, passage, _) in found.ideas.items()
    }
    removed: list[Line] = []
    stays: list[Line] = []
    for (idea, person), old in sorted(found.there.items()):
        if old.state in GONE or (idea, person) in reading.named:
            continue
        code, passage = codes[idea]
        line = Line(idea, passage, code, person, found.names[person])
        (stays if old.begun else removed).append(line)
    return removed, stays


def bring_in(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    sheet: Sheet,
    removes: bool,
    shown: str,
    due_on: date,
    now: datetime,
) -> TablePlan:
    """Carry out what was shown; when it would be something else by now, nothing is changed."""
    require_due(due_on, cohort.time_zone, now)
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    plan = look(session, actor=actor, cohort=cohort, stage=stage, sheet=sheet, removes=removes)
    if plan.errors or plan.digest != shown:
        raise DomainError(
            "table_moved_on",
            N_("Something changed since you last looked. Nothing was imported; look again."),
        )
    ideas = {line.idea_id for line in (*plan.new, *plan.removed)}
    session.execute(select(Idea.id).where(Idea.id.in_(ideas)).order_by(Idea.id).with_for_update())
    about = About(actor, cohort, stage, now)
    gone = take_back(session, [(line.passage_id, line.reviewer_id) for line in plan.removed])
    wanted = [(line.idea_id, line.passage_id, line.reviewer_id) for line in plan.new]
    made = ask(session, wanted, asked_by_id=actor.id, due_on=due_on, now=now)
    tell_assigned(
        session, about, [(idea, who) for idea, passage, who in wanted if (passage, who) in made],
        due_on,
    )  # fmt: skip
    tell_removed(
        session, about,
        [(one.idea_id, one.reviewer_id) for one in plan.removed
         if (one.passage_id, one.reviewer_id) in gone],
    )  # fmt: skip
    record(
        session,
        AssignmentsImported(
            **about.event(), subject=f"cohort:{cohort.id}", stage=stage.name,
            path=f"/cohorts/{cohort.code}/{stage.key}/assign", assigned=len(made),
            removed=len(gone),
        ),
        now=now,
    )  # fmt: skip
    return plan


def record_export(
    session: Session, *, actor: Actor, cohort: Cohort, stage: Stage, what: str, now: datetime
) -> None:
    """Write down that somebody takes the assignments of a stage out of the house."""
    record(
        session,
        Exported(
            actor_id=actor.id, programme_id=cohort.programme_id, what=what,
            about=f"{cohort.code} {stage.key}",
        ),
        now=now,
    )  # fmt: skip
