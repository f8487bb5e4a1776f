"""Commands about people: the first administrator, invitations, a list."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator import clock
from accelerator.cli import commands
from accelerator.config import Config, from_env
from accelerator.domain.errors import DomainError
from accelerator.domain.people import email_of
from accelerator.features.people.queries import state_of
from accelerator.features.people.service import administration, passwords
from accelerator.jobs.run import reading, transaction
from accelerator.storage.engine import make_engine
from accelerator.storage.tables import Person

LANGUAGE = click.Choice(["en", "ja"])


@commands.command("create-admin")
@click.argument("email")
@click.option("--family-name", default="", help="Needed when the person is new.")
@click.option("--given-name", default="", help="May be empty.")
@click.option("--language", type=LANGUAGE, default="en", show_default=True)
@click.option("--link", is_flag=True, help="Print a link to set the password, ask for none.")
def create_admin(email: str, family_name: str, given_name: str, language: str, link: bool) -> None:
    """Make somebody an administrator, with a password or a link to set one; new or known."""
    now = clock.now()
    # Asked before the transaction, which would keep others from writing meanwhile.
    password = "" if link else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with writing() as (config, session):
        person = _person(session, email, family_name, given_name, language, now)
        administration.make_administrator(session, actor_id=None, person=person, now=now)
        if link:
            ((_, path),) = passwords.new_links(
                session, [person], purpose=passwords.INVITATION, now=now
            )
            _show_link(config, path)
        else:
            passwords.set_directly(session, person, password=password, now=now)
    click.echo(f"{person.email} is an administrator.")


@commands.command()
@click.argument("email")
@click.option("--family-name", default="", help="Needed when the person is new.")
@click.option("--given-name", default="", help="May be empty.")
@click.option("--language", type=LANGUAGE, default="en", show_default=True)
def invite(email: str, family_name: str, given_name: str, language: str) -> None:
    """Invite somebody by mail, or mail the invitation again; the link is printed too."""
    now = clock.now()
    with writing() as (config, session):
        person = _person(session, email, family_name, given_name, language, now)
        _show_link(config, administration.invite(session, actor_id=None, person=person, now=now))
    click.echo(f"{person.email} is invited.")


@commands.command("people")
def list_people() -> None:
    """List everybody: address, name, state of the account."""
    engine = make_engine(from_env().database_url)
    with reading(engine) as session:
        for person in session.scalars(select(Person).order_by(Person.email)):
            admin = "administrator" if person.is_admin else ""
            click.echo("\t".join((person.email, person.display_name, state_of(person), admin)))
    engine.dispose()


@contextmanager
def writing() -> Iterator[tuple[Config, Session]]:
    """Open the database for one command; a broken rule ends it in one sentence, nothing changed."""
    config = from_env()
    engine = make_engine(config.database_url)
    try:
        with transaction(engine) as session:
            yield config, session
    except DomainError as error:
        raise click.ClickException(error.message % error.values) from error
    finally:
        engine.dispose()


def _person(
    session: Session, email: str, family: str, given: str, language: str, now: datetime
) -> Person:
    """Find somebody by address, or make their account."""
    found = session.scalar(select(Person).where(Person.email == email_of(email)))
    if found is not None:
        return found
    typed = {
        "email": email, "family_name": family, "given_name": given, "language": language,
    }  # fmt: skip
    return administration.add(session, actor_id=None, typed=typed, now=now)


def _show_link(config: Config, path: str) -> None:
    click.echo(f"A link to set the password, once, for 14 days:\n{config.base_url}{path}")
