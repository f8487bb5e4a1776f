"""The demonstration company is a story that could have happened under the product's own rules."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from accelerator.domain.readiness import Dimension
from accelerator.domain.stages import Outcome

CONTENT = Path(__file__).parents[2] / "accelerator" / "content"
DEMO = yaml.safe_load((CONTENT / "demo.yaml").read_text(encoding="utf-8"))
PROGRAMMES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in CONTENT.glob("programmes/*.yaml")
}
PEOPLE = {person["key"]: person for person in DEMO["people"]}
COHORTS = {cohort["key"]: cohort for cohort in DEMO["cohorts"]}
STATES = {
    "draft", "handed_in", "under_review", "reviewed", "decided", "working",
    "rework", "parked", "stopped", "withdrawn", "graduated",
}  # fmt: skip
WORKING_DAYS = 7 / 5


@pytest.fixture(params=DEMO["ideas"], ids=lambda idea: idea["key"])
def idea(request):
    return request.param


def programme_of(idea):
    return PROGRAMMES[COHORTS[idea["cohort"]]["programme"]]


def stages_of(idea):
    return {stage["key"]: stage for stage in programme_of(idea)["stages"]}


def has_role(person, idea, role):
    return role in PEOPLE[person].get("roles", {}).get(programme_of(idea)["key"], [])


def team_of(idea):
    return {idea["owner"], *(mate["person"] for mate in idea["team"] if "accepted" in mate)}


def managers_above(person):
    above = PEOPLE[person]["line_manager"]
    return {above} | managers_above(above) if above else set()


def is_text(text, *, both=False):
    languages = set(text) == {"ja", "en"} if both else set(text) <= {"ja", "en"}
    return languages and bool(text) and all(value.strip() == value != "" for value in text.values())


def steps(idea):
    """Return (step, entered, stage) for each step of the way, as the rules would enter them."""
    order = [stage["key"] for stage in programme_of(idea)["stages"]]
    entered, place = idea["started"], 0
    for step in idea["path"]:
        assert step["stage"] == order[place]
        yield step, entered, stages_of(idea)[step["stage"]]
        decision = step.get("decision", {})
        if "announced" in decision:
            entered = decision["announced"]
            place += decision["outcome"] in {"advance", "conditions"}


def final_state(idea):
    order = [stage["key"] for stage in programme_of(idea)["stages"]]
    if not idea["path"]:
        return "draft"
    last = idea["path"][-1]
    if "withdrawn" in last:
        return "withdrawn"
    if "decision" in last:
        if "announced" not in last["decision"]:
            return "decided"
        ends = {"park": "parked", "stop": "stopped", "rework": "rework"}
        ahead = "graduated" if last["stage"] == order[-1] else "working"
        return ends.get(last["decision"]["outcome"], ahead)
    asked = [review for review in last.get("reviews", []) if "declined" not in review]
    if not asked:
        return "handed_in"
    complete = all("day" in review for review in asked)
    enough = len(asked) >= stages_of(idea)[last["stage"]]["reviews_per_idea"]
    return "reviewed" if complete and enough else "under_review"


def entered_stages(idea):
    """Return {stage: day of entry} for the stages an idea has entered."""
    found = {}
    for step, entered, _ in steps(idea):
        found.setdefault(step["stage"], entered)
    last = idea["path"][-1] if idea["path"] else None
    if final_state(idea) == "working":
        order = [stage["key"] for stage in programme_of(idea)["stages"]]
        following = order[order.index(last["stage"]) + 1]
        found[following] = last["decision"]["announced"]
    return found


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
            required = {q["key"] for q in stages[step["stage"]]["questions"] if q["required"]}
            assert required <= set(idea["answers"][step["stage"]])


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


def due_day(idea, entered, stage, milestone):
    window = COHORTS[idea["cohort"]]["stages"][stage]
    start = entered if milestone["anchor"] == "entry" else window["gate"]
    return start + round(milestone["offset_days"] * WORKING_DAYS)


def test_milestones_belong_to_entered_stages(idea):
    entered = entered_stages(idea)
    listed = [(entry["stage"], entry["key"]) for entry in idea["milestones"]]
    assert len(set(listed)) == len(listed)
    for entry in idea["milestones"]:
        keys = {milestone["key"] for milestone in stages_of(idea)[entry["stage"]]["milestones"]}
        assert entry["key"] in keys
        assert entry.get("owner", idea["owner"]) in team_of(idea)
        if "done" in entry:
            assert entered[entry["stage"]] <= entry["done"] <= 0
            assert is_text(entry["evidence"])
        if "new_date" in entry:
            asked = entry["new_date"]
            answered = asked.get("granted", asked.get("refused"))
            assert asked["asked"] <= (0 if answered is None else answered) <= 0
            assert asked["until"] > asked["asked"]
            assert is_text(asked["reason"])
            assert (answered is None) == ("by" not in asked)
            assert answered is None or has_role(asked["by"], idea, "manager")


def test_milestones_stand_in_every_condition():
    found = Counter()
    for idea in DEMO["ideas"]:
        if idea["state"] not in {"working", "rework"}:
            continue
        listed = {(entry["stage"], entry["key"]): entry for entry in idea["milestones"]}
        stage, entered = list(entered_stages(idea).items())[-1]
        for milestone in stages_of(idea)[stage]["milestones"]:
            entry = listed.get((stage, milestone["key"]), {})
            asked = entry.get("new_date", {})
            due = due_day(idea, entered, stage, milestone)
            due = asked["until"] if "granted" in asked else due
            found["done" if "done" in entry else "late" if due < -2 else "open"] += 1
            found.update(word for word in ("granted", "refused") if word in asked)
            found["asked"] += bool(asked) and not {"granted", "refused"} & set(asked)
    for condition in ("done", "open", "late", "asked", "granted", "refused"):
        assert found[condition] > 0, condition


def proven(idea, dimension, day):
    """Return the proven level on a day, by the rule that no level is skipped."""
    claims = [c for c in idea["readiness"]["claims"] if c["dimension"] == dimension]
    claimed = max((c["level"] for c in claims if c["day"] <= day), default=1)
    shown = {
        level
        for piece in idea["readiness"]["evidence"]
        if piece["dimension"] == dimension
        and piece.get("verified", {}).get("verdict") == "accepted"
        and piece["verified"]["day"] <= day
        for level in piece["levels"]
    }
    level = 0
    while level < claimed and level + 1 in shown:
        level += 1
    return max(1, level)


def test_ideas_advance_on_proven_levels(idea):
    for step, _, stage in steps(idea):
        decision = step.get("decision", {})
        if decision.get("outcome") == "advance":
            for dimension, level in stage["minimums"].items():
                assert proven(idea, dimension, decision["day"]) >= level, (step["stage"], dimension)


def test_readiness_is_shown_by_evidence_and_checked_from_outside(idea):
    team = team_of(idea)
    for claim in idea["readiness"]["claims"]:
        assert Dimension(claim["dimension"])
        assert 1 <= claim["level"] <= 9
        assert idea["started"] <= claim["day"] <= 0
    for piece in idea["readiness"]["evidence"]:
        assert Dimension(piece["dimension"])
        assert piece["levels"]
        assert set(piece["levels"]) <= set(range(1, 10))
        assert is_text(piece["title"])
        assert idea["started"] <= piece["day"] <= 0
        if "verified" in piece:
            verified = piece["verified"]
            assert piece["day"] <= verified["day"] <= 0
            assert verified["by"] not in team
            assert has_role(verified["by"], idea, "reviewer") or has_role(
                verified["by"], idea, "manager"
            )
            assert verified["verdict"] == "accepted" or is_text(verified["note"])


def test_readiness_holds_stale_missing_refused_and_unseen_evidence():
    evidence = [(idea, piece) for idea in DEMO["ideas"] for piece in idea["readiness"]["evidence"]]
    alive = [piece for idea, piece in evidence if idea["state"] in {"working", "under_review"}]
    assert any(piece["dimension"] == "funding" and piece["day"] < -90 for piece in alive)
    assert any("verified" not in piece for piece in alive)
    verdicts = {piece.get("verified", {}).get("verdict") for piece in alive}
    assert {"accepted", "refused"} <= verdicts
    assert any(
        claim["level"] > proven(idea, claim["dimension"], 0)
        for idea in DEMO["ideas"]
        for claim in idea["readiness"]["claims"]
    )


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
