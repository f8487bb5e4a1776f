"""A programme's own readiness model in its outline, and as the first version of a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.readiness import PARTS, Dimension
from accelerator.storage.tables import Programme, ReadinessModel


def told(session: Session, programme: Programme) -> dict[str, Any]:
    """Return how a programme counts and words readiness; no query where it does so as usual."""
    number = programme.readiness_number
    model = session.get(ReadinessModel, (programme.id, number)) if number else None
    policy = {k: v for k, v in programme.readiness_policy.items() if k != "version"}
    return {"readiness_policy": policy, "readiness_words": _words(model.wording if model else {})}


def hold(
    session: Session, programme: Programme, outline: Mapping[str, Any], *, now: datetime
) -> None:
    """Let a new programme count and word as its outline says; nothing where that is as usual."""
    policy, words = outline["readiness_policy"], outline["readiness_words"]
    if not policy and not words:
        return
    counted = dict(policy) | {"version": "1"}
    wording = {one["dimension"]: _stored(one) for one in words}
    session.add(
        ReadinessModel(
            programme_id=programme.id, number=1, policy=counted, wording=wording, made_at=now
        )
    )
    programme.readiness_policy, programme.readiness_number = counted, 1


def _words(wording: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "dimension": str(dimension),
            "question": Bilingual.of(own.get("question")),
            "texts": [
                {"level": int(level)} | {part: Bilingual.of(text.get(part)) for part in PARTS}
                for level, text in sorted(own.get("levels", {}).items())
            ],
        }
        for dimension in Dimension
        if (own := wording.get(dimension))
    ]


def _stored(one: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if one["question"]:
        found["question"] = one["question"].as_dict()
    levels = {
        str(text["level"]): {part: text[part].as_dict() for part in PARTS if text[part]}
        for text in one["texts"]
    }
    return found | ({"levels": levels} if levels else {})
