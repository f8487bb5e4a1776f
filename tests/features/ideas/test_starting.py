"""Starting an idea: little is asked, a code is given, one draft is made."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from accelerator import clock
from accelerator.storage.tables import Cohort, Idea, Milestone, TeamMember
from tests.features.ideas.looking import events, idea_of, passage_of, rows
from tests.world import NOW, TODAY, World

GOOD = {"cohort": "S27", "title": "A better cell", "summary": "For cold regions."}


def test_a_draft_belongs_to_its_starter(world: World) -> None:
    answer = world.client("owner").post("/ideas/new", data=GOOD)
    assert (answer.status_code, answer.location) == (303, "/ideas/S27-0001/edit")
    idea = idea_of(world, "S27-0001")
    assert (idea.title.en, idea.title.ja, idea.language) == ("A better cell", "", "en")
    assert (idea.owner_id, idea.state, idea.audience) == (world.people["owner"], "draft", "team")
    (member,) = rows(world, TeamMember)
    assert (member.role, member.state) == ("lead", "accepted")
    assert passage_of(world, "S27-0001").state == "open"
    assert len(rows(world, Milestone)) == 1
    assert events(world, "IdeaStarted") == 1


def test_the_language_is_that_of_the_words(world: World) -> None:
    client = world.client("owner")
    client.post("/ideas/new", data=GOOD | {"title": "電池の再利用", "summary": ""})
    idea = idea_of(world, "S27-0001")
    assert (idea.language, idea.title.ja, idea.title.en) == ("ja", "電池の再利用", "")


def test_the_same_form_posted_twice_makes_one_draft(world: World) -> None:
    client = world.client("owner")
    first, second = (client.post("/ideas/new", data=GOOD | {"_once": "t"}) for _ in range(2))
    assert first.location == second.location
    assert len(rows(world, Idea)) == 1


def test_codes_follow_one_another(world: World) -> None:
    client = world.client("owner")
    places = [client.post("/ideas/new", data=GOOD).location for _ in range(3)]
    assert places == [f"/ideas/S27-000{n}/edit" for n in (1, 2, 3)]


def test_many_at_once_get_a_code_each(world: World) -> None:
    answers: list[int] = []
    clients = [world.client("owner") for _ in range(4)]
    for client in clients:
        client.token()

    def post(client) -> None:
        answers.extend(client.post("/ideas/new", data=GOOD).status_code for _ in range(3))

    threads = [Thread(target=post, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 12
    codes = [idea.code for idea in rows(world, Idea)]
    assert sorted(codes) == [f"S27-{n:04d}" for n in range(1, 13)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_open_intakes_are_offered(world: World) -> None:
    world.cohort(
        "F28",
        intake_opens_on=TODAY + timedelta(days=9),
        intake_closes_on=TODAY + timedelta(days=99),
    )
    world.cohort(
        "W26",
        intake_opens_on=TODAY - timedelta(days=99),
        intake_closes_on=TODAY - timedelta(days=1),
    )
    client = world.client("owner")
    page = client.get("/ideas/new").get_data(as_text=True)
    assert 'value="S27"' in page
    assert 'value="O27"' in page
    assert 'value="F28"' not in page
    assert 'value="W26"' not in page
    for code in ("F28", "W26", "none", ""):
        refused = client.post("/ideas/new", data=GOOD | {"cohort": code})
        assert refused.status_code == 422
        assert "A better cell" in refused.get_data(as_text=True)
    assert rows(world, Idea) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_open_intake_is_chosen_already(world: World) -> None:
    with world.session() as session:
        session.scalars(select(Cohort).where(Cohort.code == "O27")).one().intake_closes_on = (
            TODAY - timedelta(days=1)
        )
    client = world.client("owner")
    assert client.forms_of("/ideas/new").hidden["cohort"] == "S27"
    # The last day counts to its end in Tokyo, eight hours before the end of the day in UTC.
    last = NOW.replace(day=13, month=12, hour=14, minute=59)
    with clock.told_by(lambda: last):
        assert world.client("owner").get("/ideas/new").get_data(as_text=True).count("S27") > 0
    with clock.told_by(lambda: last + timedelta(minutes=1)):
        assert "No intake is open" in world.client("owner").get("/ideas/new").get_data(as_text=True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_title_is_needed_and_the_rest_is_kept(world: World) -> None:
    refused = world.client("owner").post("/ideas/new", data=GOOD | {"title": "  "})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Give the idea a title." in page
    assert "For cold regions." in page


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_similar_ideas_are_shown_to_those_who_may_read_them(world: World) -> None:
    open_code = world.idea(
        "mate", title="Reusing heat of ovens", state="active", audience="everybody"
    )
    hidden = world.idea("mate", title="Heat canary", state="active")
    client = world.client("employee")
    piece = client.get("/ideas/similar?title=heat+from+ovens", headers={"HX-Request": "true"})
    assert "<html" not in piece.get_data(as_text=True)
    for answer in (piece, client.get("/ideas/similar?q=heat"), client.get("/ideas/new?title=heat")):
        page = answer.get_data(as_text=True)
        assert open_code in page
        assert hidden not in page
        assert "canary" not in page
        assert "One idea resembles" in page
    assert "Nothing resembles it" in client.get("/ideas/similar?q=zeppelin").get_data(as_text=True)
    assert client.get("/ideas/similar?q=%00%22*").status_code == 200


def test_extra_fields_change_nothing(world: World) -> None:
    extra = {
        "owner_id": str(world.people["mate"]),
        "state": "active",
        "code": "X",
        "audience": "everybody",
    }
    world.client("owner").post("/ideas/new", data=GOOD | extra)
    idea = idea_of(world, "S27-0001")
    assert (idea.owner_id, idea.state, idea.audience) == (world.people["owner"], "draft", "team")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_guests_start_nothing(world: World) -> None:
    client = world.client("guest")
    assert client.get("/ideas/new").status_code == 403
    assert client.post("/ideas/new", data=GOOD).status_code == 403
    assert rows(world, Idea) == []
