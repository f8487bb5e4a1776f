"""Bringing ideas in from a table: mapped, looked at, then all of it or nothing, and once."""

import io
from datetime import date

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from accelerator.domain.policy import Role
from accelerator.storage import search
from accelerator.storage.tables import (
    Answer,
    Delivery,
    Event,
    Idea,
    Milestone,
    Passage,
    TeamMember,
    Version,
)
from tests.checking import Page
from tests.counting import queries

URL = "/cohorts/S27/import"
TABLE = """no,title,summary,problem,industry,mail
A-1,A better cell,Lasts twice as long,Cells die young,Batteries,mate@hoshino.example
A-2,研削液を再生する,捨てずに使い続けます,三か月ごとに全量を入れ替える,工作機械,
"""
COLUMNS = ("external_id", "title", "summary", "answer_problem", "answer_problem", "owner")


def upload(client, content, name="ideas.csv"):
    # Encoded here, because the test client leaves its own spool file open.
    file = FileStorage(io.BytesIO(content), name)
    boundary, body = encode_multipart({"csrf_token": client.token(), "file": file})
    return client.post(URL, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def hidden(response):
    page = Page()
    page.feed(response.get_data(as_text=True))
    return page.hidden


def chosen(client, content, columns=COLUMNS, owner="employee@hoshino.example", **more):
    table = hidden(upload(client, content))["table"]
    places = {f"column_{place}": target for place, target in enumerate(columns)}
    return places | {"table": table, "owner": owner, "arrival": "handed_in"} | more


def bring(client, content, **chose):
    data = chosen(client, content, **chose)
    shown = client.post(URL, data=data | {"look": "1"})
    assert shown.status_code == 200, shown.get_data(as_text=True)
    return client.post(URL, data=data | {"shown": hidden(shown)["shown"], "import": "1"})


def everything(world):
    tables = (Idea, Passage, Version, Answer, TeamMember, Milestone, Event, Delivery)
    with world.session() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_ideas_come_in_handed_in_with_their_answers_and_can_be_found(world):
    answer = bring(world.client("manager"), TABLE.encode())
    assert (answer.status_code, answer.location) == (303, "/ideas?cohort=S27")
    with world.session() as session:
        first, second = session.scalars(select(Idea).order_by(Idea.id)).all()
        assert (first.code, second.code) == ("S27-0001", "S27-0002")
        assert (first.external_id, first.owner_id) == ("A-1", world.people["mate"])
        assert (second.language, second.title.ja, second.title.en) == ("ja", "研削液を再生する", "")
        assert second.owner_id == world.people["employee"]
        assert (first.state, first.audience, first.version) == ("active", "team", 1)
        passage = session.get_one(Passage, first.passage_id)
        assert (passage.idea_id, passage.number, passage.state) == (first.id, 1, "handed_in")
        assert passage.promise_on == date(2026, 12, 7)  # ten working days
        version = session.scalars(select(Version).where(Version.idea_id == first.id)).one()
        assert version.content["answers"][0]["text"]["en"] == (
            "Cells die young\n\nindustry: Batteries"
        )
        assert version.content["team"] == [
            {"person_id": world.people["mate"], "name": "Test Mate", "role": "lead"}
        ]
        milestone = session.scalars(select(Milestone).where(Milestone.idea_id == first.id)).one()
        assert (milestone.owner_id, milestone.name.en) == (first.owner_id, "Customer interviews")
        for words in ("batteries", "全量"):
            assert len(session.scalars(select(Idea).where(search.matches(session, words))).all())
    mate = world.client("mate")
    assert "Lasts twice as long" in mate.get("/ideas/S27-0001").get_data(as_text=True)
    assert mate.get("/ideas/S27-0002").status_code == 404


def test_importing_again_changes_nothing(world):
    manager = world.client("manager")
    bring(manager, TABLE.encode())
    before = everything(world)
    again = bring(manager, TABLE.encode())
    assert (again.status_code, everything(world)) == (303, before)
    grown = TABLE.encode() + b"A-3,Third,Something new,,,\n"
    page = manager.post(URL, data=chosen(manager, grown) | {"look": "1"})
    assert "Import 1 idea" in page.get_data(as_text=True)
    bring(manager, grown)
    with world.session() as session:
        codes = session.scalars(select(Idea.code).order_by(Idea.id)).all()
    assert codes == ["S27-0001", "S27-0002", "S27-0003"]


def test_a_row_that_changed_is_reported_and_the_idea_left_alone(world):
    manager = world.client("manager")
    bring(manager, TABLE.encode())
    changed = TABLE.replace("Lasts twice", "Lasts ten times").encode()
    page = manager.post(URL, data=chosen(manager, changed) | {"look": "1"})
    text = page.get_data(as_text=True)
    assert "Rows that differ" in text
    assert 'href="/ideas/S27-0001"' in text
    assert 'href="/ideas/S27-0002"' not in text
    assert bring(manager, changed).status_code == 303
    with world.session() as session:
        found = session.scalars(select(Idea).where(Idea.code == "S27-0001")).one()
        assert found.summary.en == "Lasts twice as long"


def test_one_wrong_row_keeps_all_out_and_nothing_chosen_is_lost(world):
    manager = world.client("manager")
    wrong = TABLE.encode() + b"A-1,Twice,The number is taken,,,nobody@hoshino.example\n"
    data = chosen(manager, wrong)
    page = manager.post(URL, data=data | {"shown": "anything", "import": "1"})
    text = page.get_data(as_text=True)
    assert page.status_code == 422
    assert "Row 4" in text
    assert "No employee has this e-mail address." in text
    assert "stands in row 2 already" in text
    assert 'name="import"' not in text
    assert hidden(page)["table"] == data["table"]
    assert 'value="employee@hoshino.example"' in text
    assert everything(world)[0] == 0


def test_only_what_was_shown_is_imported(world):
    manager = world.client("manager")
    data = chosen(manager, TABLE.encode())
    shown = hidden(manager.post(URL, data=data | {"look": "1"}))["shown"]
    for change in ({"arrival": "draft"}, {"column_4": ""}, {"owner": "owner@hoshino.example"}):
        page = manager.post(URL, data=data | change | {"shown": shown, "import": "1"})
        assert "You changed something" in page.get_data(as_text=True)
    assert everything(world)[0] == 0


def test_drafts_belong_to_their_owners_alone(world):
    bring(world.client("manager"), TABLE.encode(), arrival="draft")
    with world.session() as session:
        states = session.execute(select(Idea.state, Passage.state).join(Passage)).all()
        assert states == [("draft", "open")] * 2
        assert session.scalar(select(func.count()).select_from(Version)) == 0
    assert world.client("manager").get("/ideas/S27-0001").status_code == 404
    assert "Cells die young" in world.client("mate").get("/ideas/S27-0001/edit").get_data(True)


def test_owners_hear_once_and_managers_too_and_each_idea_has_its_record(world):
    world.role("sponsor", Role.MANAGER)
    bring(world.client("manager"), TABLE.encode() + b"A-3,C,D,,,mate@hoshino.example\n")
    with world.session() as session:
        heard = session.execute(
            select(Delivery.person_id, Delivery.channel, Delivery.template).order_by(Delivery.id)
        ).all()
        assert sorted(heard) == sorted(
            [(world.people["sponsor"], "inbox", "ideas_imported")]
            + [
                (world.people[name], channel, "ideas_brought_in")
                for name in ("mate", "employee")
                for channel in ("inbox", "daily")
            ]
        )
        kinds = session.scalars(select(Event.kind).order_by(Event.id)).all()
        assert kinds == ["IdeaImported"] * 3 + ["IdeasImported"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_managers_of_the_programme_import(world):
    for who in ("employee", "reviewer", "other_manager", "sponsor", "admin"):
        client = world.client(who)
        assert client.get(URL).status_code == 403
        assert upload(client, TABLE.encode()).status_code == 403
    assert everything(world)[0] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_post_repeated_imports_once(world):
    manager = world.client("manager")
    data = chosen(manager, TABLE.encode())
    shown = manager.post(URL, data=data | {"look": "1"})
    post = data | {"shown": hidden(shown)["shown"], "import": "1", "_once": hidden(shown)["_once"]}
    answers = [manager.post(URL, data=post) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/ideas?cohort=S27"] * 2
    assert everything(world)[0] == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_followed_is_said(world):
    manager = world.client("manager")
    good = chosen(manager, TABLE.encode()) | {"import": "1"}
    for change, words in [
        ({"owner": ""}, "Write the e-mail address of an employee."),
        ({"owner": "disabled@hoshino.example"}, "No employee has this e-mail address."),
        ({"owner": "guest@hoshino.example"}, "No employee has this e-mail address."),
        ({"column_1": ""}, "No column goes here yet."),
        ({"column_1": "readiness"}, "Please look at this again"),
        ({"table": "AAAA"}, "The page lost the file on its way."),
        ({"table": "x"}, "The page lost the file on its way."),
        ({"arrival": "graduated"}, "Please look at this again"),
    ]:
        page = manager.post(URL, data=good | change)
        assert page.status_code == 422
        assert words in page.get_data(as_text=True)
    assert everything(world)[0] == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_more_ideas_than_places_are_taken_with_a_warning(world):
    manager = world.client("manager")
    rows = b"title,summary\n" + b"".join(b"Idea %d,Why\n" % n for n in range(51))
    data = chosen(manager, rows, columns=("title", "summary"))
    page = manager.post(URL, data=data | {"look": "1"}).get_data(as_text=True)
    assert "More ideas than places" in page
    assert "Problem: empty in 51 ideas" in page
    assert bring(manager, rows, columns=("title", "summary")).status_code == 303
    assert everything(world)[0] == 51


def test_statements_do_not_grow_with_the_rows(world, engine):
    def rows(first, last):
        head = "no,title,summary,problem,industry,mail\n"
        names = ("mate", "employee", "owner", "second")
        return head + "".join(
            f"{n},Title {n},Summary,Problem,Metal,{names[n % 4]}@hoshino.example\n"
            for n in range(first, last)
        )

    manager = world.client("manager")
    counts = []
    for first, last in ((0, 10), (10, 310)):
        data = chosen(manager, rows(first, last).encode())
        shown = hidden(manager.post(URL, data=data | {"look": "1"}))["shown"]
        with queries(engine) as found:
            manager.post(URL, data=data | {"shown": shown, "import": "1"})
        counts.append(len(found))
    assert everything(world)[0] == 310
    assert counts[1] <= counts[0] + 2, counts
    assert counts[0] <= 40
