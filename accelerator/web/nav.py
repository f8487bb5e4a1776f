"""The places a person can go, by what they may do."""

from dataclasses import dataclass
from functools import lru_cache

from flask import current_app, request, url_for

from accelerator.domain.policy import Actor, Permission, Role, can
from accelerator.i18n import N_, gettext


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place in the side navigation; `phone` puts it in the bottom bar too."""

    label: str
    url: str
    icon: str
    current: bool
    count: int = 0
    phone: bool = False


_PLACES: tuple[tuple[str, str, str, Permission | Role, bool], ...] = (
    ("home.show", N_("Today"), "home", Permission.HOME_VIEW, True),
    ("ideas.index", N_("Ideas"), "idea", Permission.IDEA_LIST, True),
    ("reviews.queue", N_("Reviews"), "review", Role.REVIEWER, True),
    ("programmes.index", N_("Programmes"), "programme", Permission.PROGRAMME_VIEW, False),
    ("cohorts.index", N_("Cohorts"), "cohort", Role.MANAGER, True),
    ("portfolio.show", N_("Portfolio"), "portfolio", Permission.PORTFOLIO_VIEW, True),
    ("people.index", N_("People"), "people", Permission.PEOPLE_ADMINISTER, True),
    ("admin.messages", N_("Messages"), "mail", Permission.MESSAGES_VIEW, True),
)

# Views and features that stand in another place than their own, or in none.
_BELONGS = {
    "people.roles": "programmes",
    "people.profile": "",
    "people.change_password": "",
    "readiness": "ideas",
    "readiness.edit_model": "programmes",
    "readiness.edit_wording": "programmes",
    "readiness.levels_of": "programmes",
    "readiness.expert_requests": "programmes",
    "readiness_board": "cohorts",
    "milestones": "ideas",
    "milestones.index": "cohorts",
    "milestones.shift_form": "cohorts",
    "milestones.shift_dates": "cohorts",
    "reviews.of_idea": "ideas",
    "reviews.questions": "ideas",
    "reviews.assign": "cohorts",
    "assignment": "cohorts",
    "assignment.interests": "reviews",
    "ranking": "cohorts",
    "progress": "cohorts",
    "gates": "cohorts",
    "pairwise": "cohorts",
    "pairwise.judge": "reviews",
    "calibration": "cohorts",
    "calibration.mine": "reviews",
    "gates.outcome": "ideas",
    "gates.reversal": "ideas",
    "parked": "ideas",
    "gates.reverse": "ideas",
    "imports": "cohorts",
    "questions": "programmes",
    "stages": "programmes",
    "information": "ideas",
    "information.promises": "programmes",
    "meetings": "cohorts",
    "outlines": "programmes",
    "feeds": "",
    "contacts": "cohorts",
    "hooks": "programmes",
    "ladders": "programmes",
    "ladders.take_up": "ideas",
}


def items(actor: Actor | None) -> list[NavItem]:
    """List the places of one person, the current one marked."""
    if actor is None:
        return []
    feature = request.blueprint or ""
    place = _BELONGS.get(request.endpoint or "", _BELONGS.get(feature, feature))
    return [
        NavItem(
            label=gettext(label),
            url=_address(endpoint, request.script_root),
            icon=icon,
            current=endpoint.split(".", 1)[0] == place,
            phone=phone,
        )
        for endpoint, label, icon, needs, phone in _PLACES
        if endpoint in current_app.view_functions and _open(actor, needs)
    ]


@lru_cache
def _address(endpoint: str, _root: str) -> str:
    return url_for(endpoint)


def _open(actor: Actor, needs: Permission | Role) -> bool:
    if isinstance(needs, Role):
        return actor.holds(needs)
    return can(needs, actor).allowed
