"""The demonstration company is a story that could have happened under the product's own rules."""

import re
from collections import Counter, defaultdict
from zoneinfo import ZoneInfo

from accelerator.domain.stages import Outcome
from tests.content.story import (
    COHORTS,
    DEMO,
    PEOPLE,
    PROGRAMMES,
    WORKING_DAYS,
    entered_stages,
    final_state,
    has_role,
    is_text,
    managers_above,
    programme_of,
    stages_of,
    steps,
    team_of,
)

STATES = {
    "draft", "handed_in", "under_review", "reviewed", "decided", "waiting", "working",
    "rework", "parked", "stopped", "withdrawn", "graduated",
}  # fmt: skip


def test_the_company_has_its_people_and_roles():
    assert 30 <= len(PEOPLE) == len(DEMO["people"])
    assert len({person["email"] for person in DEMO["people"]}) == len(PEOPLE)
    roles = Counter(
        role
        for person in DEMO["people"]
        for role in {role for given in person.get("roles", {}).values() for role in given}
    )
    assert roles == {"manager": 2, "reviewer": 9, "sponsor": 1}
    assert sum(person.get("administrator", False) for person in DEMO["people"]) == 1
    countries = Counter(person["country"] for person in DEMO["people"])
    assert countries["JP"] > len(PEOPLE) / 2
    assert set(countries) == {"JP", "GB", "DE", "IN", "BR", "US"}


def test_every_person_is_complete():
    for person in DEMO["people"]:
        assert re.fullmatch(r"[a-z.]+@hoshino\.example", person["email"])
        assert re.fullmatch(r"[ぁ-んァ-ヶー]+", person["family_kana"] + person["given_kana"])
        assert person["department"] in DEMO["departments"]
        assert person["language"] in {"ja", "en"}
        assert person["skills"]
        assert is_text(person["job"], both=True)
        assert ZoneInfo(person["time_zone"])
        assert person["key"] not in managers_above(person["key"])
        assert set(person.get("roles", {})) <= set(PROGRAMMES)
    assert all(is_text(name, both=True) for name in DEMO["departments"].values())
    assert all(is_text(text, both=True) for text in DEMO["company"].values())


def test_cohorts_run_through_their_stages_in_order():
    assert len({cohort["code"] for cohort in DEMO["cohorts"]}) == len(COHORTS)
    for cohort in DEMO["cohorts"]:
        stages = PROGRAMMES[cohort["programme"]]["stages"]
        assert list(cohort["stages"]) == [stage["key"] for stage in stages]
        assert is_text(cohort["name"], both=True)
        assert cohort["intake"]["closes"] == cohort["stages"][stages[0]["key"]]["deadline"]
        days = [cohort["intake"]["opens"]]
        for stage in stages:
            window = cohort["stages"][stage["key"]]
            assert window["gate"] - window["deadline"] >= stage["promise_days"] * WORKING_DAYS - 1
            days += [window["deadline"], window["gate"]]
        assert days == sorted(days)
    gates = {c["key"]: [w["gate"] for w in c["stages"].values()] for c in DEMO["cohorts"]}
    assert any(max(days) < 0 for days in gates.values())
    assert any(min(days) < 0 < max(days) for days in gates.values())
    assert any(c["intake"]["opens"] < 0 < c["intake"]["closes"] for c in DEMO["cohorts"])


def test_ideas_stand_in_every_state():
    assert 26 <= len(DEMO["ideas"]) == len({idea["key"] for idea in DEMO["ideas"]})
    assert {idea["state"] for idea in DEMO["ideas"]} == STATES
    working_in = {
        list(entered_stages(idea))[-1] for idea in DEMO["ideas"] if idea["state"] == "working"
    }
    assert {"validate", "incubate", "pilot"} <= working_in
    assert max(len(idea["title"].get("ja", "")) for idea in DEMO["ideas"]) > 60
    assert {idea["language"] for idea in DEMO["ideas"]} == {"ja", "en"}


def test_an_idea_is_complete_and_its_state_follows_from_its_way(idea):
    assert idea["state"] == final_state(idea)
    for text in (idea["title"], idea["summary"]):
        assert is_text(text)
        assert idea["language"] in text
    members = [mate["person"] for mate in idea["team"]]
    assert len({idea["owner"], *members}) == 1 + len(members)
    assert {idea["owner"], *members} <= set(PEOPLE)
    for mate in idea["team"]:
        assert mate["role"] in {"lead", "member"}
        answered = mate.get("accepted", mate.get("declined", 0))
        assert idea["started"] <= mate["invited"] <= answered <= 0
        assert not {"accepted", "declined"} <= set(mate)


def fits(question, value, language):
    kind = question["kind"]
    if kind in {"short", "long"}:
        limit = question["word_limit"]
        return (
            is_text(value)
            and language in value
            and len(value.get("ja", "")) <= 2 * limit
            and len(value.get("en", "").split()) <= limit
        )
    keys = {option["key"] for option in question.get("options", [])}
    return {
        "choice": lambda: value in keys,
        "several": lambda: bool(value) and set(value) <= keys,
        "number": lambda: value > 0,
        "money": lambda: value.rpartition(" ")[2] in keys,
        "person": lambda: value in PEOPLE,
        "table": lambda: all(set(row) == keys for row in value),
        "date": lambda: isinstance(value, int),
        "link": lambda: value.startswith("https://files.hoshino.example/"),
    }[kind]()


def test_answers_fit_their_questions(idea):
    stages = stages_of(idea)
    sets = [(stage, answers) for stage, answers in idea["answers"].items()]
    sets += [(step["stage"], step["earlier"]) for step in idea["path"] if "earlier" in step]
    for stage, answers in sets:
        questions = {question["key"]: question for question in stages[stage]["questions"]}
        assert set(answers) <= set(questions)
        wrong = [k for k, v in answers.items() if not fits(questions[k], v, idea["language"])]
        assert wrong == []
    for step in idea["path"]:
        if "handed_in" in step:
            answers = idea["answers"][step["stage"]]
            required = {
                q["key"]
                for q in stages[step["stage"]]["questions"]
                if q["required"] and asked(q, answers)
            }
            assert required <= set(answers)


def asked(question, answers):
    condition = question.get("condition")
    return not condition or answers.get(condition["question"]) in condition["any_of"]


def test_the_way_is_in_order_of_time(idea):
    cohort = COHORTS[idea["cohort"]]
    assert idea["started"] >= cohort["intake"]["opens"]
    before = None
    for step, entered, _ in steps(idea):
        window = cohort["stages"][step["stage"]]
        if "withdrawn" in step:
            assert max(entered, step.get("handed_in", entered)) < step["withdrawn"]["day"] < 0
            assert is_text(step["withdrawn"]["reason"])
        if "handed_in" not in step:
            assert "withdrawn" in step
            continue
        again = before == step["stage"]
        assert entered < step["handed_in"] <= (window["gate"] + 30 if again else window["deadline"])
        before = step["stage"]
        asked = [step["handed_in"]]
        for review in step.get("reviews", []):
            done = review.get("day", review.get("saved", review.get("declined", 0)))
            assert step["handed_in"] <= review["assigned"] <= done <= 0
            asked.append(done)
        if "decision" in step:
            decision = step["decision"]
            assert max(asked) <= decision["day"] <= decision.get("announced", 0) <= 0
            if not again:
                assert decision["day"] <= window["gate"]


def test_reviewers_are_independent_and_their_reviews_complete(idea):
    team = team_of(idea) | {mate["person"] for mate in idea["team"]}
    departments = {PEOPLE[person]["department"] for person in team}
    above = set.union(*(managers_above(person) for person in team))
    for step, _, stage in steps(idea):
        reviews = step.get("reviews", [])
        assert len({review["by"] for review in reviews}) == len(reviews)
        for review in reviews:
            assert has_role(review["by"], idea, "reviewer")
            assert PEOPLE[review["by"]]["department"] not in departments
            assert review["by"] not in above
            assert not managers_above(review["by"]) & team
            if "marks" in review:
                assert len(review["marks"]) == len(stage["criteria"])
                assert set(review["marks"]) <= {1, 2, 3, 4, 5, None}
                assert is_text(review["comment"])
            if "day" in review:
                assert None not in review["marks"]
                assert review["confidence"] in {"low", "medium", "high"}
                assert review["recommend"] in {"advance", "rework", "park", "stop"}
            if "declined" in review:
                assert review["because"] in {"no_time", "conflict", "not_my_field"}
        if "decision" in step:
            finished = sum("day" in review for review in reviews)
            assert finished >= stage["reviews_per_idea"]


def test_decisions_carry_what_their_outcome_needs(idea):
    last_stage = programme_of(idea)["stages"][-1]["key"]
    for step in idea["path"]:
        decision = step.get("decision")
        if not decision:
            continue
        outcome = Outcome(decision["outcome"])
        assert has_role(decision["by"], idea, "manager")
        assert is_text(decision["reason"], both=True)
        assert ("conditions" in decision) == (outcome is Outcome.CONDITIONS)
        assert all(is_text(text, both=True) for text in decision.get("conditions", []))
        assert ("change_our_mind" in decision) == (outcome is Outcome.PARK)
        assert ("return_on" in decision) == (outcome is Outcome.PARK)
        graduates = outcome is Outcome.ADVANCE and step["stage"] == last_stage
        assert ("commercialisation" in decision) == graduates
        for name in ("change_our_mind", "commercialisation"):
            assert is_text(decision.get(name, {"ja": "-", "en": "-"}), both=True)


def test_some_reviewers_are_severe_and_some_lenient():
    deviations = defaultdict(list)
    for idea in DEMO["ideas"]:
        for step in idea["path"]:
            means = {
                review["by"]: sum(review["marks"]) / len(review["marks"])
                for review in step.get("reviews", [])
                if "day" in review
            }
            for by, mean in means.items():
                deviations[by].append(mean - sum(means.values()) / len(means))
    bias = {by: sum(found) / len(found) for by, found in deviations.items()}
    assert max(bias["nishimura"], bias["schneider"]) < -0.3
    assert min(bias["endo"], bias["taylor"]) > 0.3


def test_promises_stand_as_in_a_company_that_keeps_most_of_them():
    told = Counter(
        step["decision"]["announced"] - step["handed_in"] <= stage["promise_days"] * WORKING_DAYS
        for idea in DEMO["ideas"]
        for step, _, stage in steps(idea)
        if "announced" in step.get("decision", {})
    )
    assert 0 < 6 * told[False] < told[True]
    assert len(DEMO["requests"]) == 1
