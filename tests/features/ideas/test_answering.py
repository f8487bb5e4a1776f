"""Each kind of answer: typed, saved, merged, handed in, read, hidden where teams are hidden."""

import io
from typing import Any

import pytest
from sqlalchemy import select

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.drafts import stamp
from accelerator.storage.tables import Answer, Attachment, Idea, Passage, Question, Stage, Version
from tests.checking import CheckingClient
from tests.counting import queries
from tests.world import NOW, TODAY, World

OPTIONS = [
    {"key": key, "label": {"ja": ja, "en": en}}
    for key, ja, en in (("product", "製品", "Product"), ("service", "サービス", "Service"))
]
COLUMNS = [
    {"key": key, "label": {"ja": ja, "en": en}}
    for key, ja, en in (("who", "誰", "Who"), ("cost", "費用", "Cost"))
]
CURRENCIES = [
    {"key": "JPY", "label": {"ja": "円", "en": "JPY"}},
    {"key": "EUR", "label": {"ja": "ユーロ", "en": "EUR"}},
]


def ask(world: World, *asked: dict[str, Any], stage: int = 0) -> None:
    with world.session() as session:
        for position, values in enumerate(asked, start=3):
            session.add(
                Question(
                    **{
                        "stage_id": world.stage_ids[stage], "position": position, "options": [],
                        "label": Bilingual("", values["key"].title()), "help": Bilingual(),
                    }
                    | values
                )
            )  # fmt: skip


def save(client: CheckingClient, code: str, seen: str = "", **data: Any) -> Any:
    return client.post(f"/ideas/{code}/edit?language=en", data={"version": seen} | data)


def stored(world: World, code: str, key: str) -> Any:
    with world.session() as session:
        return session.scalar(
            select(Answer.value)
            .join(Question, Question.id == Answer.question_id)
            .join(Idea, Idea.id == Answer.idea_id)
            .where(Idea.code == code, Question.key == key)
        )


def content(world: World, code: str) -> dict[str, Any]:
    with world.session() as session:
        found = session.scalar(
            select(Version.content)
            .join(Idea, Idea.id == Version.idea_id)
            .where(Idea.code == code)
            .order_by(Version.number.desc())
        )
    assert found is not None
    return found


def frozen(world: World, code: str) -> dict[str, dict[str, Any]]:
    return {answer["key"]: answer for answer in content(world, code)["answers"]}


def hand_in(world: World, client: CheckingClient, code: str) -> Any:
    with world.session() as session:
        version = session.scalar(select(Idea.version).where(Idea.code == code))
    return client.post(f"/ideas/{code}/submit", data={"version": version})


ALL = (
    {"key": "cost", "kind": "money", "options": CURRENCIES, "required": True},
    {"key": "sponsor", "kind": "person", "required": True},
    {"key": "plan", "kind": "table", "options": COLUMNS, "required": True},
    {"key": "deck", "kind": "file", "required": True},
)


@pytest.mark.parametrize("hidden", [False, True])
def test_new_kinds_travel_from_the_form_to_the_reviewer(world: World, hidden: bool) -> None:
    ask(world, *ALL)
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).teams_hidden = hidden
    code, client = world.idea("owner"), world.client("owner")
    lacking = client.get(f"/ideas/{code}/submit").get_data(as_text=True)
    for name in ("cost", "sponsor", "plan", "deck"):
        assert f"#answer_{name}" in lacking
    data = {
        "answer_cost": "1,200,000", "answer_cost-currency": "EUR",
        "answer_sponsor": "stranger@hoshino.example",
        "answer_plan": "", "answer_plan-0-who": "Kenji", "answer_plan-0-cost": "3",
        "answer_plan-2-who": "Aiko",
        "answer_deck": (io.BytesIO(b"rows"), "Owner's deck.csv"),
    }  # fmt: skip
    assert save(client, code, **data).status_code == 303
    assert stored(world, code, "cost") == "1,200,000 EUR"
    assert stored(world, code, "sponsor") == [str(world.people["stranger"])]
    assert stored(world, code, "plan") == [{"who": "Kenji", "cost": "3"}, {"who": "Aiko"}]
    page = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    for text in ("stranger@hoshino.example", 'value="Aiko"', "Owner&#39;s deck.csv", "1,200,000"):
        assert text in page
    assert hand_in(world, client, code).status_code == 303
    kept = frozen(world, code)
    assert kept["cost"]["text"] == {"ja": "1,200,000 ユーロ", "en": "EUR 1,200,000"}
    assert kept["plan"]["columns"][0]["key"] == "who"
    assert kept["deck"]["text"]["en"] == "Owner's deck.csv"
    assert "Stranger" in kept["sponsor"]["text"]["en"]
    idea = client.get(f"/ideas/{code}").get_data(as_text=True)
    assert '<td dir="auto">Kenji</td>' in idea
    world.assign(code, "reviewer")
    reviewer = world.client("reviewer")
    for path in (f"/ideas/{code}/review", f"/ideas/{code}", f"/ideas/{code}/versions/1"):
        seen = reviewer.get(path).get_data(as_text=True)
        assert "EUR 1,200,000" in seen
        assert '<td dir="auto">Kenji</td>' in seen
        assert ("Stranger" in seen) is not hidden
        assert ("deck.csv" in seen) is not hidden
        assert "Attachments" in seen or "/attachments/" in seen
    found = reviewer.get("/search?q=Aiko").get_data(as_text=True)
    assert code in found
    for word in ("Stranger", "deck"):
        assert code not in reviewer.get(f"/search?q={word}").get_data(as_text=True)


def test_a_name_is_enough_where_one_person_has_it_and_nothing_is_lost_where_not(
    world: World,
) -> None:
    ask(world, {"key": "sponsor", "kind": "person"})
    code, client = world.idea("owner"), world.client("owner")
    seen = stamp({"answer_sponsor": ""})
    assert save(client, code, seen, answer_sponsor="Stranger Test").status_code == 303
    assert stored(world, code, "sponsor") == [str(world.people["stranger"])]
    seen = stamp({"answer_sponsor": [str(world.people["stranger"])]})
    for typed in ("Nobody Here", "guest@hoshino.example", "1"):
        assert save(client, code, seen, answer_sponsor=typed).status_code == 303
        assert stored(world, code, "sponsor") == typed
        assert typed in client.get(f"/ideas/{code}/edit").get_data(as_text=True)
        lacking = client.get(f"/ideas/{code}/submit").get_data(as_text=True)
        assert "No employee has this name" in lacking
        seen = stamp({"answer_sponsor": typed})


def test_two_who_fill_one_table_meet_with_both_tables(world: World) -> None:
    ask(world, {"key": "plan", "kind": "table", "options": COLUMNS})
    code = world.idea("owner", team=("mate",))
    empty = stamp({"answer_plan": []})
    first = {"answer_plan": "", "answer_plan-0-who": "Kenji"}
    assert save(world.client("owner"), code, empty, **first).status_code == 303
    second = {"answer_plan": "", "answer_plan-0-who": "Aiko"}
    answer = save(world.client("mate"), code, empty, **second)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="Aiko"' in page
    assert "Kenji" in page
    assert stored(world, code, "plan") == [{"who": "Kenji"}]
    auto = world.client("mate").post(
        f"/ideas/{code}/autosave?language=en", data=second | {"version": empty}
    )
    assert auto.status_code == 409
    assert "Kenji" in auto.get_json()["theirs"]["answer_plan"]


def test_a_conditional_question_is_neither_required_nor_lost_while_it_is_not_asked(
    world: World,
) -> None:
    ask(
        world,
        {"key": "sort", "kind": "choice", "options": OPTIONS, "required": True},
        {
            "key": "margin", "kind": "number", "required": True,
            "condition": {"question": "sort", "any_of": ["product"]},
        },
    )  # fmt: skip
    code, client = world.idea("owner"), world.client("owner")
    page = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    wrapper = page.split('data-name="answer_margin"')[1].split(">")[0]
    assert "hidden" in wrapper
    assert 'data-when="answer_sort" data-any="product"' in wrapper
    assert "show what follows" in page
    save(client, code, answer_sort="product", answer_margin="")
    wrapper = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert "hidden" not in wrapper.split('data-name="answer_margin"')[1].split(">")[0]
    assert "#answer_margin" in client.get(f"/ideas/{code}/submit").get_data(as_text=True)
    save(client, code, answer_margin="30")
    save(client, code, stamp({"answer_sort": "product"}), answer_sort="service")
    assert stored(world, code, "margin") == "30"
    assert hand_in(world, client, code).status_code == 303
    assert set(frozen(world, code)) == {"problem", "market", "sort"}
    assert stored(world, code, "margin") == "30"


def test_an_answer_is_carried_over_until_another_is_written(world: World) -> None:
    with world.session() as session:
        source, target = session.scalars(
            select(Question)
            .where(Question.key == "problem", Question.stage_id.in_(world.stage_ids))
            .order_by(Question.stage_id)
        ).all()
        target.carried_from_id = source.id
        target.required = True
    code, client = world.idea("owner", state="active"), world.client("owner")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.get_one(Passage, idea.passage_id).state = "left"
        later = Passage(
            idea_id=idea.id, cohort_id=idea.cohort_id, stage_id=world.stage_ids[1], number=2,
            state="open", entered_at=NOW, hand_in_by=TODAY,
        )  # fmt: skip
        session.add(later)
        session.flush()
        idea.passage_id = later.id
    page = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert "The problem of A better cell</textarea>" in page
    assert "Carried over from" in page
    assert "#answers-1" in page
    assert "Carried over" in client.get(f"/ideas/{code}").get_data(as_text=True)
    seen = stamp({"answer_problem": "The problem of A better cell"})
    save(client, code, seen, answer_problem="The problem of A better cell")
    with world.session() as session:
        assert len(session.scalars(select(Answer)).all()) == 1  # unchanged, it is still carried
    save(client, code, seen, answer_problem="")
    assert "#answer_problem" in client.get(f"/ideas/{code}/submit").get_data(as_text=True)
    save(client, code, stamp({"answer_problem": ""}), answer_problem="It grew")
    assert hand_in(world, client, code).status_code == 303
    assert frozen(world, code)["problem"]["text"]["en"] == "It grew"
    with world.session() as session:
        texts = {answer.text.en for answer in session.scalars(select(Answer))}
        assert texts == {"The problem of A better cell", "It grew"}


def test_a_carried_answer_is_handed_in_as_the_stages_own(world: World) -> None:
    with world.session() as session:
        source, target = session.scalars(
            select(Question)
            .where(Question.key == "problem", Question.stage_id.in_(world.stage_ids))
            .order_by(Question.stage_id)
        ).all()
        target.carried_from_id = source.id
        target_id = target.id
    code, client = world.idea("owner"), world.client("owner")
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        session.get_one(Passage, idea.passage_id).stage_id = world.stage_ids[1]
    assert hand_in(world, client, code).status_code == 303
    assert frozen(world, code)["problem"]["text"]["en"] == "The problem of A better cell"
    with world.session() as session:
        own = session.scalars(select(Answer).where(Answer.question_id == target_id)).one()
        assert own.text.en == "The problem of A better cell"


def test_files_answer_a_question_sniffed_limited_and_taken_back(world: World) -> None:
    ask(world, {"key": "deck", "kind": "file", "required": True})
    code, client = world.idea("owner"), world.client("owner")
    bad = save(
        client, code, stamp({"title": "A better cell"}), title="Still saved",
        answer_deck=(io.BytesIO(b"MZ\x90"), "deck.pdf"),
    )  # fmt: skip
    page = bad.get_data(as_text=True)
    assert bad.status_code == 422
    assert "not what its name says" in page
    assert "Still saved" in page
    for number in range(5):
        good = save(client, code, answer_deck=(io.BytesIO(b"a,b"), f"rows{number}.csv"))
        assert good.status_code == 303
    many = save(client, code, answer_deck=(io.BytesIO(b"a,b"), "sixth.csv"))
    assert many.status_code == 422
    assert "at most 5 files" in many.get_data(as_text=True)
    first = stored(world, code, "deck")[0]
    assert client.get(f"/ideas/{code}/attachments/{first}").data == b"a,b"
    assert save(client, code, next=f"remove:answer_deck:{first}").status_code == 303
    assert first not in stored(world, code, "deck")
    other = world.idea("owner")
    with world.session() as session:
        strange = session.scalars(select(Attachment.id).where(Attachment.removed_at.is_(None)))
        foreign = strange.first()
    assert save(client, other, next=f"remove:answer_deck:{foreign}").status_code == 303
    with world.session() as session:
        assert session.get_one(Attachment, foreign).removed_at is None
    client.post(f"/ideas/{code}/attachments/{foreign}/remove")  # from the idea's own list of files
    page = client.get(f"/ideas/{code}/edit").get_data(as_text=True)
    assert page.count("remove:answer_deck") == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_form_asks_the_database_equally_often_for_many_questions(world: World) -> None:
    ask(world, *ALL)
    code, client = world.idea("owner"), world.client("owner")
    save(
        client, code, answer_sponsor="stranger@hoshino.example",
        answer_deck=(io.BytesIO(b"a,b"), "rows.csv"),
    )  # fmt: skip
    counts = []
    for more in (0, 70):
        ask(world, *({"key": f"more-{n}", "kind": "short"} for n in range(more)))
        counts.append([])
        for path in (f"/ideas/{code}/edit", f"/ideas/{code}", f"/ideas/{code}/submit"):
            with queries(world.engine) as found:
                assert client.get(path).status_code == 200
            counts[-1].append(len(found))
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 10, counts
