"""The page of a proposal: by idea with reasons, by reviewer with loads, and what was avoided."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.domain.proposals import Outcome, ProposalState, Settings
from accelerator.domain.reviews import GONE
from accelerator.features.assignment.queries.overview import due_on
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    CohortStage,
    Idea,
    Person,
    Proposal,
    ProposedPair,
)
from accelerator.storage.visibility import outside_team

PAGE = 50
NAMED = 12  # names in a sentence


class View(StrEnum):
    """The three sides of a proposal."""

    IDEAS = auto()
    REVIEWERS = auto()
    CONFLICTS = auto()


@dataclass(frozen=True, slots=True)
class PairRow:
    """A proposed review with its reasons."""

    id: int
    reviewer: str
    department: str
    removes: bool
    fit: float
    words: tuple[str, ...]
    skills: tuple[str, ...]
    wish: int
    bridging: bool
    accepted: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """An idea with whom it has and whom it would get."""

    id: int
    code: str
    title: Bilingual
    existing: tuple[str, ...]
    pairs: tuple[PairRow, ...]
    short: int
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A reviewer's load in all, and between what it was to lie."""

    name: str
    department: str
    load: int
    least: int
    most: int
    idle: int


@dataclass(frozen=True, slots=True)
class Avoided:
    """A pair that fits well and is in conflict."""

    code: str
    title: Bilingual
    reviewer: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Ideas that lack reviews, and the reviewers who could have given them."""

    codes: tuple[str, ...]
    ideas: int
    names: tuple[str, ...]
    reviewers: int
    lacking: int


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """A proposal as its page shows it."""

    id: int
    state: ProposalState
    progress: int
    version: int
    settings: Settings
    seed: int
    result: dict[str, Any]
    made_by: str
    made_at: datetime
    applied_by: str
    applied_at: datetime | None
    undone_by: str
    undone_at: datetime | None
    counts: Mapping[str, int]
    due_on: date | None
    gaps: tuple[Gap, ...] = ()
    ideas: tuple[IdeaRow, ...] = ()
    reviewers: tuple[LoadRow, ...] = ()
    avoided: tuple[Avoided, ...] = ()
    after: str = ""

    @property
    def under_way(self) -> bool:
        """Say whether the optimiser is still at work."""
        return self.state in (ProposalState.WAITING, ProposalState.SOLVING)


def page(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    proposal: Proposal,
    view: View,
    show: str,
    after: str,
    now: datetime,
) -> ProposalPage:
    """Load one side of a proposal; at most six queries. Ideas of one's own team are left out."""
    result = proposal.result
    common = _common(session, cohort, proposal, now)
    if "total" not in result:
        return ProposalPage(**common)
    start = int(after) if after.isdecimal() and len(after) < 10 else 0  # noqa: PLR2004
    if view is View.REVIEWERS:
        rows, more = _loads(session, result, start)
        return ProposalPage(**common, reviewers=rows, after=more)
    if view is View.CONFLICTS:
        avoided = result["avoided"][start : start + PAGE]
        more = str(start + PAGE) if len(result["avoided"]) > start + PAGE else ""
        return ProposalPage(**common, avoided=_avoided(session, actor, avoided), after=more)
    ideas, more = _ideas(session, actor, proposal, show, start)
    return ProposalPage(**common, gaps=_gaps(session, actor, result), ideas=ideas, after=more)


def _common(session: Session, cohort: Cohort, proposal: Proposal, now: datetime) -> dict[str, Any]:
    who = {proposal.made_by_id, proposal.applied_by_id, proposal.undone_by_id} - {None}
    names = _names(session, [person for person in who if person])
    counted = (
        ("pairs", ~ProposedPair.removes),
        ("removes", ProposedPair.removes),
        ("accepted", ProposedPair.accepted),
        ("accepted_removes", ProposedPair.accepted & ProposedPair.removes),
        ("bridging", ProposedPair.bridging),
        ("done", ProposedPair.outcome == Outcome.DONE),
        ("undone", ProposedPair.outcome == Outcome.UNDONE),
        ("stayed", ProposedPair.outcome == Outcome.STAYED),
        ("left_out", ProposedPair.outcome.not_in(_SILENT)),
    )
    counts = session.execute(
        select(*(func.count().filter(which).label(name) for name, which in counted)).where(
            ProposedPair.proposal_id == proposal.id
        )
    ).one()
    dates = session.get(CohortStage, (proposal.cohort_id, proposal.stage_id))
    return {
        "id": proposal.id, "state": ProposalState(proposal.state), "progress": proposal.progress,
        "version": proposal.version, "settings": Settings.of(proposal.settings),
        "seed": proposal.seed, "result": proposal.result,
        "made_by": names.get(proposal.made_by_id, ("", ""))[0], "made_at": proposal.made_at,
        "applied_by": names.get(proposal.applied_by_id or 0, ("", ""))[0],
        "applied_at": proposal.applied_at,
        "undone_by": names.get(proposal.undone_by_id or 0, ("", ""))[0],
        "undone_at": proposal.undone_at, "counts": counts._asdict(),
        "due_on": due_on(dates, cohort, now),
    }  # fmt: skip


_SILENT = ("", Outcome.DONE, Outcome.UNTICKED, Outcome.UNDONE)


def _ideas(
    session: Session, actor: Actor, proposal: Proposal, show: str, start: int
) -> tuple[tuple[IdeaRow, ...], str]:
    """Return a page of ideas with their pairs, in the order of the ideas."""
    short, skills = proposal.result["short"], proposal.result["skills"]
    gaps = {int(idea) for idea in (*short, *skills)}
    pairs = (ProposedPair.proposal_id == proposal.id, ProposedPair.idea_id == Idea.id)
    has: dict[str, ColumnElement[bool]] = {
        "": or_(select(1).where(*pairs).exists(), Idea.id.in_(gaps)),
        "short": Idea.id.in_(gaps),
        "bridging": select(1).where(*pairs, ProposedPair.bridging).exists(),
        "unticked": select(1).where(*pairs, ~ProposedPair.accepted).exists(),
        "left_out": select(1).where(*pairs, ProposedPair.outcome.not_in(_SILENT)).exists(),
    }
    ideas = session.execute(
        select(Idea.id, Idea.code, Idea.title, Idea.passage_id)
        .where(
            Idea.cohort_id == proposal.cohort_id, Idea.id > start, outside_team(actor),
            has.get(show, has[""]),
        )
        .order_by(Idea.id)
        .limit(PAGE + 1)
    ).all()  # fmt: skip
    shown = ideas[:PAGE]
    proposed = _pairs(session, proposal.id, [row.id for row in shown])
    existing: dict[int, list[str]] = defaultdict(list)
    for passage, person in session.execute(
        select(Assignment.passage_id, Person)
        .join(Person, Person.id == Assignment.reviewer_id)
        .where(
            Assignment.passage_id.in_([row.passage_id for row in shown]),
            Assignment.state.not_in(GONE),
        )
        .order_by(Assignment.id)
    ):
        existing[passage].append(person.display_name)
    rows = tuple(
        IdeaRow(
            row.id, row.code, row.title, tuple(existing[row.passage_id]), tuple(proposed[row.id]),
            short.get(str(row.id), 0), tuple(skills.get(str(row.id), ())),
        )
        for row in shown
    )  # fmt: skip
    return rows, str(shown[-1].id) if len(ideas) > PAGE else ""


def _pairs(
    session: Session, proposal_id: int, idea_ids: Collection[int]
) -> dict[int, list[PairRow]]:
    found: dict[int, list[PairRow]] = defaultdict(list)
    rows = session.execute(
        select(ProposedPair, Person)
        .join(Person, Person.id == ProposedPair.reviewer_id)
        .where(ProposedPair.proposal_id == proposal_id, ProposedPair.idea_id.in_(idea_ids))
        .order_by(ProposedPair.removes, ProposedPair.fit.desc(), ProposedPair.id)
    )
    for pair, person in rows:
        found[pair.idea_id].append(
            PairRow(
                pair.id, person.display_name, person.department, pair.removes, pair.fit,
                tuple(pair.why.get("words", ())), tuple(pair.why.get("skills", ())),
                pair.why.get("wish", 0), pair.bridging, pair.accepted, pair.outcome,
            )
        )  # fmt: skip
    return found


def _loads(session: Session, result: dict[str, Any], start: int) -> tuple[tuple[LoadRow, ...], str]:
    """Return a page of reviewers, the busiest first."""
    everybody = sorted(result["loads"].items(), key=lambda one: (-one[1][0], int(one[0])))
    shown = everybody[start : start + PAGE]
    names = _names(session, [int(person) for person, _ in shown])
    rows = tuple(
        LoadRow(
            *names.get(int(person), ("–", "")),
            load=load,
            least=least,
            most=most,
            idle=result["idle"].get(person, 0),
        )
        for person, (load, least, most) in shown
    )
    return rows, str(start + PAGE) if len(everybody) > start + PAGE else ""


def _avoided(
    session: Session, actor: Actor, found: Collection[dict[str, Any]]
) -> tuple[Avoided, ...]:
    names = _names(session, [one["person"] for one in found])
    ideas = _codes(session, actor, [one["idea"] for one in found])
    return tuple(
        Avoided(*ideas[one["idea"]], names[one["person"]][0], tuple(one["reasons"]))
        for one in found
        if one["idea"] in ideas and one["person"] in names
    )


def _gaps(session: Session, actor: Actor, result: dict[str, Any]) -> tuple[Gap, ...]:
    """Return what is short in groups, with the first few names of each."""
    groups = result["bottlenecks"][:NAMED]
    names = _names(session, [who for group in groups for who in group["reviewers"][:NAMED]])
    ideas = _codes(session, actor, [idea for group in groups for idea in group["ideas"][:NAMED]])
    return tuple(
        Gap(
            tuple(ideas[idea][0] for idea in group["ideas"][:NAMED] if idea in ideas),
            len(group["ideas"]),
            tuple(names[who][0] for who in group["reviewers"][:NAMED] if who in names),
            len(group["reviewers"]),
            group["lacking"],
        )
        for group in groups
    )


def _names(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    if not ids:
        return {}
    people = session.scalars(select(Person).where(Person.id.in_(ids)))
    return {person.id: (person.display_name, person.department) for person in people}


def _codes(
    session: Session, actor: Actor, ids: Collection[int]
) -> dict[int, tuple[str, Bilingual]]:
    if not ids:
        return {}
    rows = session.execute(
        select(Idea.id, Idea.code, Idea.title).where(Idea.id.in_(ids), outside_team(actor))
    )
    return {row.id: (row.code, row.title) for row in rows}
