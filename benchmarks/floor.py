"""The floor: the least that a page with so many rows and queries can cost with the same parts.

A plain Flask view without sign-in, permissions, languages or layout: it runs as many statements on
the same database, loads as many narrow rows and writes them into a plain Jinja table.
`/?queries=7&rows=50&writes=0`; a post with writes ends in a commit.
"""

import os
from typing import Any

from flask import Flask, render_template, request
from jinja2 import DictLoader
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from accelerator.config import from_env
from accelerator.storage.engine import WRITES, make_engine
from accelerator.storage.tables import Event, Idea, Person

PAGE = """<!doctype html><title>Floor</title><h1>{{ rows|length }} rows</h1><table>
{% for row in rows %}<tr><td><a href="/ideas/{{ row.code }}">{{ row.code }}</a></td>
<td>{{ row.title_en or row.title_ja }}</td><td>{{ row.summary_en or row.summary_ja }}</td>
<td>{{ row.updated_at }}</td></tr>{% endfor %}</table>"""

app = Flask("floor")
app.jinja_loader = DictLoader({"page.html": PAGE})  # type: ignore[assignment]
engine = make_engine(from_env(os.environ).database_url)
_I = Idea.__table__.c


@app.route("/", methods=["GET", "POST"])
def page() -> Any:
    """Answer with the smallest page of that size."""
    wanted = {name: int(request.args[name]) for name in ("queries", "rows", "writes")}
    bind = engine.execution_options(**WRITES) if wanted["writes"] else engine
    with Session(bind) as session:
        for n in range(max(wanted["queries"] - wanted["writes"] - 1, 0)):
            session.execute(
                select(Person.id, Person.email, Person.family_name).where(Person.id == 2 + n)
            ).one()
        rows = session.execute(
            select(_I.code, _I.title_en, _I.title_ja, _I.summary_en, _I.summary_ja, _I.updated_at)
            .order_by(_I.updated_at.desc(), _I.id.desc())
            .limit(wanted["rows"])
        ).all()
        for _ in range(wanted["writes"]):
            session.execute(
                insert(Event.__table__).values(
                    at=rows[0].updated_at, kind="Floor", subject="", data={}
                )
            )
        if wanted["writes"]:
            session.commit()
    return render_template("page.html", rows=rows)
