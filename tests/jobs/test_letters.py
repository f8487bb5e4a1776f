"""Mails and notices in words: every template, both languages, nothing unescaped."""

import pytest

from accelerator.activity.letters import Reader, letter, subject, veiled
from accelerator.activity.post import compose, message_id
from tests.architecture.sources import ROOT
from tests.mail import DATA, TEMPLATE
from tests.world import NOW

FOLDERS = sorted(path for path in (ROOT / "templates/email").iterdir() if path.is_dir())
EVIL = "<script>alert(1)</script> & co"


def reader(language="en"):
    return Reader("Test Owner", language, "Asia/Tokyo")


def test_what_people_wrote_is_escaped_in_html_and_plain_in_text():
    data = DATA | {"title": {"ja": "", "en": EVIL}}
    text = letter(TEMPLATE, data, reader(), base_url="http://localhost")
    assert "<script>" not in text.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in text.html
    assert EVIL in text.text


def test_html_imports_nothing_unescaped():
    data = {
        "code": "S27-0001", "title": {"ja": "", "en": EVIL}, "stage": {"ja": "", "en": EVIL},
        "outcome": "rework", "graduated": False, "reason": EVIL, "next_step": EVIL,
        "conditions": [], "would_change": EVIL, "next_stage": {"ja": "", "en": EVIL},
        "path": "/x", "revisit_on": "", "by": "2026-12-01", "hand_in_by": "2026-12-01",
        "comments": [{"text": EVIL, "reviewer": EVIL}], "checklist": [EVIL], "change": "budget",
        "watcher": EVIL, "learned": EVIL, "reverses": {}, "letters": {},
    }  # fmt: skip
    own = {"en": {"subject": EVIL, "text": f"{EVIL} {{title}} {{reason}}"}}
    for letters in ({}, own):
        text = letter("decision_announced", data | {"letters": letters}, reader(), base_url="")
        assert "<script>" not in text.html


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_template_that_is_mailed_has_its_text_and_its_html(folder):
    names = {path.name for path in folder.iterdir()}
    assert "subject.txt" in names
    assert ("body.txt" in names) == ("body.html" in names)
    if "body.html" in names:
        assert '{% extends "_layout.html" %}' in (folder / "body.html").read_text()


def test_a_subject_is_one_line():
    data = DATA | {"milestone": {"ja": "", "en": "two\r\nlines\u2028three"}}
    assert len(subject(TEMPLATE, data, reader()).splitlines()) == 1


def test_a_letter_speaks_the_readers_language_in_both_bodies():
    text = letter(TEMPLATE, DATA, reader("ja"), base_url="http://localhost")
    assert "顧客訪問" in text.subject
    assert "顧客訪問" in text.text
    assert '<html lang="ja">' in text.html
    assert "http://localhost/inbox" in text.html


def test_the_same_delivery_is_always_the_same_message():
    text = letter(TEMPLATE, DATA, reader(), base_url="http://localhost")
    made = [
        compose(text, sender="A <a@hoshino.example>", to_name="高橋 彩",
                to_email="aya@hoshino.example", key="k", at=NOW)
        for _ in range(2)
    ]  # fmt: skip
    assert made[0]["Message-ID"] == made[1]["Message-ID"] == message_id("k", "a@hoshino.example")
    assert made[0]["Date"] == made[1]["Date"]
    assert made[0]["Message-ID"].endswith("@hoshino.example>")
    assert message_id("other", "a@hoshino.example") != made[0]["Message-ID"]


@pytest.mark.parametrize("field", ["to_name", "to_email", "sender"])
@pytest.mark.parametrize("spoilt", ["a\nb@x.example", "a\rb@x.example", "a\u2028b@x.example"])
def test_no_header_takes_a_line_break(field, spoilt):
    text = letter(TEMPLATE, DATA, reader(), base_url="")
    fields = {"sender": "a@x.example", "to_name": "B", "to_email": "b@x.example"} | {field: spoilt}
    with pytest.raises(ValueError, match="line break"):
        compose(text, **fields, key="k", at=NOW)


def test_headers_for_machines_leave_as_they_are_however_long():
    text = letter(TEMPLATE, DATA, reader("ja"), base_url="http://localhost")
    sender = f"a@{'mail.' * 12}hoshino.example"
    address = f"https://accelerator.hoshino.example/unsubscribe/{'WzEy' * 20}.x_-Y"
    made = compose(
        text, sender=sender, to_name="高橋 彩", to_email="b@x.example", key="k", at=NOW,
        thread="idea:1", unsubscribe=address,
    )  # fmt: skip
    lines = made.as_bytes().split(b"\r\n\r\n")[0].split(b"\r\n")
    first = message_id("thread:idea:1", sender)
    assert f"List-Unsubscribe: <{address}>".encode() in lines
    assert f"Message-ID: {message_id('k', sender)}".encode() in lines
    assert f"References: {first}".encode() in lines
    assert f"In-Reply-To: {first}".encode() in lines
    assert all(len(line) <= 998 for line in lines)


def test_links_that_set_passwords_are_veiled():
    assert veiled("see http://x/set-password/abc-DEF_1.~ now") == "see http://x/set-password/… now"


def test_the_days_message_parts_what_is_late_from_what_comes_and_news_of_no_idea_from_an_ideas():
    def line(kind, due_on, code, **more):
        return {
            "kind": kind, "to": "owner", "due_on": due_on, "on": "2027-02-01", "code": code,
            "title": {"ja": "", "en": code}, "name": {"ja": "", "en": "Step"}, "who": "Aya",
            "path": f"/ideas/{code}", "words": None, **more,
        }  # fmt: skip

    def news(code):
        return {"template": TEMPLATE, "data": DATA, "path": f"/news/{code}"}

    data = {
        "lines": [
            line("idle", "2026-11-01", "I-1", to="lead", parks_on="2027-04-01"),
            line("milestone", "2027-01-20", "M-1"),
            line("milestone", "2027-02-01", "M-2"),
            line("parked", "2027-01-31", "P-1"),
            line("milestone", "2027-02-08", "M-3"),
        ],
        "news": [
            {"title": {"ja": "", "en": "A cell"}, "code": "N-1", "items": [news("one")]},
            {"title": None, "code": "", "items": [news("none")]},
        ],
        "more": 0, "path": "/inbox", "unsubscribe": "http://localhost/unsubscribe/x",
    }  # fmt: skip
    made = letter("daily", data, reader(), base_url="http://localhost")
    order = [
        "Overdue", "/ideas/M-1", "For today", "/ideas/M-2", "/ideas/P-1", "Coming up",
        "/ideas/I-1", "/ideas/M-3", "A cell", "/news/one", "Besides", "/news/none",
    ]  # fmt: skip
    for body in (made.text, made.html):
        places = [body.index(word) for word in order]
        assert places == sorted(places)
    assert "（M-1）" in letter("daily", data, reader("ja"), base_url="").text
    alone = letter("daily", data | {"lines": data["lines"][:1], "news": []}, reader(), base_url="")
    assert "<h1" in alone.html
    assert "One thing is due</h1>" in alone.html
    assert "Coming up" not in alone.html
