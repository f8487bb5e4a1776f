"""Managers change texts, weights and settings; nothing typed is lost and nobody is overwritten."""

from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from accelerator.domain.policy import Role
from accelerator.storage.tables import (
    Criterion,
    Event,
    MilestoneTemplate,
    Programme,
    Question,
    Stage,
)
from tests.counting import queries

STAGE = "/programmes/spark/stages/validate"
EDIT = "/programmes/spark/edit"
ODD = "👩🏽\u200d🔬 \u202eright to left e\u0301 ｶﾅ"


class Sent(HTMLParser):
    """The fields of a page's forms, as a browser would send them unchanged."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.values, self.area, self.select = {}, None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "input" and name and (found.get("type") != "checkbox" or "checked" in found):
            self.values[name] = found.get("value", "y")
        elif tag == "textarea":
            self.area, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in found and self.select:
            self.values[self.select] = found["value"]

    def handle_endtag(self, tag):
        self.area = None if tag == "textarea" else self.area
        self.select = None if tag == "select" else self.select

    def handle_data(self, data):
        if self.area:
            # A browser drops the line break that follows the tag.
            self.values[self.area] += data.removeprefix("\r\n").removeprefix("\n")


def text(answer):
    return answer.get_data(as_text=True)


def fields(client, path):
    sent = Sent(text(client.get(path))).values
    return {name: value for name, value in sent.items() if name not in ("csrf_token", "q", "next")}


def state(world):
    """Return everything a stage editor can change."""
    with world.session() as session:
        stage = session.get_one(Stage, world.stage_ids[1])
        rows = {
            row.key: row
            for table in (Question, Criterion, MilestoneTemplate)
            for row in session.scalars(select(table).where(table.stage_id == stage.id))
        }
        events = session.scalars(select(Event).where(Event.kind == "ProgrammeChanged")).all()
    return stage, rows, events


def test_every_kind_of_field_is_saved_as_typed(world):
    client = world.client("manager")
    changed = {
        "name_ja": "検証・改", "purpose_en": f"Line one\r\nLine <two> {ODD}",
        "time_box_days": "35", "promise_days": "12", "reviews_per_idea": "4",
        "teams_hidden": "y", "others_visible": "never",
        "minimum_customer": "3", "minimum_ip": "2",
        "question-problem-label_en": "The problem, exactly", "question-problem-word_limit": "",
        "question-market-help_ja": "市場の説明", "question-market-required": "y",
        "criterion-value-weight": "12.5", "criterion-value-level3-wording_ja": "中くらい",
        "milestone-interviews-offset_days": "-4", "milestone-interviews-anchor": "gate",
        "milestone-interviews-evidence_en": "Ten notes",
    }  # fmt: skip
    sent = fields(client, STAGE) | changed
    del sent["criterion-reach-counted"], sent["question-problem-required"]
    del sent["reviewers_hidden"]
    answer = client.post(STAGE, data=sent)
    assert (answer.status_code, answer.location) == (303, STAGE)
    stage, rows, events = state(world)
    assert stage.name.as_dict() == {"ja": "検証・改", "en": "Validate"}
    assert stage.purpose.en == f"Line one\nLine <two> {ODD}"
    assert (stage.time_box_days, stage.promise_days, stage.reviews_per_idea) == (35, 12, 4)
    assert (stage.reviewers_hidden, stage.teams_hidden, stage.peers_hidden) == (False, True, True)
    assert stage.others_visible == "never"
    assert stage.minimums == {"customer": 3, "ip": 2}
    problem, market = rows["problem"], rows["market"]
    assert (problem.label.en, problem.word_limit, problem.required) == (
        "The problem, exactly", None, False,
    )  # fmt: skip
    assert (market.help.ja, market.required) == ("市場の説明", True)
    assert (rows["value"].weight, rows["reach"].counted) == (12.5, False)
    assert rows["value"].levels[2] == {"ja": "中くらい", "en": "Level 3"}
    assert rows["value"].levels[0] == {"ja": "水準1", "en": "Level 1"}
    interviews = rows["interviews"]
    assert (interviews.anchor, interviews.offset_days) == ("gate", -4)
    assert interviews.evidence.en == "Ten notes"
    assert len(events) == 1
    assert events[0].subject == "stage:validate"
    assert {"name", "minimums", "question:problem:word_limit", "criterion:value:levels"} <= set(
        events[0].data["fields"]
    )
    assert "Line &lt;two&gt;" in text(world.client("employee").get("/programmes/spark"))


WRONG = [
    ("name_ja", None, "Write this in at least one language."),
    ("question-problem-label_ja", None, "Write this in at least one language."),
    ("time_box_days", "0", "Number must be between 1 and 500."),
    ("promise_days", "soon", "Not a valid integer value."),
    ("reviews_per_idea", "99999999999999999999", "Number must be between 0 and 20."),
    ("minimum_team", "10", "Number must be between 1 and 9."),
    ("question-problem-word_limit", "3", "Number must be between 5 and 5000."),
    ("criterion-value-weight", "nan", "Number must be between 0 and 1000."),
    ("criterion-value-weight", "-1", "Number must be between 0 and 1000."),
    ("criterion-value-level2-wording_en", "x" * 4001, "Field cannot be longer than 4000"),
    ("milestone-interviews-anchor", "now", "Not a valid choice."),
    ("purpose_en", "a\x00b", "This text has a character that cannot be stored."),
    ("version", "", "This field is required."),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_value_is_said_at_its_field_and_nothing_is_lost(world):
    client = world.client("manager")
    good = fields(client, STAGE) | {"question-market-label_en": "Kept as typed"}
    for name, value, message in WRONG:
        empty = {name: " ", name.replace("_ja", "_en"): ""}
        answer = client.post(STAGE, data=good | (empty if value is None else {name: value}))
        assert answer.status_code == 422, name
        assert message in text(answer), name
        assert 'value="Kept as typed"' in text(answer)
    _, rows, events = state(world)
    assert (rows["market"].label.en, events) == ("Market", [])


def test_a_rubric_in_which_nothing_counts_is_refused_and_nothing_is_saved(world):
    client = world.client("manager")
    sent = fields(client, STAGE) | {"criterion-value-weight": "0", "name_en": "Other"}
    del sent["criterion-reach-counted"]
    answer = client.post(STAGE, data=sent)
    assert answer.status_code == 422
    assert "needs a weight above zero" in text(answer)
    stage, rows, events = state(world)
    assert (stage.name.en, rows["value"].weight, rows["reach"].counted) == ("Validate", 60, True)
    assert events == []


def test_a_stale_save_shows_both_and_overwrites_nothing(world):
    client = world.client("manager")
    mine = fields(client, STAGE) | {"criterion-value-help_en": "My help", "name_en": "Mine"}
    theirs = fields(client, STAGE) | {"criterion-value-help_en": "Their <help>"}
    assert client.post(STAGE, data=theirs).status_code == 303
    answer = client.post(STAGE, data=mine)
    page = text(answer)
    assert answer.status_code == 409
    assert '<dd lang="en">Their &lt;help&gt;</dd>' in page
    assert '<dd lang="en">My help</dd>' in page
    assert 'value="Mine"' in page
    stage, rows, _ = state(world)
    assert (stage.name.en, rows["value"].help.en) == ("Validate", "Their <help>")
    again = Sent(page).values
    assert client.post(STAGE, data={n: again[n] for n in mine}).status_code == 303
    stage, rows, _ = state(world)
    assert (stage.name.en, rows["value"].help.en) == ("Mine", "My help")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_unknown_rows_and_extra_fields_change_nothing(world):
    client = world.client("manager")
    before = [row.__dict__ for row in (state(world)[0], *state(world)[1].values())]
    extra = {
        "id": "1", "key": "taken", "position": "9", "programme_id": "2", "removed_at": "2027-01-01",
        "question-none-label_en": "New", "question-problem-key": "k", "question-problem-kind": "link",
        "criterion-value-stage_id": "1", "criterion-value-level9-wording_en": "Nine",
    }  # fmt: skip
    assert client.post(STAGE, data=fields(client, STAGE) | extra).status_code == 303
    stage, rows, events = state(world)

    def plain(found):
        return {name: value for name, value in found.items() if name != "_sa_instance_state"}

    assert [plain(row.__dict__) for row in (stage, *rows.values())] == [plain(b) for b in before]
    assert events == []


def test_the_page_counts_ideas_that_stand_there_and_marks_what_lacks_a_language(world):
    world.idea("owner", state="active", stage=1)
    world.idea("owner", state="stopped", stage=1)
    client = world.client("manager")
    page = text(client.get(STAGE))
    assert "1 idea stands in this stage now" in page
    assert "have one language only" not in page
    sent = fields(client, STAGE) | {
        "question-market-help_en": "English only",
        "purpose_ja": "ねらい",
    }
    client.post(STAGE, data=sent)
    page = text(client.get(STAGE))
    assert "2 texts have one language only" in page
    assert "No Japanese yet" in page
    assert "No English yet" in page
    with queries(world.engine) as asked:
        client.get(STAGE)
    assert len(asked) <= 10


def test_a_programmes_own_texts(world):
    client = world.client("manager")
    sent, late = fields(client, EDIT), fields(client, EDIT)
    changed = sent | {"summary_ja": "要約", "name_en": "Spark again", "audience": "everybody"}
    assert client.post(EDIT, data=changed).location == "/programmes/spark"
    stale = client.post(EDIT, data=late | {"name_en": "Mine"})
    assert stale.status_code == 409
    assert '<dd lang="en">Spark again</dd>' in text(stale)
    assert 'value="Mine"' in text(stale)
    with world.session() as session:
        programme = session.get_one(Programme, world.programme_id)
        assert (programme.name.en, programme.summary.ja) == ("Spark again", "要約")
        assert programme.audience == "everybody"
        event = session.scalars(select(Event)).one()
    assert event.data["fields"] == ["name", "summary", "audience"]
    wrong = client.post(EDIT, data=fields(client, EDIT) | {"audience": "world"})
    assert (wrong.status_code, "Not a valid choice." in text(wrong)) == (422, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_form_sent_twice_is_one_change(world):
    client = world.client("manager")
    for path, name in ((STAGE, "name_en"), (EDIT, "summary_en")):
        sent = fields(client, path) | {name: "Twice"}
        assert "_once" in sent
        assert [client.post(path, data=sent).status_code for _ in range(2)] == [303, 302]
    assert len(state(world)[2]) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_its_managers_and_administrators_edit(world):
    for name in ("employee", "owner", "reviewer", "sponsor", "other_manager"):
        client = world.client(name)
        for path in (STAGE, EDIT):
            assert client.get(path).status_code == 403
            assert client.post(path, data={"version": "1"}).status_code == 403
    assert world.client("guest").get(STAGE).status_code == 404
    assert world.client("admin").get(STAGE).status_code == 200
    assert world.client("manager").get("/programmes/spark/stages/none").status_code == 404
    assert world.client("manager").post("/programmes/other/stages/spark").status_code == 403


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_japanese_managers_read_japanese_errors(world):
    world.person("tanaka", language="ja")
    world.role("tanaka", Role.MANAGER)
    client = world.client("tanaka")
    sent = fields(client, STAGE) | {"time_box_days": "0", "name_ja": "", "name_en": ""}
    page = text(client.post(STAGE, data=sent))
    assert "1から500までの数を入力してください。" in page
    assert "少なくとも一方の言語で入力してください。" in page
