"""Reading an idea: who sees it, whose names, and what was handed in."""

from datetime import timedelta

import pytest

from accelerator import clock
from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Answer, Idea, Passage, Person, Stage, Version
from tests.features.ideas.looking import idea_of, rows, text_of
from tests.world import NOW, TODAY, World

EVERYBODY = (
    "owner", "mate", "invitee", "employee", "reviewer", "second", "stranger", "manager",
    "other_manager", "sponsor", "admin", "guest",
)  # fmt: skip
SEES = {
    ("draft", "team"): {"owner", "mate", "invitee"},
    ("draft", "everybody"): {"owner", "mate", "invitee"},
    ("active", "team"): {"owner", "mate", "invitee", "reviewer", "manager", "sponsor", "admin"},
    ("active", "everybody"): set(EVERYBODY) - {"guest"},
}


@pytest.mark.parametrize(("state", "audience"), SEES)
def test_who_sees_an_idea(world: World, state: str, audience: str) -> None:
    code = world.idea(
        "owner",
        title="Canary",
        state=state,
        audience=audience,
        team=("mate",),
        pending=("invitee",),
    )
    world.assign(code, "reviewer")
    world.assign(code, "second", state="declined")
    for name in EVERYBODY:
        client = world.client(name)
        sees = name in SEES[state, audience]
        for path in (f"/ideas/{code}", f"/ideas/{code}/versions/1"):
            expected = 200 if sees and (state != "draft" or "versions" not in path) else 404
            assert client.get(path).status_code == expected, (name, path)
        for path in ("/ideas", "/ideas?q=canary", "/search?q=canary", "/ideas/similar?q=canary"):
            page = client.get(path).get_data(as_text=True)
            assert (code in page) == sees, (name, path)
            if "similar" not in path:
                assert ("1 idea" in page) == sees, (name, path)
        found = client.get("/search?q=canary", headers={"Accept": "application/json"}).json
        assert bool(found) == sees
    for name in (None, "disabled"):
        assert world.client(name).get(f"/ideas/{code}").location.startswith("/sign-in")


def test_a_hidden_team_is_nowhere(world: World) -> None:
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).teams_hidden = True
        for name in ("owner", "mate"):
            session.get_one(Person, world.people[name]).family_name = f"Secret{name}"
    code = world.idea("owner", team=("mate",), audience="everybody")
    client = world.client("owner")
    from io import BytesIO

    client.post(
        f"/ideas/{code}/attachments",
        data={"file": (BytesIO(b"%PDF-1.7\nx"), "Secretowner plan.pdf")},
        content_type="multipart/form-data",
    )
    version = client.forms_of(f"/ideas/{code}/submit").hidden["version"]
    client.post(f"/ideas/{code}/submit", data={"version": version})
    world.assign(code, "reviewer")
    reviewer = world.client("reviewer")
    for path in (
        f"/ideas/{code}", f"/ideas/{code}/versions/1", f"/ideas/{code}/versions/1?against=1",
        "/ideas", "/search?q=cell", "/ideas/similar?q=cell",
    ):  # fmt: skip
        page = reviewer.get(path).get_data(as_text=True)
        assert "A better cell" in page
        assert "Secret" not in page
    assert f"{code}-1.pdf" in reviewer.get(f"/ideas/{code}").get_data(as_text=True)
    assert f"{code}-1.pdf" in reviewer.get(f"/ideas/{code}/review").get_data(as_text=True)
    file = f"/ideas/{code}/attachments/1"
    assert f"{code}-1.pdf" in reviewer.get(file).headers["Content-Disposition"]
    assert "Secretowner" not in reviewer.get(file).headers["Content-Disposition"]
    assert "Secretowner" in client.get(file).headers["Content-Disposition"]
    for name in ("manager", "employee"):
        assert "Secretmate" in world.client(name).get(f"/ideas/{code}").get_data(as_text=True)


def test_what_is_being_written_is_the_teams_own(world: World) -> None:
    code = world.idea("owner", state="active", audience="everybody")
    idea, (first,) = idea_of(world, code), rows(world, Answer)
    with world.session() as session:
        passage = session.get_one(Passage, idea.passage_id)
        passage.state, passage.left_at, passage.outcome = "left", NOW, "rework"
        again = Passage(
            idea_id=idea.id, cohort_id=idea.cohort_id, stage_id=passage.stage_id, number=2,
            entered_at=NOW,
            hand_in_by=TODAY + timedelta(days=9),
        )  # fmt: skip
        session.add(again)
        session.flush()
        session.get_one(Idea, idea.id).passage_id = again.id
        answer = session.get_one(Answer, first.id)
        answer.text = Bilingual(en="Halfwritten canary")
    owner, employee = world.client("owner"), world.client("employee")
    assert "Halfwritten" in owner.get(f"/ideas/{code}").get_data(as_text=True)
    page = employee.get(f"/ideas/{code}").get_data(as_text=True)
    assert "Halfwritten" not in page
    assert "The problem of A better cell" in page
    stamp = owner.forms_of(f"/ideas/{code}/edit").hidden["version"]
    owner.post(f"/ideas/{code}/edit", data={"answer_market": "Halfwritten too", "version": stamp})
    assert "Nothing found" in employee.get("/search?q=halfwritten").get_data(as_text=True)
    version = owner.forms_of(f"/ideas/{code}/submit").hidden["version"]
    owner.post(f"/ideas/{code}/submit", data={"version": version})
    assert code in employee.get("/search?q=halfwritten").get_data(as_text=True)
    assert "Halfwritten too" in employee.get(f"/ideas/{code}").get_data(as_text=True)
    changed = employee.get(f"/ideas/{code}/versions/2?against=1").get_data(as_text=True)
    assert "<ins>Halfwritten</ins>" in changed
    assert "<del>The</del>" in changed
    assert employee.get(f"/ideas/{code}/versions/3").status_code == 404
    assert "<ins>" not in employee.get(f"/ideas/{code}/versions/2?against=x").get_data(as_text=True)


def test_the_plain_status_says_who_acts_and_by_when(world: World) -> None:
    code = world.idea("owner")
    page = text_of(world.client("owner").get(f"/ideas/{code}").get_data(as_text=True))
    assert "Your turn: hand in by Sun 13 Dec 2026 23:59 JST." in page
    code = world.idea("owner", state="active")
    world.assign(code, "reviewer")
    page = text_of(world.client("owner").get(f"/ideas/{code}").get_data(as_text=True))
    assert "The reviewers read it now. You hear by Mon 7 Dec 2026 23:59 JST ." in page
    with clock.told_by(lambda: NOW + timedelta(days=20)):
        page = world.client("manager").get(f"/ideas/{code}").get_data(as_text=True)
    assert "The answer was promised by" in page
    code = world.idea("owner", state="active")
    for name in ("reviewer", "second"):
        world.assign(code, name, state="submitted")
    page = text_of(world.client("owner").get(f"/ideas/{code}").get_data(as_text=True))
    assert "The programme manager decides next." in page
    code = world.idea("owner", state="active", passage_state="open", stage=1, audience="everybody")
    page = text_of(world.client("employee").get(f"/ideas/{code}").get_data(as_text=True))
    assert "The team works on it until Sun 13 Dec 2026 23:59 JST." in page


def test_a_decision_not_announced_shows_nowhere(world: World) -> None:
    code = world.idea("owner", state="active", passage_state="decided")
    with world.session() as session:
        session.get_one(Passage, idea_of(world, code).passage_id).outcome = "stop"
    for path in (f"/ideas/{code}", "/ideas"):
        page = text_of(world.client("owner").get(path).get_data(as_text=True))
        offered = page.replace("Stopped Withdrawn Graduated", "").replace("Stopped ideas", "")
        assert "Stopped" not in offered
        assert "In review" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_texts_are_shown_in_the_readers_language_or_said_to_be_in_the_other(world: World) -> None:
    code = world.idea("owner", state="active", title="Cell")
    with world.session() as session:
        session.get_one(Person, world.people["owner"]).language = "ja"
    page = world.client("owner").get(f"/ideas/{code}").get_data(as_text=True)
    assert '<html lang="ja"' in page
    assert '<h1><span lang="en">Cell</span></h1>' in page.replace("\n", "")
    assert "まだ日本語の" in page or "英語で表示" in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_markup_in_texts_is_only_text(world: World) -> None:
    code = world.idea("owner", state="active", title="<script>x</script><b>")
    client = world.client("owner")
    for path in (f"/ideas/{code}", f"/ideas/{code}/versions/1", "/ideas", "/search?q=script"):
        page = client.get(path).get_data(as_text=True)
        assert "<script>x" not in page
        assert "<b>" not in page


def test_one_idea_is_read_with_ten_queries(world: World, count_queries) -> None:
    plain = world.idea("owner")
    full = world.idea("owner", state="active", team=("mate",), pending=("invitee",))
    with world.session() as session:
        idea = session.get_one(Idea, idea_of(world, full).id)
        (first,) = session.query(Version).filter_by(idea_id=idea.id)
        for number in range(2, 6):
            session.add(
                Version(
                    idea_id=idea.id, passage_id=first.passage_id, number=number,
                    content=first.content, created_by_id=idea.owner_id, created_at=NOW,
                )
            )  # fmt: skip
    client = world.client("owner")
    assert count_queries(lambda: client.get(f"/ideas/{plain}")) == 9
    assert count_queries(lambda: client.get(f"/ideas/{full}")) == 8
