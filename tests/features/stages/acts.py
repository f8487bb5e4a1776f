"""What managers do in the designer, as a browser does it."""

from html.parser import HTMLParser

from sqlalchemy import select

from accelerator.storage.tables import Event, Programme, Stage

STAGES = "/programmes/spark/stages"
VALIDATE = f"{STAGES}/validate"


class Sent(HTMLParser):
    """The fields of a page's form, as a browser would send them unchanged, in their order."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.pairs, self.area, self.select = [], None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name:
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self.pairs.append((name, found.get("value", "y")))
        elif tag == "textarea":
            self.area = name
            self.pairs.append((name, ""))
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in found and self.select:
            self.pairs.append((self.select, found["value"]))

    def handle_endtag(self, tag):
        self.area = None if tag == "textarea" else self.area
        self.select = None if tag == "select" else self.select

    def handle_data(self, data):
        if self.area:
            # A browser drops the line break that follows the tag.
            text = self.pairs[-1][1] + data.removeprefix("\r\n").removeprefix("\n")
            self.pairs[-1] = (self.area, text)


def text(answer):
    return answer.get_data(as_text=True)


def fields(html):
    """Return the fields of a page; a name that stands several times has a list."""
    found = {}
    for name, value in Sent(html).pairs:
        if name in ("csrf_token", "q", "next", "language", "theme"):
            continue
        if name in found:
            before = found[name] if isinstance(found[name], list) else [found[name]]
            found[name] = [*before, value]
        else:
            found[name] = value
    return found


def opened(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return fields(text(answer))


def order_of(world):
    with world.session() as session:
        rows = session.scalars(
            select(Stage).where(Stage.programme_id == world.programme_id).order_by(Stage.position)
        )
        return [(row.key, row.removed_at is not None) for row in rows]


def version(world):
    with world.session() as session:
        return session.get_one(Programme, world.programme_id).version


def kinds(world):
    with world.session() as session:
        return list(session.scalars(select(Event.kind).order_by(Event.id)))


def press(client, world, path, **more):
    """Press a button of the list of stages; what it touches is confirmed where that is asked."""
    answer = client.post(path, data={"version": version(world), **more})
    if answer.status_code == 200:
        answer = client.post(path, data=fields(text(answer)))
    return answer
