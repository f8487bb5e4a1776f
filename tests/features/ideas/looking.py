"""What the tests of ideas ask of the database and of a page."""

from html import unescape
from re import findall, search
from typing import Any

from sqlalchemy import func, select

from accelerator.storage.tables import Answer, Event, Idea, Passage, Question
from tests.checking import CheckingClient
from tests.world import World


def idea_of(world: World, code: str) -> Idea:
    with world.session() as session:
        return session.scalars(select(Idea).where(Idea.code == code)).one()


def passage_of(world: World, code: str) -> Passage:
    with world.session() as session:
        return session.scalars(
            select(Passage).join(Idea, Idea.passage_id == Passage.id).where(Idea.code == code)
        ).one()


def rows(world: World, table: Any, *conditions: Any) -> list[Any]:
    with world.session() as session:
        return list(session.scalars(select(table).where(*conditions).order_by(table.id)))


def answer(world: World, code: str, key: str = "problem") -> Answer | None:
    with world.session() as session:
        return session.scalars(
            select(Answer)
            .join(Question, Question.id == Answer.question_id)
            .join(Idea, Idea.id == Answer.idea_id)
            .where(Idea.code == code, Question.key == key)
        ).one_or_none()


def events(world: World, kind: str) -> int:
    with world.session() as session:
        return session.scalar(select(func.count()).where(Event.kind == kind)) or 0


def add_questions(world: World, *questions: dict[str, Any]) -> None:
    from accelerator.domain.bilingual import Bilingual

    with world.session() as session:
        for position, question in enumerate(questions, start=3):
            session.add(
                Question(
                    **{
                        "stage_id": world.stage_ids[0],
                        "position": position,
                        "label": Bilingual("", question["key"].capitalize()),
                        "help": Bilingual(),
                        "options": [],
                    }
                    | question
                )
            )


def stamp_of(client: CheckingClient, code: str, language: str = "en") -> str:
    """Return the stamp of the form as a browser has it."""
    return client.forms_of(f"/ideas/{code}/edit?language={language}").hidden["version"]


def text_of(html: str) -> str:
    """Return a page's words, without the layout."""
    main = search(r"<main.*</main>", html.replace("\n", " "))
    assert main is not None
    return " ".join(unescape(" ".join(findall(r">([^<]*)<", main.group()))).split())
