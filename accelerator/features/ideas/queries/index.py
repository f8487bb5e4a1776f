"""The list of ideas: narrow rows, filters and keyset paging, in a fixed number of queries."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Role
from accelerator.domain.stages import IdeaState, NextStep, PassageState, Place, next_step
from accelerator.features.ideas.queries.steps import Step, share
from accelerator.i18n import language
from accelerator.standing.place import review_counts
from accelerator.storage import search
from accelerator.storage.tables import Cohort, Idea, Passage, Programme, Stage, TeamMember
from accelerator.storage.visibility import visible_ideas

PAGE = 50
COUNTED = 200
_CODE = re.compile(r"[A-Za-z0-9]+-\d{4,}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_I = Idea.__table__.c
_P = Passage.__table__.c
_CHOSEN = ("cohort", "stage", "state")
_HANDED_IN = (PassageState.HANDED_IN, PassageState.DECIDED)
# What a person can filter by: never more than the plain status tells.
STATES: dict[str, ColumnElement[bool]] = {
    "draft": _I.state == IdeaState.DRAFT,
    "queued": _I.state == IdeaState.WAITING,
    "active": _I.state == IdeaState.ACTIVE,
    "working": and_(_I.state == IdeaState.ACTIVE, _P.state == PassageState.OPEN),
    "waiting": and_(_I.state == IdeaState.ACTIVE, _P.state.in_(_HANDED_IN)),
    "parked": _I.state == IdeaState.PARKED,
    "stopped": _I.state == IdeaState.STOPPED,
    "withdrawn": _I.state.in_((IdeaState.WITHDRAWN, IdeaState.DISCARDED)),
    "graduated": _I.state == IdeaState.GRADUATED,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; empty means everything that the person may see."""

    q: str = ""
    programme: str = ""
    cohort: str = ""
    stage: str = ""
    state: str = ""
    mine: bool = False
    after: str = ""
    before: str = ""

    def values(self) -> dict[str, str]:
        """Return what the address carries, without the place in the list."""
        found = {name: getattr(self, name) for name in ("q", "programme", *_CHOSEN)}
        found["mine"] = "1" if self.mine else ""
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """One idea of the list; `track` is alike for ideas that stand at the same place."""

    code: str
    title: Bilingual
    summary: Bilingual
    cohort: str
    track: tuple[Step, ...]
    next: NextStep
    late: bool
    changed_on: date


@dataclass(frozen=True, slots=True)
class IdeaList:
    """One page of the list, with the choices of its filters."""

    rows: list[IdeaRow]
    total: int
    after: str
    before: str
    programme: Bilingual | None
    cohorts: list[tuple[str, Bilingual]]
    stages: list[tuple[str, Bilingual]]

    @property
    def counted_all(self) -> bool:
        """Say whether `total` is the whole number."""
        return self.total <= COUNTED


def ideas(session: Session, *, actor: Actor, filters: Filters, now: datetime) -> IdeaList:
    """Return one page in at most six queries; days are those of the zone of `now`."""
    cohorts, stages = _choices(session, actor)
    programme = _programme(session, cohorts, filters.programme)
    filters = filters if programme else replace(filters, programme="")
    total = _count(session, actor, filters) if filters.q else None
    found = _rows(session, actor, filters, often=total is not None and total > COUNTED)
    rows, more = found[:PAGE], len(found) > PAGE
    if filters.before:
        rows.reverse()
    if total is None:
        whole = not (more or filters.after or filters.before)
        total = len(rows) if whole else _count(session, actor, filters)
    waiting = [row.passage_id for row in rows if row.passage_state in _HANDED_IN]
    counts = review_counts(session, waiting) if waiting else {}
    by_programme: dict[int, list[Stage]] = {}
    for stage in stages:
        by_programme.setdefault(stage.programme_id, []).append(stage)
    known = {cohort.id: cohort for cohort in cohorts}
    first, last = (rows[0], rows[-1]) if rows else (None, None)
    onward = more if not filters.before else True
    backward = more if filters.before else bool(filters.after)
    return IdeaList(
        rows=[
            _row(row, known[row.cohort_id], by_programme, counts.get(row.passage_id, (0, 0)), now)
            for row in rows
        ],
        total=total,
        after=_cursor(last) if last is not None and onward else "",
        before=_cursor(first) if first is not None and backward else "",
        programme=programme.name if programme else None,
        cohorts=[
            (c.code, c.name)
            for c in cohorts
            if (not c.preparing or _runs(actor, c)) and _of(programme, c)
        ],
        stages=_stage_choices([s for s in stages if _of(programme, s)], known, filters),
    )


def _choices(session: Session, actor: Actor) -> tuple[list[Any], list[Any]]:
    """Load cohorts and stages; a guest learns only of those whose ideas are shared with them."""
    cohorts = select(
        Cohort.id, Cohort.code, Cohort.name, Cohort.programme_id, Cohort.preparing
    ).order_by(Cohort.intake_opens_on.desc(), Cohort.id.desc())
    stages = select(
        Stage.id, Stage.programme_id, Stage.key, Stage.name, Stage.position,
        Stage.reviews_per_idea, Stage.removed_at,
    ).order_by(Stage.programme_id, Stage.position)  # fmt: skip
    if actor.is_guest:
        shared = Cohort.id.in_(select(Idea.cohort_id).where(visible_ideas(actor)))
        cohorts = cohorts.where(shared)
        stages = stages.where(Stage.programme_id.in_(select(Cohort.programme_id).where(shared)))
    return list(session.execute(cohorts)), list(session.execute(stages))


def _programme(session: Session, cohorts: list[Any], key: str) -> Any:
    """Load the programme asked for, if it is one of those the person may choose cohorts of."""
    if not key:
        return None
    known = {cohort.programme_id for cohort in cohorts}
    return session.execute(
        select(Programme.id, Programme.name).where(Programme.key == key, Programme.id.in_(known))
    ).one_or_none()


def _of(programme: Any, one: Any) -> bool:
    return programme is None or one.programme_id == programme.id


def _runs(actor: Actor, cohort: Any) -> bool:
    """Say whether a cohort is shown to somebody while it is being prepared."""
    held = actor.programmes(Role.MANAGER) | actor.programmes(Role.SPONSOR)
    return actor.is_admin or cohort.programme_id in held


def _stage_choices(
    stages: list[Any], cohorts: dict[int, Any], filters: Filters
) -> list[tuple[str, Bilingual]]:
    """Offer each stage key once; with a cohort chosen, its programme's stages only."""
    chosen = {c.programme_id for c in cohorts.values() if c.code == filters.cohort}
    offered: dict[str, Bilingual] = {}
    for stage in stages:
        if not chosen or stage.programme_id in chosen:
            offered.setdefault(stage.key, stage.name)
    return list(offered.items())


def _filtered(
    session: Session,
    actor: Actor,
    filters: Filters,
    statement: Select[Any],
    *,
    often: bool = False,
) -> Select[Any]:
    statement = statement.select_from(Idea).join(Passage, _P.id == _I.passage_id)
    statement = statement.where(_mine(actor) if filters.mine else visible_ideas(actor))
    if filters.programme:
        programme = select(Programme.id).where(Programme.key == filters.programme)
        cohorts = select(Cohort.id).where(Cohort.programme_id == programme.scalar_subquery())
        statement = statement.where(_I.cohort_id.in_(cohorts))
    if filters.cohort:
        cohort = select(Cohort.id).where(Cohort.code == filters.cohort).scalar_subquery()
        statement = statement.where(_I.cohort_id == cohort)
    if filters.stage:
        keyed = select(Stage.id).where(Stage.key == filters.stage)
        statement = statement.where(_P.stage_id.in_(keyed))
    if filters.state in STATES:
        statement = statement.where(STATES[filters.state])
    if _CODE.fullmatch(filters.q):
        return statement.where(_I.code == filters.q.upper())
    words = search.matches(session, filters.q, often=often) if filters.q else None
    return statement if words is None else statement.where(words)


def _mine(actor: Actor) -> ColumnElement[bool]:
    """The ideas of one's own teams, invitations among them; all of them are visible to oneself."""
    member = select(TeamMember.idea_id).where(
        TeamMember.person_id == actor.id, TeamMember.state.in_(("accepted", "pending"))
    )
    owned = select(_I.id).where(_I.owner_id == actor.id).correlate(None)
    return _I.id.in_(union(member, owned))


def _rows(session: Session, actor: Actor, filters: Filters, *, often: bool) -> list[Row[Any]]:
    columns: Select[Any] = select(
        _I.code, _I.title_ja, _I.title_en, _I.summary_ja, _I.summary_en, _I.cohort_id, _I.state,
        _I.passage_id, _I.updated_at, _P.stage_id, _P.state.label("passage_state"), _P.entered_at,
        _P.hand_in_by, _P.promise_on, _P.asked_until, _P.outcome,
    )  # fmt: skip
    statement = _filtered(session, actor, filters, columns, often=often)
    key = _read_cursor(filters.before or filters.after)
    newest = [_I.updated_at.desc(), _I.id.desc()]
    oldest = [_I.updated_at, _I.id]
    if key is not None:
        at, code = key
        own = select(_I.id).where(_I.code == code).correlate(None).scalar_subquery()
        if filters.before:
            beyond = or_(_I.updated_at > at, and_(_I.updated_at == at, _I.id > own))
        else:
            beyond = or_(_I.updated_at < at, and_(_I.updated_at == at, _I.id < own))
        statement = statement.where(beyond)
    order = oldest if filters.before else newest
    return list(session.execute(statement.order_by(*order).limit(PAGE + 1)))


def _count(session: Session, actor: Actor, filters: Filters) -> int:
    """Count up to a little over four pages: nobody needs the exact number beyond."""
    found = _filtered(session, actor, filters, select(_I.id)).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _row(
    row: Row[Any],
    cohort: Any,
    by_programme: dict[int, list[Stage]],
    counts: tuple[int, int],
    now: datetime,
) -> IdeaRow:
    today = now.date()
    stages = by_programme[cohort.programme_id]
    here = next(stage for stage in stages if stage.id == row.stage_id)
    place = Place(
        idea=IdeaState(row.state),
        passage=PassageState(row.passage_state),
        assigned=counts[0],
        reviewed=counts[1],
        required=here.reviews_per_idea,
        hand_in_by=row.hand_in_by,
        promise_on=row.promise_on,
        asked_until=row.asked_until,
    )
    ahead = next_step(place)
    return IdeaRow(
        code=row.code,
        title=Bilingual(row.title_ja, row.title_en),
        summary=Bilingual(row.summary_ja, row.summary_en),
        cohort=cohort.code,
        track=tuple(_track(row, place, stages, here, today)),
        next=ahead,
        late=ahead.by is not None and ahead.by < today,
        changed_on=row.updated_at.astimezone(now.tzinfo).date(),
    )


def _track(row: Row[Any], place: Place, stages: list[Any], here: Any, today: date) -> list[Step]:
    """Return the small track in quarters of time, so that equal ones are drawn once."""
    found = []
    left = place.passage is PassageState.LEFT
    for stage in stages:
        if stage.removed_at and stage is not here:
            continue
        if stage.position < here.position or (stage is here and left):
            outcome = ""
            if stage is here:
                withdrawn = place.idea in (IdeaState.WITHDRAWN, IdeaState.DISCARDED)
                outcome = "withdrawn" if withdrawn else row.outcome or ""
            found.append(Step(stage.name.pick(language()), "done", outcome))
        elif stage is here:
            gone = share(
                row.entered_at.date(), row.promise_on or row.asked_until or row.hand_in_by, today
            )
            found.append(Step(stage.name.pick(language()), "now", share=round(gone * 4) / 4))
        else:
            found.append(Step(stage.name.pick(language()), "next"))
    return found


def _cursor(row: Row[Any]) -> str:
    micros = (row.updated_at - _EPOCH) // timedelta(microseconds=1)
    return f"{micros}.{row.code}"


def _read_cursor(text: str) -> tuple[datetime, str] | None:
    micros, dot, code = text.partition(".")
    if not dot or not micros.isascii() or not micros.isdecimal() or len(micros) > 17:  # noqa: PLR2004
        return None
    return _EPOCH + timedelta(microseconds=int(micros)), code
