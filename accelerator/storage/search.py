"""Finding ideas by their words: FTS5 on SQLite, tsvector on PostgreSQL, one interface."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, bindparam, text
from sqlalchemy.orm import Session

from accelerator.domain.search_words import runs, words

MOST_WORDS = 4000
MOST_QUERY_WORDS = 12
MOST_ALIKE = 200


_FORGET = {
    "sqlite": text("DELETE FROM idea_search WHERE rowid = :id"),
    "postgresql": text("DELETE FROM idea_search WHERE idea_id = :id"),
}
_ADD = {
    "sqlite": text("INSERT INTO idea_search (rowid, words) VALUES (:id, :words)"),
    "postgresql": text(
        "INSERT INTO idea_search (idea_id, words) VALUES (:id, CAST(:words AS tsvector))"
    ),
}


def index(session: Session, idea_id: int, content: str) -> None:
    """Replace what an idea is found by; in the caller's transaction."""
    session.execute(_FORGET[session.get_bind().dialect.name], {"id": idea_id})
    index_new(session, {idea_id: content})


def index_new(session: Session, contents: Mapping[int, str]) -> None:
    """Say what ideas are found by that were never indexed; one statement for all of them."""
    dialect = session.get_bind().dialect.name
    rows = []
    for idea_id, content in contents.items():
        found = words(content)[:MOST_WORDS]
        listed = _vector(found) if dialect == "postgresql" else " ".join(found)
        rows.append({"id": idea_id, "words": listed})
    session.execute(_ADD[dialect], rows)


def matches(session: Session, query: str, *, often: bool = False) -> ColumnElement[bool] | None:
    """Return the condition on Idea for a query, or None when the query has no words.

    `often` says that hundreds of ideas match: then a list looks at one idea after the other, in its
    own order, until its page is full, instead of finding and sorting all of them.
    """
    phrases = runs(query)[:MOST_QUERY_WORDS]
    if not phrases:
        return None
    if _postgres(session):
        condition = " & ".join(
            "(" + " <-> ".join(_quote(word, last=i == len(phrases) - 1) for word in run) + ")"
            for i, run in enumerate(phrases)
        )
        sql = "idea.id IN (SELECT idea_id FROM idea_search WHERE words @@ CAST(:q AS tsquery))"
        if often:
            sql = "(SELECT words @@ CAST(:q AS tsquery) FROM idea_search WHERE idea_id = idea.id)"
    else:
        condition = " AND ".join('"' + " ".join(run) + '"' for run in phrases)
        condition += "*"
        # The plus keeps the list's own order in charge: it stops at a page of what is found often,
        # instead of looking at all of it.
        sql = "+idea.id IN (SELECT rowid FROM idea_search WHERE idea_search MATCH :q)"
    return text(sql).bindparams(bindparam("q", condition))  # type: ignore[return-value]


def alike(session: Session, content: str) -> list[int]:
    """Return the ids of the ideas that share words with a text, most alike first, unfiltered."""
    some = list(dict.fromkeys(words(content)))[:MOST_QUERY_WORDS]
    if not some:
        return []
    if _postgres(session):
        sql = (
            "SELECT idea_id FROM idea_search, CAST(:q AS tsquery) AS asked WHERE words @@ asked "
            "ORDER BY ts_rank(words, asked) DESC, idea_id DESC LIMIT :most"
        )
        query = " | ".join(_quote(word) for word in some)
    else:
        sql = (
            "SELECT rowid FROM idea_search WHERE idea_search MATCH :q "
            "ORDER BY rank, rowid DESC LIMIT :most"
        )
        query = " OR ".join(f'"{word}"' for word in some)
    return list(session.scalars(text(sql), {"q": query, "most": MOST_ALIKE}))


def _postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _vector(found: list[str]) -> str:
    return " ".join(f"{_quote(word)}:{i}" for i, word in enumerate(found, start=1))


def _quote(word: str, *, last: bool = False) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'" + (":*" if last else "")
