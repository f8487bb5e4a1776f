"""What the stages of a programme lack."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.checklist.facts import Gap, Outline, Place
from accelerator.domain.readiness import HIGHEST, LOWEST, Dimension
from accelerator.i18n import N_


def untranslated(outline: Outline, texts: Sequence[Bilingual]) -> int:
    """Count the texts with one language only; a programme in one language needs no other."""
    if len(outline["languages"]) == 1:
        return 0
    return sum(bool(text) and not (text.ja and text.en) for text in texts)


def of_stages(outline: Outline) -> Iterator[Gap]:
    """Yield what is missing stage by stage."""
    proven: dict[str, int] = {}
    for number, stage in enumerate(outline["stages"]):
        for gap in [
            *_texts(outline, stage),
            *_questions(stage, first=number == 0),
            *_rubric(stage),
            *_milestones(stage),
            *_minimums(stage, proven),
        ]:
            values = {"stage": stage["name"] or Bilingual(stage["key"]), **gap.values}
            yield Gap(gap.code, gap.blocking, gap.message, gap.place, stage["key"], values)
        for dimension, level in stage["minimums"].items():
            proven[dimension] = max(level, proven.get(dimension, LOWEST))


def _texts(outline: Outline, stage: Outline) -> Iterator[Gap]:
    if not stage["name"]:
        yield Gap("no_stage_name", True, N_("%(stage)s: the stage has no name."), Place.STAGE)
    for place, texts in (
        (Place.STAGE, [stage["name"], stage["purpose"]]),
        (Place.QUESTIONS, [text for one in stage["questions"] for text in _of_question(one)]),
        (Place.RUBRIC, [text for one in stage["criteria"] for text in _of_criterion(one)]),
        (Place.MILESTONES, [text for one in stage["milestones"] for text in _of_milestone(one)]),
    ):  # fmt: skip
        if lacking := untranslated(outline, texts):
            yield Gap(
                "untranslated", False, _UNTRANSLATED[place], place, values={"number": lacking}
            )


_UNTRANSLATED = {
    Place.STAGE: N_("%(stage)s: texts of the stage in one language only: %(number)s."),
    Place.QUESTIONS: N_("%(stage)s: texts of questions in one language only: %(number)s."),
    Place.RUBRIC: N_("%(stage)s: texts of the rubric in one language only: %(number)s."),
    Place.MILESTONES: N_("%(stage)s: texts of milestones in one language only: %(number)s."),
}


def _of_question(question: Outline) -> list[Bilingual]:
    choices = [option["label"] for option in question["options"] if "label" in option]
    return [question["label"], question["help"], *choices]


def _of_milestone(milestone: Outline) -> list[Bilingual]:
    return [milestone["name"], milestone["evidence"]]


def _of_criterion(criterion: Outline) -> list[Bilingual]:
    return [criterion["name"], criterion["help"], *criterion["levels"]]


def _questions(stage: Outline, *, first: bool) -> Iterator[Gap]:
    if not stage["questions"]:
        text = N_("%(stage)s: the stage asks no question.")
        yield Gap("no_questions", first, text, Place.QUESTIONS)
    for question in stage["questions"]:
        values = {"question": question["label"] or Bilingual(question["key"])}
        if not question["label"]:
            text = N_("%(stage)s: a question has no words (%(question)s).")
            yield Gap("no_label", True, text, Place.QUESTIONS, values=values)
        if few := _few(question):
            yield Gap("few_options", True, few, Place.QUESTIONS, values=values)
        if question["condition"] and not _can_hold(stage, question["condition"]):
            text = N_("%(stage)s: “%(question)s” waits for an answer that nobody can give.")
            yield Gap("dead_condition", True, text, Place.QUESTIONS, values=values)
        if stage["teams_hidden"] and question["kind"] in ("file", "link", "person"):
            text = N_("%(stage)s: the answer to “%(question)s” may show whose idea it is.")
            yield Gap("shows_team", False, text, Place.QUESTIONS, values=values)


def _few(question: Outline) -> str:
    """Return what a question lacks to choose from, or nothing."""
    match question["kind"], len(question["options"]):
        case (("choice" | "several"), (0 | 1)):
            return N_("%(stage)s: “%(question)s” offers fewer than two answers to choose from.")
        case "table", 0:
            return N_("%(stage)s: the table “%(question)s” has no columns.")
        case "money", 0:
            return N_("%(stage)s: “%(question)s” offers no currency.")
    return ""


def _can_hold(stage: Outline, condition: Mapping[str, Any]) -> bool:
    """Say whether a question of the stage offers one of the answers a condition asks for."""
    asked = {one["key"]: one for one in stage["questions"]}.get(condition["question"])
    if asked is None or asked["kind"] not in ("choice", "several"):
        return False
    return bool({option["key"] for option in asked["options"]} & set(condition["any_of"]))


def _rubric(stage: Outline) -> Iterator[Gap]:
    if not stage["criteria"]:
        if stage["reviews_per_idea"]:
            text = N_("%(stage)s: reviews are asked for, and the rubric is empty.")
            yield Gap("no_rubric", True, text, Place.RUBRIC)
        return
    if not any(one["counted"] and one["weight"] > 0 for one in stage["criteria"]):
        text = N_("%(stage)s: no criterion counts with a weight above zero.")
        yield Gap("no_weight", True, text, Place.RUBRIC)
    for criterion in stage["criteria"]:
        values = {"criterion": criterion["name"] or Bilingual(criterion["key"])}
        worded = sum(bool(level) for level in criterion["levels"])
        if worded < stage["scale"]:
            text = N_("%(stage)s: “%(criterion)s” words %(worded)s of %(scale)s marks.")
            more = {"worded": worded, "scale": stage["scale"]}
            yield Gap("no_wording", False, text, Place.RUBRIC, values=values | more)
        if criterion["counted"] and criterion["weight"] == 0:
            text = N_("%(stage)s: “%(criterion)s” counts, but weighs nothing.")
            yield Gap("weightless", False, text, Place.RUBRIC, values=values)


def _milestones(stage: Outline) -> Iterator[Gap]:
    whole = stage["time_box_days"] + stage["promise_days"]
    for milestone in stage["milestones"]:
        values = {"milestone": milestone["name"] or Bilingual(milestone["key"])}
        late = milestone["anchor"] == "entry" and milestone["offset_days"] > whole
        early = milestone["anchor"] == "gate" and -milestone["offset_days"] > whole
        if late or early:
            text = (
                N_("%(stage)s: the milestone “%(milestone)s” lies behind the gate.")
                if late
                else N_("%(stage)s: the milestone “%(milestone)s” lies before the stage begins.")
            )
            yield Gap("milestone_outside", False, text, Place.MILESTONES, values=values)


def _minimums(stage: Outline, before: Mapping[str, int]) -> Iterator[Gap]:
    """Each level is proven by evidence of its own, none is skipped: too many are out of reach."""
    steps, falls = 0, False
    for dimension, level in stage["minimums"].items():
        if dimension not in set(Dimension) or not LOWEST <= level <= HIGHEST:
            text = N_("%(stage)s: a minimum of readiness lies above the highest level.")
            yield Gap("minimum_unreachable", True, text, Place.READINESS)
            return
        falls = falls or level < before.get(dimension, LOWEST)
        steps += max(0, level - before.get(dimension, LOWEST))
    if falls:
        text = N_("%(stage)s: a minimum of readiness is lower than in an earlier stage.")
        yield Gap("minimum_falls", False, text, Place.READINESS)
    if steps > stage["time_box_days"]:
        text = N_(
            "%(stage)s: teams would have to prove %(steps)s levels of readiness"
            " in %(days)s working days."
        )
        values = {"steps": steps, "days": stage["time_box_days"]}
        yield Gap("minimum_hasty", False, text, Place.READINESS, values=values)
