"""Milestones and readiness of the demonstration stand in every condition and hold together."""

from collections import Counter

from accelerator.domain.readiness import Dimension
from tests.content.story import (
    COHORTS,
    DEMO,
    WORKING_DAYS,
    entered_stages,
    has_role,
    is_text,
    stages_of,
    steps,
    team_of,
)


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
