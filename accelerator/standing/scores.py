"""Scores as they are stored: a row from each day on which something changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from accelerator.domain.readiness import Assessment, Dimension
from accelerator.storage.inserting import insert_into
from accelerator.storage.tables import Idea, ReadinessScore

NOT_APPLICABLE = "0"
_ON = bindparam("on", type_=Date)
_IDEAS: BindParameter[Any] = bindparam("ideas", expanding=True, literal_execute=True)
EACH = aliased(ReadinessScore)


def newest(*limits: ColumnElement[bool]) -> ColumnElement[bool]:
    """Join an idea with the newest of its scores, or the newest within limits on `EACH`."""
    last = select(func.max(EACH.on)).where(EACH.idea_id == Idea.id, *limits).correlate(Idea)
    return (ReadinessScore.idea_id == Idea.id) & (ReadinessScore.on == last.scalar_subquery())


_KNOWN = (
    select(
        Idea.id, Idea.readiness, Idea.evidence_falls_on, ReadinessScore.on, ReadinessScore.score,
        ReadinessScore.parts, ReadinessScore.policy_version,
    )
    .outerjoin(ReadinessScore, newest(EACH.on <= _ON))
    .where(Idea.id.in_(_IDEAS))
)  # fmt: skip


def store(session: Session, found: Mapping[int, Assessment], *, today: date, at: datetime) -> None:
    """Store the scores that are others than the newest ones by this day; the ideas remember them.

    The row of a day is overwritten within that day. With each part stands the day `since` which
    its level has been proven without a break.
    """
    rows, ideas = [], []
    known = session.execute(_KNOWN, {"ideas": list(found), "on": today})
    for idea_id, readiness, falls_on, on, score, parts, version in known:
        one = found[idea_id]
        new = _parts(one, parts or {}, today)
        if on == today or (score, parts, version) != (one.score, new, one.policy_version):
            rows.append(
                {
                    "idea_id": idea_id, "on": today, "at": at, "score": one.score, "parts": new,
                    "levels": _levels(one), "policy_version": one.policy_version,
                }
            )  # fmt: skip
        if (readiness, falls_on) != (one.score, one.falls_on):
            ideas.append({"idea": idea_id, "score": one.score, "falls_on": one.falls_on})
    if rows:
        _upsert(session, rows)
    if ideas:
        _remember(session, ideas)


def proven(levels: str) -> dict[Dimension, int]:
    """Read the proven levels of a stored score; what does not apply is absent.

    >>> proven("320000")[Dimension.TECHNOLOGY]
    2
    """
    return {d: int(n) for d, n in zip(Dimension, levels, strict=False) if n != NOT_APPLICABLE}


def _levels(assessment: Assessment) -> str:
    parts = assessment.parts
    return "".join(str(parts[d].proven) if d in parts else NOT_APPLICABLE for d in Dimension)


def _parts(
    assessment: Assessment, before: Mapping[str, Mapping[str, Any]], today: date
) -> dict[str, dict[str, Any]]:
    found = {}
    for dimension, part in assessment.parts.items():
        old = before.get(dimension, {})
        stood = old.get("proven") == part.proven
        found[dimension.value] = {
            "claimed": part.claimed,
            "proven": part.proven,
            "effective": part.effective,
            "since": old.get("since") if stood and "since" in old else today.isoformat(),
        }
    return found


def _upsert(session: Session, rows: list[dict[str, Any]]) -> None:
    added = insert_into(session, ReadinessScore)
    keys = ("at", "score", "parts", "levels", "policy_version")
    session.execute(
        added.on_conflict_do_update(
            index_elements=["idea_id", "on"], set_={key: added.excluded[key] for key in keys}
        ),
        rows,
    )


def _remember(session: Session, ideas: list[dict[str, Any]]) -> None:
    session.connection().execute(  # a plain statement: no row that is loaded is looked at
        update(Idea)
        .where(Idea.id == bindparam("idea"))
        .values(readiness=bindparam("score"), evidence_falls_on=bindparam("falls_on")),
        ideas,
    )
    for each in ideas:
        row = session.identity_map.get(session.identity_key(Idea, each["idea"]))
        if row is not None:
            session.expire(row, ["readiness", "evidence_falls_on"])
