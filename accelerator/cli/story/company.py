"""The company before its ideas: people, programmes, roles, cohorts."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select, update

from accelerator.calendars import calendar_of
from accelerator.cli.story.player import Player, Told, programme_key, roles_of, said
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.cohort_dates import StageDates
from accelerator.domain.policy import Role
from accelerator.features.cohorts.service import dates as cohorts
from accelerator.features.people.service import administration, roles
from accelerator.features.people.service.hashing import hash_of
from accelerator.features.programmes import service as programmes
from accelerator.storage.tables import Membership, Person, Stage
from accelerator.web.identity import actor_of

PASSWORD = "quiet notebook"  # noqa: S105 - of the demonstration alone, printed when it starts


def found(player: Player, now: datetime) -> None:
    """Make the accounts, with one password; then who leads whom, and who administers."""
    session, people = player.session, {}
    for told in player.story["people"]:
        typed = {
            "email": told["email"],
            "family_name": told["family"],
            "given_name": told["given"],
            "family_reading": told["family_kana"],
            "given_reading": told["given_kana"],
            "department": _department(player, told["department"]),
            "skills": ", ".join(told["skills"]),
            "language": told["language"],
            "time_zone": told["time_zone"],
            "country": told["country"],
        }
        people[told["key"]] = administration.add(session, actor_id=None, typed=typed, now=now)
    for told in player.story["people"]:
        person = people[told["key"]]
        if told["line_manager"]:
            person.line_manager_id = people[told["line_manager"]].id
        if told.get("administrator"):
            administration.make_administrator(session, actor_id=None, person=person, now=now)
        player.actors[told["key"]] = actor_of(person, frozenset())
    session.flush()
    session.execute(update(Person).values(password_hash=hash_of(PASSWORD)))


def _department(player: Player, key: str) -> str:
    """Name a department in the language of its first person: conflicts compare the names."""
    first = next(p for p in player.story["people"] if p["department"] == key)
    return said(player.story["departments"][key], first["language"])


def start_programmes(player: Player, now: datetime) -> None:
    """Make the programmes from their templates, and give the roles."""
    session = player.session
    for key in dict.fromkeys(told["programme"] for told in player.story["cohorts"]):
        maker = player.manager(key)
        programme = programmes.create_from_template(
            session, actor=maker, template=key, key=programme_key(key), name=Bilingual(), now=now
        )
        for told in player.story["people"]:
            for role in roles_of(told, key):
                roles.give(
                    session, actor=maker, programme=programme, who=told["email"],
                    role=Role(role), now=now,
                )  # fmt: skip
    held = defaultdict(set)
    for row in session.scalars(select(Membership)):
        held[row.person_id].add((row.programme_id, Role(row.role)))
    for key, actor in player.actors.items():
        person = session.get_one(Person, actor.id)
        player.actors[key] = actor_of(person, frozenset(held[actor.id]))


def open_cohort(player: Player, told: Told, now: datetime) -> None:
    """Set up a cohort with its dates; the reviews are due after two thirds of the promise."""
    programme = player.programme(told["programme"])
    dates = {}
    for stage in player.session.scalars(select(Stage).where(Stage.programme_id == programme.id)):
        window = told["stages"][stage.key]
        hand_in, gate = player.days.coming(window["deadline"]), player.days.coming(window["gate"])
        calendar = calendar_of(told["country"], hand_in.year)
        review = calendar.add(hand_in, (2 * stage.promise_days + 2) // 3)
        dates[stage.key] = StageDates(hand_in, min(review, gate), gate)
    cohort = cohorts.create(
        player.session,
        actor=player.manager(told["programme"]),
        programme=programme,
        code=told["code"],
        values={
            "name": Bilingual.of(told["name"]),
            "intake_opens_on": player.days.coming(told["intake"]["opens"]),
            "intake_closes_on": player.days.coming(told["intake"]["closes"]),
            "capacity": told["capacity"],
            "waiting_list": told.get("waiting_list", False),
            "time_zone": told["time_zone"],
            "country": told["country"],
        },
        dates=dates,
        preparing=told.get("preparing", False),
        now=now,
    )
    cohort.eligibility = told.get("eligibility", [])
