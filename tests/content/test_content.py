"""The ready-made programmes are complete in both languages and hold together."""

import re
from pathlib import Path

import pytest
import yaml

from accelerator.domain.readiness import Dimension

CONTENT = Path(__file__).parents[2] / "accelerator" / "content"
PROGRAMMES = sorted(CONTENT.glob("programmes/*.yaml"))
GLOSSARY = CONTENT.parents[1] / "docs" / "glossary.md"
KEY = re.compile(r"[a-z][a-z0-9_]*")
CURRENCY = re.compile(r"[A-Z]{3}")
CHOICES = {"choice", "several"}
OFFERING = CHOICES | {"money", "table"}
TEXTS = {"short", "long"}
KINDS = OFFERING | TEXTS | {"number", "date", "link", "person", "file"}


@pytest.fixture(params=PROGRAMMES, ids=lambda path: path.stem)
def programme(request):
    return yaml.safe_load(request.param.read_text(encoding="utf-8"))


def each(programme, name):
    return [(stage["key"], item) for stage in programme["stages"] for item in stage[name]]


def is_bilingual(text):
    return set(text) == {"ja", "en"} and all(
        isinstance(value, str) and value.strip() == value != "" for value in text.values()
    )


def assert_unique_keys(items):
    keys = [item["key"] for item in items]
    assert all(KEY.fullmatch(key) or CURRENCY.fullmatch(key) for key in keys)
    assert len(set(keys)) == len(keys)


def test_the_two_templates_exist_with_their_stages():
    stages = {
        path.stem: [stage["key"] for stage in yaml.safe_load(path.read_text("utf-8"))["stages"]]
        for path in PROGRAMMES
    }
    assert stages["technology_accelerator"] == ["spark", "validate", "incubate", "pilot", "scale"]
    assert len(stages["idea_challenge"]) == 3
    assert all(path.stem == yaml.safe_load(path.read_text("utf-8"))["key"] for path in PROGRAMMES)


def test_every_text_is_there_in_both_languages(programme):
    texts = [programme["name"], programme["summary"]]
    for stage in programme["stages"]:
        texts += [stage["name"], stage["purpose"]]
        for question in stage["questions"]:
            texts += [question["label"], question["help"]]
            texts += [option["label"] for option in question.get("options", [])]
        for criterion in stage["criteria"]:
            texts += [criterion["name"], criterion["help"], *criterion["levels"]]
        for milestone in stage["milestones"]:
            texts += [milestone["name"], milestone["evidence"]]
    assert [text for text in texts if not is_bilingual(text)] == []
    japanese = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    assert [text for text in texts if not japanese.search(text["ja"])] == []
    assert [text for text in texts if japanese.search(text["en"])] == []


def test_keys_are_unique_where_they_must_be(programme):
    assert_unique_keys(programme["stages"])
    for stage in programme["stages"]:
        for name in ("questions", "criteria", "milestones"):
            assert_unique_keys(stage[name])
        for question in stage["questions"]:
            assert_unique_keys(question.get("options", []))


def test_stages_have_a_policy(programme):
    assert programme["languages"] == ["ja", "en"]
    for stage in programme["stages"]:
        assert stage["time_box_days"] > 0
        assert stage["promise_days"] > 0
        assert stage["reviews_per_idea"] >= 2
        for who in ("reviewers", "teams", "peers"):
            assert isinstance(stage[f"{who}_hidden"], bool)
        assert stage["others_visible"] in {"never", "after_mine", "always"}


def test_minimum_levels_never_fall_from_stage_to_stage(programme):
    before = dict.fromkeys(map(str, Dimension), 1)
    for stage in programme["stages"]:
        assert set(stage["minimums"]) <= set(before)
        for dimension, level in stage["minimums"].items():
            assert before[dimension] <= level <= 9
        before |= stage["minimums"]


def test_questions_fit_their_kind(programme):
    for _, question in each(programme, "questions"):
        assert question["kind"] in KINDS
        assert isinstance(question["required"], bool)
        assert ("options" in question) == (question["kind"] in OFFERING)
        assert len(question.get("options", "ab")) >= 2
        if "condition" in question:
            sources = {q["key"]: q for _, q in each(programme, "questions")}
            offered = {o["key"] for o in sources[question["condition"]["question"]]["options"]}
            assert set(question["condition"]["any_of"]) <= offered
        assert ("word_limit" in question) == (question["kind"] in TEXTS)
        assert question.get("word_limit", 1) > 0


def test_the_first_hand_in_is_short_and_later_ones_longer(programme):
    first, *later = programme["stages"]
    assert len(first["questions"]) <= 4
    assert sum(question.get("word_limit", 0) for question in first["questions"]) <= 200
    for stage in later:
        assert len(stage["questions"]) > len(first["questions"])


def test_rubrics_distinguish_five_levels(programme):
    for stage in programme["stages"]:
        assert 4 <= len(stage["criteria"]) <= 6
        counted = [criterion["weight"] for criterion in stage["criteria"] if criterion["counted"]]
        assert sum(counted) == 100
        for criterion in stage["criteria"]:
            assert criterion["weight"] > 0
            assert len(criterion["levels"]) == 5
            for language in ("ja", "en"):
                assert len({level[language] for level in criterion["levels"]}) == 5


def test_milestones_lie_inside_their_stage(programme):
    stages = {stage["key"]: stage for stage in programme["stages"]}
    for key, milestone in each(programme, "milestones"):
        assert milestone["owner_role"] in {"lead", "member"}
        offset = milestone["offset_days"]
        if milestone["anchor"] == "entry":
            assert 0 < offset <= stages[key]["time_box_days"]
        else:
            assert milestone["anchor"] == "gate"
            assert -stages[key]["time_box_days"] < offset < 0


def test_the_glossary_holds_the_names_of_programmes_and_stages(programme):
    rows = {
        tuple(cell.strip() for cell in line.split("|")[1:3])
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    }
    for named in programme["stages"]:
        assert (named["name"]["en"], named["name"]["ja"]) in rows


def test_no_english_term_stands_twice_in_the_glossary():
    terms = re.findall(r"^\| ([^|]+?) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    terms = [term for term in terms if term != "English"]
    assert len(terms) > 100
    assert sorted(terms) == sorted(set(terms))
