"""An idea's own way: written, handed in, worked on by its team, shown to be ready."""

from datetime import datetime

from sqlalchemy import select

from accelerator.cli.story.player import Player, Told, said
from accelerator.domain.answers import WRITTEN, Asked, Kind, Value
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.drafts import stamp
from accelerator.domain.milestones import MilestoneState
from accelerator.domain.readiness import Dimension
from accelerator.features.ideas.queries.writing import writing
from accelerator.features.ideas.service import drafts, handing_in, team
from accelerator.features.milestones import service as milestones
from accelerator.features.readiness import service as readiness
from accelerator.storage.tables import Evidence, ExpertRequest, Milestone, MilestoneTemplate


def start(player: Player, told: Told, now: datetime) -> None:
    """Begin a draft; its translation stands beside it where there is one."""
    cohort, language = player.cohort(told["cohort"]), told["language"]
    idea = drafts.start(
        player.session, actor=player.actors[told["owner"]], cohort_code=cohort.code,
        title=told["title"][language], summary=told["summary"][language], now=now,
    )  # fmt: skip
    player.codes[told["key"]] = idea.code
    write(player, told, {}, now)


def write(player: Player, told: Told, answers: Told, now: datetime) -> None:
    """Write the title, the summary and answers of the stage the idea is in, in both languages."""
    idea = player.idea(told)
    for side in ("ja", "en"):
        written = writing(player.session, idea)
        typed: dict[str, Value] = {
            name: told[name][side] for name in ("title", "summary") if side in told[name]
        }
        for question in written.questions:
            value = _typed(player, question.asked, answers.get(question.asked.key), side)
            if value:
                typed[question.field] = value
        drafts.save(
            player.session, actor=player.actors[told["owner"]], idea=idea, side=side, typed=typed,
            seen=stamp(written.stored(side)), now=now,
        )  # fmt: skip


def _typed(player: Player, asked: Asked, value: object, side: str) -> Value:
    if isinstance(value, dict):
        return Bilingual.of(value).side(side) if asked.kind in WRITTEN else None
    if isinstance(value, list):
        return list(value)
    if asked.kind is Kind.PERSON and isinstance(value, str):
        return str(player.person(value)["email"])
    if asked.kind is Kind.DATE and isinstance(value, int):
        return player.days.coming(value).isoformat()
    return None if value is None else str(value)


def hand_in(player: Player, told: Told, answers: Told, now: datetime) -> None:
    """Write what the version holds, and hand it in."""
    write(player, told, answers, now)
    idea = player.idea(told)
    _show_again(player, told, now)
    handing_in.hand_in(
        player.session, actor=player.actors[told["owner"]], idea=idea, seen=idea.version, now=now
    )


def withdraw(player: Player, told: Told, reason: Told, now: datetime) -> None:
    """Take the idea back."""
    handing_in.withdraw(
        player.session, actor=player.actors[told["owner"]], idea=player.idea(told),
        reason=said(reason, told["language"]), now=now,
    )  # fmt: skip


def invite(player: Player, told: Told, key: str, now: datetime) -> None:
    """Ask somebody into the team."""
    team.invite(
        player.session, actor=player.actors[told["owner"]], idea=player.idea(told),
        who=player.person(key)["email"], now=now,
    )  # fmt: skip


def answer(player: Player, told: Told, key: str, now: datetime, *, accepts: bool) -> None:
    """Answer an invitation."""
    team.answer_invitation(
        player.session, actor=player.actors[key], idea=player.idea(told), accepts=accepts, now=now
    )


def _milestone(player: Player, told: Told, key: str) -> Milestone:
    """Load a milestone of the idea's present stage by the key of its template."""
    return player.session.scalars(
        select(Milestone)
        .join(MilestoneTemplate, MilestoneTemplate.id == Milestone.template_id)
        .where(Milestone.passage_id == player.idea(told).passage_id, MilestoneTemplate.key == key)
    ).one()


def hand_over(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Give a milestone to another member of the team."""
    milestones.hand_over(
        player.session, actor=player.actors[told["owner"]],
        milestone=_milestone(player, told, entry["key"]),
        owner_id=player.actors[entry["owner"]].id, now=now,
    )  # fmt: skip


def plan(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Say who helps with a milestone, and what it waits for."""
    common: Told = {
        "actor": player.actors[told["owner"]], "milestone": _milestone(player, told, entry["key"]),
        "now": now,
    }  # fmt: skip
    helpers = [player.actors[person].id for person in entry.get("helpers", [])]
    milestones.set_helpers(player.session, people=helpers, **common)
    needs = [_milestone(player, told, key).id for key in entry.get("waits_for", [])]
    milestones.set_needs(player.session, needs=needs, **common)


def begin(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Say that a milestone is under way."""
    owner = entry.get("owner", told["owner"])
    milestones.start(
        player.session, actor=player.actors[owner],
        milestone=_milestone(player, told, entry["key"]), now=now,
    )  # fmt: skip


def complete(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Show what a milestone wanted."""
    milestones.complete(
        player.session, actor=player.actors[entry.get("owner", told["owner"])],
        milestone=_milestone(player, told, entry["key"]),
        evidence=said(entry["evidence"], told["language"]), url="", now=now,
    )  # fmt: skip


def _show_again(player: Player, told: Told, now: datetime) -> None:
    """After a rework, show again what was shown the first time: the stage asks for it anew."""
    idea = player.idea(told)
    stage = player.stage(idea)
    for entry in told["milestones"]:
        if entry["stage"] == stage.key and "done" in entry:
            row = _milestone(player, told, entry["key"])
            if row.state == MilestoneState.OPEN and player.days.past(entry["done"]) < now.date():
                complete(player, told, entry, now)


def ask_date(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Ask for another date."""
    asked = entry["new_date"]
    milestones.ask_date(
        player.session, actor=player.actors[told["owner"]],
        milestone=_milestone(player, told, entry["key"]),
        asked_due_on=player.days.coming(asked["until"]),
        reason=said(asked["reason"], told["language"]), now=now,
    )  # fmt: skip


def answer_date(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Grant or refuse it."""
    asked = entry["new_date"]
    milestones.answer_date(
        player.session, actor=player.actors[asked["by"]],
        milestone=_milestone(player, told, entry["key"]), granted="granted" in asked,
        reason=said(asked.get("answer"), player.person(told["owner"])["language"]), now=now,
    )  # fmt: skip


def claim(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Say which level was reached."""
    readiness.claim(
        player.session, actor=player.actors[told["owner"]], idea=player.idea(told),
        dimension=Dimension(entry["dimension"]), level=entry["level"], now=now,
    )  # fmt: skip


def give_evidence(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Show the levels that one piece of evidence stands for."""
    for level in entry["levels"]:
        readiness.give_evidence(
            player.session, actor=player.actors[told["owner"]], idea=player.idea(told),
            dimension=Dimension(entry["dimension"]), level=level,
            statement=said(entry["title"], told["language"]), url="", attachment_id=None,
            true_on=player.days.past(entry["day"]), now=now, number=entry.get("number"),
            unit=said(entry.get("unit"), told["language"]),
        )  # fmt: skip


def verify(player: Player, told: Told, entry: Told, verdict: Told, now: datetime) -> None:
    """Look at a piece of evidence from outside the team."""
    idea = player.idea(told)
    rows = player.session.scalars(
        select(Evidence).where(
            Evidence.idea_id == idea.id,
            Evidence.dimension == entry["dimension"],
            Evidence.level.in_(entry["levels"]),
            Evidence.statement == said(entry["title"], told["language"]),
        )
    ).all()
    for row in rows:
        readiness.verify(
            player.session, actor=player.actors[verdict["by"]], evidence=row,
            accepted=verdict["verdict"] == "accepted",
            level=verdict.get("level"),
            note=said(verdict.get("note"), told["language"]), now=now,
        )  # fmt: skip


def ask_expert(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Ask for somebody who knows."""
    readiness.ask_expert(
        player.session, actor=player.actors[told["owner"]], idea=player.idea(told),
        dimension=Dimension(entry["dimension"]), level=entry["level"],
        wanted=said(entry["wanted"], told["language"]), now=now,
    )  # fmt: skip


def answer_expert(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Say who can help."""
    row = player.session.scalars(
        select(ExpertRequest).where(
            ExpertRequest.idea_id == player.idea(told).id,
            ExpertRequest.dimension == entry["dimension"],
            ExpertRequest.level == entry["level"],
        )
    ).one()
    readiness.answer_request(
        player.session, actor=player.actors[entry["answered"]["by"]], request=row,
        answer=said(entry["answered"]["answer"], told["language"]), now=now,
    )  # fmt: skip
