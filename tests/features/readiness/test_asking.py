"""What a team makes of a gap: milestones and requests for experts."""

import pytest
from sqlalchemy import select, update

from accelerator.activity.letters import Reader, letter
from accelerator.storage.tables import Delivery, ExpertRequest, Idea, Milestone, Stage
from tests.counting import queries
from tests.world import TODAY, World


def test_a_gap_becomes_a_milestone_or_a_request_that_managers_answer(  # noqa: PLR0915 - one story
    world: World,
) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    with world.session() as session:
        session.execute(update(Stage).values(minimums={"customer": 3}))
    page = f"/ideas/{code}/readiness"
    owner, manager = world.client("owner"), world.client("manager")
    assert "level 3 is wanted" in owner.get(page).get_data(as_text=True)

    plan = {
        "dimension": "customer", "level": 3, "due_on": TODAY.isoformat(),
        "owner": world.people["mate"],
    }  # fmt: skip
    assert owner.post(f"{page}/milestone", data=plan).status_code == 303
    again = owner.post(f"{page}/milestone", data=plan)
    assert (again.status_code, "open already" in again.get_data(as_text=True)) == (422, True)
    for wrong in ({"owner": world.people["stranger"]}, {"due_on": "2026-01-01"}, {"level": 0}):
        assert owner.post(f"{page}/milestone", data=plan | {"level": 4} | wrong).status_code == 422
    with world.session() as session:
        made = session.scalars(select(Milestone).where(Milestone.dimension.is_not(None))).one()
        assert (made.dimension, made.level, made.owner_id) == (
            "customer", 3, world.people["mate"],
        )  # fmt: skip
        assert made.name.en == "Customer 3: The trouble has a size"
        assert "Figures from three" in made.wanted.en
    assert made.name.en in owner.get(f"/ideas/{code}/milestones").get_data(as_text=True)

    ask = {"dimension": "ip", "level": 2, "wanted": "Who knows patents on filters? 😀"}
    assert owner.post(f"{page}/expert", data=ask).status_code == 303
    assert owner.post(f"{page}/expert", data=ask).status_code == 422
    assert owner.post(f"{page}/expert", data=ask | {"wanted": " "}).status_code == 422
    with world.session() as session:
        number = session.scalars(select(ExpertRequest.id)).one()
    listed = manager.get("/programmes/spark/expert-requests").get_data(as_text=True)
    assert "Who knows patents on filters? 😀" in listed
    assert owner.get("/programmes/spark/expert-requests").status_code == 403
    path, answer = f"{page}/expert/{number}", {"answer": "Ms Mori, legal"}
    assert owner.post(f"{path}/answer", data=answer).status_code == 403
    assert manager.post(f"{path}/answer", data={"answer": ""}).status_code == 422
    assert manager.post(f"{path}/answer", data=answer).status_code == 303
    assert manager.post(f"{path}/answer", data=answer).status_code == 422
    assert owner.post(f"{path}/withdraw").status_code == 422
    assert "Ms Mori, legal" in owner.get(page).get_data(as_text=True)
    with world.session() as session:
        rows = session.scalars(select(Delivery).where(Delivery.template.like("expert%"))).all()
        heard = {(row.template, row.person_id) for row in rows}
        for row in rows:
            for language in ("ja", "en"):
                reader = Reader("R", language, "Asia/Tokyo")
                mail = letter(row.template, row.data, reader, base_url="https://x.example")
                assert code in mail.subject
                assert "Who knows patents" in mail.text or "Ms Mori" in mail.text
        people = world.people
    assert ("expert_asked", people["manager"]) in heard
    assert ("expert_answered", people["owner"]) in heard
    assert ("expert_answered", people["mate"]) in heard

    other = {"dimension": "team", "level": 2, "wanted": "Somebody from sales"}
    assert owner.post(f"{page}/expert", data=other).status_code == 303
    with world.session() as session:
        newest = session.scalars(select(ExpertRequest.id).order_by(ExpertRequest.id.desc())).first()
    assert owner.post(f"{page}/expert/{newest}/withdraw").status_code == 303
    assert "Somebody from sales" not in owner.get(page).get_data(as_text=True)
    with queries(world.engine) as statements:
        answered = manager.get("/programmes/spark/expert-requests?state=answered&after=x")
    assert "Ms Mori, legal" in answered.get_data(as_text=True)
    assert len(statements) <= 10


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_private_draft_asks_nobody(world: World) -> None:
    code = world.idea("owner", state="draft")
    page = f"/ideas/{code}/readiness"
    ask = {"dimension": "ip", "level": 2, "wanted": "Who knows patents?"}
    refused = world.client("owner").post(f"{page}/expert", data=ask)
    assert (refused.status_code, "once it is handed in" in refused.get_data(as_text=True)) == (
        422, True,
    )  # fmt: skip
    with world.session() as session:
        assert session.scalars(select(ExpertRequest)).all() == []
        assert session.scalar(select(Idea.readiness).where(Idea.code == code)) is None
