"""The list: only what one may see, in pages that neither repeat nor skip, in a fixed number of queries."""

from datetime import timedelta
from re import findall

import pytest

from accelerator.storage.tables import Idea, Person
from tests.features.ideas.looking import idea_of, text_of
from tests.world import NOW, World


def codes(page: str) -> list[str]:
    return findall(r'class="row-link" href="/ideas/([^"]+)"', page)


def listed(world: World, query: str = "", who: str = "manager") -> list[str]:
    return codes(world.client(who).get(f"/ideas?{query}").get_data(as_text=True))


def test_filters_narrow_what_is_seen(world: World) -> None:
    draft = world.idea("manager", title="Own draft")
    working = world.idea(
        "owner", title="電池の再利用", state="active", passage_state="open", stage=1
    )
    waiting = world.idea("owner", title="Waiting cell", state="active")
    parked = world.idea("owner", title="Parked", state="parked", passage_state="left")
    other = world.idea("mate", title="Private draft")
    assert set(listed(world)) == {draft, working, waiting, parked}
    assert listed(world, "mine=1") == [draft]
    assert listed(world, "state=draft") == [draft]
    assert listed(world, "state=working") == [working]
    assert listed(world, "state=waiting") == [waiting]
    assert listed(world, "state=parked") == [parked]
    assert set(listed(world, "state=active&programme=spark")) == {working, waiting}
    assert listed(world, "state=active&programme=other") == []
    assert set(listed(world, "programme=nowhere")) == {draft, working, waiting, parked}
    assert listed(world, "stage=validate") == [working]
    assert set(listed(world, "stage=spark&cohort=S27")) == {draft, waiting, parked}
    assert listed(world, "cohort=O27") == []
    assert listed(world, "q=電池") == [working]
    assert listed(world, "q=wait") == [waiting]
    assert listed(world, "q=private") == []
    assert listed(world, "state=stopped&q=cell") == []
    assert set(listed(world, "state=nonsense&q=%22%27*&stage=&after=zzz")) >= set()
    assert other not in listed(world, "state=draft")
    page = text_of(world.client("manager").get("/ideas?state=stopped").get_data(as_text=True))
    assert "No idea matches" in page
    assert "Clear the filter" in page
    nothing = text_of(world.client("employee").get("/ideas").get_data(as_text=True))
    assert "No ideas yet" in nothing


def test_pages_neither_repeat_nor_skip(world: World) -> None:
    made = [world.idea("owner", title=f"Idea {n}") for n in range(52)]
    with world.session() as session:
        for n, idea in enumerate(session.query(Idea).order_by(Idea.id)):
            idea.updated_at = NOW - timedelta(minutes=n // 3)
    client = world.client("owner")
    first = client.get("/ideas?mine=1").get_data(as_text=True)
    (onward,) = findall(r'rel="next" href="([^"]+)"', first)
    assert 'rel="prev"' not in first
    assert "mine=1" in onward
    second = client.get(onward.replace("&amp;", "&")).get_data(as_text=True)
    assert len(codes(first)) == 50
    assert sorted(codes(first) + codes(second)) == sorted(made)
    assert 'rel="next"' not in second
    (back,) = findall(r'rel="prev" href="([^"]+)"', second)
    again = client.get(back.replace("&amp;", "&")).get_data(as_text=True)
    assert codes(again) == codes(first)
    assert 'rel="prev"' not in again
    assert "52 ideas" in text_of(first)


def test_the_list_costs_the_same_at_one_and_at_ten(world: World, count_queries) -> None:
    client = world.client("manager")
    world.idea("owner", state="active")
    assert count_queries(lambda: client.get("/ideas")) == 6
    for n in range(10):
        code = world.idea("owner", state="active", title=f"電池 {n}")
        world.assign(code, "reviewer")
    assert count_queries(lambda: client.get("/ideas")) == 6
    assert count_queries(lambda: client.get("/ideas?q=電池&stage=spark&cohort=S27")) == 7
    assert count_queries(lambda: client.get("/search?q=電池")) == 7
    assert count_queries(lambda: client.get("/ideas/similar?q=電池")) == 4


def test_the_palette_gets_what_it_shows(world: World) -> None:
    code = world.idea("owner", state="active", title="電池の再利用")
    client = world.client("owner")
    json = {"Accept": "application/json"}
    found = client.get("/search?q=再利用", headers=json).json
    assert found == [{"label": "電池の再利用", "detail": code, "url": f"/ideas/{code}"}]
    assert client.get("/search?q=", headers=json).json == []
    assert client.get(f"/search?q={code}", headers=json).json[0]["url"] == f"/ideas/{code}"
    page = client.get("/search").get_data(as_text=True)
    assert "Find ideas" in page


def test_found_by_every_word_of_both_languages(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    stamp = client.forms_of(f"/ideas/{code}/edit?language=ja").hidden["version"]
    client.post(
        f"/ideas/{code}/edit?language=ja",
        data={"title": "蓄電", "summary": "寒冷地", "answer_market": "船舶", "version": stamp},
    )
    for q in ("蓄電", "寒冷地", "船舶", "better", "summary", "problem", "ＢＥＴＴＥＲ"):
        assert listed(world, f"q={q}", "owner") == [code], q
    stamp = client.forms_of(f"/ideas/{code}/edit?language=ja").hidden["version"]
    client.post(f"/ideas/{code}/edit?language=ja", data={"title": "充電", "version": stamp})
    assert listed(world, "q=蓄電", "owner") == []
    assert listed(world, "q=充電", "owner") == [code]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_late_answer_is_said_to_be_late(world: World) -> None:
    from accelerator import clock

    code = world.idea("owner", state="active")
    with world.session() as session:
        session.get_one(Person, world.people["owner"]).language = "ja"
    with clock.told_by(lambda: NOW + timedelta(days=30)):
        page = world.client("owner").get("/ideas").get_data(as_text=True)
    assert "text-bad" in page
    assert "回答期限" in page
    assert idea_of(world, code).state == "active"


def test_what_is_found_often_is_listed_in_the_lists_own_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [world.idea("owner", state="active", title=f"電池 {n}") for n in range(4)]
    world.idea("owner", state="active", title="別の話")
    client = world.client("manager")
    few = codes(client.get("/search?q=電池").get_data(as_text=True))
    monkeypatch.setattr("accelerator.features.ideas.queries.index.COUNTED", 2)
    many = client.get("/search?q=電池").get_data(as_text=True)
    assert few == codes(many)
    assert sorted(few) == sorted(made)
    assert "More than 200 ideas" in text_of(many)
