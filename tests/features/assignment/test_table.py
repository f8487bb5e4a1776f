"""The list of assignments leaves as a file, is edited, and comes back: all of it or nothing."""

import csv
import io
import re

import pytest
from sqlalchemy import select

from accelerator.storage.tables import Event
from tests.features.assignment.test_proposals import DUE, apply, propose, standing

IMPORT = "/cohorts/S27/spark/assignments/import"
EXPORT = "/cohorts/S27/spark/assignments.csv"


def upload(world, rows, who="manager", **fields):
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    file = (io.BytesIO(buffer.getvalue().encode()), "assignments.csv")
    return world.client(who).post(
        IMPORT, data={"file": file} | fields, content_type="multipart/form-data"
    )


def carried(page):
    """What the page brings back when it is confirmed."""
    table = re.search(r'name="table" type="hidden" value="([^"]*)"', page)
    shown = re.search(r'name="shown" type="hidden" value="([^"]*)"', page)
    return {"table": table[1], "shown": shown[1], "due_on": DUE}


def confirm(world, page, **fields):
    return world.client("manager").post(IMPORT, data=carried(page) | fields)


def mail(name):
    return f"{name}@hoshino.example"


def test_what_leaves_comes_back_and_changes_nothing(world):
    codes = [world.idea("owner", title=f"=Idea {n}", state="active") for n in range(2)]
    world.assign(codes[0], "reviewer")
    file = world.client("manager").post(EXPORT)
    rows = list(csv.reader(io.StringIO(file.get_data().decode("utf-8-sig"))))
    assert rows == [
        ["Idea", "Title", "Reviewer", "Name", "State"],
        [codes[0], "'=Idea 0", mail("reviewer"), "Test Reviewer", "assigned"],
        [codes[1], "'=Idea 1", "", "", ""],
    ]
    page = upload(world, rows).get_data(as_text=True)
    assert "Nothing to do" in page
    with world.session() as session:
        assert session.scalars(select(Event.data).where(Event.kind == "Exported")).one()[
            "what"
        ] == ("assignments")


def test_edited_rows_are_added_and_left_out_ones_taken_back_when_asked(world):
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(3)]
    world.assign(codes[0], "reviewer")
    world.assign(codes[1], "reviewer", state="accepted")
    world.assign(codes[2], "reviewer")
    rows = [
        ["アイデア", "審査員"],
        [codes[0], mail("second").upper()],
        [codes[1], mail("second")],
    ]
    page = upload(world, rows, removes="y").get_data(as_text=True)
    before = {(code, "reviewer"): "assigned" for code in codes} | {
        (codes[1], "reviewer"): "accepted"
    }
    assert standing(world) == before
    assert "Left out by the file, but begun" in page
    assert confirm(world, page, removes="y").status_code == 303
    assert standing(world) == {
        (codes[0], "second"): "assigned",
        (codes[1], "reviewer"): "accepted",
        (codes[1], "second"): "assigned",
        (codes[2], "reviewer"): "assigned",
    }
    with world.session() as session:
        done = session.scalars(select(Event.data).where(Event.kind == "AssignmentsImported")).one()
    assert (done["assigned"], done["removed"]) == (2, 1)


def test_each_wrong_row_is_named_and_nothing_is_imported(world):
    code = world.idea("owner", title="Idea", state="active", team=("mate",))
    other = world.idea("owner", title="Declined", state="active")
    world.assign(other, "reviewer", state="declined")
    from accelerator.domain.policy import Role

    world.role("mate", Role.REVIEWER)
    rows = [
        ["Idea", "Reviewer"],
        ["S27-9999", mail("reviewer")],
        [code, "nobody@hoshino.example"],
        [code, mail("mate")],
        [code, mail("second")],
        [code, mail("second")],
        [other, mail("reviewer")],
    ]
    answer = upload(world, rows)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    for said in (
        "Row 2: No idea S27-9999 waits for reviews here.",
        "Row 3: nobody@hoshino.example is no reviewer of this programme.",
        "Row 4: Test Mate has a conflict of interest: is in the team or invited to it.",
        "Row 6: The same as row 5.",
        "Row 7: Test Reviewer declined this idea before.",
    ):
        assert said in page
    assert standing(world).keys() == {(other, "reviewer")}
    assert "There must be a column" in upload(world, [["a", "b"], ["1", "2"]]).get_data(
        as_text=True
    )
    assert upload(world, []).status_code == 422


def test_a_plan_that_changed_meanwhile_is_shown_again(world):
    code = world.idea("owner", title="Idea", state="active")
    page = upload(world, [["Idea", "Reviewer"], [code, mail("second")]]).get_data(as_text=True)
    world.assign(code, "second")
    answer = confirm(world, page)
    assert answer.status_code == 422
    assert "Something changed since you last looked" in answer.get_data(as_text=True)
    assert confirm(world, page, due_on="").status_code == 422
    assert confirm(world, page, table="nonsense").status_code == 422


def test_a_proposal_leaves_as_what_would_stand(world):
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(2)]
    world.assign(codes[0], "reviewer")
    url = propose(world)
    file = world.client("manager").post(f"{url}.csv").get_data().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))
    assert len(rows) == 5
    assert {row[4] for row in rows[1:]} == {"assigned", "proposed"}
    page = upload(world, rows).get_data(as_text=True)
    assert confirm(world, page).status_code == 303
    assert len(standing(world)) == 4
    apply(world, url)
    assert len(standing(world)) == 4


@pytest.mark.parametrize("name", ["owner", "reviewer", "other_manager"])
def test_only_managers_take_the_list_out_or_bring_one_in(world, name):
    assert world.client(name).post(EXPORT).status_code == 403
    assert upload(world, [["Idea", "Reviewer"]], who=name).status_code == 403
