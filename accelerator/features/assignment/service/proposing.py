"""Ask for a proposal, and write down what came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from accelerator.activity.events.assignment import ProposalMade, ProposalReady
from accelerator.activity.record import record
from accelerator.domain.errors import DomainError
from accelerator.domain.policy import Actor
from accelerator.domain.proposals import AT_ONCE, UNDER_WAY, ProposalState, Settings
from accelerator.features.assignment.queries.field import Materials, materials
from accelerator.features.assignment.service.solving import Solved, solve
from accelerator.i18n import N_
from accelerator.standing.assignments import batches
from accelerator.storage.tables import Cohort, Proposal, ProposedPair, Stage

MOST_SEED = 1_000_000
ATTEMPTS = 3
SKILLS_COST = 10  # required skills make a proposal so much slower, at worst


def propose(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    stage: Stage,
    settings: Settings,
    seed: int,
    now: datetime,
) -> Proposal:
    """Ask for a proposal: solved at once when it is small, else left to the scheduler."""
    settings.require_sound()
    if not 0 < seed <= MOST_SEED:
        text = N_("Choose a whole number from 1 to %(most)s.")
        raise DomainError("seed_range", text, field="seed", most=f"{MOST_SEED:,}")
    proposal = Proposal(
        cohort_id=cohort.id, stage_id=stage.id, settings=settings.as_dict(), seed=seed,
        made_by_id=actor.id, made_at=now, state=ProposalState.WAITING, progress=0, attempts=0,
        result={},
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    record(
        session,
        ProposalMade(
            actor_id=actor.id, programme_id=cohort.programme_id,
            subject=f"proposal:{proposal.id}", path=path_of(cohort, stage, proposal),
            stage=stage.name, settings=settings.as_dict(), seed=seed,
        ),
        now=now,
    )  # fmt: skip
    found = load(session, proposal, cohort=cohort)
    if not found.passages or not found.reviewers:
        raise DomainError(
            "nothing_to_match", N_("There are no ideas that wait for reviews, or no reviewers.")
        )
    most = AT_ONCE // SKILLS_COST if settings.skills else AT_ONCE
    if len(found.passages) * len(found.reviewers) <= most:
        keep(session, proposal=proposal, solved=solve(found), now=now)
    return proposal


def path_of(cohort: Cohort, stage: Stage, proposal: Proposal) -> str:
    """Return the address of a proposal's page."""
    return f"/cohorts/{cohort.code}/{stage.key}/proposal/{proposal.id}"


def load(session: Session, proposal: Proposal, *, cohort: Cohort) -> Materials:
    """Load what a proposal is about, as its maker may see it."""
    return materials(
        session, actor=Actor(proposal.made_by_id), cohort_id=proposal.cohort_id,
        stage_id=proposal.stage_id, programme_id=cohort.programme_id,
        settings=Settings.of(proposal.settings), seed=proposal.seed,
    )  # fmt: skip


def keep(session: Session, *, proposal: Proposal, solved: Solved, now: datetime) -> None:
    """Write down the pairs of a proposal, and that it can be looked at."""
    session.execute(delete(ProposedPair).where(ProposedPair.proposal_id == proposal.id))
    rows: list[dict[str, Any]] = [
        {
            "proposal_id": proposal.id, "idea_id": pair.idea_id, "passage_id": pair.passage_id,
            "reviewer_id": pair.reviewer_id, "removes": pair.removes, "fit": pair.fit,
            "why": pair.why or {}, "bridging": pair.bridging, "accepted": True, "outcome": "",
        }
        for pair in solved.pairs
    ]  # fmt: skip
    for batch in batches(rows):
        session.execute(insert(ProposedPair), batch)
    proposal.result, proposal.state = solved.result, ProposalState.READY
    proposal.progress, proposal.solved_at = 100, now
    session.flush()


def give_up(session: Session, *, proposal: Proposal, now: datetime, why: str) -> None:
    """Write down that no proposal can be made; `why` is "cancelled" or "unsolved"."""
    if proposal.state not in UNDER_WAY:
        raise DomainError("not_under_way", N_("This proposal is finished already."))
    proposal.state, proposal.solved_at = ProposalState.FAILED, now
    proposal.result = {"error": why}
    session.flush()


def take_next(session: Session) -> tuple[Proposal, Materials] | None:
    """Take the oldest proposal that waits, or that a scheduler before this one left half done.

    After three attempts it is given up, because it may have killed its process each time.
    """
    row = session.execute(
        select(Proposal, Cohort)
        .join(Cohort, Cohort.id == Proposal.cohort_id)
        .where(Proposal.state.in_(UNDER_WAY))
        .order_by(Proposal.id)
        .limit(1)
        .with_for_update(of=Proposal)
    ).one_or_none()
    if row is None:
        return None
    proposal: Proposal = row.Proposal
    proposal.state, proposal.progress = ProposalState.SOLVING, 10
    proposal.attempts += 1
    return proposal, load(session, proposal, cohort=row.Cohort)


def progress(session: Session, proposal_id: int, percent: int) -> bool:
    """Note how far the solving is; say whether it is still wanted."""
    proposal = session.get_one(Proposal, proposal_id, with_for_update=True)
    if proposal.state != ProposalState.SOLVING:
        return False
    proposal.progress = percent
    return True


def finish(session: Session, proposal_id: int, solved: Solved | None, *, now: datetime) -> None:
    """Keep what was solved, unless it was cancelled meanwhile; its maker hears."""
    proposal = session.get_one(Proposal, proposal_id, with_for_update=True)
    if proposal.state != ProposalState.SOLVING:
        return
    if solved is None:
        give_up(session, proposal=proposal, now=now, why="unsolved")
    else:
        keep(session, proposal=proposal, solved=solved, now=now)
    cohort = session.get_one(Cohort, proposal.cohort_id)
    stage = session.get_one(Stage, proposal.stage_id)
    record(
        session,
        ProposalReady(
            programme_id=cohort.programme_id, person_id=proposal.made_by_id,
            subject=f"proposal:{proposal.id}", path=path_of(cohort, stage, proposal),
            stage=stage.name, failed=solved is None,
        ),
        now=now,
    )  # fmt: skip
