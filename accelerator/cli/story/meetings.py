"""What a gate asks before it decides, and the meeting it prepares."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from accelerator.calendars import calendar_of
from accelerator.cli.story.player import Player, Told, said
from accelerator.cli.story.rounds import place_of
from accelerator.features.contacts import service as contacts
from accelerator.features.information import service as information
from accelerator.features.meetings.service import preparing, voting
from accelerator.storage.tables import Person

ANSWER_WITHIN = 5  # working days


def ask(told: Told, player: Player, now: datetime) -> None:
    """Ask a team for more, in the language of the idea's owner."""
    idea_told = next(one for one in player.story["ideas"] if one["key"] == told["idea"])
    idea = player.idea(idea_told)
    cohort = player.cohort(idea_told["cohort"])
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    language = player.person(idea_told["owner"])["language"]
    information.ask(
        player.session, actor=player.actors[told["by"]], idea=idea, fields=told["fields"],
        known=told["fields"], text=said(told["text"], language),
        due_on=calendar_of(cohort.country, today.year).add(today, ANSWER_WITHIN), now=now,
    )  # fmt: skip


def meet(told: Told, player: Player, now: datetime) -> None:
    """Let some deciders vote in silence, and make the list of the meeting."""
    cohort, stage = place_of(player, told)
    for key, votes in told["votes"].items():
        actor = player.actors[key]
        cast = {
            player.codes[idea]: (vote["choice"], said(vote.get("note"), actor.language))
            for idea, vote in votes.items()
        }
        voting.vote(player.session, actor=actor, cohort=cohort, stage=stage, cast=cast, now=now)
    preparing.prepare(
        player.session, actor=player.actors[told["by"]], cohort=cohort, stage=stage,
        minutes=told["minutes"], now=now,
        starts=datetime.combine(
            player.days.coming(told["begins"]["day"]), time.fromisoformat(told["begins"]["at"])
        ),
    )  # fmt: skip


def nudge(told: Told, player: Player, now: datetime) -> None:
    """Let a manager remind somebody by hand, in their language."""
    cohort, person_id = player.cohort(told["cohort"]), player.actors[told["person"]].id
    contacts.nudge(
        player.session, actor=player.actors[told["by"]], cohort=cohort,
        person=player.session.get_one(Person, person_id),
        note=said(told["note"], player.person(told["person"])["language"]), now=now,
    )  # fmt: skip
