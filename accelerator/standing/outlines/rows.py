"""A programme's rows as an outline, and an outline as rows. Removed things are left out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, Integer, Select, String, Text, bindparam, cast, null, select
from sqlalchemy import literal as said
from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.standing.outlines import readiness
from accelerator.storage.tables import (
    Criterion,
    Ladder,
    MilestoneTemplate,
    Programme,
    Question,
    Stage,
)
from accelerator.storage.types import Json

Outline = dict[str, Any]

PROGRAMME = ("name", "summary", "languages", "audience", "undo_minutes", "idle_days")
STAGE = (
    "key", "name", "purpose", "timing", "time_box_days", "promise_days", "reviews_per_idea",
    "reviewers_hidden", "teams_hidden", "peers_hidden", "others_visible", "scale", "minimums",
)  # fmt: skip
QUESTION = ("key", "kind", "required", "word_limit", "label", "help", "options", "condition")
CRITERION = ("key", "name", "help", "weight", "counted", "levels")
MILESTONE = ("key", "name", "anchor", "offset_days", "owner_role", "evidence")

_STAGES = (
    select(Stage)
    .where(Stage.programme_id == bindparam("programme"), Stage.removed_at.is_(None))
    .order_by(Stage.position)
)
_NO_JSON = cast(null(), Json)


def _part(what: str, table: Any, texts: tuple[str, str], **columns: Any) -> Select[Any]:
    """One sort of row that hangs on a stage, in the columns all sorts share."""
    first, second = texts
    shared = {
        "number": cast(null(), Float), "flag": cast(null(), Boolean),
        "word": cast(null(), String(10)), "word2": cast(null(), String(10)),
        "items": _NO_JSON, "condition": _NO_JSON, "carried": cast(null(), Integer),
    } | columns  # fmt: skip
    return select(
        said(what).label("what"), table.stage_id.label("stage"), table.position.label("position"),
        table.id.label("id"), table.key.label("key"),
        *(getattr(table, f"{first}_{code}").label(f"{code}1") for code in ("ja", "en")),
        *(getattr(table, f"{second}_{code}").label(f"{code}2") for code in ("ja", "en")),
        *(column.label(name) for name, column in shared.items()),
    ).where(
        table.stage_id.in_(bindparam("stages", expanding=True)), table.removed_at.is_(None)
    )  # fmt: skip


_NO_TEXT = cast(null(), Text)
_LADDERS = select(
    said("ladder").label("what"), cast(null(), Integer), said(0), said(0), Ladder.kind,
    *(_NO_TEXT for _ in range(4)), cast(null(), Float), Ladder.optional, cast(null(), String(10)),
    cast(null(), String(10)), Ladder.steps, _NO_JSON, cast(null(), Integer),
).where(Ladder.programme_id == bindparam("programme"))  # fmt: skip
_PARTS = (
    _part(
        "question", Question, ("label", "help"),
        number=cast(Question.word_limit, Float), flag=Question.required, word=Question.kind,
        items=Question.options, condition=Question.condition, carried=Question.carried_from_id,
    )
    .union_all(
        _part(
            "criterion", Criterion, ("name", "help"),
            number=Criterion.weight, flag=Criterion.counted, items=Criterion.levels,
        ),
        _part(
            "milestone", MilestoneTemplate, ("name", "evidence"),
            number=cast(MilestoneTemplate.offset_days, Float), word=MilestoneTemplate.anchor,
            word2=MilestoneTemplate.owner_role,
        ),
        _LADDERS,
    )
    .order_by("stage", "position", "id", "key")
)  # fmt: skip


def stages_of(session: Session, programme: Programme) -> Sequence[Stage]:
    """List a programme's stages in order."""
    return session.scalars(_STAGES, {"programme": programme.id}).all()


def read(session: Session, programme: Programme, stages: Sequence[Stage] | None = None) -> Outline:
    """Return a programme's outline; one query, and one for the stages unless they are given."""
    if stages is None:
        stages = stages_of(session, programme)
    living = [stage for stage in stages if stage.removed_at is None]
    rows = session.execute(
        _PARTS, {"stages": [stage.id for stage in living], "programme": programme.id}
    ).all()
    keys = {stage.id: stage.key for stage in living}
    asked = {row.id: (keys[row.stage], row.key) for row in rows if row.what == "question"}
    parts: dict[tuple[int | None, str], list[Outline]] = {}
    for row in rows:
        parts.setdefault((row.stage, row.what), []).append(_READ[row.what](row, asked))
    return {
        "key": programme.key,
        **{name: getattr(programme, name) for name in PROGRAMME},
        **readiness.told(session, programme),
        "ladders": parts.get((None, "ladder"), []),
        "stages": [
            {name: getattr(stage, name) for name in STAGE}
            | {
                "questions": _standing(parts.get((stage.id, "question"), [])),
                "criteria": parts.get((stage.id, "criterion"), []),
                "milestones": parts.get((stage.id, "milestone"), []),
            }
            for stage in living
        ],
    }


def _question(row: Any, asked: Mapping[int, tuple[str, str]]) -> Outline:
    carried = asked.get(row.carried)
    return {
        "key": row.key,
        "kind": row.word,
        "required": row.flag,
        "word_limit": None if row.number is None else int(row.number),
        "label": Bilingual(row.ja1, row.en1),
        "help": Bilingual(row.ja2, row.en2),
        "options": [_spoken(option) for option in row.items or []],
        "condition": row.condition,
        "carried_from": {"stage": carried[0], "question": carried[1]} if carried else None,
    }


def _standing(questions: list[Outline]) -> list[Outline]:
    """Drop conditions on questions that are no longer there: such a question is always asked."""
    keys = {question["key"] for question in questions}
    for question in questions:
        if question["condition"] and question["condition"]["question"] not in keys:
            question["condition"] = None
    return questions


def _spoken(option: Mapping[str, Any]) -> Outline:
    return dict(option) | {"label": Bilingual.of(option.get("label"))}


def _criterion(row: Any, _asked: object) -> Outline:
    return {
        "key": row.key,
        "name": Bilingual(row.ja1, row.en1),
        "help": Bilingual(row.ja2, row.en2),
        "weight": row.number,
        "counted": row.flag,
        "levels": [Bilingual.of(level) for level in row.items or []],
    }


def _milestone(row: Any, _asked: object) -> Outline:
    return {
        "key": row.key,
        "name": Bilingual(row.ja1, row.en1),
        "anchor": row.word,
        "offset_days": int(row.number),
        "owner_role": row.word2,
        "evidence": Bilingual(row.ja2, row.en2),
    }


def _ladder(row: Any, _asked: object) -> Outline:
    return {
        "kind": row.key,
        "optional": row.flag,
        "steps": [
            dict(step) | {"words": Bilingual.of(step.get("words"))} for step in row.items or []
        ],
    }


_READ: dict[str, Callable[[Any, Any], Outline]] = {
    "question": _question,
    "criterion": _criterion,
    "milestone": _milestone,
    "ladder": _ladder,
}


def build(
    session: Session, outline: Mapping[str, Any], *, key: str, name: Bilingual, now: datetime
) -> Programme:
    """Make a programme of an outline that was checked, with a key and a name of its own."""
    own = {field: outline[field] for field in PROGRAMME}
    programme = Programme(**own | {"key": key, "name": name or outline["name"], "created_at": now})
    session.add(programme)
    session.flush()
    readiness.hold(session, programme, outline, now=now)
    for one in outline["ladders"]:
        steps = [dict(step) | {"words": step["words"].as_dict()} for step in one["steps"]]
        session.add(
            Ladder(
                programme_id=programme.id, kind=one["kind"], steps=steps, optional=one["optional"]
            )
        )
    asked: dict[tuple[str, str], Question] = {}
    for position, source in enumerate(outline["stages"], start=1):
        stage = Stage(programme_id=programme.id, position=position, **_only(source, STAGE))
        session.add(stage)
        session.flush()
        for at, one in enumerate(source["questions"], start=1):
            values = _only(one, QUESTION) | {"options": [_stored(o) for o in one["options"]]}
            row = Question(stage_id=stage.id, position=at, **values)
            asked[source["key"], one["key"]] = row
            session.add(row)
        for at, one in enumerate(source["criteria"], start=1):
            levels = [level.as_dict() for level in one["levels"]]
            values = _only(one, CRITERION) | {"levels": levels}
            session.add(Criterion(stage_id=stage.id, position=at, **values))
        for at, one in enumerate(source["milestones"], start=1):
            values = _only(one, MILESTONE)
            session.add(MilestoneTemplate(stage_id=stage.id, position=at, **values))
    session.flush()
    _carry_over(outline, asked)
    session.flush()
    return programme


def _carry_over(outline: Mapping[str, Any], asked: Mapping[tuple[str, str], Question]) -> None:
    """Tie questions to those they are carried over from, once all have their rows."""
    for stage in outline["stages"]:
        for one in stage["questions"]:
            if before := one["carried_from"]:
                row = asked[stage["key"], one["key"]]
                row.carried_from_id = asked[before["stage"], before["question"]].id


def _only(source: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: source[name] for name in names}


def _stored(option: Mapping[str, Any]) -> dict[str, Any]:
    label: Bilingual = option["label"]
    return dict(option) | {"label": label.as_dict()}
