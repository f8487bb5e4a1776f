"""Milestone templates: what ideas that enter later must show; those on their way keep theirs."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from accelerator.standing.passages import enter_stage
from accelerator.storage.tables import (
    Cohort,
    CohortStage,
    Idea,
    Milestone,
    MilestoneTemplate,
    Passage,
    Stage,
)
from tests.features.stages.acts import VALIDATE, fields, kinds, opened, text
from tests.world import NOW

PATH = f"{VALIDATE}/milestones"


def templates(world):
    with world.session() as session:
        rows = session.scalars(
            select(MilestoneTemplate)
            .where(
                MilestoneTemplate.stage_id == world.stage_ids[1],
                MilestoneTemplate.removed_at.is_(None),
            )
            .order_by(MilestoneTemplate.position)
        )
        return {row.key: row for row in rows}


def enter(world, code):
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        cohort = session.get_one(Cohort, world.cohort_id)
        stage = session.get_one(Stage, world.stage_ids[1])
        passage = enter_stage(session, idea=idea, cohort=cohort, stage=stage, now=NOW)
        return list(session.scalars(select(Milestone).where(Milestone.passage_id == passage.id)))


def test_offsets_owners_and_evidence_hold_for_ideas_that_enter_later(world):
    early = world.idea("owner", state="active", team=("mate",))
    before = enter(world, early)
    client = world.client("manager")
    sent = fields(text(client.post(PATH, data=opened(client, PATH) | {"act": "add"})))
    assert sent["row"] == ["interviews", "new-1"]
    sent |= {
        "row-interviews-days": "4", "row-interviews-counted_from": "before",
        "row-interviews-evidence_en": "Ten notes", "row-interviews-owner_role": "member",
        "row-new-1-name_ja": "試作", "row-new-1-days": "3",
    }  # fmt: skip
    asked = client.post(PATH, data=sent)
    assert "1 idea in this stage keeps the milestones it has" in text(asked)
    assert kinds(world) == []
    assert client.post(PATH, data=fields(text(asked))).status_code == 303
    found = templates(world)
    assert list(found) == ["interviews", "milestone"]
    interviews = found["interviews"]
    assert (interviews.anchor, interviews.offset_days) == ("gate", -4)
    assert (interviews.evidence.en, interviews.owner_role) == ("Ten notes", "member")
    assert (found["milestone"].anchor, found["milestone"].offset_days) == ("entry", 3)
    with world.session() as session:
        kept = session.get_one(Milestone, before[0].id)
        assert (kept.due_on, kept.owner_id) == (before[0].due_on, world.people["owner"])
    late = world.idea("owner", state="active", team=("mate",))
    alone = world.idea("employee", state="active")
    entered = {row.template_id: row for row in enter(world, late)}
    assert entered[interviews.id].owner_id == world.people["mate"]
    assert entered[found["milestone"].id].owner_id == world.people["owner"]
    assert {row.owner_id for row in enter(world, alone)} == {world.people["employee"]}


def test_before_the_gate_of_a_rolling_stage_is_before_the_end_of_the_promise(world):
    with world.session() as session:
        stage = session.get_one(Stage, world.stage_ids[1])
        stage.timing, stage.time_box_days, stage.promise_days = "rolling", 5, 5
        session.execute(delete(CohortStage).where(CohortStage.stage_id == stage.id))
        template = session.scalars(
            select(MilestoneTemplate).where(MilestoneTemplate.stage_id == stage.id)
        ).one()
        template.anchor, template.offset_days = "gate", -5
    [row] = enter(world, world.idea("owner", state="active"))
    with world.session() as session:
        idea = session.get_one(Idea, row.idea_id)
        hand_in = session.scalars(
            select(Passage.hand_in_by).where(Passage.id == idea.passage_id)
        ).one()
    # Five working days, then five for the promise, and five back again.
    assert row.due_on == hand_in
    assert hand_in > NOW.date() + timedelta(days=6)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_wrong_values_stand_at_their_fields_and_stale_saves_lose_nothing(world):
    client = world.client("manager")
    for name, value, message in (
        ("row-interviews-days", "-1", "Number must be between 0 and 500."),
        ("row-interviews-counted_from", "now", "Not a valid choice."),
        ("row-interviews-owner_role", "boss", "Not a valid choice."),
    ):
        answer = client.post(PATH, data=opened(client, PATH) | {name: value})
        assert (answer.status_code, message in text(answer)) == (422, True), name
    mine = opened(client, PATH) | {"row-interviews-name_en": "Mine"}
    theirs = opened(client, PATH) | {"row-interviews-name_en": "Theirs"}
    assert client.post(PATH, data=theirs).status_code == 303
    answer = client.post(PATH, data=mine)
    assert answer.status_code == 409
    assert '<dd lang="en">Theirs</dd>' in text(answer)
    gone = opened(client, PATH) | {"row-interviews-gone": "y"}
    assert client.post(PATH, data=gone).status_code == 303
    assert templates(world) == {}
    assert "No milestone yet" in text(client.get(PATH))
