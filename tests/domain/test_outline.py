"""The schema of programmes: every fault is named with its line, and no fault hides another."""

import pytest

from accelerator.standing.outlines import reading

GOOD = """\
key: spark
name: {ja: 火花, en: Spark}
languages: [ja, en]
stages:
  - key: first
    name: {en: First}
    time_box_days: 10
    promise_days: 5
    questions:
      - key: theme
        kind: choice
        label: {en: Theme}
        options:
          - {key: a, label: {en: A}}
          - {key: b, label: {en: B}}
      - key: why
        kind: long
        label: {en: Why}
        condition: {question: theme, any_of: [a]}
    criteria:
      - key: value
        name: {en: Value}
        weight: 1
        levels: [{en: low}, {en: high}]
    milestones:
      - {key: talk, name: {en: Talk}, anchor: entry, offset_days: 5}
  - key: second
    name: {en: Second}
    time_box_days: 10
    promise_days: 5
    questions:
      - {key: why, kind: long, label: {en: Why}, carried_from: {stage: first, question: why}}
"""

# (what stands there, what to write instead, the line, the fault)
WRONG = [
    ("key: spark", "kei: spark", 1, "“%(key)s” is not known here"),
    ("key: spark", "key: Sp ark", 1, "A key is wanted here"),
    ("languages: [ja, en]", "languages: [ja, ja]", 3, "Name each language once"),
    ("languages: [ja, en]", "languages: [ja, en, en]", 3, "more than %(most)s parts"),
    ("name: {ja: 火花, en: Spark}", 'name: {en: "a\\0b"}', 2, "cannot be stored"),
    ("languages: [ja, en]", "languages: [fr]", 3, "One of these is wanted here"),
    ("languages: [ja, en]", "name: {en: Again}", 3, "“%(key)s” stands here twice"),
    ("name: {ja: 火花, en: Spark}", "name: Spark", 2, "A text in both languages is wanted"),
    ("name: {ja: 火花, en: Spark}", "name: {ja: '', en: ''}", 2, "at least one language"),
    ("name: {ja: 火花, en: Spark}", "name: {fr: Étincelle}", 2, "is not known here"),
    ("name: {ja: 火花, en: Spark}", "name: {en: [a]}", 2, "A text is wanted here."),
    ("name: {ja: 火花, en: Spark}", f"name: {{en: {'x' * 401}}}", 2, "more than %(most)s"),
    ("name: {en: First}", "timing: rolling", 5, "“%(key)s” is missing here."),
    ("time_box_days: 10\n    promise_days: 5\n    questions:\n      - key: theme",
     "time_box_days: soon\n    promise_days: 5\n    questions:\n      - key: theme",
     7, "A whole number from"),
    ("promise_days: 5\n    questions:\n      - key: theme",
     "promise_days: '5'\n    questions:\n      - key: theme", 8, "A whole number from"),
    ("promise_days: 5\n    questions:\n      - key: theme",
     "promise_days: 251\n    questions:\n      - key: theme", 8, "A whole number from"),
    ("kind: choice", "kind: choise", 11, "One of these is wanted here"),
    ("kind: choice", "required: yes\n        kind: choice", 11, "Write true or false here."),
    ("{key: b,", "{key: a,", 15, "“%(key)s” stands here twice"),
    ("- key: why", "- key: theme", 16, "“%(key)s” stands here twice"),
    ("question: theme, any_of", "question: nobody, any_of", 19, "points to no question"),
    ("question: theme, any_of", "question: why, any_of", 19, "points to no question"),
    ("any_of: [a]", "any_of: [c]", 19, "does not offer"),
    ("any_of: [a]", "any_of: []", 19, "does not offer"),
    ("weight: 1", "weight: 0", 20, "needs a weight above zero"),
    ("weight: 1", "weight: -1", 23, "A number from"),
    ("weight: 1", "weight: .nan", 23, "A number from"),
    ("weight: 1", "weight: 1e999", 23, "A number from"),
    ("levels: [{en: low}, {en: high}]", "levels: [{en: 1}, {en: 2}, {}, {}, {}, {}]", 24, "scale"),
    ("anchor: entry", "anchor: intake", 26, "One of these is wanted here"),
    ("kind: long\n        label", ("kind: long\n        options: [{key: a, label: {en: A}}]\n"
     "        label"), 18, "offers nothing to choose"),
    ("          - {key: b, label: {en: B}}\n", "", 13, "at least two answers"),
    ("kind: long", "kind: table", 16, "at least one column"),
    ("- key: second", "- key: first", 27, "“%(key)s” stands here twice"),
    ("{stage: first, question: why}", "{stage: third, question: why}", 32, "carried over"),
    ("{stage: first, question: why}", "{stage: second, question: why}", 32, "carried over"),
    ("stages:", "stages: {}\nothers:", 4, "A list is wanted here"),
    ("stages:", "ladders:\n  - kind: idle\n    steps: [{offset_days: 150, to: lead}]\nstages:", 6,
     "Between %(first)s and %(last)s days."),
    ("stages:", ("ladders:\n  - kind: review\n    steps:\n      - offset_days: 1\n        to: owner\n"
                 "        words: {en: 'Hello {you}'}\nstages:"), 9, "is no placeholder here"),
]  # fmt: skip


def test_the_good_one_has_no_fault():
    outline, faults = reading.read_text(GOOD)
    assert faults == ()
    assert outline["stages"][0]["questions"][0]["required"] is False
    assert outline["stages"][0]["scale"] == 5
    assert outline["stages"][1]["minimums"] == {}
    ladder = "ladders: [{kind: gate, steps: [{offset_days: -1, to: lead}]}]\nstages:"
    outline, faults = reading.read_text(GOOD.replace("stages:", ladder, 1))
    assert faults == ()
    assert outline["ladders"][0]["steps"][0]["channels"] == ["inbox", "mail"]


def test_a_field_left_empty_is_as_if_it_were_not_there():
    outline, faults = reading.read_text(GOOD.replace("languages: [ja, en]", "languages:"))
    assert (outline["languages"], faults) == (["ja", "en"], ())


@pytest.mark.parametrize(("old", "new", "line", "message"), WRONG, ids=range(len(WRONG)))
def test_one_wrong_thing_is_named_with_its_line(old, new, line, message):
    assert old in GOOD
    _, faults = reading.read_text(GOOD.replace(old, new, 1))
    assert (line, True) in [(fault.line, message in fault.message) for fault in faults]
    for fault in faults:
        assert fault.message % fault.values


def test_conditions_never_go_round():
    options = "options: [{key: a, label: {en: A}}, {key: b, label: {en: B}}]"
    offers = f"kind: choice\n        {options}\n        "
    text = GOOD.replace("kind: long\n        ", offers, 1).replace(
        "kind: choice\n", "kind: choice\n        condition: {question: why, any_of: [a]}\n", 1
    )
    _, faults = reading.read_text(text)
    assert {fault.message for fault in faults} == {"The conditions go round in a circle."}


def test_every_fault_is_found_at_once_up_to_a_hundred():
    text = GOOD.replace("weight: 1", "weight: much").replace("kind: choice", "kind: any")
    assert [fault.line for fault in reading.read_text(text)[1]] == [11, 23]
    many = "stages: [" + "{}, " * 30 + "]"
    assert len(reading.read_text(many)[1]) == 100
