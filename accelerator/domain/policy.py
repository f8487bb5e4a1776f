"""Who may do what: one table from permission to clauses. Absent means denied.

A clause is a question about one person and one thing; a permission is granted when any of its
clauses says yes. `storage/visibility.py` asks the same questions in SQL, and a property test
proves that both always agree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto

from accelerator.i18n import N_


class Role(StrEnum):
    """What somebody is in one programme; everybody is an employee besides."""

    REVIEWER = auto()
    MANAGER = auto()
    SPONSOR = auto()


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who acts, as far as the rules care."""

    id: int
    display_name: str = ""
    is_admin: bool = False
    is_guest: bool = False
    roles: frozenset[tuple[int, Role]] = frozenset()
    language: str = "en"
    time_zone: str = "Asia/Tokyo"
    country: str = "JP"
    theme: str = "auto"
    single_keys: bool = True

    def programmes(self, role: Role) -> frozenset[int]:
        """Return the ids of the programmes in which this person holds a role."""
        return frozenset(programme for programme, held in self.roles if held is role)

    def holds(self, role: Role) -> bool:
        """Say whether the person holds a role anywhere."""
        return any(held is role for _, held in self.roles)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the actor is to the thing acted on. The default is: nothing to nobody."""

    programme_id: int | None = None
    owner: bool = False
    team: bool = False
    invited: bool = False
    reviewer: bool = False
    own: bool = False
    draft: bool = False
    open_to_all: bool = False
    team_hidden: bool = False
    preparing: bool = False
    decider: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes, or no with the sentence that says who may."""

    allowed: bool
    reason: str = ""


class Permission(StrEnum):
    """Everything that can be allowed, as scope:action."""

    HOME_VIEW = "home:view"
    PROFILE_EDIT = "profile:edit"
    INBOX_READ = "inbox:read"
    PEOPLE_ADMINISTER = "people:administer"
    PEOPLE_LOOK_UP = "people:look_up"
    MESSAGES_VIEW = "messages:view"
    AUDIT_VIEW = "audit:view"
    PROGRAMME_VIEW = "programme:view"
    PROGRAMME_CREATE = "programme:create"
    PROGRAMME_EDIT = "programme:edit"
    ROLES_GIVE = "roles:give"
    COHORT_VIEW = "cohort:view"
    COHORT_EDIT = "cohort:edit"
    IDEA_LIST = "idea:list"
    IDEA_CREATE = "idea:create"
    IDEA_VIEW = "idea:view"
    IDEA_EDIT = "idea:edit"
    IDEA_SUBMIT = "idea:submit"
    IDEA_WITHDRAW = "idea:withdraw"
    IDEA_OWN = "idea:own"
    IDEA_IMPORT = "idea:import"
    IDEA_PLACE = "idea:place"
    TEAM_VIEW = "team:view"
    TEAM_INVITE = "team:invite"
    TEAM_ANSWER = "team:answer"
    REVIEW_QUEUE = "review:queue"
    REVIEW_WRITE = "review:write"
    REVIEW_READ = "review:read"
    REVIEW_ASSIGN = "review:assign"
    RANKING_VIEW = "ranking:view"
    FINAL_RUN = "final:run"
    FINAL_JUDGE = "final:judge"
    CALIBRATION_RUN = "calibration:run"
    CALIBRATION_OWN = "calibration:own"
    INTEREST_STATE = "interest:state"
    CONFLICT_DECLARE = "conflict:declare"
    GATE_DECIDE = "gate:decide"
    INFORMATION_ASK = "information:ask"
    INFORMATION_VIEW = "information:view"
    PROMISE_VIEW = "promise:view"
    VOTE_CAST = "vote:cast"
    MEETING_VIEW = "meeting:view"
    MEETING_RUN = "meeting:run"
    OUTCOME_VIEW = "outcome:view"
    PARKED_VIEW = "parked:view"
    MILESTONE_VIEW = "milestone:view"
    MILESTONE_EDIT = "milestone:edit"
    MILESTONE_GRANT = "milestone:grant"
    READINESS_VIEW = "readiness:view"
    READINESS_CLAIM = "readiness:claim"
    READINESS_VERIFY = "readiness:verify"
    READINESS_BOARD = "readiness:board"
    EXPERT_ANSWER = "expert:answer"
    REPORT_EXPORT = "report:export"
    PORTFOLIO_VIEW = "portfolio:view"
    CALENDAR_OWN = "calendar:own"
    CALENDAR_COHORT = "calendar:cohort"
    CONTACT_VIEW = "contact:view"
    REMINDERS_PAUSE = "reminders:pause"
    SPEED_VIEW = "speed:view"


Clause = Callable[[Actor, Subject], bool]


def employee(actor: Actor, _: Subject) -> bool:
    """Everybody signed in who belongs to the company."""
    return not actor.is_guest


def employee_once_open(actor: Actor, subject: Subject) -> bool:
    """Everybody who belongs to the company, once it is more than being prepared."""
    return not actor.is_guest and not subject.preparing


def with_a_role(actor: Actor, subject: Subject) -> bool:
    """Whoever of the company manages, reviews or sponsors the programme."""
    return not actor.is_guest and any((subject.programme_id, role) in actor.roles for role in Role)


def anybody(_actor: Actor, _subject: Subject) -> bool:
    """Everybody signed in, guests too."""
    return True


def administrator(actor: Actor, _: Subject) -> bool:
    """The global administrator."""
    return actor.is_admin


def manager(actor: Actor, subject: Subject) -> bool:
    """A manager of the programme the thing belongs to."""
    return (subject.programme_id, Role.MANAGER) in actor.roles


def manager_after_hand_in(actor: Actor, subject: Subject) -> bool:
    """A manager, once the idea is more than a private draft."""
    return manager(actor, subject) and not subject.draft


def manager_outside_team(actor: Actor, subject: Subject) -> bool:
    """A manager who is not in the team: reviewers stay hidden from every team."""
    return manager_after_hand_in(actor, subject) and not (
        subject.owner or subject.team or subject.invited
    )


def sponsor_after_hand_in(actor: Actor, subject: Subject) -> bool:
    """A sponsor of the programme, once the idea is more than a private draft."""
    return (subject.programme_id, Role.SPONSOR) in actor.roles and not subject.draft


def manager_anywhere(actor: Actor, _: Subject) -> bool:
    """A manager of any programme."""
    return actor.holds(Role.MANAGER)


def sponsor_anywhere(actor: Actor, _: Subject) -> bool:
    """A sponsor of any programme."""
    return actor.holds(Role.SPONSOR)


def administrator_after_hand_in(actor: Actor, subject: Subject) -> bool:
    """The administrator, once the idea is more than a private draft."""
    return actor.is_admin and not subject.draft


def owner(_: Actor, subject: Subject) -> bool:
    """Whoever brought the idea."""
    return subject.owner


def team(_: Actor, subject: Subject) -> bool:
    """The owner and everybody who accepted an invitation."""
    return subject.owner or subject.team


def invited(_: Actor, subject: Subject) -> bool:
    """Somebody whose invitation to the team waits for an answer."""
    return subject.invited


def assigned_reviewer(_: Actor, subject: Subject) -> bool:
    """A reviewer assigned to the idea, unless declined."""
    return subject.reviewer and not subject.draft


def open_idea(actor: Actor, subject: Subject) -> bool:
    """Any employee, when the owner opened the idea to everybody and it was handed in."""
    return subject.open_to_all and not subject.draft and not actor.is_guest


def open_team(actor: Actor, subject: Subject) -> bool:
    """Any employee on an open idea; while the team is hidden, no reviewer, asked yet or not."""
    reviews = subject.reviewer or reviewer_in_programme(actor, subject)
    return open_idea(actor, subject) and not (reviews and subject.team_hidden)


def reviewer_who_sees_team(actor: Actor, subject: Subject) -> bool:
    """An assigned reviewer, unless the stage hides teams from reviewers."""
    return assigned_reviewer(actor, subject) and not subject.team_hidden


def own(_: Actor, subject: Subject) -> bool:
    """The person the thing belongs to: an assignment, a notice, a profile."""
    return subject.own


def decider(_: Actor, subject: Subject) -> bool:
    """Somebody who decides at the gate: whom the stage names, or else its managers."""
    return subject.decider


def independent_verifier(actor: Actor, subject: Subject) -> bool:
    """A reviewer assigned to the idea, or a manager, who is not in the team."""
    in_team = subject.owner or subject.team or subject.invited
    return (assigned_reviewer(actor, subject) or manager_after_hand_in(actor, subject)) and (
        not in_team
    )


def reviewer_in_programme(actor: Actor, subject: Subject) -> bool:
    """A reviewer of the programme, assigned or not."""
    return (subject.programme_id, Role.REVIEWER) in actor.roles and not subject.draft


_SEES_IDEA: tuple[Clause, ...] = (
    team,
    invited,
    assigned_reviewer,
    manager_after_hand_in,
    sponsor_after_hand_in,
    administrator_after_hand_in,
    open_idea,
)
_SEES_TEAM: tuple[Clause, ...] = (
    team,
    invited,
    reviewer_who_sees_team,
    manager_after_hand_in,
    sponsor_after_hand_in,
    administrator_after_hand_in,
    open_team,
)

TABLE: dict[Permission, tuple[Clause, ...]] = {
    Permission.HOME_VIEW: (anybody,),
    Permission.PROFILE_EDIT: (anybody,),
    Permission.INBOX_READ: (anybody,),
    Permission.PEOPLE_ADMINISTER: (administrator,),
    Permission.PEOPLE_LOOK_UP: (employee,),
    Permission.MESSAGES_VIEW: (administrator,),
    Permission.AUDIT_VIEW: (administrator,),
    Permission.PROGRAMME_VIEW: (employee_once_open, with_a_role, administrator),
    Permission.PROGRAMME_CREATE: (administrator, manager_anywhere),
    Permission.PROGRAMME_EDIT: (manager, administrator),
    Permission.ROLES_GIVE: (manager, administrator),
    Permission.COHORT_VIEW: (employee_once_open, manager, sponsor_after_hand_in, administrator),
    Permission.COHORT_EDIT: (manager,),
    Permission.IDEA_LIST: (anybody,),
    Permission.IDEA_CREATE: (employee,),
    Permission.IDEA_VIEW: _SEES_IDEA,
    Permission.IDEA_EDIT: (team,),
    Permission.IDEA_SUBMIT: (team,),
    Permission.IDEA_WITHDRAW: (owner,),
    Permission.IDEA_OWN: (owner,),
    Permission.IDEA_IMPORT: (manager,),
    Permission.IDEA_PLACE: (manager_outside_team,),
    Permission.TEAM_VIEW: _SEES_TEAM,
    Permission.TEAM_INVITE: (team,),
    Permission.TEAM_ANSWER: (invited,),
    Permission.REVIEW_QUEUE: (employee,),
    Permission.REVIEW_WRITE: (own,),
    Permission.REVIEW_READ: (manager_outside_team,),
    Permission.REVIEW_ASSIGN: (manager_outside_team,),
    Permission.RANKING_VIEW: (manager,),
    Permission.FINAL_RUN: (manager,),
    Permission.FINAL_JUDGE: (own,),
    Permission.CALIBRATION_RUN: (manager,),
    Permission.CALIBRATION_OWN: (reviewer_in_programme,),
    Permission.INTEREST_STATE: (reviewer_in_programme,),
    Permission.CONFLICT_DECLARE: (reviewer_in_programme, manager_after_hand_in),
    Permission.GATE_DECIDE: (manager_outside_team,),
    Permission.INFORMATION_ASK: (manager_outside_team,),
    Permission.INFORMATION_VIEW: (team, manager_outside_team),
    Permission.PROMISE_VIEW: (manager, sponsor_after_hand_in),
    Permission.VOTE_CAST: (decider,),
    Permission.MEETING_VIEW: (manager, decider),
    Permission.MEETING_RUN: (manager, decider),
    Permission.PARKED_VIEW: (manager_anywhere,),
    Permission.OUTCOME_VIEW: (
        team,
        manager_after_hand_in,
        sponsor_after_hand_in,
        administrator_after_hand_in,
    ),
    Permission.MILESTONE_VIEW: (manager,),
    Permission.MILESTONE_EDIT: (team,),
    Permission.MILESTONE_GRANT: (manager_outside_team,),
    Permission.READINESS_VIEW: _SEES_IDEA,
    Permission.READINESS_CLAIM: (team,),
    Permission.READINESS_VERIFY: (independent_verifier,),
    Permission.READINESS_BOARD: (manager, sponsor_after_hand_in),
    Permission.EXPERT_ANSWER: (manager_outside_team,),
    Permission.REPORT_EXPORT: (manager,),
    Permission.PORTFOLIO_VIEW: (sponsor_anywhere, manager_anywhere),
    Permission.CALENDAR_OWN: (anybody,),
    Permission.CALENDAR_COHORT: (with_a_role,),
    Permission.CONTACT_VIEW: (manager,),
    Permission.REMINDERS_PAUSE: (manager_outside_team,),
    Permission.SPEED_VIEW: (manager, sponsor_after_hand_in),
}

WHO_MAY: dict[Clause, str] = {
    administrator: N_("administrators"),
    administrator_after_hand_in: N_("administrators"),
    manager: N_("managers of this programme"),
    manager_after_hand_in: N_("managers of this programme"),
    manager_outside_team: N_("managers of this programme who are not in the team"),
    manager_anywhere: N_("programme managers"),
    sponsor_anywhere: N_("sponsors"),
    sponsor_after_hand_in: N_("sponsors of this programme"),
    owner: N_("the owner of the idea"),
    team: N_("the team of the idea"),
    invited: N_("the person invited"),
    assigned_reviewer: N_("the reviewers assigned to the idea"),
    reviewer_who_sees_team: N_("the reviewers assigned to the idea"),
    reviewer_in_programme: N_("reviewers of this programme"),
    decider: N_("the deciders of this gate"),
    independent_verifier: N_("reviewers and managers who are not in the team"),
    own: N_("the person it was given to"),
    employee: N_("employees"),
    employee_once_open: N_("employees"),
    with_a_role: N_("everybody with a role in this programme"),
    anybody: N_("everybody who is signed in"),
    open_idea: N_("everybody, when the owner opens the idea"),
    open_team: N_("everybody, when the owner opens the idea"),
}


def can(permission: Permission, actor: Actor, subject: Subject | None = None) -> Decision:
    """Decide; a refusal carries the sorts of people who may, to be joined into one sentence."""
    clauses = TABLE.get(permission, ())
    thing = subject or Subject()
    if any(clause(actor, thing) for clause in clauses):
        return Decision(allowed=True)
    return Decision(allowed=False, reason="|".join(dict.fromkeys(WHO_MAY[c] for c in clauses)))
