"""The floor: what a plain Flask page with as many rows and queries, and as long, costs at least.

The same parts without what makes a product of them: a signed cookie and a form with its CSRF token,
as every plain page has, but nobody to look up, no permissions, languages or macros.
`/?queries=7&rows=50&cells=9&writes=0` asks so many queries, the last of which loads so many ideas,
writes so many cells of each into a table, and, posted with writes, commits them.
"""

import os

from flask import Flask, render_template, request
from flask import session as cookie
from flask_wtf.csrf import CSRFProtect
from jinja2 import DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Session

from accelerator.config import from_env
from accelerator.storage.engine import WRITES, make_engine
from accelerator.storage.tables import Event, Idea, Person

PAGE = """<!doctype html><title>Floor</title><h1>{{ rows|length }} rows</h1><table>
{% for row in rows %}<tr>{% for n in range(cells) -%}
<td><a href="/ideas/{{ row.code }}">{{ row.title.en or row.title.ja }}</a></td>
{% endfor %}</tr>{% endfor %}</table>
<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"></form>"""

app = Flask("floor")
app.secret_key = "of a server that is thrown away"  # noqa: S105
app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # the measured posts are the product's own
CSRFProtect(app)
app.jinja_loader = DictLoader({"page.html": PAGE})
engine = make_engine(from_env(os.environ).database_url)


@app.route("/", methods=["GET", "POST"])
def page() -> str:
    """Answer with the plainest page of that size."""
    queries, rows, cells, writes = (
        int(request.args[name]) for name in ("queries", "rows", "cells", "writes")
    )
    cookie.setdefault("reader", 1)
    bind = engine.execution_options(**WRITES) if writes else engine
    with Session(bind) as session:
        for n in range(max(queries - writes - 1, 0)):
            session.scalars(select(Person).where(Person.id == 2 + n)).one()
        ideas = session.scalars(
            select(Idea).order_by(Idea.updated_at.desc(), Idea.id.desc()).limit(rows)
        ).all()
        for _ in range(writes):
            session.add(Event(at=ideas[0].updated_at, kind="Floor", subject="", data={}))
            session.flush()
        if writes:
            session.commit()
            return ""
        return render_template("page.html", rows=ideas, cells=cells)
