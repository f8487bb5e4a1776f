"""The queue of one reviewer over all programmes, and which review comes next."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor, Role
from accelerator.domain.reviews import (
    ASKED,
    GONE,
    HISTORY_NEEDED,
    AssignmentState,
    is_late,
    typical_minutes,
)
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.features.reviews.queries.answer import sittings_of
from accelerator.storage.spelled import spelled
from accelerator.storage.tables import (
    Anchor,
    Assignment,
    Capacity,
    Cohort,
    CohortStage,
    Idea,
    Inquiry,
    Membership,
    Passage,
    Review,
    Stage,
)

PAGE = 50
LATEST = 10
MOST_OPEN = 500
MOST_WISHES = 5
REVIEWABLE = and_(
    Idea.state == spelled(IdeaState.ACTIVE), Passage.state == spelled(PassageState.HANDED_IN)
)
_MINE = (
    exists()
    .where(
        Inquiry.passage_id == Assignment.passage_id, Inquiry.asked_by_id == Assignment.reviewer_id
    )
    .correlate(Assignment, Review)
)
_ANCHOR = exists().where(Anchor.passage_id == Assignment.passage_id).correlate(Assignment)
_ASKED = _MINE.where(Inquiry.answered_at.is_(None))
_ANSWERED = _MINE.where(Inquiry.answered_at >= Review.saved_at)
_OTHER = aliased(Assignment)
_COVERED = (
    select(func.count())
    .select_from(_OTHER)
    .where(_OTHER.passage_id == Assignment.passage_id, _OTHER.state == AssignmentState.SUBMITTED)
    .correlate(Assignment)
    .scalar_subquery()
)
_HELD = (
    select(func.count())
    .select_from(_OTHER)
    .join(Idea, Idea.id == _OTHER.idea_id)
    .join(Passage, Passage.id == _OTHER.passage_id)
    .where(
        _OTHER.reviewer_id == Capacity.person_id,
        _OTHER.state.not_in(GONE),
        Idea.cohort_id == Capacity.cohort_id,
        Passage.stage_id == Capacity.stage_id,
    )
    .correlate(Capacity)
    .scalar_subquery()
)
_MOST = func.coalesce(Capacity.most, Capacity.wish)
# How many more reviews somebody said they take in stages whose reviews are still due.
_ROOM = (
    select(func.sum(case((_MOST > _HELD, _MOST - _HELD), else_=0)))
    .join(
        CohortStage,
        and_(
            CohortStage.cohort_id == Capacity.cohort_id, CohortStage.stage_id == Capacity.stage_id
        ),
    )
    .where(
        Capacity.person_id == bindparam("reviewer"),
        _MOST.is_not(None),
        CohortStage.review_by >= bindparam("today"),
    )
)
_TO_DO = and_(
    Assignment.reviewer_id == bindparam("reviewer"),
    Assignment.state.in_([spelled(state) for state in ASKED]),
    REVIEWABLE,
)
_DONE = and_(
    Assignment.reviewer_id == bindparam("reviewer"),
    Assignment.state == spelled(AssignmentState.SUBMITTED),
)
_OPEN = (
    select(Idea.code)
    .select_from(Assignment)
    .join(Idea, Idea.id == Assignment.idea_id)
    .join(Passage, Passage.id == Assignment.passage_id)
    .join(Stage, Stage.id == Passage.stage_id)
    .where(_TO_DO)
    .order_by(
        Idea.code == bindparam("after"),
        Assignment.skipped_at.is_not(None),
        Assignment.skipped_at,
        _ANCHOR.desc(),
        _COVERED * 1.0 / case((Stage.reviews_per_idea > 0, Stage.reviews_per_idea), else_=1),
        Assignment.due_on,
        Assignment.id,
    )
    .limit(bindparam("most"))
)
# Two counts side by side: joined for both at once, PostgreSQL would read every passage there is.
_OPEN_COUNTS = (
    select(
        func.count().label("open"),
        func.count().filter(Assignment.state == AssignmentState.ASSIGNED).label("to_answer"),
        func.min(Assignment.due_on).label("nearest"),
        func.count().filter(Assignment.skipped_at.is_not(None)).label("skipped"),
    )
    .select_from(Assignment)
    .join(Idea, Idea.id == Assignment.idea_id)
    .join(Passage, Passage.id == Assignment.passage_id)
    .where(_TO_DO)
    .subquery()
)
_DONE_COUNTS = (
    select(
        func.count().label("done"),
        func.coalesce(func.sum(Review.abstained), 0).label("abstained"),
    )
    .select_from(Assignment)
    .outerjoin(Review, Review.assignment_id == Assignment.id)
    .where(_DONE)
    .subquery()
)
_COUNTS = select(*_OPEN_COUNTS.c, *_DONE_COUNTS.c).select_from(
    _OPEN_COUNTS.join(_DONE_COUNTS, true())
)
_ROWS = (
    select(
        Assignment.id, Assignment.state, Assignment.due_on, Idea.code, Idea.title,
        Stage.name.label("stage"), Cohort.name.label("cohort"), Cohort.time_zone,
        Review.submitted_at, Review.id.label("review_id"), REVIEWABLE.label("open"),
        Assignment.skipped_at, _ASKED.label("asked"), _ANSWERED.label("answered"),
        _ANCHOR.label("anchor"), Cohort.code.label("cohort_code"), Stage.key.label("stage_key"),
    )
    .select_from(Assignment)
    .join(Idea, Idea.id == Assignment.idea_id)
    .join(Passage, Passage.id == Assignment.passage_id)
    .join(Stage, Stage.id == Passage.stage_id)
    .join(Cohort, Cohort.id == Idea.cohort_id)
    .outerjoin(Review, Review.assignment_id == Assignment.id)
)  # fmt: skip
_WAITING = (
    _ROWS.where(_TO_DO).order_by(_ANCHOR.desc(), Assignment.due_on, Assignment.id).limit(PAGE)
)


def _done(*place: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Put the page of what is done together: keys first, then what belongs to them.

    An order by the bare number would have PostgreSQL read everybody's assignments, newest first.
    """
    newest = (Assignment.id + 0).desc()
    keys = select(Assignment.id).where(_DONE, *place).order_by(newest).limit(bindparam("most"))
    return _ROWS.where(Assignment.id.in_(keys)).order_by(Assignment.id.desc())


_DONE_ROWS = _done()
_DONE_AFTER = _done(Assignment.id < bindparam("after"))
_WISHES = (
    select(Cohort.code, Cohort.name, Stage.key, Stage.name)
    .select_from(CohortStage)
    .join(Cohort, Cohort.id == CohortStage.cohort_id)
    .join(Stage, Stage.id == CohortStage.stage_id)
    .join(Membership, Membership.programme_id == Cohort.programme_id)
    .where(
        Membership.person_id == bindparam("reviewer"),
        Membership.role == Role.REVIEWER,
        CohortStage.interests_open,
        CohortStage.review_by >= bindparam("today"),
    )
    .order_by(CohortStage.review_by, Cohort.code)
    .limit(MOST_WISHES)
)


@dataclass(frozen=True, slots=True)
class WishesRow:
    """A stage whose manager asks which ideas interest its reviewers."""

    cohort_code: str
    cohort: Bilingual
    stage_key: str
    stage: Bilingual


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One idea a reviewer was asked to review."""

    assignment_id: int
    code: str
    title: Bilingual
    stage: Bilingual
    cohort: Bilingual
    state: AssignmentState
    open: bool
    due_on: date
    begun: bool
    submitted_at: datetime | None
    late: bool
    skipped: bool
    asked: bool
    answered: bool
    anchor: tuple[str, str] | None  # the cohort's code and the stage's key of its calibration round


@dataclass(frozen=True, slots=True)
class Queue:
    """A reviewer's queue: what waits for an answer, what is to do, and the end of what is done."""

    to_answer: tuple[QueueRow, ...]
    to_do: tuple[QueueRow, ...]
    done: tuple[QueueRow, ...]
    open_count: int
    to_answer_count: int
    done_count: int
    nearest: date | None
    skipped: int
    abstained: int
    minutes: int
    own_pace: bool
    room: int | None = None
    wishes: tuple[WishesRow, ...] = ()
    more: int | None = None

    @property
    def required(self) -> int:
        """Return how many reviews are asked for now or were given."""
        return self.open_count + self.done_count

    @property
    def minutes_left(self) -> int:
        """Return the minutes needed for what is left."""
        return self.minutes * self.open_count


def queue(session: Session, actor: Actor, *, today: date, after: int | None = None) -> Queue:
    """Load a reviewer's queue over all programmes; six queries."""
    reader = {"reviewer": actor.id}
    counts = session.execute(_COUNTS, reader).one()
    waiting = [_queue_row(row) for row in session.execute(_WAITING, reader)]
    most = LATEST if after is None else PAGE
    done, place = (_DONE_ROWS, {}) if after is None else (_DONE_AFTER, {"after": after})
    latest = [_queue_row(row) for row in session.execute(done, reader | place | {"most": most + 1})]
    sittings = sittings_of(session, actor.id)
    return Queue(
        to_answer=tuple(row for row in waiting if row.state is AssignmentState.ASSIGNED),
        to_do=tuple(row for row in waiting if row.state is AssignmentState.ACCEPTED),
        done=tuple(latest[:most]),
        open_count=counts.open,
        to_answer_count=counts.to_answer,
        done_count=counts.done,
        nearest=counts.nearest,
        skipped=counts.skipped,
        abstained=counts.abstained,
        minutes=typical_minutes(sittings),
        room=session.scalar(_ROOM, reader | {"today": today}),
        own_pace=len(sittings) >= HISTORY_NEEDED,
        wishes=tuple(
            WishesRow(*row) for row in session.execute(_WISHES, reader | {"today": today})
        ),
        more=latest[most - 1].assignment_id if len(latest) > most else None,
    )


def _queue_row(row: Row[*tuple[Any, ...]]) -> QueueRow:
    return QueueRow(
        assignment_id=row.id,
        code=row.code,
        title=row.title,
        stage=row.stage,
        cohort=row.cohort,
        state=AssignmentState(row.state),
        open=bool(row.open),
        due_on=row.due_on,
        begun=row.review_id is not None,
        submitted_at=row.submitted_at,
        skipped=row.skipped_at is not None,
        asked=bool(row.asked),
        answered=bool(row.answered),
        anchor=(row.cohort_code, row.stage_key) if row.anchor else None,
        late=row.submitted_at is not None and is_late(row.submitted_at, row.due_on, row.time_zone),
    )


def next_code(session: Session, actor: Actor, *, after: str = "") -> str | None:
    """Return the open review to do next: skipped ones last, anchors first, then the least covered.

    Coverage is in relation to how many reviews the stage wants; equals go by the nearest date.
    `after` is the idea just looked at; it comes again only when it alone is left.
    """
    return session.scalar(_OPEN, {"reviewer": actor.id, "after": after, "most": 1})


def neighbour(session: Session, actor: Actor, code: str, *, step: int) -> str | None:
    """Return the open review before or after one, in the order of `next_code`, round and round."""
    codes = list(session.scalars(_OPEN, {"reviewer": actor.id, "after": "", "most": MOST_OPEN}))
    if code not in codes:
        return next(iter(codes), None)
    return codes[(codes.index(code) + step) % len(codes)]
