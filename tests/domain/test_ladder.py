"""The reminder ladder: each step by example, a simulated week, and what holds for every course."""

import doctest
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.ladder import (
    DEFAULT_LADDER,
    DEFAULTS,
    KINDS,
    RECEIVERS,
    Channel,
    Due,
    Ladder,
    Receiver,
    Reminder,
    Step,
    Unit,
    UnsoundLadder,
    ahead,
    kinds,
    placeholders,
    reminder_for,
    require_sound,
    rules,
    steps_of,
)
from accelerator.domain.workdays import Calendar, next_working_morning

WEEKENDS = Calendar()
DAY = timedelta(days=1)
OWNER, LEAD, MANAGER = 1, 2, 3
PEOPLE = {Receiver.OWNER: {OWNER}, Receiver.LEAD: {LEAD}, Receiver.MANAGER: {MANAGER}}
FRIDAY = date(2026, 7, 31)
DUE = Due("milestone", 42, FRIDAY, date(2026, 6, 1), done=False, people=PEOPLE)


def offset(due: Due, person: int, today: date, calendar: Calendar = WEEKENDS) -> int | None:
    found = reminder_for(due, person, today, calendar)
    return found.step.offset_days if found else None


def course(due: Due, person: int, first: date, last: date) -> dict[date, int]:
    """The days on which a person hears something new when the rules are asked every day."""
    heard: dict[date, int] = {}
    sent: set[str] = set()
    for n in range((last - first).days + 1):
        today = first + n * DAY
        found = reminder_for(due, person, today, WEEKENDS)
        if found and found.key not in sent:
            sent.add(found.key)
            heard[today] = found.step.offset_days
    return heard


# -- each step ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (OWNER, {date(2026, 7, 24): -7, date(2026, 7, 30): -1, date(2026, 7, 31): 0}),
        (LEAD, {date(2026, 8, 5): 3}),  # Wednesday: three working days after Friday
        (MANAGER, {date(2026, 8, 7): 5}),
        (99, {}),
    ],
)
def test_the_default_ladder(person, expected):
    assert course(DUE, person, date(2026, 6, 1), date(2026, 9, 30)) == expected


def test_a_free_day_moves_a_step_to_the_next_working_day_and_the_later_step_speaks_for_both():
    monday = replace(DUE, due_on=date(2026, 8, 3))
    assert course(monday, OWNER, date(2026, 6, 1), date(2026, 9, 30)) == {
        date(2026, 7, 27): -7,
        date(2026, 8, 3): 0,  # the notice of Sunday comes together with that of Monday
    }
    sunday = replace(DUE, due_on=date(2026, 8, 2))
    assert course(sunday, OWNER, date(2026, 6, 1), date(2026, 9, 30)) == {
        date(2026, 7, 27): -7,
        date(2026, 8, 3): 0,
    }


def test_nobody_hears_on_a_free_day():
    assert offset(DUE, OWNER, date(2026, 8, 1)) is None
    off = Calendar(frozenset({FRIDAY}))
    assert offset(DUE, OWNER, FRIDAY, off) is None
    assert offset(DUE, OWNER, date(2026, 8, 3), off) == 0


def test_holidays_of_the_person_stretch_the_escalation():
    off = Calendar(frozenset({date(2026, 8, 4), date(2026, 8, 5)}))
    assert offset(DUE, LEAD, date(2026, 8, 6), off) is None
    assert offset(DUE, LEAD, date(2026, 8, 7), off) == 3


def test_nothing_when_it_is_done():
    assert all(
        offset(replace(DUE, done=True), person, FRIDAY + n * DAY) is None
        for person in (OWNER, LEAD, MANAGER)
        for n in range(-10, 30)
    )


def test_after_an_outage_only_the_latest_step_goes_out():
    assert course(DUE, OWNER, date(2026, 8, 10), date(2026, 9, 1)) == {date(2026, 8, 10): 0}
    assert course(DUE, OWNER, date(2026, 7, 30), date(2026, 7, 30)) == {date(2026, 7, 30): -1}


def test_a_person_in_two_roles_hears_once():
    both = replace(DUE, people={Receiver.OWNER: {OWNER}, Receiver.LEAD: {OWNER}})
    assert course(both, OWNER, date(2026, 8, 10), date(2026, 9, 1)) == {date(2026, 8, 10): 3}


def test_everybody_in_a_role_hears():
    shared = replace(DUE, people={Receiver.OWNER: (1, 4)})
    assert [offset(shared, person, FRIDAY) for person in (1, 4)] == [0, 0]


def test_an_early_notice_is_not_owed_for_what_was_promised_later():
    late_start = replace(DUE, promised_on=date(2026, 7, 28))
    assert course(late_start, OWNER, date(2026, 7, 28), date(2026, 9, 1)) == {
        date(2026, 7, 30): -1,
        FRIDAY: 0,
    }
    seven_days_before = replace(DUE, promised_on=date(2026, 7, 24))
    assert offset(seven_days_before, OWNER, date(2026, 7, 24)) is None


def test_lateness_is_told_even_when_promised_after_the_day():
    imported = replace(DUE, promised_on=date(2026, 8, 20))
    assert [offset(imported, p, date(2026, 8, 20)) for p in (OWNER, LEAD, MANAGER)] == [0, 3, 5]


def test_a_changed_date_restarts_the_ladder():
    moved = replace(DUE, due_on=date(2026, 8, 14), promised_on=date(2026, 7, 31))
    assert offset(moved, OWNER, date(2026, 8, 3)) is None
    assert course(moved, OWNER, date(2026, 7, 31), date(2026, 9, 1)) == {
        date(2026, 8, 7): -7,
        date(2026, 8, 13): -1,
        date(2026, 8, 14): 0,
    }
    before = reminder_for(DUE, OWNER, FRIDAY, WEEKENDS)
    after = reminder_for(moved, OWNER, date(2026, 8, 14), WEEKENDS)
    assert before.key != after.key


def test_a_key_names_kind_subject_date_step_and_person():
    found = reminder_for(DUE, LEAD, date(2026, 8, 6), WEEKENDS)
    assert found.key == "milestone:42:2026-07-31:+3working:lead:2"


# -- a simulated week --------------------------------------------------------------------------


def test_a_week_in_tokyo_london_and_sao_paulo():
    """A scheduler that wakes twice an hour; two of it run, and one misses all of Thursday."""
    zones = {
        1: ZoneInfo("Asia/Tokyo"),
        2: ZoneInfo("Europe/London"),
        3: ZoneInfo("America/Sao_Paulo"),
    }
    marine_day = Calendar(frozenset({date(2026, 7, 20)}))
    calendars = {1: marine_day, 2: WEEKENDS, 3: WEEKENDS}
    made = date(2026, 6, 1)
    owner, lead, manager = Receiver.OWNER, Receiver.LEAD, Receiver.MANAGER
    dues = [
        Due("milestone", 1, date(2026, 7, 20), made, False, {owner: {1}, lead: {2}}),
        Due("review", 2, date(2026, 7, 22), made, False, {owner: {1, 3}}),
        Due("milestone", 3, date(2026, 7, 17), made, False, {lead: {2}, manager: {3}}),
        Due("gate", 4, date(2026, 7, 21), made, True, {owner: {1, 2, 3}}),
    ]
    sent: set[str] = set()
    heard: list[tuple[int, str, str, int, int]] = []
    start = datetime(2026, 7, 19, 15, tzinfo=UTC)  # Monday begins in Tokyo
    for half_hours in range(2 * 24 * 6):
        now = start + timedelta(minutes=30 * half_hours)
        if now.date() == date(2026, 7, 23):
            continue
        for _scheduler in range(2):
            open_now = [
                p for p in zones if next_working_morning(now, zones[p], calendars[p]) == now
            ]
            found = [
                reminder_for(due, p, now.astimezone(zones[p]).date(), calendars[p])
                for due in dues
                for p in open_now
            ]
            for each in found:
                if each is not None and each.key not in sent:
                    sent.add(each.key)
                    at = f"{now.astimezone(zones[each.person]):%a %H:%M}"
                    heard.append(
                        (each.person, at, each.kind, each.subject_id, each.step.offset_days)
                    )

    assert heard == [
        (3, "Mon 08:00", "review", 2, -7),
        (1, "Tue 08:00", "milestone", 1, 0),  # Monday was a holiday
        (1, "Tue 08:00", "review", 2, -1),
        (3, "Tue 08:00", "review", 2, -1),
        (1, "Wed 08:00", "review", 2, 0),
        (2, "Wed 08:00", "milestone", 3, 3),
        (3, "Wed 08:00", "review", 2, 0),
        (2, "Fri 08:00", "milestone", 1, 3),  # Thursday's step, after the outage
        (3, "Fri 08:00", "milestone", 3, 5),
    ]


# -- what holds for every course ---------------------------------------------------------------

START = date(2026, 7, 1)
some_days = st.integers(0, 60).map(lambda n: START + n * DAY)
steps = st.builds(Step, st.integers(-10, 10), st.sampled_from(Unit), st.sampled_from(Receiver))
ladders = st.just(DEFAULT_LADDER) | st.lists(steps, max_size=6, unique=True).map(tuple)
calendars = st.builds(
    Calendar, st.frozensets(some_days, max_size=10), st.frozensets(st.integers(0, 6), max_size=2)
)
persons = st.integers(1, 4)
dues = st.builds(
    Due,
    st.sampled_from(["milestone", "review", "gate"]),
    st.integers(1, 3),
    some_days,
    some_days,
    st.booleans(),
    st.dictionaries(st.sampled_from(Receiver), st.frozensets(persons, max_size=3)),
)
due_lists = st.lists(dues, max_size=5, unique_by=lambda due: (due.kind, due.subject_id))
runs = st.lists(st.integers(0, 3), min_size=80, max_size=80)  # runs on each day; 0 is an outage


@given(due_lists, calendars, ladders, runs)
def test_never_twice_never_lost_and_no_burst(found_dues, calendar, rungs, runs_on):
    told: list[Reminder] = []
    for n, times in enumerate(runs_on):
        today = START + n * DAY
        for _ in range(times):
            sent = {each.key for each in told}
            wanted = [
                found
                for due in found_dues
                for person in range(1, 5)
                if (found := reminder_for(due, person, today, calendar, rungs))
            ]
            told += [each for each in wanted if each.key not in sent]

    assert len({each.key for each in told}) == len(told)  # never twice
    assert all(calendar.is_working(each.on) for each in told)
    at_once = [(each.person, each.on, each.kind, each.subject_id) for each in told]
    assert len(set(at_once)) == len(at_once)  # no burst


@given(dues, persons, some_days, st.integers(0, 40), calendars, ladders)
def test_a_course_never_goes_back_down(due, person, today, later, calendar, rungs):
    before = reminder_for(due, person, today, calendar, rungs)
    after = reminder_for(due, person, today + later * DAY, calendar, rungs)
    if before and after:
        fell = [r.step.falls_on(due.due_on, calendar) for r in (before, after)]
        assert fell[0] <= fell[1]
        assert rungs.index(before.step) <= rungs.index(after.step) or fell[0] < fell[1]
    if before and calendar.is_working(today + later * DAY):
        assert after is not None


@given(dues, persons, some_days, calendars, ladders)
def test_what_is_said_is_true(due, person, today, calendar, rungs):
    found = reminder_for(due, person, today, calendar, rungs)
    assert reminder_for(replace(due, done=True), person, today, calendar, rungs) is None
    reached = {
        step
        for step in rungs
        if person in due.people.get(step.to, ())
        and step.falls_on(due.due_on, calendar) <= today
        and (step.offset_days >= 0 or step.falls_on(due.due_on, calendar) > due.promised_on)
    }
    assert (found is not None) is bool(reached and not due.done and calendar.is_working(today))
    if found:
        assert found.step in reached
        assert found.on == today


@given(dues, persons, some_days, some_days, calendars)
def test_another_date_is_another_promise(due, person, today, other_date, calendar):
    first = reminder_for(due, person, today, calendar)
    second = reminder_for(replace(due, due_on=other_date), person, today, calendar)
    if first and second:
        assert (first.key == second.key) is (due.due_on == other_date)


@given(dues, persons, some_days, st.integers(0, 60), calendars, ladders)
def test_looking_ahead_is_asking_every_day(due, person, first, length, calendar, rungs):
    last = first + length * DAY
    told: list[Reminder] = []
    for n in range(length + 1):
        found = reminder_for(due, person, first + n * DAY, calendar, rungs)
        if found and found.key not in {each.key for each in told}:
            told.append(found)
    assert list(ahead(due, person, first, last, calendar, rungs)) == told
    keys = {each.key for each in told[:1]}
    assert list(ahead(due, person, first, last, calendar, rungs, told=keys)) == told[1:]


# -- a programme's own ladder --------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_house_keeps_its_own_rules(kind):
    usual = DEFAULTS[kind]
    require_sound(kind, usual.steps, idle_days=150)
    assert steps_of([step.as_dict() for step in usual.steps]) == usual.steps
    assert usual.optional


@given(steps, some_days, calendars)
def test_a_ladder_reaches_as_far_as_its_earliest_step(step, due_on, calendar):
    if not calendar.holidays and len(calendar.weekend) <= 2:
        first = step.falls_on(due_on, calendar)
        assert (due_on - first).days <= Ladder((step,)).reach
    assert Ladder((step,)).reach >= max(0, -step.offset_days)


def test_what_is_wrong_with_a_ladder_is_said_at_its_field():
    wrong = [
        Step(-91, Unit.CALENDAR, Receiver.OWNER),
        Step(1, Unit.WORKING, Receiver.OWNER, (Channel.INBOX,), Bilingual("{name}", "{nobody}")),
        Step(1, Unit.WORKING, Receiver.OWNER, (Channel.HOOK,), Bilingual("", "one\ntwo")),
    ]
    with pytest.raises(UnsoundLadder) as found:
        require_sound("milestone", wrong, idle_days=150)
    assert [(error.field, error.code) for error in found.value.errors] == [
        ("steps-0-days", "days"),
        ("steps-1-words_en", "placeholder_unknown"),
        ("steps-2-days", "twice"),
        ("steps-2-channels", "channels"),
        ("steps-2-words_en", "lines"),
    ]
    many = [Step(n, Unit.CALENDAR, Receiver.LINE) for n in range(13)]
    with pytest.raises(UnsoundLadder) as found:
        require_sound("idle", many, idle_days=12)
    assert [(error.field, error.code) for error in found.value.errors] == [
        (None, "steps"), ("steps-0-days", "days"),
        *((f"steps-{n}-to", "receiver") for n in range(12)),
        ("steps-12-days", "days"), ("steps-12-to", "receiver"),
    ]  # fmt: skip


def test_a_line_manager_is_told_of_no_idea_by_its_name():
    assert not {"title", "code", "name"} & set(placeholders("milestone", Receiver.LINE))
    assert "name" in placeholders("milestone", Receiver.LEAD)
    assert [kind for kind in KINDS if Receiver.LINE in RECEIVERS[kind]] == [
        "milestone", "information",
    ]  # fmt: skip


@pytest.mark.parametrize(("module", "least"), [(rules, 5), (kinds, 2)])
def test_the_worked_examples(module, least):
    failed, tried = doctest.testmod(module)
    assert (failed, tried >= least) == (0, True)
