"""Who works on an idea: invitations, answers, leaving, and who owns it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from accelerator.activity import record
from accelerator.activity.events.base import Event
from accelerator.activity.events.ideas import (
    AudienceChosen,
    InvitationAnswered,
    MemberLeft,
    MemberRemoved,
    OwnerChanged,
    TeamInvited,
)
from accelerator.domain.errors import DomainError, Refused
from accelerator.domain.policy import Actor
from accelerator.domain.stages import Audience, IdeaState, PassageState, Place, require_withdrawable
from accelerator.features.ideas.queries.people import employees
from accelerator.features.ideas.service.handing_in import ENDED_ASSIGNMENTS
from accelerator.i18n import N_
from accelerator.standing.readiness import remember_score
from accelerator.storage.tables import (
    Assignment,
    Cohort,
    FormerMember,
    Idea,
    Milestone,
    Passage,
    Person,
    TeamMember,
)


def invite(session: Session, *, actor: Actor, idea: Idea, who: str, now: datetime) -> Person:
    """Ask an employee into the team, by e-mail address or name; they hear by mail and inbox."""
    _require_living(session, idea)
    person = _employee(session, who)
    member = _member(session, idea, person.id)
    if member is not None and member.state in ("accepted", "pending"):
        raise DomainError(
            "already_in_team", N_("This person is in the team or was invited already."), field="who"
        )
    if member is None:
        member = TeamMember(idea_id=idea.id, person_id=person.id)
        session.add(member)
    else:
        _keep_earlier_time(session, member)
    member.role, member.state = "member", "pending"
    member.invited_by_id, member.invited_at, member.answered_at = actor.id, now, None
    session.flush()
    _count_anew(session, idea, now)
    event = TeamInvited(
        person_id=person.id,
        title=idea.title,
        invited_by=actor.display_name,
        **_about(session, actor, idea),
    )
    record(session, event, now=now)
    return person


def _keep_earlier_time(session: Session, member: TeamMember) -> None:
    """Write down when somebody who comes back was in the team before."""
    until = member.left_at or member.answered_at
    if until is not None:
        session.add(
            FormerMember(
                idea_id=member.idea_id, person_id=member.person_id, since=member.invited_at,
                until=until,
            )
        )  # fmt: skip
    member.left_at = None


def _count_anew(session: Session, idea: Idea, now: datetime) -> None:
    """Store the idea's readiness again: what somebody of its team verified does not count."""
    if idea.readiness is not None:
        remember_score(session, idea, now=now)


def _employee(session: Session, who: str) -> Person:
    """Find the one employee with this address or name; accounts that are off count as none."""
    found = employees(session, who)
    if not found:
        raise DomainError(
            "no_such_person",
            N_("No employee has this name or e-mail address. Check the spelling."),
            field="who",
        )
    if len(found) > 1:
        raise DomainError(
            "several_people",
            N_("Several people have this name. Write the e-mail address instead."),
            field="who",
        )
    return found[0]


def answer_invitation(
    session: Session, *, actor: Actor, idea: Idea, accepts: bool, now: datetime
) -> None:
    """Join the team or decline. Who joins can no longer review the idea."""
    member = _member(session, idea, actor.id)
    if member is None or member.state != "pending":
        raise DomainError("no_invitation", N_("This invitation was answered already."))
    member.state = "accepted" if accepts else "declined"
    member.answered_at = now
    if accepts:
        session.execute(
            update(Assignment)
            .where(
                Assignment.idea_id == idea.id,
                Assignment.reviewer_id == actor.id,
                Assignment.state.not_in(ENDED_ASSIGNMENTS),
            )
            .values(state="removed")
            .execution_options(synchronize_session=False)
        )
    session.flush()
    if not accepts:
        _count_anew(session, idea, now)
    event = InvitationAnswered(
        title=idea.title,
        member=actor.display_name,
        accepted=accepts,
        **_about(session, actor, idea),
    )
    record(session, event, now=now)


def remove(session: Session, *, actor: Actor, idea: Idea, person_id: int, now: datetime) -> None:
    """Leave the team, or take somebody out as its owner; their open milestones stay behind."""
    if actor.id not in (person_id, idea.owner_id):
        raise Refused("not_owner", N_("Only the owner may remove somebody else."))
    if person_id == idea.owner_id:
        raise DomainError(
            "owner_stays", N_("The owner cannot leave. Give the idea to another member first.")
        )
    member = _member(session, idea, person_id)
    if member is None or member.state not in ("accepted", "pending"):
        raise DomainError("not_in_team", N_("This person is not in the team any more."))
    member.state, member.left_at = "left", now
    session.execute(
        update(Milestone)
        .where(
            Milestone.idea_id == idea.id, Milestone.owner_id == person_id, Milestone.state == "open"
        )
        .values(owner_id=idea.owner_id, version=Milestone.version + 1)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    _count_anew(session, idea, now)
    about = _about(session, actor, idea)
    event: Event
    if actor.id == person_id:
        event = MemberLeft(title=idea.title, member=actor.display_name, **about)
    else:
        event = MemberRemoved(person_id=person_id, title=idea.title, **about | {"path": "/ideas"})
    record(session, event, now=now)


def transfer(
    session: Session, *, actor: Actor, idea: Idea, person_id: int, now: datetime
) -> Person:
    """Give the idea to an accepted member; the old owner stays in the team."""
    _require_living(session, idea)
    member = _member(session, idea, person_id)
    if member is None or member.state != "accepted" or person_id == idea.owner_id:
        raise DomainError(
            "not_a_member", N_("Choose somebody who has joined the team."), field="person"
        )
    before = _member(session, idea, idea.owner_id)
    if before is not None:
        before.role = "member"
    member.role = "lead"
    idea.owner_id = person_id
    session.flush()
    person = session.get_one(Person, person_id)
    event = OwnerChanged(
        title=idea.title, owner=person.display_name, **_about(session, actor, idea)
    )
    record(session, event, now=now)
    return person


def choose_audience(
    session: Session, *, actor: Actor, idea: Idea, audience: Audience, now: datetime
) -> None:
    """Say who may read the idea besides those who must, from the hand-in on."""
    if idea.audience == audience:
        return
    idea.audience = audience
    session.flush()
    record(session, AudienceChosen(audience=audience, **_about(session, actor, idea)), now=now)


def _member(session: Session, idea: Idea, person_id: int) -> TeamMember | None:
    return session.scalars(
        select(TeamMember).where(TeamMember.idea_id == idea.id, TeamMember.person_id == person_id)
    ).one_or_none()


def _require_living(session: Session, idea: Idea) -> None:
    passage = session.get_one(Passage, idea.passage_id)
    require_withdrawable(Place(IdeaState(idea.state), PassageState(passage.state)))


def _about(session: Session, actor: Actor, idea: Idea) -> dict[str, Any]:
    programme_id = session.scalar(select(Cohort.programme_id).where(Cohort.id == idea.cohort_id))
    return {
        "actor_id": actor.id,
        "programme_id": programme_id,
        "idea_id": idea.id,
        "code": idea.code,
        "path": f"/ideas/{idea.code}",
    }
