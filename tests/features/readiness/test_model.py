"""A programme's own way of counting and its own words, in versions that stay."""

from datetime import timedelta

from sqlalchemy import select

from accelerator import clock
from accelerator.activity.letters import Reader, letter, subject
from accelerator.domain.readiness import DEFAULT_POLICY, Dimension
from accelerator.features.readiness.model_forms import wording_form
from accelerator.standing.readiness import assessments
from accelerator.standing.wordings import house_texts
from accelerator.storage.tables import (
    Delivery,
    Event,
    Evidence,
    Idea,
    Programme,
    ReadinessModel,
    ReadinessScore,
)
from tests.counting import queries
from tests.world import NOW, World

PATH = "/programmes/spark/readiness"


def show(world: World, code: str, dimension: str, levels: int) -> None:
    """Prove some levels of a dimension."""
    owner, reviewer = world.client("owner"), world.client("reviewer")
    page = f"/ideas/{code}/readiness"
    owner.post(f"{page}/claim", data={"dimension": dimension, "level": levels})
    for level in range(1, levels + 1):
        data = {
            "dimension": dimension, "level": level, "statement": "Shown", "url": "",
            "attachment": 0, "true_on": clock.now().date().isoformat(),
        }  # fmt: skip
        assert owner.post(f"{page}/evidence", data=data).status_code == 303
        with world.session() as session:
            piece = session.scalars(select(Evidence.id).order_by(Evidence.id.desc())).first()
        said = {"accepted": "yes", "level": "", "note": ""}
        assert reviewer.post(f"{page}/evidence/{piece}/verify", data=said).status_code == 303


def policy(version: int, **changed: object) -> dict[str, object]:
    values: dict[str, object] = {f"weight_{d}": DEFAULT_POLICY.weights[d] for d in Dimension}
    values |= {f"days_{d}": int(DEFAULT_POLICY.half_lives[d]) for d in Dimension}
    return values | {"allowance": 2, "version": version} | changed


def seen_in(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


def test_a_programme_counts_in_its_own_way_from_a_day_on(world: World) -> None:
    code = world.idea("owner", state="active", title="Counted anew")
    world.assign(code, "reviewer")
    for dimension in Dimension:
        show(world, code, dimension.value, 3 if dimension is Dimension.CUSTOMER else 2)
    manager = world.client("manager")
    with queries(world.engine) as statements:
        assert manager.get(PATH).status_code == 200
    assert len(statements) <= 10
    assert world.client("owner").get(PATH).status_code == 403
    assert manager.post(PATH, data=policy(0)).status_code == 303  # nothing differs: no version
    for wrong in ({"weight_ip": 0}, {"days_ip": 0}, {"allowance": "nan"}, {"weight_ip": "much"}):
        assert manager.post(PATH, data=policy(0, **wrong)).status_code == 422

    heavier = {"weight_customer": 5}
    with clock.told_by(lambda: NOW + timedelta(days=2)):
        manager = world.client("manager")
        asked = manager.post(PATH, data=policy(0, **heavier))
        told = asked.get_data(as_text=True)
        assert (asked.status_code, "1 rise, 0 fall" in told, "Counted anew" in told) == (
            200, True, True,
        )  # fmt: skip
        saved = manager.post(PATH, data=policy(0, **heavier, seen=seen_in(told)))
        assert saved.status_code == 303
        stale = manager.post(PATH, data=policy(0, weight_ip=7))
        assert (stale.status_code, "Somebody else saved" in stale.get_data(as_text=True)) == (
            409, True,
        )  # fmt: skip
        assert "Version 1" in manager.get(PATH).get_data(as_text=True)
        shown = world.client("owner").get(f"/ideas/{code}/readiness").get_data(as_text=True)
    assert "Counted by version 1 of the programme" in shown
    with world.session() as session:
        model = session.scalars(select(ReadinessModel)).one()
        assert (model.number, model.policy["version"]) == (1, "1")
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        stored = session.scalars(select(ReadinessScore).order_by(ReadinessScore.on)).all()
        assert [row.policy_version for row in stored] == ["0", "1"]
        assert stored[1].score > stored[0].score + 1
        for row in stored:
            again = assessments(session, [idea.id], today=row.on, as_of=row.at)[idea.id]
            assert (again.score, again.policy_version) == (row.score, row.policy_version)
        assert "ReadinessModelChanged" in session.scalars(select(Event.kind)).all()
        heard = session.scalars(
            select(Delivery).where(Delivery.template == "readiness_recounted")
        ).all()
        assert {row.person_id for row in heard} == {world.people["owner"]}
        for row in [
            *heard,
            *session.scalars(
                select(Delivery).where(Delivery.template == "readiness_model_changed")
            ),
        ]:
            for language in ("ja", "en"):
                said = subject(row.template, row.data, Reader("R", language, "Asia/Tokyo"))
                assert said.strip()
        mail = letter(
            "readiness_recounted", heard[0].data, Reader("R", "en", "UTC"), base_url="https://x"
        )
        assert f"is now {round(stored[1].score)}, before {round(stored[0].score)}" in mail.subject


def test_levels_read_in_the_programmes_own_words(world: World) -> None:
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    show(world, code, "customer", 2)
    manager, path = world.client("manager"), f"{PATH}/customer"
    with world.app.test_request_context():
        form = wording_form(house_texts()[0], posted=False)
        words = {field.name: field.data for field in form if field.name != "csrf_token"}
    assert manager.get(f"{PATH}/luck").status_code == 404
    assert manager.post(path, data=words | {"version": 0}).status_code == 303  # nothing differs
    missing = manager.post(path, data=words | {"version": 0, "title2_ja": ""})
    assert (missing.status_code, "each language" in missing.get_data(as_text=True)) == (422, True)

    own = words | {"version": 0, "title3_en": "Our own third", "title2_en": "Our own second"}
    asked = manager.post(path, data=own)
    told = asked.get_data(as_text=True)
    assert (asked.status_code, "1 idea under way has given evidence" in told) == (200, True)
    assert manager.post(path, data=own | {"seen": seen_in(told)}).status_code == 303
    assert manager.post(path, data=words | {"version": 0}).status_code == 409
    owner = world.client("owner")
    assert "Our own third" in owner.get(f"/ideas/{code}/readiness").get_data(as_text=True)
    assert "Our own third" in owner.get(f"{PATH}/levels").get_data(as_text=True)
    assert "Our own third" not in owner.get("/readiness/levels").get_data(as_text=True)
    with world.session() as session:
        model = session.scalars(select(ReadinessModel)).one()
        assert set(model.wording) == {"customer"}
        assert set(model.wording["customer"]["levels"]) == {"2", "3"}
        assert session.get_one(Programme, world.programme_id).readiness_number == 1
    told = manager.post(path, data=words | {"version": 1}).get_data(as_text=True)
    assert manager.post(path, data=words | {"version": 1, "seen": seen_in(told)}).status_code == 303
    assert "Our own third" not in owner.get(f"{PATH}/levels").get_data(as_text=True)
