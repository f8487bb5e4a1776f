"""The ranking as a file: both kinds hold the same, nothing in them is a formula, a record stays."""

import csv
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from accelerator.storage.tables import Delivery, Idea, Person
from tests.features.gates.acts import events, review

PAGE = "/cohorts/S27/spark/ranking"


@pytest.fixture
def reviewed(world):
    codes = []
    for title, marks in (("Best", (5, 5)), ("=cmd|' /C calc'!A0", (2, 3))):
        codes.append(world.idea("owner", state="active", title=title))
        for reviewer in ("reviewer", "second"):
            review(world, codes[-1], reviewer, marks, comment="+1 from me")
    world.idea("owner", state="active", title="Nobody reviewed it")
    return codes


def as_csv(world, path=f"{PAGE}.csv"):
    answer = world.client("manager").post(path)
    assert answer.mimetype == "text/csv"
    assert "ranking-S27-spark.csv" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))


def as_workbook(world, path=f"{PAGE}.xlsx"):
    with world.client("manager").post(path) as answer:
        assert answer.status_code == 200
        assert "ranking-S27-spark.xlsx" in answer.headers["Content-Disposition"]
        assert "no-store" in answer.headers["Cache-Control"]
        return answer.get_data()


def test_the_csv_has_a_row_for_each_review(world, reviewed):
    rows = as_csv(world)
    assert [(row["Rank"], row["Code"], row["Reviewer"]) for row in rows] == [
        ("1", reviewed[0], "Test Reviewer"), ("1", reviewed[0], "Test Second"),
        ("2", reviewed[1], "Test Reviewer"), ("2", reviewed[1], "Test Second"),
    ]  # fmt: skip
    first = rows[0]
    assert (first["Raw mean"], first["Value"], first["Reach"]) == ("5.0", "5", "5")
    assert (first["Recommendation"], first["Confidence"]) == ("Advance", "2")
    assert rows[2]["Idea"] == "'=cmd|' /C calc'!A0"
    assert rows[2]["Comment to the team"] == "'+1 from me"
    assert first["Submitted"] == "2026-11-23 10:00"
    assert first["Group"] in ("clear go", "discuss")


def test_the_workbook_has_ideas_and_reviews_and_no_formula(world, reviewed):
    content = as_workbook(world, f"{PAGE}.xlsx?capacity=1")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Ranking", "Reviews"]
    ideas, reviews = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert [row[:4] for row in ideas[1:]] == [
        [1, reviewed[0], "Best", 2], [2, reviewed[1], "'=cmd|' /C calc'!A0", 2]
    ]  # fmt: skip
    assert reviews[0][:3] == ["Code", "Idea", "Reviewer"]
    assert [row[0] for row in reviews[1:]] == [reviewed[0]] * 2 + [reviewed[1]] * 2
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name]
    assert len(sheets) == 2
    assert not any(b"<f>" in sheet or b"hyperlink" in sheet for sheet in sheets)


def test_an_export_is_recorded_and_nobody_is_written_to(world, reviewed):
    as_csv(world)
    as_workbook(world)
    with world.session() as session:
        found = events(session, "Exported")
        assert [event.data["what"] for event in found] == ["ranking"] * 2
        assert {event.data["about"] for event in found} == {"S27 spark"}
        assert session.query(Delivery).count() == 0


def test_files_of_an_empty_ranking_hold_their_headings(world):
    assert as_csv(world) == []
    book = CalamineWorkbook.from_filelike(io.BytesIO(as_workbook(world)))
    assert len(book.get_sheet_by_name("Ranking").to_python()) == 1


def test_the_file_speaks_the_managers_language(world, reviewed):
    with world.session() as session:
        session.get_one(Person, world.people["manager"]).language = "ja"
        session.query(Idea).where(Idea.code == reviewed[0]).update({"title_ja": "最良の案"})
    rows = as_csv(world)
    assert rows[0]["アイデア"] == "最良の案"
    assert rows[0]["推奨"] == "通過"
    assert "価値" in rows[0]
