"""A cohort's milestones as rows of a file."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from accelerator.domain.milestones import MilestoneState, Urgency
from accelerator.features.milestones.queries.cohort import inside
from accelerator.features.milestones.queries.rows import MilestoneRow, rows, statement
from accelerator.i18n import N_
from accelerator.storage.tables import Cohort, Milestone

HEAD = (
    N_("Idea"), N_("Title"), N_("Stage"), N_("Milestone"), N_("In charge"), N_("Helpers"),
    N_("Due"), N_("First due"), N_("State"), N_("Working days late"), N_("Chance of being late"),
    N_("What it waits for"), N_("New date asked"), N_("Done on"), N_("What shows it"),
)  # fmt: skip
STATES = {
    "waiting": N_("Waits for another"),
    "to_do": N_("Not begun"),
    "under_way": N_("Under way"),
    "done": N_("Done"),
}
AT_ONCE = 500


def batches(
    session: Session, cohort: Cohort, words: Mapping[str, str], language: str, now: datetime
) -> Iterator[list[list[object]]]:
    """Yield the rows in the order in which they came, 500 at a time."""
    last = 0
    while True:
        found = session.execute(
            statement()
            .where(
                *inside(cohort, ""),
                Milestone.id > last,
                Milestone.state.in_((MilestoneState.OPEN, MilestoneState.DONE)),
            )
            .order_by(Milestone.id)
            .limit(AT_ONCE)
        ).all()
        if not found:
            return
        last = found[-1][0].id
        yield [_cells(one, words, language) for one in rows(session, found, now)]


def _cells(row: MilestoneRow, words: Mapping[str, str], language: str) -> list[object]:
    late = row.lateness.working_days if row.lateness.urgency is Urgency.LATE else None
    chance = row.late_chance if row.soon else None
    return [
        row.idea_code, row.idea_title.pick(language), row.stage_name.pick(language),
        row.name.pick(language), row.owner_name, "; ".join(row.helpers), row.due_on.isoformat(),
        (row.first_due_on or row.due_on).isoformat(), words[row.progress], late,
        None if chance is None else round(chance, 2),
        "; ".join(one.name.pick(language) for one in row.waits_for),
        None if row.asked_due_on is None else row.asked_due_on.isoformat(),
        None if row.done_at is None else row.done_at.date().isoformat(), row.evidence,
    ]  # fmt: skip
