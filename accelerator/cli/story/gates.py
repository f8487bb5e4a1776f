"""What others do with an idea: reviewers are asked and answer, the gate decides and announces."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from accelerator import deciding
from accelerator.calendars import calendar_of
from accelerator.cli.story.player import Player, Told, said
from accelerator.cli.story.rounds import place_of
from accelerator.domain.policy import Actor
from accelerator.domain.reviews import DeclineReason, ReviewText
from accelerator.features.gates import service as batches
from accelerator.features.reviews.queries.workspace import facts, rubric
from accelerator.features.reviews.service import answering, arranging, asking, inquiring
from accelerator.features.reviews.service import writing as reviewing
from accelerator.storage.tables import Assignment, CohortStage, Inquiry

CONFIDENCE = {"low": 1, "medium": 2, "high": 3}
REASONS = {
    "no_time": DeclineReason.LOAD,
    "conflict": DeclineReason.CONFLICT,
    "not_my_field": DeclineReason.FIELD,
}
WORKING_DAYS = 7
CONDITION_DAYS = 15


def assign(player: Player, told: Told, reviewers: list[str], now: datetime) -> None:
    """Ask reviewers, by the cohort's date, or within seven working days where it has passed."""
    idea = player.idea(told)
    cohort, stage = player.cohort(told["cohort"]), player.stage(idea)
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    due_on = player.session.get_one(CohortStage, (cohort.id, stage.id)).review_by
    if due_on <= today:
        due_on = calendar_of(cohort.country, today.year).add(today, WORKING_DAYS)
    plan = asking.assign_reviewers(
        player.session, actor=_manager(player, told), cohort=cohort, stage=stage,
        codes=[idea.code], reviewer_ids=[player.actors[key].id for key in reviewers],
        due_on=due_on, now=now,
    )  # fmt: skip
    if len(plan.new) != len(reviewers):
        raise ValueError(f"{told['key']}: {reviewers} cannot all be asked: {plan.refused}")


def review(player: Player, told: Told, entry: Told, now: datetime) -> None:
    """Hand a review in, keep what is written so far, or say no."""
    actor, idea = player.actors[entry["by"]], player.idea(told)
    assignment = player.session.scalars(
        select(Assignment).where(
            Assignment.passage_id == idea.passage_id, Assignment.reviewer_id == actor.id
        )
    ).one()
    if "declined" in entry:
        answering.decline(
            player.session, actor=actor, assignment=assignment, reason=REASONS[entry["because"]],
            note=said(entry.get("note"), actor.language), now=now,
        )  # fmt: skip
        return
    found = facts(player.session, assignment)
    lines = rubric(player.session, found.stage.id)
    marks = {line.line.key: mark for line, mark in zip(lines, entry["marks"], strict=True)}
    text = ReviewText(
        marks={key: mark for key, mark in marks.items() if mark is not None},
        confidence=CONFIDENCE.get(entry.get("confidence", "")),
        recommendation=entry.get("recommend"),
        comment_to_team=said(entry["comment"], actor.language),
    )
    if "day" in entry:
        reviewing.submit(
            player.session, actor=actor, assignment=assignment, found=found, rubric=lines,
            text=text, version=0, now=now, opened=now - _sitting(text),
        )  # fmt: skip
    else:
        reviewing.save(
            player.session, actor=actor, assignment=assignment, found=found, text=text,
            version=0, now=now,
        )  # fmt: skip
        _ask(player, told, entry, assignment, now)


def _ask(player: Player, told: Told, entry: Told, assignment: Assignment, now: datetime) -> None:
    """Ask the team a question, which its owner may answer, or a manager for another date."""
    actor, owner = player.actors[entry["by"]], player.actors[told["owner"]]
    idea = player.idea(told)
    if "asks" in entry:
        inquiring.ask(
            player.session, actor=actor, assignment=assignment,
            found=facts(player.session, assignment), text=said(entry["asks"], actor.language),
            now=now,
        )  # fmt: skip
    if "told" in entry:
        asked = player.session.scalars(select(Inquiry).where(Inquiry.idea_id == idea.id)).one()
        inquiring.answer(
            player.session, actor=owner, idea=idea, inquiry_id=asked.id,
            text=said(entry["told"], owner.language), now=now,
        )  # fmt: skip
    if "other_date" in entry:
        arranging.ask_date(
            player.session, actor=actor, assignment=assignment, reason="", now=now,
            asked_due_on=assignment.due_on + timedelta(days=entry["other_date"]),
        )  # fmt: skip


def _sitting(text: ReviewText) -> timedelta:
    """Let a review take the longer, the more was written."""
    return timedelta(minutes=6 + len(text.comment_to_team) // 12 % 15)


def decide(player: Player, told: Told, decision: Told, now: datetime) -> None:
    """Decide, in the language of the idea's owner; the team is told later."""
    idea, language = player.idea(told), player.person(told["owner"])["language"]
    cohort, returns = player.cohort(told["cohort"]), decision.get("return_on")
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    within = calendar_of(cohort.country, today.year)
    verdict = deciding.verdict_of(
        decision["outcome"],
        reason=said(decision["reason"], language),
        next_step=said(decision.get("commercialisation"), language),
        conditions=[
            (said(text, language), within.add(today, CONDITION_DAYS + 5 * at))
            for at, text in enumerate(decision.get("conditions", ()))
        ],
        checklist=[said(text, language) for text in decision.get("checklist", ())],
        change=decision.get("change", ""),
        would_change=said(decision.get("change_our_mind"), language),
        revisit_on=None if returns is None else player.days.coming(returns),
        learned=said(decision.get("learned"), language),
    )
    deciding.decide(
        player.session, actor=player.actors[decision["by"]], cohort=cohort,
        stage=player.stage(idea), codes=[idea.code], verdict=verdict, announce_at=None, now=now,
    )  # fmt: skip


def decide_together(told: Told, player: Player, now: datetime) -> None:
    """Decide about several ideas as one batch, in the decider's language; no team is told yet."""
    cohort, stage = place_of(player, told)
    actor = player.actors[told["by"]]
    batches.begin(
        player.session, actor=actor, cohort=cohort, stage=stage,
        codes=[player.codes[key] for key in told["ideas"]], announce_at=None, now=now,
        verdict=deciding.verdict_of(told["outcome"], reason=said(told["reason"], actor.language)),
    )  # fmt: skip


def announce(player: Player, told: Told, decision: Told, now: datetime) -> None:
    """Tell the team."""
    idea = player.idea(told)
    deciding.announce(
        player.session, actor=player.actors[decision["by"]], cohort=player.cohort(told["cohort"]),
        stage=player.stage(idea), codes=[idea.code], now=now,
    )  # fmt: skip


def _manager(player: Player, told: Told) -> Actor:
    cohort = next(c for c in player.story["cohorts"] if c["key"] == told["cohort"])
    return player.manager(cohort["programme"])
