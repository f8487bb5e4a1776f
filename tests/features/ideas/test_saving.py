"""Writing: everything typed is kept, nobody's text is overwritten unseen."""

import pytest

from accelerator.storage.tables import Answer, Delivery
from tests.features.ideas.looking import (
    add_questions,
    answer,
    events,
    idea_of,
    rows,
    stamp_of,
)
from tests.world import World

JSON = {"Accept": "application/json"}


def test_autosave_keeps_what_is_typed_and_says_when(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    stamp = stamp_of(client, code)
    saved = client.post(
        f"/ideas/{code}/autosave",
        data={"title": "A far better cell", "answer_market": "Ships", "version": stamp},
        headers=JSON,
    )
    assert saved.status_code == 200
    assert saved.json["saved_at"].startswith("2026-11-23T01:00")
    assert idea_of(world, code).title.en == "A far better cell"
    assert answer(world, code, "market").text.en == "Ships"
    assert answer(world, code).text.en == "The problem of A better cell"
    # The form goes on with the new stamp, as often as it likes.
    again = client.post(
        f"/ideas/{code}/autosave",
        data={"title": "The best cell", "answer_market": "Ships", "version": saved.json["version"]},
        headers=JSON,
    )
    assert again.status_code == 200
    assert idea_of(world, code).title.en == "The best cell"
    assert len(rows(world, Answer)) == 2
    assert events(world, "IdeaEdited") == 1
    assert rows(world, Delivery) == []


def test_saving_twice_changes_nothing_more(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    data = {
        "title": "A",
        "answer_problem": "B",
        "answer_market": "C",
        "version": stamp_of(client, code),
    }
    for _ in range(2):
        assert client.post(f"/ideas/{code}/edit", data=data).status_code == 303
    version = idea_of(world, code).version
    client.post(f"/ideas/{code}/edit", data=data)
    assert idea_of(world, code).version == version
    assert len(rows(world, Answer)) == 2


def test_two_people_in_different_fields_do_not_notice_one_another(world: World) -> None:
    code = world.idea("owner", team=("mate",))
    mine, theirs = world.client("owner"), world.client("mate")
    old = {"title": "A better cell", "summary": "Summary of A better cell"}
    seen = stamp_of(mine, code)
    theirs.post(
        f"/ideas/{code}/edit", data=old | {"title": "Theirs", "version": stamp_of(theirs, code)}
    )
    saved = mine.post(
        f"/ideas/{code}/autosave", data=old | {"summary": "Mine", "version": seen}, headers=JSON
    )
    assert saved.status_code == 200
    # The next save still carries the old title; it must not come back.
    mine.post(
        f"/ideas/{code}/autosave",
        data=old | {"summary": "Mine again", "version": saved.json["version"]},
        headers=JSON,
    )
    idea = idea_of(world, code)
    assert (idea.title.en, idea.summary.en) == ("Theirs", "Mine again")


def test_one_field_changed_by_two_shows_both_texts(world: World) -> None:
    code = world.idea("owner", team=("mate",))
    mine, theirs = world.client("owner"), world.client("mate")
    seen = stamp_of(mine, code)
    old = {"title": "A better cell", "answer_problem": "The problem of A better cell"}
    theirs.post(
        f"/ideas/{code}/edit",
        data={"title": "Theirs & more", "answer_problem": "Their problem", "version": seen},
    )
    late = old | {"title": "Mine & more", "summary": "Only I wrote this", "version": seen}
    refused = mine.post(f"/ideas/{code}/autosave", data=late, headers=JSON)
    assert refused.status_code == 409
    assert refused.json["theirs"] == {"title": "Theirs & more"}
    assert refused.json["mine"] == {"title": "Mine & more"}
    conflict = mine.post(f"/ideas/{code}/edit", data=late)
    page = conflict.get_data(as_text=True)
    assert conflict.status_code == 409
    for text in ("Mine &amp; more", "Theirs &amp; more", "Only I wrote this", "Their problem"):
        assert text in page
    assert idea_of(world, code).title.en == "Theirs & more"
    # What the page shows, sent again, is saved knowingly.
    from tests.checking import Page

    shown = Page()
    shown.feed(page)
    both = {
        "title": "Mine and theirs", "summary": "Only I wrote this",
        "answer_problem": "Their problem", "version": shown.hidden["version"],
    }  # fmt: skip
    assert mine.post(f"/ideas/{code}/edit", data=both).status_code == 303
    idea = idea_of(world, code)
    assert (idea.title.en, idea.summary.en) == ("Mine and theirs", "Only I wrote this")
    assert answer(world, code).text.en == "Their problem"


def test_without_a_stamp_nothing_written_is_overwritten(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    for stamp in ("", "1", "title=x title=y", "\u96fb"):
        assert (
            client.post(f"/ideas/{code}/edit", data={"title": "New", "version": stamp}).status_code
            == 409
        )
    assert idea_of(world, code).title.en == "A better cell"


def test_each_language_is_written_on_its_own_side(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    page = client.get(f"/ideas/{code}/edit?language=ja").get_data(as_text=True)
    assert "The problem of A better cell" in page  # the original stands beside the field
    client.post(
        f"/ideas/{code}/edit?language=ja",
        data={
            "title": "より良い電池",
            "answer_problem": "課題",
            "version": stamp_of(client, code, "ja"),
        },
    )
    idea = idea_of(world, code)
    assert (idea.title.ja, idea.title.en, idea.language) == ("より良い電池", "A better cell", "en")
    found = answer(world, code)
    assert (found.text.ja, found.text.en) == ("課題", "The problem of A better cell")
    assert client.get(f"/ideas/{code}/edit?language=xx").status_code == 200


def test_changing_the_language_saves_first(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    stamp = stamp_of(client, code)
    moved = client.post(
        f"/ideas/{code}/edit", data={"title": "Kept", "version": stamp, "next": "ja"}
    )
    assert moved.location == f"/ideas/{code}/edit?language=ja"
    assert idea_of(world, code).title.en == "Kept"
    stamp = stamp_of(client, code)
    onward = client.post(f"/ideas/{code}/edit", data={"version": stamp, "next": "submit"})
    assert onward.location == f"/ideas/{code}/submit"


def test_every_kind_of_question_keeps_half_an_answer(world: World) -> None:
    options = [
        {"key": "a", "label": {"ja": "甲", "en": "First"}},
        {"key": "b", "label": {"ja": "乙", "en": "Second"}},
    ]
    add_questions(
        world,
        {"key": "kind", "kind": "choice", "options": options},
        {"key": "some", "kind": "several", "options": options},
        {"key": "count", "kind": "number"},
        {"key": "when", "kind": "date"},
        {"key": "where", "kind": "link"},
    )
    code = world.idea("owner")
    client = world.client("owner")
    typed = {
        "answer_kind": "b", "answer_some": ["", "b", "a", "z"], "answer_count": "about ten",
        "answer_when": "next week", "answer_where": "example", "answer_problem": "word " * 900,
    }  # fmt: skip
    saved = client.post(f"/ideas/{code}/edit", data=typed | {"version": stamp_of(client, code)})
    assert saved.status_code == 303
    kept = {
        key: answer(world, code, key).value for key in ("kind", "some", "count", "when", "where")
    }
    assert kept == {
        "kind": "b", "some": ["a", "b"], "count": "about ten", "when": "next week", "where": "example",
    }  # fmt: skip
    page = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert "next week" in page
    assert page.count("checked") == 3
    # Every box unticked is an answer too; a choice that does not exist is none.
    client.post(
        f"/ideas/{code}/edit",
        data={"answer_some": "", "answer_kind": "zzz", "version": stamp_of(client, code)},
    )
    assert answer(world, code, "some").value is None
    assert answer(world, code, "kind").value is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_stored_is_refused_with_everything_still_there(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    stamp = stamp_of(client, code)
    data = {"title": "A\x00B", "summary": "Still here", "version": stamp}
    refused = client.post(f"/ideas/{code}/autosave", data=data, headers=JSON)
    assert refused.status_code == 422
    assert list(refused.json["fields"]) == ["title"]
    page = client.post(f"/ideas/{code}/edit", data=data)
    assert page.status_code == 422
    assert "Still here" in page.get_data(as_text=True)
    assert client.post(f"/ideas/{code}/edit", data=data | {"title": "x" * 401}).status_code == 422


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_fields_that_are_not_the_forms_change_nothing(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    extra = {
        "state": "active",
        "owner_id": "1",
        "audience": "everybody",
        "answer_unknown": "x",
        "code": "X",
    }
    client.post(f"/ideas/{code}/edit", data=extra | {"version": stamp_of(client, code)})
    idea = idea_of(world, code)
    assert (idea.state, idea.audience, idea.owner_id) == ("draft", "team", world.people["owner"])
    assert len(rows(world, Answer)) == 1


def test_handed_in_text_stays_as_it_is(world: World) -> None:
    code = world.idea("owner", state="active")
    client = world.client("owner")
    assert "The text is closed" in client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    refused = client.post(f"/ideas/{code}/autosave", data={"title": "Late"}, headers=JSON)
    assert refused.status_code == 422
    assert idea_of(world, code).title.en == "A better cell"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_ended_sign_in_is_told_to_the_script(world: World) -> None:
    code = world.idea("owner")
    answer_ = world.client().post(f"/ideas/{code}/autosave", data={"title": "x"}, headers=JSON)
    assert answer_.status_code == 401
    assert "sign_in" in answer_.json


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_the_team_writes(world: World) -> None:
    code = world.idea(
        "owner", state="active", passage_state="open", pending=("invitee",), audience="everybody"
    )
    world.assign(code, "reviewer")
    for name in ("invitee", "employee", "reviewer", "manager", "admin", "sponsor", "guest"):
        refused = world.client(name).post(f"/ideas/{code}/edit", data={"title": "x"})
        assert refused.status_code == 403
    assert idea_of(world, code).title.en == "A better cell"
