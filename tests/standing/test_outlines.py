"""A programme leaves as a file and comes back the same, whatever its texts are."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accelerator import content
from accelerator.domain.bilingual import Bilingual
from accelerator.standing.outlines import reading, rows, writing
from accelerator.storage.tables import Programme, Question, Stage
from tests.counting import queries
from tests.outlines import outlines
from tests.world import NOW


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(outlines())
def test_what_is_written_reads_the_same(outline):
    text = writing.write(outline)
    found, faults = reading.read_text(text)
    assert faults == ()
    assert found == outline
    assert reading.read_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))[1][0] == outline


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(outlines())
def test_rows_give_back_what_they_were_made_of(world, outline):
    with world.session() as session:
        made = rows.build(session, outline, key="made", name=Bilingual(), now=NOW)
        session.flush()
        session.expire_all()
        assert rows.read(session, made) == outline | {"key": "made"}
        session.rollback()


@pytest.mark.parametrize("template", content.programme_templates())
def test_a_ready_made_programme_is_such_a_file(world, template):
    outline = reading.ready_made(template)
    assert reading.read_text(writing.write(outline)) == (outline, ())
    with world.session() as session:
        rows.build(session, outline, key="made", name=Bilingual(), now=NOW)
    with world.session() as session:
        made = session.scalars(select(Programme).where(Programme.key == "made")).one()
        with queries(world.engine) as statements:
            assert rows.read(session, made) == outline | {"key": "made"}
    assert len(statements) == 2


def test_what_was_removed_is_left_out_and_nothing_points_to_it(world):
    with world.session() as session:
        outline = reading.read_text(HANGING)[0]
        made = rows.build(session, outline, key="made", name=Bilingual(), now=NOW)
        source = select(Question).join(Stage).where(Stage.programme_id == made.id)
        session.scalars(
            source.where(Question.key == "theme", Stage.key == "first")
        ).one().removed_at = NOW
        session.flush()
        found = rows.read(session, made)
        assert [one["key"] for one in found["stages"][0]["questions"]] == ["why"]
        assert found["stages"][0]["questions"][0]["condition"] is None
        assert found["stages"][1]["questions"][0]["carried_from"] is None
        assert reading.read_text(writing.write(found)) == (found, ())


HANGING = """\
name: {en: Made}
stages:
  - key: first
    name: {en: First}
    time_box_days: 5
    promise_days: 5
    questions:
      - key: theme
        kind: choice
        label: {en: Theme}
        options: [{key: a, label: {en: A}}, {key: b, label: {en: B}}]
      - {key: why, kind: long, label: {en: Why}, condition: {question: theme, any_of: [a]}}
  - key: second
    name: {en: Second}
    time_box_days: 5
    promise_days: 5
    questions:
      - key: theme
        kind: choice
        label: {en: Theme}
        options: [{key: a, label: {en: A}}, {key: b, label: {en: B}}]
        carried_from: {stage: first, question: theme}
"""


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=60) | st.text("{}[]-:?&*!|>'\"%@,#ab \n\t", max_size=80))
def test_no_text_brings_the_reader_down(text):
    _, faults = reading.read_text(text)
    assert faults
    assert all(fault.line >= 1 and fault.message % fault.values for fault in faults)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_good_file_brings_the_reader_down(data):
    place = data.draw(st.integers(0, len(HANGING)))
    length = data.draw(st.integers(0, 40))
    damage = data.draw(
        st.sampled_from(["", "&a ", "*a", "!!set ", "\n", "\t", "{", "]", '"', "- "])
    )
    found, faults = reading.read_text(HANGING[:place] + damage + HANGING[place + length :])
    assert faults or rows_can_hold(found)


def rows_can_hold(outline):
    return reading.read_text(writing.write(outline)) == (outline, ())


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_bring_the_reader_down(data):
    assert reading.read_bytes(data)[1][1]


WRONG = [
    ("", 1, "The file is empty."),
    ("- a", 1, "Fields with names are wanted here"),
    ("name: {ja: a\nkey: b", 2, "cannot be read from here on"),
    ("key: a\n\tname: b", 2, "cannot be read from here on"),
    ("a: &x 1\nb: *x", 1, "Anchors (&) and aliases (*) are not allowed."),
    ("a: *x", 1, "Anchors (&) and aliases (*) are not allowed."),
    ("a: !!python/object:os.system {}", 1, "Tags (!) are not allowed."),
    ("a: 1\n---\nb: 2", 2, "a second one begins here"),
    ("a: " + "[" * 20 + "]" * 20, 1, "nested too deeply"),
    ("? [a, b]\n: c", 1, "The name of a field is wanted here."),
    ("key: a\nname: \x07", 2, "a character that cannot stand"),
    ("a: [" + "1," * 250_000 + "]", 1, "more parts than any programme"),
    ("#" * 1_000_001, 1, "larger than %(most)s KB"),
]


@pytest.mark.parametrize(("text", "line", "message"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_programme_is_refused_with_its_line(text, line, message):
    outline, faults = reading.read_text(text)
    assert [(fault.line, message in fault.message) for fault in faults[:1]] == [(line, True)]
    assert not outline or len(faults) > 1 or outline.get("stages") is None


def test_what_is_not_utf_8_keeps_its_line_and_text():
    text, (_, faults) = reading.read_bytes("key: a\nname: {ja: 着想}\n".encode("shift_jis"))
    assert (faults[0].line, faults[0].message[:28]) == (2, "The file is not in UTF-8. Sa")
    assert text.startswith("key: a\nname: {ja:")


def test_a_file_that_is_too_large_is_not_even_decoded():
    text, (_, faults) = reading.read_bytes(b"\xff" * (reading.MOST_BYTES + 1))
    assert (text, faults[0].message[:22]) == ("", "The file is larger tha")
