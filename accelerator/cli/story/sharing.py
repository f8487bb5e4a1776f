"""How the reviews of a stage are shared out: wishes, capacities, and a proposal to look at."""

from datetime import datetime

from sqlalchemy import func, select

from accelerator.cli.story.player import Player
from accelerator.domain.policy import Actor, Role
from accelerator.domain.proposals import Settings
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.features.assignment.queries.field import programme_reviewers
from accelerator.features.assignment.queries.wishes import wishes
from accelerator.features.assignment.service import proposing
from accelerator.features.assignment.service import wishes as wishing
from accelerator.storage.tables import Cohort, Idea, Membership, Passage, Person, Stage

TAKES = 6  # what one reviewer wishes at most, and the manager says of another


def share_out(player: Player, now: datetime) -> None:
    """Where most ideas wait: the reviewers are asked, two answer, and a proposal is made."""
    session = player.session
    row = session.execute(
        select(Cohort, Stage)
        .join(Idea, Idea.cohort_id == Cohort.id)
        .join(Passage, Passage.id == Idea.passage_id)
        .join(Stage, Stage.id == Passage.stage_id)
        .where(Idea.state == IdeaState.ACTIVE, Passage.state == PassageState.HANDED_IN)
        .group_by(Cohort.id, Stage.id)
        .order_by(func.count().desc(), Stage.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return
    cohort, stage = row.Cohort, row.Stage
    manager = Actor(
        session.scalars(
            select(Membership.person_id)
            .where(Membership.programme_id == cohort.programme_id, Membership.role == Role.MANAGER)
            .order_by(Membership.id.desc())
            .limit(1)
        ).one()
    )
    about = {"cohort": cohort, "stage": stage, "now": now}
    wishing.ask_for_interests(session, actor=manager, opens=True, **about)
    people = session.scalars(programme_reviewers(cohort.programme_id).order_by(Person.id)).all()
    for person in people[:2]:
        actor = Actor(person.id)
        page = wishes(session, actor=actor, cohort=cohort, stage=stage, after="")
        said = {idea.id: (1, 0, -1)[place % 3] for place, idea in enumerate(page.ideas)}
        wishing.state_interests(session, actor=actor, offered=said, wish=TAKES, **about)
    said_of = {person.id: (1, TAKES) for person in people[2:3]}
    wishing.set_capacities(session, actor=manager, said=said_of, **about)
    settings = Settings(reviews=stage.reviews_per_idea + 1, most=TAKES + 2)
    proposing.propose(session, actor=manager, settings=settings, seed=1, **about)
