"""The demonstration story as read from its file, and what follows from it."""

from pathlib import Path

import yaml

CONTENT = Path(__file__).parents[2] / "accelerator" / "content"
DEMO = yaml.safe_load((CONTENT / "demo.yaml").read_text(encoding="utf-8"))
PROGRAMMES = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in CONTENT.glob("programmes/*.yaml")
}
PEOPLE = {person["key"]: person for person in DEMO["people"]}
COHORTS = {cohort["key"]: cohort for cohort in DEMO["cohorts"]}
WORKING_DAYS = 7 / 5
DECIDED_TOGETHER = {key for batch in DEMO["batches"] for key in batch["ideas"]}


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
    for word, state in {"withdrawn": "withdrawn", "waits": "waiting"}.items():
        if word in last:
            return state
    if idea["key"] in DECIDED_TOGETHER or "announced" not in last.get("decision", {"announced": 0}):
        return "decided"
    if "decision" in last:
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
