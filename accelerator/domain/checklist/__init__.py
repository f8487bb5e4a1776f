"""What a programme and a cohort still lack before intake can open: one sentence a line.

A line blocks when, without it, a promise made to teams or reviewers could not be kept; the rest
is advice. Texts are of the outline (see `domain/outline`): plain values, no rows.
"""

from collections.abc import Iterator

from accelerator.domain.checklist.cohort import of_cohort, of_load, of_people
from accelerator.domain.checklist.facts import (
    Checklist,
    CohortFacts,
    Gap,
    Outline,
    People,
    Place,
)
from accelerator.domain.checklist.stages import of_stages, untranslated
from accelerator.i18n import N_

__all__ = ["Checklist", "CohortFacts", "Gap", "People", "Place", "check", "no_cohort"]


def check(outline: Outline, people: People | None, cohort: CohortFacts | None) -> Checklist:
    """Return what is missing; without people (a file) or cohort nothing is said about them."""
    found = [*_programme(outline), *of_stages(outline)]
    if people is not None:
        found += of_people(outline, people)
    if cohort is not None:
        found += of_cohort(outline, cohort)
        if people is not None:
            found += of_load(outline, people, cohort)
    return Checklist(tuple(sorted(found, key=lambda gap: not gap.blocking)))


def no_cohort() -> Gap:
    """Return the line of a programme that has no cohort."""
    return Gap("no_cohort", True, N_("No cohort is set up yet."), Place.NEW_COHORT)


def _programme(outline: Outline) -> Iterator[Gap]:
    if not outline["name"]:
        yield Gap("no_name", True, N_("The programme has no name."), Place.PROGRAMME)
    if not outline["stages"]:
        yield Gap("no_stage", True, N_("The programme has no stage."), Place.STAGES)
    if lacking := untranslated(outline, [outline["name"], outline["summary"]]):
        text = N_("Texts of the programme in one language only: %(number)s.")
        yield Gap("untranslated", False, text, Place.PROGRAMME, values={"number": lacking})
