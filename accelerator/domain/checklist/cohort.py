"""What the people and the dates of a cohort lack."""

from collections.abc import Iterator

from accelerator.domain.checklist.facts import CohortFacts, Gap, Outline, People, Place
from accelerator.domain.checklist.stages import untranslated
from accelerator.domain.cohort_dates import faults
from accelerator.i18n import N_

MOST_REVIEWS_EACH = 20


def of_people(outline: Outline, people: People) -> Iterator[Gap]:
    """Yield which roles nobody holds, or too few."""
    if not people.managers:
        yield Gap("no_manager", True, N_("Nobody manages this programme."), Place.ROLES)
    needed = max((stage["reviews_per_idea"] for stage in outline["stages"]), default=0)
    if needed and not people.reviewers:
        yield Gap("no_reviewers", True, N_("Nobody reviews in this programme."), Place.ROLES)
    elif people.reviewers < needed:
        text = N_("There are %(reviewers)s reviewers, and each idea needs %(needed)s reviews.")
        values = {"reviewers": people.reviewers, "needed": needed}
        yield Gap("few_reviewers", True, text, Place.ROLES, values=values)
    for stage in outline["stages"]:
        chosen, able = people.deciders.get(stage["key"], (0, 0))
        if chosen and not able:
            text = N_("%(stage)s: none of those who decide at the gate can sign in any more.")
            values = {"stage": stage["name"]}
            yield Gap("no_decider", True, text, Place.STAGE, stage["key"], values)


def of_cohort(outline: Outline, cohort: CohortFacts) -> Iterator[Gap]:
    """Yield what is wrong with the dates."""
    if untranslated(outline, [cohort.name]):
        text = N_("The cohort's name is written in one language only.")
        yield Gap("untranslated", False, text, Place.COHORT)
    if lacking := untranslated(outline, cohort.eligibility):
        text = N_("Texts of the eligibility questions in one language only: %(number)s.")
        yield Gap("untranslated", False, text, Place.ELIGIBILITY, values={"number": lacking})
    if cohort.closes_on < cohort.today:
        text = N_("The intake's last day has passed.")
        yield Gap("intake_passed", True, text, Place.COHORT)
    stages = [stage for stage in outline["stages"] if stage["timing"] == "cohort"]
    dated = [stage for stage in stages if stage["key"] in cohort.dates]
    for stage in stages:
        if stage["key"] not in cohort.dates:
            text = N_("%(stage)s: the cohort has no dates for it.")
            yield _of_dates("no_dates", True, text, stage)
    ordered = [cohort.dates[stage["key"]] for stage in dated]
    for index, fault in faults(cohort.opens_on, cohort.closes_on, ordered):
        if index is None:
            yield Gap("dates_out_of_order", True, fault.message, Place.COHORT)
        else:
            yield _of_dates("dates_out_of_order", True, _DISORDER, dated[index])
    for stage in dated:
        yield from _days(stage, cohort)


_DISORDER = N_("%(stage)s: its dates in the cohort are out of order.")


def _days(stage: Outline, cohort: CohortFacts) -> Iterator[Gap]:
    days, calendar = cohort.dates[stage["key"]], cohort.calendar
    if not all(map(calendar.is_working, (days.hand_in_by, days.review_by, days.gate_on))):
        text = N_("%(stage)s: a date falls on no working day.")
        yield _of_dates("day_off", False, text, stage)
    if calendar.count(days.hand_in_by, days.gate_on) > stage["promise_days"]:
        text = N_("%(stage)s: the gate lies later than its promise allows.")
        yield _of_dates("promise_broken", False, text, stage)
    if stage["reviews_per_idea"] and days.hand_in_by == days.review_by:
        text = N_("%(stage)s: reviewers have no day between hand-in and review.")
        yield _of_dates("no_review_days", False, text, stage)


def _of_dates(code: str, blocking: bool, text: str, stage: Outline) -> Gap:
    return Gap(code, blocking, text, Place.COHORT, stage["key"], {"stage": stage["name"]})


def of_load(outline: Outline, people: People, cohort: CohortFacts) -> Iterator[Gap]:
    """Yield a line when the places ask too much of each reviewer."""
    most = max((stage["reviews_per_idea"] for stage in outline["stages"]), default=0)
    each = -(-cohort.capacity * most // people.reviewers) if people.reviewers else 0
    if each > MOST_REVIEWS_EACH:
        text = N_("With every place taken, each reviewer would have about %(each)s reviews.")
        yield Gap("heavy_load", False, text, Place.ROLES, values={"each": each})
