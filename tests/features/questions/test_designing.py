"""Questions are added, edited, put in order, removed and brought back without losing an answer."""

from typing import Any

import pytest
from sqlalchemy import delete, select

from accelerator.activity.letters import Reader, letter
from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Answer, Delivery, Event, Idea, Passage, Question
from tests.counting import queries
from tests.world import World

LIST = "/programmes/spark/stages/spark/questions"
NEW = "/programmes/spark/stages/spark/new-question"
ORDER = "/programmes/spark/stages/spark/order-questions"


def rows(world: World, stage: int = 0) -> list[Question]:
    with world.session() as session:
        found = session.scalars(
            select(Question)
            .where(Question.stage_id == world.stage_ids[stage])
            .order_by(Question.position)
        ).all()
        session.expunge_all()
        return list(found)


def keys(world: World) -> list[str]:
    return [row.key for row in rows(world) if row.removed_at is None]


def row(world: World, key: str) -> Question:
    return next(one for one in rows(world) if one.key == key)


def form(world: World, key: str, **values: Any) -> dict[str, Any]:
    """Return a question's form as a browser sends it, with some fields changed."""
    one = row(world, key)
    sent = {
        "version": one.version, "label_ja": one.label.ja, "label_en": one.label.en,
        "help_ja": one.help.ja, "help_en": one.help.en, "kind": one.kind,
        "word_limit": one.word_limit or "",
    }  # fmt: skip
    if one.required:
        sent["required"] = "y"
    for number, option in enumerate(one.options):
        sent |= {f"option-{number}-key": option["key"]}
        sent |= {f"option-{number}-{side}": option["label"][side] for side in ("ja", "en")}
    return sent | values


def choice(world: World) -> None:
    """Ask a choice of two answers."""
    answer = world.client("manager").post(
        f"{NEW}?kind=choice",
        data={
            "label_ja": "種類", "label_en": "Sort", "kind": "choice",
            "option-0-ja": "製品", "option-0-en": "Product",
            "option-1-ja": "", "option-1-en": "Service",
        },
    )  # fmt: skip
    assert answer.status_code == 303


def test_every_kind_can_be_asked_and_shown_to_a_team(world: World) -> None:
    client = world.client("manager")
    page = client.get(NEW).get_data(as_text=True)
    more = {
        "choice": {"option-0-en": "One", "option-1-en": "Two"},
        "several": {"option-0-ja": "一", "option-1-ja": "二"},
        "table": {"option-0-en": "Who", "option-1-en": "Cost"},
        "money": {"currencies": ["JPY", "EUR"]},
    }
    kinds = ["short", "long", "choice", "several", "number", "money", "date", "link", "person",
             "file", "table"]  # fmt: skip
    for kind in kinds:
        assert f"kind={kind}" in page
        data = {"label_en": f"A {kind}", "kind": kind} | more.get(kind, {})
        assert client.post(f"{NEW}?kind={kind}", data=data).status_code == 303
    assert [one.kind for one in rows(world)][2:] == kinds
    assert row(world, "a_money").options[1]["key"] == "EUR"
    code = world.idea("owner")
    shown = world.client("owner").get(f"/ideas/{code}/edit").get_data(as_text=True)
    for kind in kinds:
        assert f'name="answer_a_{kind}' in shown


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("choice", {"label_en": "Q", "option-0-en": "Only"}),
        ("table", {"label_en": "Q"}),
        ("money", {"label_en": "Q"}),
        ("short", {"label_en": "", "label_ja": ""}),
        ("short", {"label_en": "Q", "word_limit": "many"}),
    ],
)
def test_what_a_question_lacks_is_said_and_nothing_typed_is_lost(
    world: World, kind: str, data: dict[str, str]
) -> None:
    before = keys(world)
    answer = world.client("manager").post(
        f"{NEW}?kind={kind}", data=data | {"kind": kind, "help_en": "My own help"}
    )
    assert answer.status_code == 422
    assert "My own help" in answer.get_data(as_text=True)
    assert keys(world) == before


def test_a_question_is_edited_in_both_languages_and_the_audit_says_so(world: World) -> None:
    client = world.client("manager")
    page = client.get(f"{LIST}/market").get_data(as_text=True)
    assert 'name="label_ja" type="text" value="市場"' in page or "市場" in page
    data = form(world, "market", help_en="Who pays?", kind="long", word_limit="120")
    assert client.post(f"{LIST}/market", data=data).status_code == 303
    changed = row(world, "market")
    assert (changed.help.en, changed.kind, changed.word_limit) == ("Who pays?", "long", 120)
    assert "No Japanese yet" in client.get(f"{LIST}/market").get_data(as_text=True)
    assert "Japanese incomplete" in client.get(LIST).get_data(as_text=True)
    with world.session() as session:
        event = session.scalars(select(Event).where(Event.kind == "QuestionChanged")).one()
        assert event.data["fields"] == ["kind", "help", "word_limit"]


def test_options_keep_their_keys_whatever_their_order_and_words(world: World) -> None:
    choice(world)
    client, address = world.client("manager"), f"{LIST}/sort"
    assert [o["key"] for o in row(world, "sort").options] == ["product", "service"]
    moved = client.post(address, data=form(world, "sort", arrange="up:1"))
    assert moved.status_code == 200
    page = moved.get_data(as_text=True)
    assert page.index('value="service"') < page.index('value="product"')
    assert [o["key"] for o in row(world, "sort").options] == ["product", "service"]
    data = form(world, "sort") | {
        "option-0-key": "service", "option-0-en": "Offering", "option-0-ja": "",
        "option-1-key": "forged", "option-1-en": "Other", "option-1-ja": "",
    }  # fmt: skip
    assert client.post(address, data=data).status_code == 303
    assert row(world, "sort").options == [
        {"key": "service", "label": {"ja": "", "en": "Offering"}},
        {"key": "other", "label": {"ja": "", "en": "Other"}},
    ]


def test_two_managers_keep_both_texts_and_the_second_is_told(world: World) -> None:
    world.role("second", "manager")  # type: ignore[arg-type]
    mine, theirs = form(world, "market", label_en="Mine"), form(world, "market", label_en="Theirs")
    assert world.client("manager").post(f"{LIST}/market", data=theirs).status_code == 303
    client = world.client("second")
    answer = client.post(f"{LIST}/market", data=mine)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Mine" in page
    assert "Theirs" in page
    assert row(world, "market").label.en == "Theirs"
    again = form(world, "market", label_en="Mine")
    assert client.post(f"{LIST}/market", data=again).status_code == 303
    assert row(world, "market").label.en == "Mine"


def _mark(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


def test_questions_are_put_in_order_by_steps_and_by_dragging(world: World) -> None:
    client = world.client("manager")
    seen = _mark(client.get(LIST).get_data(as_text=True))
    step = {"order": ["problem", "market"], "move": "up market", "seen": seen}
    assert client.post(ORDER, data=step).status_code == 303
    assert keys(world) == ["market", "problem"]
    stale = client.post(ORDER, data={"order": ["problem", "market"], "seen": seen})
    assert stale.status_code == 409
    assert "Another manager changed the list" in stale.get_data(as_text=True)
    seen = _mark(client.get(LIST).get_data(as_text=True))
    drag = {"order": ["problem", "market", "nothing"], "seen": seen}
    assert client.post(ORDER, data=drag).status_code == 303
    assert keys(world) == ["problem", "market"]


def test_a_condition_is_chosen_and_holds_its_question_below(world: World) -> None:
    choice(world)
    client = world.client("manager")
    data = {"label_en": "Margin", "kind": "number", "condition_question": "sort"}
    drawn = client.post(f"{NEW}?kind=number", data=data | {"arrange": "condition"})
    assert drawn.status_code == 200
    assert "Product" in drawn.get_data(as_text=True)
    unsaid = client.post(f"{NEW}?kind=number", data=data)
    assert unsaid.status_code == 422
    data |= {"condition_any_of": ["product"]}
    assert client.post(f"{NEW}?kind=number", data=data).status_code == 303
    assert row(world, "margin").condition == {"question": "sort", "any_of": ["product"]}
    seen = _mark(client.get(LIST).get_data(as_text=True))
    above = {"order": keys(world), "move": "up margin", "seen": seen}
    refused = client.post(ORDER, data=above)
    assert refused.status_code == 422
    assert "stands below" in refused.get_data(as_text=True)
    assert keys(world)[-1] == "margin"
    remove = client.get(f"{LIST}/sort/remove").get_data(as_text=True)
    assert "Margin" in remove


def test_who_is_affected_is_shown_before_it_is_saved_and_teams_hear(world: World) -> None:
    code = world.idea("owner", state="active", passage_state="open")
    world.idea("mate", title="CANARYDRAFT")
    client = world.client("manager")
    data = form(world, "market", required="y")
    answer = client.post(f"{LIST}/market", data=data)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "1 idea must answer this" in page
    assert code in page
    assert "CANARYDRAFT" not in page
    assert not row(world, "market").required
    seen = page.split('name="confirmed" value="')[1].split('"')[0]
    another = world.idea("second", state="active", passage_state="open")
    again = client.post(f"{LIST}/market", data=data | {"confirmed": seen})
    assert another in again.get_data(as_text=True)  # what was confirmed is no longer what is
    assert not row(world, "market").required
    seen = again.get_data(as_text=True).split('name="confirmed" value="')[1].split('"')[0]
    assert client.post(f"{LIST}/market", data=data | {"confirmed": seen}).status_code == 303
    assert row(world, "market").required
    with world.session() as session:
        told = session.scalars(
            select(Delivery).where(
                Delivery.template == "question_changed", Delivery.channel == "daily"
            )
        ).all()
        people = {world.people[name] for name in ("owner", "mate", "second")}
        assert {one.person_id for one in told} == people
        for language, words in (("en", "Please answer it"), ("ja", "お答えください")):
            reader = Reader("Owner", language, "Asia/Tokyo")
            mail = letter("question_changed", told[0].data, reader, base_url="http://here")
            assert words in mail.text
            assert words in mail.html
            assert f"http://here/ideas/{code}/edit" in mail.text or code not in mail.text


def test_a_removed_question_keeps_its_answers_and_comes_back(world: World) -> None:
    code = world.idea("owner", state="active", passage_state="open")
    client = world.client("manager")
    page = client.get(f"{LIST}/problem/remove").get_data(as_text=True)
    assert "1 answer is no longer asked for" in page
    assert client.post(f"{LIST}/problem/remove").status_code == 303
    assert keys(world) == ["market"]
    idea = world.client("owner").get(f"/ideas/{code}").get_data(as_text=True)
    assert "The problem of A better cell" in idea
    assert "no longer asked" in idea
    edit = world.client("owner").get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert "The problem of A better cell" in edit
    assert 'name="answer_problem"' not in edit
    assert client.post(f"{LIST}/problem/restore").status_code == 303
    assert keys(world) == ["problem", "market"]
    edit = world.client("owner").get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert 'name="answer_problem"' in edit
    with world.session() as session:
        texts = session.scalars(
            select(Answer.text).join(Idea, Idea.id == Answer.idea_id).where(Idea.code == code)
        ).all()
        assert texts == [Bilingual("", "The problem of A better cell")]


def test_bringing_back_a_required_question_shows_whom_it_touches(world: World) -> None:
    client = world.client("manager")
    client.post(f"{LIST}/problem/remove")
    code = world.idea("owner", state="active", passage_state="open")
    with world.session() as session:
        session.execute(delete(Answer))
    page = client.post(f"{LIST}/problem/restore").get_data(as_text=True)
    assert code in page
    assert "1 idea must answer this" in page
    assert keys(world) == ["market"]
    seen = page.split('name="confirmed" value="')[1].split('"', maxsplit=1)[0]
    assert client.post(f"{LIST}/problem/restore", data={"confirmed": seen}).status_code == 303
    assert keys(world) == ["problem", "market"]


def test_an_answer_carried_over_is_an_answer(world: World) -> None:
    """A question that begins with an earlier answer asks nothing anew of those who gave one."""
    code = world.idea("owner", state="active", passage_state="open")
    bare = world.idea("mate", state="active", passage_state="open")
    with world.session() as session:
        for one in (code, bare):
            idea = session.scalars(select(Idea).where(Idea.code == one)).one()
            session.get_one(Passage, idea.passage_id).stage_id = world.stage_ids[1]
        session.execute(delete(Answer).where(Answer.idea_id == idea.id))
    source = row(world, "problem").id
    address = NEW.replace("stages/spark", "stages/validate")
    data = {"label_en": "Now", "kind": "long", "required": "y", "carried_from_id": str(source)}
    page = world.client("manager").post(f"{address}?kind=long", data=data).get_data(as_text=True)
    assert bare in page
    assert code not in page


def test_only_managers_of_the_programme_design(world: World) -> None:
    for name in ("owner", "reviewer", "sponsor", "other_manager"):
        client = world.client(name)
        assert client.get(LIST).status_code == 403
        assert client.post(f"{NEW}?kind=short", data={"label_en": "Q"}).status_code == 403
    assert world.client("manager").get(f"{LIST}/absent").status_code == 404
    assert keys(world) == ["problem", "market"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_pages_ask_the_database_equally_often_for_many_questions(world: World) -> None:
    client = world.client("manager")
    counts = []
    for more in (0, 78):
        with world.session() as session:
            for number in range(more):
                session.add(
                    Question(
                        stage_id=world.stage_ids[0], position=3 + number, key=f"more-{number}",
                        kind="short", label=Bilingual("設問", "More"), help=Bilingual(), options=[],
                    )
                )  # fmt: skip
        counts.append([])
        for path in (LIST, f"{LIST}/market", f"{LIST}/market/remove"):
            with queries(world.engine) as found:
                assert client.get(path).status_code == 200
            counts[-1].append(len(found))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 10, counts
