"""The demonstration company: a story of two years, played into an empty database."""

from datetime import date, datetime, timedelta

import click
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from accelerator import clock, content
from accelerator.activity.events.daily import DAILY
from accelerator.activity.letters import Reader, letter, veiled
from accelerator.activity.post import message_id
from accelerator.calendars import keep_company_days
from accelerator.cli import commands
from accelerator.cli.database import bring_up_to_date
from accelerator.cli.story import order
from accelerator.cli.story.company import PASSWORD
from accelerator.cli.story.player import ZONE, Days, Player, Told
from accelerator.config import Config, from_env
from accelerator.i18n import LANGUAGES
from accelerator.jobs.daily import contents
from accelerator.jobs.run import reading, transaction
from accelerator.standing import lateness
from accelerator.storage.engine import make_engine
from accelerator.storage.tables import Delivery, Person

LEFT_FOR_THE_SCHEDULER = timedelta(days=2)  # newer mails really leave, into the file mailbox
READ_AFTER = timedelta(hours=20)
UNREAD = timedelta(days=4)


@commands.command()
def demo() -> None:
    """Fill an empty database with the demonstration company."""
    config = from_env()
    keep_company_days(config.company_days)
    bring_up_to_date(config)
    engine = make_engine(config.database_url)
    seed(engine, config, clock.now())
    for line in accounts(engine):
        click.echo(line)
    engine.dispose()


def seed(engine: Engine, config: Config, now: datetime) -> None:
    """Play the story up to now, all of it or nothing; refuse a database with anybody in it."""
    story = content.load("demo")
    days = Days(now.astimezone(ZONE).date())
    with transaction(engine) as session:
        if session.scalar(select(Person.id).limit(1)) is not None:
            raise click.ClickException(
                "The database is not empty; the demonstration needs one of its own."
            )
        player = Player(session, story, days)
        for moment, play in order.in_order(story, days, now):
            player.let(play, moment)
        for programme in lateness.programmes(session):
            lateness.remember(session, lateness.chances(session, programme, now=now))
        _settle(session, config, now)


def accounts(engine: Engine) -> list[str]:
    """Say as whom one can sign in: somebody of each role; nothing where this is another company."""
    shown = dict(_somebody_of_each_role(content.load("demo")))
    emails = [told["email"] for told in shown.values()]
    with reading(engine) as session:
        known = set(session.scalars(select(Person.email).where(Person.email.in_(emails))))
    if known != set(emails):
        return []
    width = max(map(len, emails))
    return [f"Sign in with the password “{PASSWORD}” as"] + [
        f"  {told['email']:{width}}  {role} ({LANGUAGES[told['language']]})"
        for role, told in shown.items()
    ]


def _somebody_of_each_role(story: Told) -> list[tuple[str, Told]]:
    """Return the first person of each role, and one who works in the other language."""
    everybody = story["people"]
    owners = [idea["owner"] for idea in story["ideas"] if idea["state"] == "working"]
    found = [("administrator", next(p for p in everybody if p.get("administrator")))]
    for role in ("manager", "reviewer", "sponsor"):
        held = [p for p in everybody if any(role in r for r in p.get("roles", {}).values())]
        found.append((role, held[-1] if role == "manager" else held[0]))
        found += [(f"{role} too", p) for p in held if p["language"] != held[0]["language"]][:1]
    mine = [p for p in everybody if p["key"] in owners]
    found.append(("owner of an idea", mine[0]))
    found += [("owner too", p) for p in mine if p["language"] != mine[0]["language"]][:1]
    return found


def _settle(session: Session, config: Config, now: datetime) -> None:
    """Let what was written long ago count as sent and read, so that nobody gets it all today."""
    _carry(session, now)
    rows = session.execute(
        select(Delivery, Person)
        .join(Person, Person.id == Delivery.person_id)
        .where(
            Delivery.channel == "mail",
            Delivery.state == "waiting",
            Delivery.created_at <= now - LEFT_FOR_THE_SCHEDULER,
        )
    )
    for row, person in rows:
        reader = Reader(person.display_name, person.language, person.time_zone)
        text = letter(row.template, row.data, reader, base_url=config.base_url)
        row.subject, row.body = text.subject[:400], veiled(text.text)
        row.message_id = message_id(row.key, config.mail_from)
        row.state, row.sent_at, row.attempts = "sent", row.due_at, 1
    session.flush()
    notices = select(Delivery).where(
        Delivery.channel == "inbox", Delivery.created_at <= now - UNREAD
    )
    for notice in session.scalars(notices):
        notice.read_at = notice.due_at + READ_AFTER


def _carry(session: Session, now: datetime) -> None:
    """Put what waited long ago for the day's one message into the messages of those days."""
    rows = session.scalars(
        select(Delivery)
        .where(
            Delivery.channel == "daily",
            Delivery.state == "waiting",
            Delivery.created_at <= now - LEFT_FOR_THE_SCHEDULER,
        )
        .order_by(Delivery.id)
    )
    days: dict[tuple[int | None, date], list[Delivery]] = {}
    for row in rows:
        days.setdefault((row.person_id, row.created_at.date()), []).append(row)
    for (person, day), told in days.items():
        at = max(row.created_at for row in told)
        mail = Delivery(
            key=f"{DAILY}:{person}:{day}", person_id=person, channel="mail", template=DAILY,
            data=contents(told), due_at=at, created_at=at,
        )  # fmt: skip
        session.add(mail)
        session.flush()
        for row in told:
            row.state, row.sent_at, row.carried_by_id = "carried", at, mail.id
    session.flush()
