"""Outlines for tests: any that the schema allows, as hypothesis draws them."""

from typing import Any

from hypothesis import strategies as st

from accelerator.domain.answers import Kind
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.readiness import Dimension

# Everything a form could have stored: line ends, quotes, odd spaces, what YAML would misread.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40),
    st.sampled_from(
        ["no", "null", "~", "1", "true", "- a", "# b", "a: b", "『引用』", "\u2028", "\x85", "  ",
         "one\ntwo", "one\n\n  two: 3\n#x", " lead\ntrail ", "tab\there", "\ufeff", "👩🏽‍🔬\n\"'", "\\"]
    ),
)  # fmt: skip
BOTH = st.builds(Bilingual, TEXTS, TEXTS)
SAID = BOTH.filter(bool)
KEYS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,11}", fullmatch=True)
WEIGHTS = st.one_of(st.integers(0, 1000).map(float), st.floats(1e-3, 1000))


def unique(key: str, parts: st.SearchStrategy[dict[str, Any]], most: int) -> Any:
    return st.lists(parts, max_size=most, unique_by=lambda part: part[key])


OPTION = st.fixed_dictionaries({"key": KEYS, "label": SAID})
OPTIONS = st.lists(OPTION, min_size=2, max_size=4, unique_by=lambda one: one["key"])


@st.composite
def questions(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(list(Kind)))
    offers = kind in (Kind.CHOICE, Kind.SEVERAL, Kind.MONEY, Kind.TABLE)
    return {
        "key": draw(KEYS), "kind": str(kind), "required": draw(st.booleans()),
        "word_limit": draw(st.none() | st.integers(5, 5000)), "label": draw(SAID),
        "help": draw(BOTH), "options": draw(OPTIONS) if offers else [], "condition": None,
        "carried_from": None,
    }  # fmt: skip


CRITERIA = st.fixed_dictionaries(
    {"key": KEYS, "name": SAID, "help": BOTH, "weight": WEIGHTS, "counted": st.booleans(),
     "levels": st.lists(BOTH, max_size=3)}
)  # fmt: skip
MILESTONES = st.fixed_dictionaries(
    {"key": KEYS, "name": SAID, "anchor": st.sampled_from(["entry", "gate"]),
     "offset_days": st.integers(-500, 500), "owner_role": st.sampled_from(["lead", "member"]),
     "evidence": BOTH}
)  # fmt: skip


@st.composite
def stages(draw: Any) -> dict[str, Any]:
    stage = {
        "key": draw(KEYS), "name": draw(SAID), "purpose": draw(BOTH),
        "timing": draw(st.sampled_from(["cohort", "rolling"])),
        "time_box_days": draw(st.integers(1, 500)), "promise_days": draw(st.integers(1, 250)),
        "reviews_per_idea": draw(st.integers(0, 20)), "reviewers_hidden": draw(st.booleans()),
        "teams_hidden": draw(st.booleans()), "peers_hidden": draw(st.booleans()),
        "others_visible": draw(st.sampled_from(["never", "after_mine", "always"])),
        "scale": draw(st.integers(3, 7)),
        "minimums": draw(
            st.dictionaries(st.sampled_from([str(d) for d in Dimension]), st.integers(1, 9))
        ),
        "questions": draw(unique("key", questions(), 4)),
        "criteria": draw(unique("key", CRITERIA, 3)),
        "milestones": draw(unique("key", MILESTONES, 2)),
    }  # fmt: skip
    if not any(one["counted"] and one["weight"] > 0 for one in stage["criteria"]):
        stage["criteria"] = []
    for before, one in zip(stage["questions"], stage["questions"][1:], strict=False):
        if before["kind"] in (Kind.CHOICE, Kind.SEVERAL) and before["options"]:
            answers = [option["key"] for option in before["options"]]
            chosen = draw(st.sampled_from(answers))
            one["condition"] = {"question": before["key"], "any_of": [chosen]}
    return stage


LADDERS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["gate", "parked"]), "optional": st.booleans(),
     "steps": st.lists(
         st.fixed_dictionaries(
             {"offset_days": st.integers(-90, 365), "unit": st.sampled_from(["calendar", "working"]),
              "to": st.sampled_from(["lead", "manager"]),
              "channels": st.sampled_from([["inbox"], ["inbox", "mail"], ["inbox", "hook"]]),
              "words": st.sampled_from([Bilingual(), Bilingual("{title}の件", ""),
                                        Bilingual("", "Mind {title}: now")])}
         ),
         max_size=3, unique_by=lambda step: (step["offset_days"], step["unit"], step["to"]),
     )}
)  # fmt: skip


WORDS = st.fixed_dictionaries(
    {"dimension": st.sampled_from([str(d) for d in Dimension]), "question": SAID,
     "texts": st.lists(
         st.fixed_dictionaries(
             {"level": st.integers(1, 9), "title": SAID, "text": BOTH, "evidence": BOTH}
         ),
         max_size=2, unique_by=lambda one: one["level"],
     ).map(lambda texts: sorted(texts, key=lambda one: one["level"]))}
)  # fmt: skip


@st.composite
def outlines(draw: Any) -> dict[str, Any]:
    found = {
        "key": draw(KEYS), "name": draw(SAID), "summary": draw(BOTH),
        "languages": draw(st.sampled_from([["ja", "en"], ["en"], ["ja"], ["en", "ja"]])),
        "audience": draw(st.sampled_from(["team", "everybody"])),
        "undo_minutes": draw(st.integers(0, 1440)),
        "readiness_policy": draw(
            st.sampled_from([{}, {"allowance": 1.5},
                             {"weights": {"team": 0.5}, "half_lives": {"ip": 400.0}}])
        ),
        "readiness_words": sorted(
            draw(unique("dimension", WORDS, 2)),
            key=lambda one: [str(d) for d in Dimension].index(one["dimension"]),
        ),
        "idle_days": draw(st.integers(30, 1000)),
        "ladders": sorted(draw(unique("kind", LADDERS, 2)), key=lambda one: one["kind"]),
        "stages": draw(unique("key", stages(), 3)),
    }  # fmt: skip
    asked = [(s["key"], q["key"]) for s in found["stages"] for q in s["questions"]]
    for stage in found["stages"][1:]:
        for one in stage["questions"][:1]:
            elsewhere = [pair for pair in asked if pair[0] != stage["key"]]
            if elsewhere and draw(st.booleans()):
                other, question = draw(st.sampled_from(elsewhere))
                one["carried_from"] = {"stage": other, "question": question}
    return found
