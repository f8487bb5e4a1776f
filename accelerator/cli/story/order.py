"""The story in the order of time: each thing that happened, with its moment."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import groupby

from accelerator.cli.story import (
    company,
    designing,
    fading,
    gates,
    ideas,
    meetings,
    rounds,
    sharing,
)
from accelerator.cli.story.player import ZONE, Days, Player, Told

MORNING = time(9, 0)
LONGEST_PAUSE, WORKING_DAY = 35, 500  # minutes
SHORTEST_PAUSE = timedelta(seconds=20)
Play = Callable[[Player, datetime], None]

# Cause before effect, where several things happen to one idea on one day of one step of its way.
START, INVITE, JOIN, HAND_OVER, CLAIM, SHOW, WRITE, VERIFY, ASK, ANSWER, DONE = range(11)
HAND_IN, ASSIGN, REVIEW, DECIDE, ANNOUNCE, WITHDRAW = range(11, 17)
STEP = 100
AFTER_IDEAS = "rounds, when the ideas have moved"  # later on a day, and last at one moment


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; `rank` orders what happened on one day to one idea."""

    day: date
    rank: int
    about: str
    play: Play


def in_order(story: Told, days: Days, now: datetime) -> Iterator[tuple[datetime, Play]]:
    """Yield what happened with its moment, none later than now."""
    happened = list(_company(story, days))
    for idea in story["ideas"]:
        happened += _Way(idea, days).happenings()
    timed = []
    ordered = sorted(happened, key=lambda h: (h.day, h.about, h.rank))
    for (day, about), group in groupby(ordered, key=lambda h: (h.day, h.about)):
        same = list(group)
        start = datetime.combine(day, MORNING, ZONE) + timedelta(minutes=len(about))
        pause = timedelta(minutes=min(LONGEST_PAUSE, WORKING_DAY // len(same)))
        timed += [(start + place * pause, one.play) for place, one in enumerate(same)]
    timed.sort(key=lambda pair: pair[0])
    yield from reversed(list(_until(now, reversed(timed))))


def _until(
    now: datetime, latest_first: Iterable[tuple[datetime, Play]]
) -> Iterator[tuple[datetime, Play]]:
    """Move what would come later than now before it: early in the day, too, the order is kept."""
    latest = now
    for moment, play in latest_first:
        latest = min(moment, latest - SHORTEST_PAUSE)
        yield latest, play


def _company(story: Told, days: Days) -> Iterator[Happening]:
    """Yield the company's own events: everything is ready two weeks before an intake opens."""
    first = min(cohort["intake"]["opens"] for cohort in story["cohorts"])
    yield Happening(days.past(first - 42), 0, "", company.found)
    yield Happening(days.past(first - 28), 0, "", company.start_programmes)
    for cohort in story["cohorts"]:
        play = partial(_open, cohort)
        yield Happening(days.past(cohort["intake"]["opens"] - 14), 0, cohort["code"], play)
    for told in story["calibrations"]:
        yield Happening(days.past(told["day"]), 0, AFTER_IDEAS, partial(rounds.calibrate, told))
    for told in story["finals"]:
        yield Happening(days.past(told["day"]), 0, AFTER_IDEAS, partial(rounds.compare, told))
    for told in story["batches"]:
        play = partial(gates.decide_together, told)
        yield Happening(days.past(told["day"]), 1, AFTER_IDEAS, play)
    for told in story["requests"]:
        yield Happening(days.past(told["day"]), 1, AFTER_IDEAS, partial(meetings.ask, told))
    for told in story["meetings"]:
        yield Happening(days.past(told["day"]), 2, AFTER_IDEAS, partial(meetings.meet, told))
    for told in story["nudges"]:
        yield Happening(days.past(told["day"]), 2, AFTER_IDEAS, partial(meetings.nudge, told))
    yield from _designs(story, days)
    yield Happening(days.today, 1, AFTER_IDEAS, sharing.share_out)
    for day in range(first, 0, fading.FORTNIGHT):
        yield Happening(days.past(day), 4, AFTER_IDEAS, fading.rescore)
    yield Happening(days.today, 4, AFTER_IDEAS, fading.look_back)


def _designs(story: Told, days: Days) -> Iterator[Happening]:
    """Yield what managers change while ideas are on their way."""
    for told in story["designs"]:
        yield Happening(days.past(told["day"]), 3, AFTER_IDEAS, partial(designing.design, told))
    for told in story["models"]:
        yield Happening(days.past(told["day"]), 4, AFTER_IDEAS, partial(designing.model, told))
    for told in story["ladders"]:
        yield Happening(days.past(told["day"]), 4, AFTER_IDEAS, partial(designing.remind, told))


def _open(told: Told, player: Player, now: datetime) -> None:
    company.open_cohort(player, told, now)


class _Way:
    """The way of one idea as happenings. A step is a passage; it begins when one is announced."""

    def __init__(self, told: Told, days: Days) -> None:
        self.told, self.days = told, days
        self.entered = [days.past(told["started"])]
        for step in told["path"]:
            announced = step.get("decision", {}).get("announced")
            if announced is not None:
                self.entered.append(days.past(announced))

    def happenings(self) -> Iterator[Happening]:
        """Yield everything that happened, in no order."""
        yield self._at(self.told["started"], START, 0, ideas.start)
        for step, told in enumerate(self.told["path"]):
            yield from self._step(step, told)
        yield from self._draft()
        yield from self._team()
        for entry in self.told["milestones"]:
            yield from self._milestone(entry)
        for entry in self.told["readiness"]["claims"]:
            yield self._at(entry["day"], CLAIM, None, ideas.claim, entry)
        for entry in self.told["readiness"]["evidence"]:
            yield self._at(entry["day"], SHOW, None, ideas.give_evidence, entry)
            for verdict in (
                [entry["verified"], *entry.get("also", [])] if "verified" in entry else []
            ):
                yield self._at(verdict["day"], VERIFY, None, ideas.verify, entry, verdict)
        for entry in self.told["readiness"].get("help", []):
            yield self._at(entry["day"], ASK, None, ideas.ask_expert, entry)
            if "answered" in entry:
                yield self._at(entry["answered"]["day"], ANSWER, None, ideas.answer_expert, entry)

    def _step(self, step: int, told: Told) -> Iterator[Happening]:
        if "handed_in" in told:
            answers = dict(self.told["answers"].get(told["stage"], {})) | told.get("earlier", {})
            yield self._at(told["handed_in"], HAND_IN, step, ideas.hand_in, answers)
        by_day: dict[int, list[str]] = {}
        for review in told.get("reviews", []):
            by_day.setdefault(review["assigned"], []).append(review["by"])
            done = [review[name] for name in ("day", "saved", "declined") if name in review]
            for day in done:
                yield self._at(day, REVIEW, step, gates.review, review)
        for day, reviewers in by_day.items():
            yield self._at(day, ASSIGN, step, gates.assign, reviewers)
        decision = told.get("decision")
        if decision:
            yield self._at(decision["day"], DECIDE, step, gates.decide, decision)
            if "announced" in decision:
                yield self._at(decision["announced"], ANNOUNCE, step, gates.announce, decision)
        if "withdrawn" in told:
            reason = told["withdrawn"]["reason"]
            yield self._at(told["withdrawn"]["day"], WITHDRAW, step, ideas.withdraw, reason)

    def _draft(self) -> Iterator[Happening]:
        """Yield the writing in a stage that is not handed in yet: the day before today."""
        path = self.told["path"]
        done = {step["stage"] for step in path if "handed_in" in step}
        for stage, answers in self.told["answers"].items():
            if stage not in done and not any("withdrawn" in step for step in path):
                day = max(self.days.past(-1), self.entered[-1])
                play = partial(_play, ideas.write, self.told, answers)
                yield Happening(day, self._rank(len(self.entered) - 1, WRITE), self._about, play)

    def _team(self) -> Iterator[Happening]:
        for mate in self.told["team"]:
            yield self._at(mate["invited"], INVITE, None, ideas.invite, mate["person"])
            for word in {"accepted", "declined"} & set(mate):
                play = partial(ideas.answer, accepts=word == "accepted")
                yield self._at(mate[word], JOIN, None, play, mate["person"])

    def _milestone(self, entry: Told) -> Iterator[Happening]:
        if "owner" in entry:
            joined = next(m["accepted"] for m in self.told["team"] if m["person"] == entry["owner"])
            day = max(self.days.past(joined), self.entered[self._steps(entry["stage"])[0]])
            play = partial(_play, ideas.hand_over, self.told, entry)
            step = self._step_on(day, entry["stage"])
            yield Happening(day, self._rank(step, HAND_OVER), self._about, play)
        for word, said in (("planned", ideas.plan), ("started", ideas.begin)):
            if word in entry:
                step = self._step_on(self.days.past(entry[word]), entry["stage"])
                yield self._at(entry[word], HAND_OVER, step, said, entry)
        asked = entry.get("new_date", {})
        steps: dict[str, tuple[int, Callable[..., None]]] = {
            "asked": (ASK, ideas.ask_date),
            "granted": (ANSWER, ideas.answer_date),
            "refused": (ANSWER, ideas.answer_date),
        }
        for word, (rank, what) in steps.items():
            if word in asked:
                step = self._step_on(self.days.past(asked[word]), entry["stage"])
                yield self._at(asked[word], rank, step, what, entry)
        if "done" in entry:
            step = self._step_on(self.days.past(entry["done"]), entry["stage"])
            yield self._at(entry["done"], DONE, step, ideas.complete, entry)

    @property
    def _about(self) -> str:
        return str(self.told["key"])

    def _at(
        self, day: int, rank: int, step: int | None, play: Callable[..., None], *more: object
    ) -> Happening:
        """Make a happening; without a step it belongs to the one the idea was in that morning."""
        on = self.days.past(day)
        if step is None:
            step = max(sum(entered < on for entered in self.entered) - 1, 0)
        about = partial(_play, play, self.told, *more)
        return Happening(on, self._rank(step, rank), self._about, about)

    @staticmethod
    def _rank(step: int, rank: int) -> int:
        return step * STEP + rank

    def _steps(self, stage: str) -> list[int]:
        """Return the steps in a stage: several after a rework; the last one has no word yet."""
        path, now = self.told["path"], len(self.entered) - 1
        told = [place for place, step in enumerate(path) if step["stage"] == stage]
        again = told[-1:] == [now - 1] and path[now - 1]["decision"]["outcome"] == "rework"
        return [*told, now] if again or not told else told

    def _step_on(self, day: date, stage: str) -> int:
        """Return the last step in a stage that had begun by a day."""
        steps = self._steps(stage)
        return [step for step in steps if self.entered[step] <= day][-1]


def _play(play: Callable[..., None], told: Told, *more: object) -> None:
    """Call `play(player, told, …, now)` for what was told."""
    *between, player, now = more
    play(player, told, *between, now)
