"""The page of one idea. The team reads what it writes; others read what was handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Row, bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.anonymity import without_team
from accelerator.domain.answers import NAMING, Value, asked_now, readable
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.intake import Requirement
from accelerator.domain.lateness import LIKELY
from accelerator.domain.milestones import SOON_DAYS
from accelerator.domain.stages import IdeaState, NextStep, PassageState, Place, next_step
from accelerator.features.ideas.queries.attachments import FileRow, files
from accelerator.features.ideas.queries.finding import late_until
from accelerator.features.ideas.queries.steps import PassageRow, StageRow, Step, steps
from accelerator.i18n import language
from accelerator.standing.answers import questions_of
from accelerator.standing.places import place_in_line
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    Decision,
    Idea,
    Milestone,
    Passage,
    Person,
    Programme,
    Stage,
    TeamMember,
    Version,
)

# Built once: putting a statement together costs more than asking it.
_OURS = select(func.count()).where(Assignment.passage_id == bindparam("passage"))
_HEAD = (
    select(
        Cohort.code.label("cohort_code"), Cohort.name.label("cohort_name"), Cohort.time_zone,
        Cohort.programme_id, Cohort.intake_closes_on, Cohort.eligibility,
        late_until(bindparam("owner")).label("late_until"), Programme.name.label("programme_name"),
        _OURS.where(Assignment.state.not_in(("declined", "removed")))
        .scalar_subquery().label("assigned"),
        _OURS.where(Assignment.state == "submitted").scalar_subquery().label("reviewed"),
        select(Decision.revisit_on).where(Decision.passage_id == bindparam("passage"))
        .scalar_subquery().label("revisit_on"),
    )
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(Cohort.id == bindparam("cohort"))
)  # fmt: skip
_TODAY, _WEEK = bindparam("today", type_=Date), bindparam("week", type_=Date)
_OPEN = (
    select(func.count())
    .select_from(Milestone)
    # The state as an expression: by the idea's own index, not by that of all that are due.
    .where(Milestone.idea_id == bindparam("idea"), Milestone.state.concat("") == "open")
)
_LATE = _OPEN.where(Milestone.due_on < _TODAY)
_AT_RISK = _OPEN.where(Milestone.due_on.between(_TODAY, _WEEK), Milestone.late_chance >= LIKELY)
_STAGES = (
    select(
        Stage, Passage,
        _LATE.scalar_subquery().label("late"), _AT_RISK.scalar_subquery().label("at_risk"),
    )
    .outerjoin(Passage, (Passage.stage_id == Stage.id) & (Passage.idea_id == bindparam("idea")))
    .where(
        Stage.programme_id == bindparam("programme"),
        Stage.removed_at.is_(None) | Passage.id.is_not(None),
    )
    .order_by(Stage.position, Passage.number)
)  # fmt: skip
_VERSIONS = (
    select(Version, Passage.stage_id, Stage.name, Person)
    .join(Passage, Passage.id == Version.passage_id)
    .join(Stage, Stage.id == Passage.stage_id)
    .join(Person, Person.id == Version.created_by_id)
    .where(Version.idea_id == bindparam("idea"))
    .order_by(Version.number.desc())
)
_TEAM = (
    select(TeamMember, Person)
    .join(Person, Person.id == TeamMember.person_id)
    .where(TeamMember.idea_id == bindparam("idea"), TeamMember.state.in_(("accepted", "pending")))
    .order_by(TeamMember.state, TeamMember.id)
)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question and what was answered, ready to read (components/answers.html).

    `carried`: it stands there from an earlier stage; `removed`: the question is no longer asked;
    `hidden`: it names a person, and the reader may not know the team.
    """

    label: Bilingual
    text: Bilingual
    kind: str
    value: Value = None
    columns: Sequence[dict[str, Any]] = ()
    carried: bool = False
    removed: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StageAnswers:
    """The answers of one stage; `version` is the number of the copy they come from, or None."""

    stage: Bilingual
    position: int
    version: int | None
    answers: list[AnswerRow]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One frozen copy; `by` is for those who may see the team."""

    number: int
    stage_id: int
    stage: Bilingual
    created_at: datetime
    by: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody in the team, or asked to join it."""

    person_id: int
    name: str
    detail: str
    role: str
    state: str


@dataclass(slots=True)
class IdeaPage:
    """Everything the page of an idea shows."""

    cohort: Bilingual
    cohort_code: str
    programme: Bilingual
    zone: ZoneInfo
    place: Place
    stage: StageRow
    steps: list[Step]
    due_on: date
    revision: int
    versions: list[VersionRow] = field(default_factory=list)
    stages: list[StageAnswers] = field(default_factory=list)
    team: list[MemberRow] = field(default_factory=list)
    files: list[FileRow] = field(default_factory=list)
    line: int = 0
    eligible: list[tuple[Bilingual, str]] = field(default_factory=list)
    milestones_late: int = 0
    milestones_at_risk: int = 0

    @property
    def next(self) -> NextStep:
        """Return the plain status."""
        return next_step(self.place)


def page(
    session: Session, idea: Idea, *, in_team: bool, sees_team: bool, now: datetime
) -> IdeaPage:
    """Load the page; six queries at most, however long the idea's way; one more in line."""
    head = _head(session, idea)
    zone = ZoneInfo(head.time_zone)
    today = now.astimezone(zone).date()
    rows = _stages(session, idea, head.programme_id, today)
    stages, passages = _stages_of(rows), _passages_of(rows)
    current = next(p for p in passages if p.id == idea.passage_id)
    place = _place(idea, current, head, stages)
    due_on = current.hand_in_by
    if place.idea is IdeaState.DRAFT:
        due_on = max(head.late_until or head.intake_closes_on, min(due_on, head.intake_closes_on))
    found = IdeaPage(
        cohort=head.cohort_name,
        cohort_code=head.cohort_code,
        programme=head.programme_name,
        zone=zone,
        place=place,
        stage=next(s for s in stages if s.id == current.stage_id),
        steps=steps(
            stages, passages, state=place.idea, zone=zone,
            today=today, language=language(),
        ),
        due_on=due_on,
        revision=idea.version,
        milestones_late=rows[0].late,
        milestones_at_risk=rows[0].at_risk,
        eligible=[
            (one.question, idea.eligibility[one.key])
            for one in map(Requirement.of, head.eligibility) if one.key in idea.eligibility
        ],
    )  # fmt: skip
    if place.idea is IdeaState.WAITING:
        found.line = place_in_line(session, idea)
    found.versions = versions(session, idea, sees_team=sees_team)
    found.files = files(session, idea, in_team=in_team, sees_team=sees_team)
    found.stages = _answers(session, idea, found, stages, current, in_team=in_team)
    found.team = _team(session, idea) if sees_team else []
    return found


def _head(session: Session, idea: Idea) -> Row[Any]:
    values = {"cohort": idea.cohort_id, "passage": idea.passage_id, "owner": idea.owner_id}
    return session.execute(_HEAD, values).one()


def _stages(session: Session, idea: Idea, programme_id: int, today: date) -> Sequence[Row[Any]]:
    """Ask for the stages with the idea's passages, and how its milestones go beside each."""
    week = today + timedelta(days=SOON_DAYS)
    values = {"idea": idea.id, "programme": programme_id, "today": today, "week": week}
    return session.execute(_STAGES, values).all()


def _stages_of(rows: Sequence[Row[Any]]) -> list[StageRow]:
    found = {
        s.id: StageRow(s.id, s.key, s.name, s.position, s.reviews_per_idea)
        for s in (row.Stage for row in rows)
    }
    return list(found.values())


def _passages_of(rows: Sequence[Row[Any]]) -> list[PassageRow]:
    passages = [
        (
            p.number,
            PassageRow(
                p.id, p.stage_id, PassageState(p.state), p.entered_at, p.hand_in_by,
                p.handed_in_at, p.promise_on, p.left_at, p.outcome, p.asked_until,
            ),
        )
        for p in (row.Passage for row in rows)
        if p is not None
    ]  # fmt: skip
    return [row for _, row in sorted(passages, key=lambda pair: pair[0])]


def _place(idea: Idea, passage: PassageRow, head: Row[Any], stages: list[StageRow]) -> Place:
    here = next(s for s in stages if s.id == passage.stage_id)
    return Place(
        idea=IdeaState(idea.state),
        passage=passage.state,
        last_stage=here is stages[-1],
        assigned=head.assigned,
        reviewed=head.reviewed,
        required=here.required,
        hand_in_by=passage.hand_in_by,
        promise_on=passage.promise_on,
        asked_until=passage.asked_until,
        revisit_on=head.revisit_on if passage.state is PassageState.LEFT else None,
    )


def versions(session: Session, idea: Idea, *, sees_team: bool) -> list[VersionRow]:
    """Return the frozen copies, newest first; without the team's names for those who are blind."""
    rows = session.execute(_VERSIONS, {"idea": idea.id})
    return [
        VersionRow(
            version.number,
            stage_id,
            stage,
            version.created_at,
            person.display_name if sees_team else "",
            version.content if sees_team else without_team(version.content, idea.code),
        )
        for version, stage_id, stage, person in rows
    ]


def frozen_answers(content: dict[str, Any]) -> list[AnswerRow]:
    """Return the answers of a frozen copy."""
    return [
        AnswerRow(
            Bilingual.of(answer["label"]),
            Bilingual.of(answer["text"]) or _plain(answer),
            answer["kind"],
            answer.get("value"),
            answer.get("columns", ()),
            hidden=answer.get("hidden", False),
        )
        for answer in content["answers"]
    ]


def _plain(answer: dict[str, Any]) -> Bilingual:
    """Return the value of an answer without text as it is, unless it is numbers of rows."""
    value = answer.get("value") if answer["kind"] not in NAMING else None
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
    return Bilingual(text, text)


def _answers(
    session: Session,
    idea: Idea,
    found: IdeaPage,
    stages: list[StageRow],
    current: PassageRow,
    *,
    in_team: bool,
) -> list[StageAnswers]:
    """Return the answers by stage, the newest stage first."""
    newest: dict[int, VersionRow] = {}
    for version in found.versions:
        newest.setdefault(version.stage_id, version)
    answers = []
    for stage in reversed(stages):
        handed_in = newest.get(stage.id)
        if stage.id == current.stage_id and current.state is PassageState.OPEN and in_team:
            answers.append(
                StageAnswers(
                    stage.name, stage.position, None, _working(session, idea, stage.id, found.files)
                )
            )
        elif handed_in is not None:
            rows = frozen_answers(handed_in.content)
            answers.append(StageAnswers(stage.name, stage.position, handed_in.number, rows))
    return answers


def _working(
    session: Session, idea: Idea, stage_id: int, here: Sequence[FileRow]
) -> list[AnswerRow]:
    """Return what is asked now, and what was answered to questions that were removed."""
    rows = questions_of(session, idea.id, stage_id, files={file.id: file.name for file in here})
    now = asked_now(
        [row.asked for row in rows if not row.removed],
        {row.asked.key: row.given for row in rows},
    )
    return [
        AnswerRow(
            row.asked.label,
            readable(row.asked, row.given),
            row.asked.kind,
            row.given.value,
            [{"key": option.key, "label": option.label} for option in row.asked.options],
            carried=not row.own and bool(row.given),
            removed=row.removed,
        )
        for row in sorted(rows, key=lambda row: row.removed)
        if row.asked.key in now or (row.removed and row.given)
    ]


def _team(session: Session, idea: Idea) -> list[MemberRow]:
    rows = session.execute(_TEAM, {"idea": idea.id})
    team = [
        MemberRow(person.id, person.display_name, person.department, member.role, member.state)
        for member, person in rows
    ]
    return sorted(team, key=lambda member: member.person_id != idea.owner_id)
