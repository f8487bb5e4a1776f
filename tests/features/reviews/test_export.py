"""All reviews of a stage as a file: recorded, streamed, harmless in a spreadsheet."""

import csv
import io

import pytest

from accelerator.features.reviews.queries import export
from accelerator.storage.tables import Person
from tests.counting import queries
from tests.features.reviews.acts import events, write

URL = "/cohorts/S27/spark/reviews.csv"


def table(answer):
    text = answer.get_data().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_file_holds_what_was_submitted_and_leaves_a_record(world):
    codes = [world.idea("owner", title=f"Idea {n}", state="active") for n in range(2)]
    for code in codes:
        world.assign(code, "reviewer")
    world.assign(codes[0], "second", state="accepted")
    write(world, codes[0], comment_to_team="=HYPERLINK(1)", note_to_manager="一行目\n二行目")
    answer = world.client("manager").post(URL)
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reviews-S27-spark.csv"'
    head, *rows = table(answer)
    assert len(rows) == 1
    row = dict(zip(head, rows[0], strict=True))
    assert row["Idea"] == "Idea 0"
    assert (row["Value"], row["Reach"], row["Score"], row["Recommendation"]) == (
        "4",
        "2",
        "3.2",
        "Advance",
    )
    assert row["Submitted"] == "2026-11-23 10:00"
    assert row["Comment to the team"] == "'=HYPERLINK(1)"
    assert row["Note to the programme manager"] == "一行目\n二行目"
    (event,) = events(world, "Exported")
    assert (event.actor_id, event.data["what"]) == (world.people["manager"], "reviews")


def test_reading_the_address_takes_nothing_and_only_managers_take(world):
    assert world.client("manager").get(URL).status_code == 405
    for who in ("owner", "reviewer", "admin", "sponsor", "other_manager"):
        assert world.client(who).post(URL).status_code == 403
    assert world.client("manager").post(URL, csrf=False).status_code == 400
    assert events(world, "Exported") == []


def test_the_file_speaks_the_managers_language(world):
    with world.session() as session:
        session.get_one(Person, world.people["manager"]).language = "ja"
    head, *_ = table(world.client("manager").post(URL))
    assert "チームへのコメント" in head
    assert "価値" in head


def test_a_long_file_is_read_in_short_lists(world, monkeypatch):
    monkeypatch.setattr(export, "BATCH", 2)
    codes = [world.idea("owner", state="active") for _ in range(5)]
    for code in codes:
        world.assign(code, "reviewer")
        write(world, code)
    client = world.client("manager")
    with queries(world.engine) as asked:
        rows = table(client.post(URL))
    assert [row[0] for row in rows[1:]] == sorted(codes)
    assert sum("FROM assignment" in one for one in asked) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_record_stands_before_the_file_begins(world):
    answer = world.client("manager").post(URL, buffered=False)
    assert len(events(world, "Exported")) == 1
    answer.close()
