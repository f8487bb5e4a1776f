"""The one schema of programmes: which fields an outline has, and what they may say together."""

from collections.abc import Mapping
from typing import Any

from accelerator.domain.answers import CHOSEN, Asked, Kind, Option
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.designing import LEAST_MARKS, MOST_MARKS
from accelerator.domain.errors import DomainError
from accelerator.domain.ladder import (
    KINDS,
    LEAST_IDLE,
    MOST_IDLE,
    MOST_STEPS,
    Channel,
    Receiver,
    Unit,
    UnsoundLadder,
    require_sound,
    steps_of,
)
from accelerator.domain.milestones import OwnerRole
from accelerator.domain.notices import Kind as Kind_
from accelerator.domain.outline.nodes import Fault, Faults, Fields, Items, Node
from accelerator.domain.outline.shapes import (
    LANGUAGES,
    Field,
    many,
    needed,
    number,
    one_of,
    record,
    text,
    truth,
    whole,
    word,
)
from accelerator.domain.questions import MOST_OPTIONS, MOST_QUESTIONS, WITH_OPTIONS, require_askable
from accelerator.domain.readiness import CENTURY, HIGHEST, LOWEST, Dimension
from accelerator.i18n import N_

SHORT, LONG = 400, 4000
_KEY = word(r"[a-z0-9][a-z0-9_-]{0,39}")
_OPTION_KEY = word(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")

OPTION = {"key": needed(_OPTION_KEY), "label": needed(text(SHORT, required=True))}
CONDITION = {"question": needed(_KEY), "any_of": needed(many(_OPTION_KEY, most=MOST_OPTIONS))}
REFERENCE = {"stage": needed(_KEY), "question": needed(_KEY)}
QUESTION = {
    "key": needed(_KEY),
    "kind": needed(one_of([str(kind) for kind in Kind])),
    "required": Field(truth, False),
    "word_limit": Field(whole(5, 5000)),
    "label": needed(text(SHORT, required=True)),
    "help": Field(text(LONG), Bilingual()),
    "options": Field(many(record(OPTION), most=MOST_OPTIONS, unique="key"), list),
    "condition": Field(record(CONDITION)),
    "carried_from": Field(record(REFERENCE)),
}
CRITERION = {
    "key": needed(_KEY),
    "name": needed(text(SHORT, required=True)),
    "help": QUESTION["help"],
    "weight": needed(number(0, 1000)),
    "counted": Field(truth, True),
    "levels": Field(many(text(LONG), most=MOST_MARKS), list),
}
MILESTONE = {
    "key": needed(_KEY),
    "name": needed(text(SHORT, required=True)),
    "anchor": needed(one_of(["entry", "gate"])),
    "offset_days": needed(whole(-500, 500)),
    "owner_role": Field(one_of([str(role) for role in OwnerRole]), "lead"),
    "evidence": QUESTION["help"],
}
_EACH_DIMENSION = [str(dimension) for dimension in Dimension]
MINIMUMS = {name: Field(whole(LOWEST, HIGHEST)) for name in _EACH_DIMENSION}
STAGE = {
    "key": needed(_KEY),
    "name": needed(text(SHORT, required=True)),
    "purpose": QUESTION["help"],
    "timing": Field(one_of(["cohort", "rolling"]), "cohort"),
    "time_box_days": needed(whole(1, 500)),
    "promise_days": needed(whole(1, 250)),
    "reviews_per_idea": Field(whole(0, 20), 3),
    "reviewers_hidden": Field(truth, True),
    "teams_hidden": Field(truth, False),
    "peers_hidden": Field(truth, True),
    "others_visible": Field(one_of(["never", "after_mine", "always"]), "after_mine"),
    "scale": Field(whole(LEAST_MARKS, MOST_MARKS), 5),
    "minimums": Field(record(MINIMUMS), dict),
    "questions": Field(many(record(QUESTION), most=MOST_QUESTIONS, unique="key"), list),
    "criteria": Field(many(record(CRITERION), most=50, unique="key"), list),
    "milestones": Field(many(record(MILESTONE), most=100, unique="key"), list),
}
STEP = {
    "offset_days": needed(whole(-500, 500)),
    "unit": Field(one_of([str(unit) for unit in Unit]), "calendar"),
    "to": needed(one_of([str(to) for to in Receiver])),
    "channels": Field(
        many(one_of([str(channel) for channel in Channel]), most=len(Channel)),
        lambda: ["inbox", "mail"],
    ),
    "words": Field(text(SHORT), Bilingual()),
}
LADDER = {
    "kind": needed(one_of([str(kind) for kind in KINDS])),
    "optional": Field(truth, True),
    "steps": Field(many(record(STEP), most=MOST_STEPS), list),
}
POLICY = {
    "weights": Field(record({name: Field(number(0.001, 1000)) for name in _EACH_DIMENSION})),
    "half_lives": Field(record({name: Field(number(1, CENTURY)) for name in _EACH_DIMENSION})),
    "allowance": Field(number(0, HIGHEST)),
}
LEVEL_WORDS = {
    "level": needed(whole(LOWEST, HIGHEST)),
    "title": Field(text(SHORT), Bilingual()),
    "text": QUESTION["help"],
    "evidence": QUESTION["help"],
}
READINESS_WORDS = {
    "dimension": needed(one_of(_EACH_DIMENSION)),
    "question": Field(text(SHORT), Bilingual()),
    "texts": Field(many(record(LEVEL_WORDS), most=HIGHEST, unique="level"), list),
}
PROGRAMME = {
    "key": Field(_KEY),
    "name": needed(text(SHORT, required=True)),
    "summary": QUESTION["help"],
    "languages": Field(many(one_of(LANGUAGES), most=len(LANGUAGES)), lambda: list(LANGUAGES)),
    "audience": Field(one_of(["team", "everybody"]), "team"),
    "undo_minutes": Field(whole(0, 1440), 10),
    "readiness_policy": Field(record(POLICY), dict),
    "readiness_words": Field(
        many(record(READINESS_WORDS), most=len(_EACH_DIMENSION), unique="dimension"), list
    ),
    "idle_days": Field(whole(LEAST_IDLE, MOST_IDLE), 150),
    "ladders": Field(many(record(LADDER), most=len(KINDS), unique="kind"), list),
    "stages": needed(many(record(STAGE), most=30, unique="key")),
}


def check(node: Node) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """Return the outline a file holds, and its faults; with a fault the outline is worth nothing.

    Where values are left out, their defaults stand.
    """
    faults = Faults()
    outline = record(PROGRAMME)(node, faults)
    if not faults.found and isinstance(node, Fields):
        _together(outline, node, faults)
    return _plain(outline), faults.sorted()


def _plain(outline: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not set in the mappings where nothing means: the usual."""
    if outline.get("readiness_policy"):
        outline["readiness_policy"] = _set(outline["readiness_policy"])
    for stage in outline.get("stages") or []:
        stage["minimums"] = _set(stage.get("minimums") or {})
    return outline


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _set(value) if isinstance(value, Mapping) else value
        for name, value in values.items()
        if value is not None
    }


def _together(outline: Mapping[str, Any], node: Fields, faults: Faults) -> None:
    """Note what is wrong only beside something else."""
    if len(set(outline["languages"])) != len(outline["languages"]) or not outline["languages"]:
        faults.add(node.line_of("languages"), N_("Name each language once: ja, en, or both."))
    for ladder, here in zip(outline["ladders"], _below(node, "ladders"), strict=True):
        _ladder(ladder, here, outline["idle_days"], faults)
    asked = {
        (stage["key"], question["key"])
        for stage in outline["stages"]
        for question in stage["questions"]
    }
    for stage, place in zip(outline["stages"], _below(node, "stages"), strict=True):
        _rubric(stage, place, faults)
        questions = zip(stage["questions"], _below(place, "questions"), strict=True)
        for question, here in questions:
            _options(question, here, faults)
            _condition(stage, question, here, faults)
            carried = question["carried_from"]
            if carried and (
                (carried["stage"], carried["question"]) not in asked
                or carried["stage"] == stage["key"]
            ):
                faults.add(
                    here.line_of("carried_from"),
                    N_("No other stage has the question that this is carried over from."),
                )


def _below(node: Fields, name: str) -> list[Fields]:
    """Return the records of a list that was read without a fault."""
    for entry in node.entries:
        if entry.key == name and isinstance(entry.node, Items):
            return [one for one in entry.node.nodes if isinstance(one, Fields)]
    return []


def _ladder(ladder: Mapping[str, Any], here: Fields, idle_days: int, faults: Faults) -> None:
    """Note what is wrong with a ladder's steps at the step, or at the list of them."""
    places = _below(here, "steps")
    try:
        require_sound(Kind_(ladder["kind"]), steps_of(ladder["steps"]), idle_days=idle_days)
    except UnsoundLadder as unsound:
        for error in unsound.errors:
            _, place, field = (error.field or "").split("-")
            name = {"days": "offset_days"}.get(field, field.partition("_")[0])
            faults.add(places[int(place)].line_of(name), error.message, **error.values)


def _rubric(stage: Mapping[str, Any], place: Fields, faults: Faults) -> None:
    criteria = stage["criteria"]
    if criteria and not sum(one["weight"] for one in criteria if one["counted"]) > 0:
        faults.add(
            place.line_of("criteria"),
            N_("At least one counted criterion needs a weight above zero."),
        )
    for criterion, here in zip(criteria, _below(place, "criteria"), strict=True):
        if len(criterion["levels"]) > stage["scale"]:
            text_ = N_("More marks are worded here than the stage's scale has: %(scale)s.")
            faults.add(here.line_of("levels"), text_, scale=stage["scale"])


def _options(question: Mapping[str, Any], here: Fields, faults: Faults) -> None:
    """Note options where nothing is chosen, and too few where something is."""
    kind = Kind(question["kind"])
    if question["options"] and kind not in WITH_OPTIONS:
        faults.add(here.line_of("options"), N_("This kind of question offers nothing to choose."))
    options = tuple(Option(one["key"], one["label"]) for one in question["options"])
    try:
        require_askable(Asked(question["key"], kind, question["label"], options=options))
    except DomainError as error:
        faults.add(here.line_of("options"), error.message)


def _condition(
    stage: Mapping[str, Any], question: Mapping[str, Any], here: Fields, faults: Faults
) -> None:
    """Follow a condition to its end: to a question of the stage, its answers, and no circle."""
    asked = {one["key"]: one for one in stage["questions"]}
    condition, passed = question["condition"], {question["key"]}
    if not condition:
        return
    on = asked.get(condition["question"])
    if on is None or on["kind"] not in CHOSEN:
        text_ = N_("The condition points to no question of this stage that offers a choice.")
        faults.add(here.line_of("condition", "question"), text_)
        return
    if not condition["any_of"] or not {option["key"] for option in on["options"]}.issuperset(
        condition["any_of"]
    ):
        text_ = N_("The condition names an answer that “%(key)s” does not offer.")
        faults.add(here.line_of("condition", "any_of"), text_, key=on["key"])
    while on is not None and on["key"] not in passed:
        passed.add(on["key"])
        on = asked.get((on["condition"] or {}).get("question"))
    if on is not None:
        faults.add(here.line_of("condition"), N_("The conditions go round in a circle."))
