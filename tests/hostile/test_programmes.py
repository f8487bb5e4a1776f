"""Programmes, cohorts and gates, attacked: what nobody may learn early, and what none may do."""

import io
import re
import threading

import pytest
from sqlalchemy import select, update

from accelerator import clock
from accelerator.activity.letters import Reader, letter
from accelerator.activity.post import compose
from accelerator.domain.policy import Role
from accelerator.domain.stages import Outcome
from accelerator.storage.tables import (
    Answer,
    Batch,
    Cohort,
    Conflict,
    Idea,
    Meeting,
    MeetingItem,
    Person,
    Question,
    Stage,
)
from tests.features.gates.acts import VERDICTS, announce, decide, mails, review
from tests.features.ideas.looking import add_questions, text_of
from tests.golden.test_access import address, endpoints
from tests.world import NOW, World

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HUGE = "9" * 20
GATE = "/cohorts/S27/spark"
# Each visit changes what these say: the sign-ins of the reader, and who was refused what.
ALWAYS_NEW = ("/profile", "/admin/audit")
VIEWS = (
    "/search?q=cell", "/ideas?state=waiting", "/ideas?mine=1", "/learned?q=cell",
    f"{GATE}/gate?list=decided", "/programmes/spark/promises?show=kept", "/cohorts/S27/join?q=cell",
)  # fmt: skip


def seen(world: World, who: str, code: str) -> dict[str, tuple[int, str]]:
    """Return what somebody is answered at every address."""
    client = world.client(who)
    with world.session() as session:
        batch, meeting = (session.scalar(select(each.id)) or 1 for each in (Batch, Meeting))
    values = {
        "programme_key": "spark", "cohort_code": "S27", "stage_key": "spark", "code": code,
        "milestone_id": 1, "evidence_id": 1, "attachment_id": 1, "number": 1, "delivery_id": 1,
        "ladder_kind": "milestone", "dimension": "customer", "feed_id": 1, "hook_id": 1,
        "request_id": 1, "proof_id": 1, "absence_id": 1,
        "person_id": world.people["employee"], "token": "none", "filename": "img/mark.svg",
        "proposal_id": 1, "question_key": "problem", "batch_id": batch, "meeting_id": meeting,
    }  # fmt: skip
    rules = [rule for method, rule in endpoints(world.app) if method == "GET"]
    found = {}
    for target in (*(address(world.app, rule, values) for rule in rules), *VIEWS):
        if target not in ALWAYS_NEW:
            answer = client.get(target)
            body = answer.get_data(as_text=True)
            found[target] = (answer.status_code, text_of(body) if "<main" in body else body)
            answer.close()
    return found


def new_in(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> list[str]:
    return [target for target in before if before[target] != after[target]]


def step(world: World, path: str, **data: object) -> None:
    """Take a step of a meeting from the newest state of its page."""
    with world.session() as session:
        version = session.scalar(select(Meeting.version)) or 0
    answer = world.client("manager").post(
        f"{GATE}/meeting{path}", data={"version": version, **data}
    )
    assert answer.status_code == 303, path


@pytest.fixture
def chief(world: World) -> str:
    """Return the code of an idea in whose team a manager of its programme is."""
    world.person("chief")
    world.role("chief", Role.MANAGER)
    code = world.idea(
        "owner", title="A cell", state="active", team=("mate", "chief"), audience="everybody"
    )
    review(world, code, "reviewer", (3, 4), comment="Well made.")
    return code


@on_sqlite
@pytest.mark.parametrize("way", ["gate", "meeting"])
def test_power_over_the_programme_learns_of_its_own_idea_with_the_team(
    world: World, chief: str, way: str
) -> None:
    """No page, count or list changes for them when the gate decides and does not announce."""
    everybody = ("owner", "chief", "sponsor", "employee")
    if way == "meeting":
        step(world, "/prepare", minutes=5)
        with world.session() as session:
            listed = session.scalar(select(MeetingItem.id))
        if listed is None:
            step(world, "/add", selected=chief)
        step(world, "/start")
        step(world, f"/item/{chief}/begin", away=world.people["chief"])
    before = {who: seen(world, who, chief) for who in everybody}
    verdict = {"outcome": "stop", "reason": "Zebra", "learned": "Zebras"}
    if way == "meeting":
        step(world, f"/item/{chief}", note="Zebra said", **verdict)
    else:
        data = {"selected": chief, "when": "later", **verdict}
        assert world.client("manager").post(f"{GATE}/gate/decide", data=data).status_code == 303
    changed = {who: new_in(before[who], seen(world, who, chief)) for who in everybody}
    assert changed == {who: [] for who in everybody}
    if way == "meeting":
        step(world, "/end")
        for page in ("", "/records", "/records/1", "/votes", "/pack"):
            shown = world.client("chief").get(f"{GATE}/meeting{page}").get_data(as_text=True)
            assert "Zebra" not in shown, page
            assert chief not in shown, page


@on_sqlite
def test_a_vote_shows_nowhere_before_ones_own(world: World, chief: str) -> None:
    world.person("deputy")
    world.role("deputy", Role.MANAGER)
    step(world, "/prepare", minutes=5)
    before = seen(world, "deputy", chief)
    vote = {"code": chief, f"vote-{chief}": "stop", f"note-{chief}": "Zebra"}
    assert world.client("manager").post(f"{GATE}/meeting/votes", data=vote).status_code == 303
    assert new_in(before, seen(world, "deputy", chief)) == []


def test_nobody_gives_a_place_to_an_idea_of_their_own_team(world: World) -> None:
    world.person("chief")
    world.role("chief", Role.MANAGER)
    world.cohort("T27")
    waiting = world.idea(
        "owner", title="Waiting cell", state="waiting", team=("chief",), waiting_since=NOW
    )
    parked = world.idea("chief", title="Parked cell", state="parked", passage_state="left")
    client = world.client("chief")
    for code, path, data in (
        (waiting, "admit", {}), (waiting, "join", {"cohort": "T27"}),
        (parked, "join", {"cohort": "T27"}),
    ):  # fmt: skip
        refused = client.post(f"/ideas/{code}/{path}", data=data)
        assert refused.status_code == 403, path
        assert "who are not in the team" in refused.get_data(as_text=True)
    with world.session() as session:
        assert set(session.scalars(select(Idea.state))) == {"waiting", "parked"}
    assert "cell" not in text_of(client.get("/cohorts/T27/join").get_data(as_text=True))
    line = client.get("/cohorts/S27/line").get_data(as_text=True)
    assert "others decide" in line
    assert f"/ideas/{waiting}/admit" not in line
    others = world.client("manager")
    assert f"/ideas/{waiting}/admit" in others.get("/cohorts/S27/line").get_data(as_text=True)
    assert others.post(f"/ideas/{parked}/join", data={"cohort": "T27"}).status_code == 303


def test_numbers_that_no_row_has_stand_in_no_list(world: World) -> None:
    code = world.idea("owner", state="active")
    manager = world.client("manager")
    data = {"selected": code, "outcome": "stop", "reason": "x", "when": "later"}
    batch = manager.post(f"{GATE}/gate/decide", data=data).location
    for number in (HUGE, f"-{HUGE}", "9" * 5000, "-1", "%00"):
        for path in (f"{batch}?after={number}", f"/parked?after=2026-01-01.{number}"):
            assert manager.get(path).status_code == 200, path
        for path in (f"/learned?after={number}", f"{GATE}/meeting?after={number}"):
            assert manager.get(path).status_code == 200, path


def test_a_cohort_in_preparation_is_nowhere(world: World) -> None:
    """Its gate answers like that of a cohort that does not exist."""
    world.cohort("P28", preparing=True)
    for who in ("employee", "reviewer", "other_manager"):
        client = world.client(who)
        for page in (
            "", "/edit", "/line", "/late", "/join", "/prepare", "/eligibility", "/spark/gate",
            "/spark/meeting", "/spark/meeting/votes", "/spark/meeting/pack", "/spark/promises",
            "/spark/meeting/records", "/spark/meeting/item/x", "/spark/meeting/read/x",
        ):  # fmt: skip
            there, nowhere = (client.get(f"/cohorts/{one}{page}") for one in ("P28", "Q28"))
            assert there.status_code == nowhere.status_code == 404, (who, page)
    assert world.client("manager").get("/cohorts/P28/spark/meeting").status_code == 200


@on_sqlite
def test_two_who_ask_who_is_eligible_lose_nothing(world: World) -> None:
    manager = world.client("manager")

    def asks(*questions: str) -> dict[str, str]:
        """Post like a page that was opened before anything was asked."""
        found = {"version": "1"}
        for number, question in enumerate(questions):
            found |= {f"q{number}-question_en": question, f"q{number}-wanted": "yes"}
        return found

    first = manager.post("/cohorts/S27/eligibility", data=asks("Is it legal?", "Is it ours?"))
    assert first.status_code == 303
    stale = manager.post("/cohorts/S27/eligibility", data=asks("Is it new?"))
    assert stale.status_code == 409
    page = stale.get_data(as_text=True)
    assert "Is it new?" in page
    assert "Is it legal?" in page
    # What was added behind stays when the one question is saved after all.
    form = dict(re.findall(r'name="(q\d-question_en|version)"[^>]* value="([^"]*)"', page))
    form |= {f"q{number}-wanted": "yes" for number in range(2)}
    assert manager.post("/cohorts/S27/eligibility", data=form).status_code == 303
    with world.session() as session:
        asked = session.scalars(select(Cohort.eligibility).where(Cohort.code == "S27")).one()
    assert [one["question"]["en"] for one in asked] == ["Is it new?", "Is it ours?"]


@on_sqlite
def test_a_question_changes_only_from_a_page_that_says_which_it_was(world: World) -> None:
    manager = world.client("manager")
    place = "/programmes/spark/stages/spark/questions/problem"
    for data in ({"label_en": "Other"}, {"label_en": "Other", "version": HUGE}):
        answer = manager.post(place, data={"kind": "long"} | data)
        assert answer.status_code == 409
        assert "Other" in answer.get_data(as_text=True)
    with world.session() as session:
        assert "Other" not in {label.en for label in session.scalars(select(Question.label))}


@on_sqlite
@pytest.mark.parametrize("cell", ["a\x00b", "x" * 1001])
def test_a_cell_or_an_option_that_cannot_be_kept_is_refused_at_its_field(
    world: World, cell: str
) -> None:
    columns = [{"key": "who", "label": {"ja": "", "en": "Who"}}]
    add_questions(world, {"key": "plan", "kind": "table", "options": columns})
    code = world.idea("owner")
    typed = {"answer_plan": "1", "answer_plan-0-who": cell, "answer_market": "Steel"}
    for path in ("edit", "autosave"):
        refused = world.client("owner").post(f"/ideas/{code}/{path}", data=typed)
        assert refused.status_code == 422, path
        assert "Steel" in refused.get_data(as_text=True) or path == "autosave"
    place = "/programmes/spark/stages/spark/new-question?kind=choice"
    option = {"label_en": "Which?", "option-0-en": cell, "option-1-en": "Other"}
    refused = world.client("manager").post(place, data=option)
    assert refused.status_code == 422
    assert "Which?" in refused.get_data(as_text=True)


def test_an_idea_that_changes_its_cohort_meanwhile_is_not_lost_sight_of(world: World) -> None:
    """Who waits for another manager to bring it in is told so, and not that there is nothing."""
    world.cohort("T27")
    code = world.idea("owner", state="active", passage_state="open")
    manager = world.client("manager")
    manager.token()
    answers = []

    def join() -> None:
        with clock.told_by(lambda: NOW):
            answers.append(manager.post(f"/ideas/{code}/join", data={"cohort": "T27"}))

    waits = threading.Thread(target=join)
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code).with_for_update()).one()
        idea.cohort_id = session.scalars(select(Cohort.id).where(Cohort.code == "T27")).one()
        session.flush()
        waits.start()
        waits.join(timeout=0.5)
    waits.join()
    assert [answer.status_code for answer in answers] == [422]
    assert "in that cohort already" in answers[0].get_data(as_text=True)


@on_sqlite
def test_who_was_out_of_the_room_reads_nothing_of_what_was_said(world: World, chief: str) -> None:
    world.person("near")
    world.role("near", Role.MANAGER)
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == chief)).one()
        session.add(
            Conflict(
                idea_id=idea.id, person_id=world.people["near"], reason="", declared_at=NOW,
                declared_by_id=world.people["near"],
            )
        )  # fmt: skip
    step(world, "/prepare", minutes=5)
    with world.session() as session:
        listed = session.scalar(select(MeetingItem.id))
    if listed is None:
        step(world, "/add", selected=chief)
    step(world, "/start")
    step(world, f"/item/{chief}/begin", away=[world.people["chief"], world.people["near"]])
    step(world, f"/item/{chief}", outcome="stop", reason="Zebra", note="Zebra said")
    for page in ("", f"/item/{chief}"):
        shown = text_of(world.client("near").get(f"{GATE}/meeting{page}").get_data(as_text=True))
        assert "You leave for this idea" in shown, page
        assert "Zebra" not in shown, page
        assert not re.search(r"\bStop\b", shown), page
    step(world, "/end")
    record = f"{GATE}/meeting/records/1"
    shown = text_of(world.client("near").get(record).get_data(as_text=True))
    assert "Out of the room" in shown
    assert "Zebra" not in shown
    assert not re.search(r"\bStop\b", shown)
    assert "Zebra said" in world.client("manager").get(record).get_data(as_text=True)


@on_sqlite
def test_no_title_and_no_subject_keeps_a_mail_from_leaving(world: World) -> None:
    code = world.idea("owner", state="active", title="A\x01 \x1bcell\x7f")
    words = {f"subject_{side}": "Of {title}\x01\x85\u2028" for side in ("en", "ja")}
    words |= {f"text_{side}": "{decision} {reason} {next}" for side in ("en", "ja")}
    data = {"selected": code, "outcome": "stop", "reason": "x", "when": "later"} | words
    decided = world.client("manager").post(f"{GATE}/gate/decide", data=data)
    assert decided.status_code == 303
    announce(world, code)
    with world.session() as session:
        found = mails(session)
        assert found
        for mail in found:
            words = letter(mail.template, mail.data, Reader("", "en", "UTC"), base_url="")
            sent = compose(
                words, sender="a@hoshino.example", to_name="B", to_email="b@hoshino.example",
                key="k", at=NOW,
            )  # fmt: skip
            assert sent["Subject"] == "Of A cell"


@on_sqlite
def test_two_of_a_team_who_tick_off_at_once_both_do(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    decide(world, code, VERDICTS[Outcome.REWORK])
    announce(world, code)
    owner, mate = world.client("owner"), world.client("mate")
    owner.post(f"/ideas/{code}/checklist", data={"done": "0"})
    mate.post(f"/ideas/{code}/checklist", data={"done": "1"})  # from a page older than the tick
    page = owner.get(f"/ideas/{code}").get_data(as_text=True)
    assert "2 of 2 done" in page
    assert re.findall(r'name="was" value="(\d)"', page) == ["0", "1"]
    owner.post(f"/ideas/{code}/checklist", data={"was": ["0", "1"], "done": "1"})
    assert "1 of 2 done" in owner.get(f"/ideas/{code}").get_data(as_text=True)


@on_sqlite
def test_a_question_about_eligibility_takes_no_others_place(world: World) -> None:
    """Neither its row, nor what a team once answered to another one."""
    manager, owner = world.client("manager"), world.client("owner")
    code = world.idea("owner")
    page = "/cohorts/S27/eligibility"

    def save(*questions: str) -> list[str]:
        hidden = manager.forms_of(page).hidden
        form = {name: value for name, value in hidden.items() if name.startswith(("q", "v"))}
        for number, question in enumerate(questions):
            form |= {f"q{number}-question_en": question, f"q{number}-wanted": "yes"}
        assert manager.post(page, data=form).status_code == 303
        with world.session() as session:
            asked = session.scalars(select(Cohort.eligibility).where(Cohort.code == "S27")).one()
        return [one["question"]["en"] for one in asked]

    assert save("Is it legal?") == ["Is it legal?"]
    assert save("Is it legal?", "Is it ours?") == ["Is it legal?", "Is it ours?"]
    names = re.findall(r'name="(eligible-[^"]*)"', owner.get(f"/ideas/{code}/submit").text)
    yes = dict.fromkeys(names, "yes")
    assert len(yes) == 2
    assert owner.post(f"/ideas/{code}/eligibility", data=yes).status_code == 303
    assert save("", "Is it ours?") == ["Is it ours?"]
    assert save("Is it ours?", "Is it new?") == ["Is it ours?", "Is it new?"]
    hand_in = owner.get(f"/ideas/{code}/submit").text
    ticked = re.findall(r'name="(eligible-[^"]*)"[^>]* checked', hand_in)
    assert len(ticked) == 1
    assert ticked[0] in names


@on_sqlite
@pytest.mark.parametrize("way", ["edit", "autosave"])
def test_an_answer_to_a_question_removed_while_it_was_written_is_kept(
    world: World, way: str
) -> None:
    code = world.idea("owner", team=("mate",))
    owner = world.client("owner")
    version = owner.forms_of(f"/ideas/{code}/edit").hidden["version"]
    place = "/programmes/spark/stages/spark/questions/market"
    assert world.client("manager").post(f"{place}/remove").status_code == 303
    typed = {"version": version, "answer_market": "Steel works", "answer_problem": "Heat"}
    assert owner.post(f"/ideas/{code}/{way}", data=typed).status_code in (200, 303)
    with world.session() as session:
        answers = {answer.text.en for answer in session.scalars(select(Answer))}
    assert {"Steel works", "Heat"} <= answers
    page = owner.get(f"/ideas/{code}/edit").text
    assert "Steel works" in page
    assert 'name="answer_market"' not in page
    # Two who wrote it meanwhile are told of each other, as for any other answer.
    second = typed | {"answer_market": "Glass works"}
    clash = world.client("mate").post(f"/ideas/{code}/edit", data=second)
    assert clash.status_code == 409
    assert "Glass works" in clash.text
    assert "Steel works" in clash.text


@on_sqlite
def test_answers_that_name_people_name_no_hidden_team(world: World) -> None:
    """Neither a person chosen, nor a file's name, nor what changed after more was asked."""
    add_questions(world, {"key": "who", "kind": "person"}, {"key": "file", "kind": "file"})
    with world.session() as session:
        session.execute(update(Stage).values(teams_hidden=True))
        for name in ("owner", "mate"):
            session.get_one(Person, world.people[name]).family_name = f"CANARY{name}"
    code = world.idea("owner", team=("mate",))
    owner = world.client("owner")

    def write(name: str) -> None:
        typed = {
            "version": owner.forms_of(f"/ideas/{code}/edit").hidden["version"],
            "answer_who": f"{name}@hoshino.example",
            "answer_file": (io.BytesIO(b"Plan"), f"CANARY{name}.txt"),
        }
        form = "multipart/form-data"
        saved = owner.post(f"/ideas/{code}/edit", data=typed, content_type=form)
        assert saved.status_code == 303

    def send(page: str) -> None:
        hidden = owner.forms_of(f"/ideas/{code}/{page}").hidden
        sent = owner.post(f"/ideas/{code}/{page}", data={"version": hidden["version"]})
        assert sent.status_code == 303

    write("mate")
    send("submit")
    world.assign(code, "reviewer", state="accepted")
    asks = {"opens": ["answer_who", "answer_file"], "text": "Who?", "due_on": "2026-12-01"}
    asked = world.client("manager").post(f"/ideas/{code}/information/ask", data=asks)
    assert asked.status_code == 303
    write("owner")
    send("information/answer")
    found = seen(world, "reviewer", code)
    compared = f"/ideas/{code}/versions/2?against=1"
    found[compared] = (200, world.client("reviewer").get(compared).text)
    named = [page for page, (_status, text) in found.items() if "CANARY" in text]
    assert [page for page in named if not page.startswith("/people/lookup")] == []
    assert "CANARY" in world.client("manager").get(compared).text
    for word in ("CANARYowner", "CANARYmate"):
        assert code not in text_of(world.client("reviewer").get(f"/search?q={word}").text)
