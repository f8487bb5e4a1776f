"""An idea from its first words to the pilot: every step a person takes, in a real browser."""

from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from accelerator import deciding
from accelerator.features.people.service import passwords
from accelerator.storage.tables import Criterion, Person, Programme, Question, Stage
from tests.journeys.conftest import PHONE
from tests.journeys.visitor import Visitor
from tests.world import NOW, TODAY, World

WORDS = {
    "en": {
        "title": "Heat from waste water",
        "summary": "Warms our offices with what the plant pours away.",
        "problem": "The plant pours away water of 40 degrees while the offices burn gas.",
        "solution": "A heat pump between the two.",
        "comment": "A clear need. Name the price.",
        "reason": "Two plants asked for it by name.",
    },
    "ja": {
        "title": "排水の熱で社屋を暖める",
        "summary": "工場が捨てている温水の熱で、事務所を暖めます。",
        "problem": "工場では40度の温水を捨てている一方、事務所ではガスで暖房しています。",
        "solution": "両者の間にヒートポンプを置きます。",
        "comment": "必要性は明確です。価格を示してください。",
        "reason": "二つの工場から具体的な要望がありました。",
    },
}
STAGES = {
    "en": {name: name for name in ("Spark", "Validate", "Incubate", "Pilot")},
    "ja": {"Spark": "着想", "Validate": "検証", "Incubate": "育成", "Pilot": "実証"},
}
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
Visit = Callable[..., Visitor]


def test_an_idea_goes_from_spark_to_pilot(world: World, visit: Visit, language: str) -> None:
    words = WORDS[language]
    a_programme(visit("admin"))
    a_cohort(visit("manager"))
    with world.session() as session:
        person = session.get_one(Person, world.people["owner"])
        passwords.set_directly(session, person, password="seven quiet herons", now=NOW)
    owner = visit(None, size=PHONE)
    signs_in(owner)
    code = an_idea(owner, words)
    a_team(owner, visit("mate"), code)
    handed_in(owner, code)
    manager = visit("manager")
    asked_for_reviews(manager)
    for n, name in enumerate(("reviewer", "second", "stranger")):
        reviewed(visit(name), str(n + 3), words["comment"])
    decided(manager, words["reason"])
    told(world, manager, owner, code, words)

    written_without_script(
        visit("owner", size=PHONE, script=False), code, answers(world, "validate")
    )
    judged(world, code, "validate")
    stands_in(owner, code, "Incubate")
    written(world, code, answers(world, "incubate"))
    judged(world, code, "incubate")
    stands_in(owner, code, "Pilot")
    expect(owner.page.locator(".track-done")).to_have_count(3)
    owner.press("Outcome", inside="main nav")
    expect(owner.page.locator(".told")).to_have_count(3)


def a_programme(admin: Visitor) -> None:
    """Made from a template; its people get their roles."""
    admin.open("/programmes")
    admin.press("New programme")
    admin.page.check("input[value=technology_accelerator]")
    admin.page.fill("#key", "tech-2027")
    admin.press("Create the programme")
    admin.press("Roles")
    for name, role in [
        ("manager", "manager"), ("reviewer", "reviewer"), ("second", "reviewer"),
        ("stranger", "reviewer"), ("employee", "reviewer"),  # its last stage wants four
    ]:  # fmt: skip
        admin.page.fill("#person", f"{name}@hoshino.example")
        admin.page.select_option("#role", role)
        admin.press("Give the role")
    expect(admin.page.locator("#holders tbody tr")).to_have_count(
        6
    )  # whoever makes a programme manages it


def a_cohort(manager: Visitor) -> None:
    """Its intake is open today; all other dates are proposed."""
    manager.open("/programmes/tech-2027")
    manager.press("New cohort")
    manager.press("See the dates")
    manager.page.fill("#code", "T27")
    manager.page.fill("#name_ja", "2027年春期")
    manager.page.fill("#name_en", "Spring 2027")
    manager.page.fill("#intake_opens_on", TODAY.isoformat())
    manager.press("Propose the dates of the stages")
    manager.press("Set up the cohort")
    manager.press("Open the intake")
    expect(manager.page.locator("h1")).to_contain_text("2027")


def signs_in(owner: Visitor) -> None:
    owner.open("/")
    assert "/sign-in" in owner.page.url
    owner.page.fill("#email", "owner@hoshino.example")
    owner.page.fill("#password", "seven quiet herons")
    owner.press("Sign in")
    assert owner.page.url == owner.address + "/"


def an_idea(owner: Visitor, words: dict[str, str]) -> str:
    """Brought on a phone: a title, then text that is saved while it is typed."""
    page = owner.page
    owner.open("/ideas/new?cohort=T27")
    page.fill("#title", words["title"])
    page.fill("#summary", words["summary"])
    owner.press("Start the draft")
    code = page.url.split("/")[4]
    for name in ("problem", "solution"):
        page.fill(f"textarea[name$={name}]", words[name])
    page.check("input[name$=maturity][value=tried]")
    expect(page.locator("#autosave-state")).to_have_text(owner.saved)
    page.reload()
    expect(page.locator("textarea[name$=problem]")).to_have_value(words["problem"])
    return code


def a_team(owner: Visitor, mate: Visitor, code: str) -> None:
    """Somebody is invited and joins."""
    owner.open(f"/ideas/{code}")
    owner.page.fill("#who", "mate@hoshino.example")
    owner.press("Invite")
    mate.open("/inbox")
    with mate.page.expect_navigation():
        mate.page.locator(".inbox-text").first.click()
    mate.look()
    mate.press("Join the team")
    expect(mate.control("Write")).to_be_visible()


def handed_in(owner: Visitor, code: str) -> None:
    """A file is attached, then the version is frozen."""
    owner.open(f"/ideas/{code}")
    owner.page.set_input_files(
        "#file", [{"name": "測定 1.pdf", "mimeType": "application/pdf", "buffer": PDF}]
    )
    owner.press("Attach")
    expect(owner.page.locator("#files")).to_contain_text("測定 1.pdf")
    owner.press("Hand in")
    owner.press("Hand in", inside="form.form")
    expect(owner.page.locator("#versions li")).to_have_count(1)
    expect(owner.control("Write")).to_have_count(0)


def asked_for_reviews(manager: Visitor) -> None:
    """Three reviewers are asked at once, after a look at the pairs."""
    manager.open("/cohorts/T27")
    manager.press("Assign reviewers", inside="#stages tbody tr:first-child")
    manager.page.check("#idea thead input")
    manager.page.check("#reviewer thead input")
    manager.page.locator("#reviewer tbody tr", has_text="Employee").locator("input").uncheck()
    manager.press("Look at the pairs")
    manager.press_counted("Assign %(num)s review", "Assign %(num)s reviews", 3)


def reviewed(reviewer: Visitor, mark: str, words: str) -> None:
    """Five marks, how sure, what to do, and a comment: all by keyboard."""
    keys = reviewer.page.keyboard
    reviewer.open("/reviews")
    reviewer.press("Review the next one")
    for key in (mark, mark, mark, mark, "3", "2", "1"):
        keys.press(key)
        keys.press("j")
    keys.press("c")
    keys.type(words)
    with reviewer.page.expect_navigation():
        keys.press("Control+Enter")
    reviewer.look()


def decided(manager: Visitor, reason: str) -> None:
    """The ranking leads to the gate; list and messages are seen before anything counts."""
    manager.open("/cohorts/T27/spark/ranking/reviewers")
    alone = manager.said("Too few ideas have two reviews, so nobody can tell.")
    expect(manager.page.locator("#agreement")).to_contain_text(alone)
    manager.look()
    manager.open("/cohorts/T27/spark/ranking")
    manager.press("Go to the gate")
    manager.page.check("thead input")
    with manager.page.expect_navigation():
        manager.page.click("button[name=outcome][value=advance]")
    manager.look()
    manager.page.fill("#reason", reason)
    manager.press("Look at the messages")
    expect(manager.page.locator(".letter").first).to_contain_text(reason)
    manager.press_counted("Decide about %(num)s idea", "Decide about %(num)s ideas", 1)


def told(world: World, manager: Visitor, owner: Visitor, code: str, words: dict[str, str]) -> None:
    """Until it is announced nobody can tell; then the team reads why, and sees its next steps."""
    expect(manager.page.locator("h1")).to_have_text(manager.said_of_many(
        "Decision about %(num)s idea", "Decision about %(num)s ideas", 1
    ))  # fmt: skip
    assert announced(world, at=NOW + timedelta(minutes=9)) == []
    stands_in(owner, code, "Spark")
    assert announced(world, at=NOW + timedelta(minutes=11)) == [code]
    owner.open("/inbox")
    with owner.page.expect_navigation():
        owner.page.locator(".inbox-text").first.click()
    owner.look()
    expect(owner.page.locator(".told")).to_contain_text(words["reason"])
    expect(owner.page.locator(".told blockquote")).to_have_count(3)
    assert "Test Reviewer" not in owner.page.content()
    stands_in(owner, code, "Validate")
    owner.press("Milestones", inside="main nav")
    expect(owner.page.locator("article.milestone")).to_have_count(5)
    owner.open(f"/ideas/{code}/readiness")


def stands_in(owner: Visitor, code: str, stage: str) -> None:
    """The stage track shows where the idea is."""
    owner.open(f"/ideas/{code}")
    now = owner.page.locator("[aria-current=step] .track-stage")
    expect(now).to_contain_text(STAGES[owner.language][stage])


def answers(world: World, stage: str) -> dict[str, str]:
    """Something sensible for every question that a stage must have answered."""
    with world.session() as session:
        questions = session.scalars(
            select(Question)
            .join(Stage, Stage.id == Question.stage_id)
            .join(Programme, Programme.id == Stage.programme_id)
            .where(
                Programme.key == "tech-2027",
                Stage.key == stage,
                Question.required,
            )
        )
        plain = {"number": "12", "date": "2027-05-10", "link": "https://example.com/deck"}
        return {
            f"answer_{q.key}": q.options[0]["key"] if q.options else plain.get(q.kind, "Seven did.")
            for q in questions
            if not q.condition
        }


def written_without_script(owner: Visitor, code: str, typed: dict[str, str]) -> None:
    """The whole form and the hand-in work without JavaScript."""
    owner.open(f"/ideas/{code}/edit")
    for name, value in typed.items():
        field = owner.page.locator(f"[name='{name}']:not([type=hidden])")
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            owner.page.check(f"[name='{name}'][value='{value}']")
        else:
            field.fill(value)
    owner.press("Go on to handing in")
    owner.press("Hand in", inside="form.form")
    expect(owner.page.locator("#versions li")).to_have_count(2)


def written(world: World, code: str, typed: dict[str, str]) -> None:
    """The same again, without looking at the pages."""
    client = world.client("mate")
    seen = client.forms_of(f"/ideas/{code}/edit").hidden["version"]
    client.post(f"/ideas/{code}/edit", data={"version": seen, "next": "submit", **typed})
    seen = client.forms_of(f"/ideas/{code}/submit").hidden["version"]
    assert client.post(f"/ideas/{code}/submit", data={"version": seen}).status_code == 303


def announced(world: World, *, at: datetime) -> list[str | None]:
    """Let the timetable tell what is due."""
    told = []
    while True:
        with world.session() as session:
            due = deciding.begin_announcing(session, now=at)
        if due is None:
            return told
        with world.session() as session:
            told.append(deciding.announce_next(session, due, now=at))


def judged(world: World, code: str, stage: str) -> None:
    """Three reviews and the gate again, without looking at the pages."""
    reviewers = ("reviewer", "second", "stranger")
    pairs = {
        "idea": code, "reviewer": [str(world.people[name]) for name in reviewers],
        "due_on": "2027-03-01", "confirm": "1",
    }  # fmt: skip
    manager = world.client("manager")
    assert manager.post(f"/cohorts/T27/{stage}/assign", data=pairs).status_code == 303
    with world.session() as session:
        keys = session.scalars(
            select(Criterion.key)
            .join(Stage, Stage.id == Criterion.stage_id)
            .join(Programme, Programme.id == Stage.programme_id)
            .where(Programme.key == "tech-2027", Stage.key == stage)
        ).all()
        programme = session.scalars(select(Programme).where(Programme.key == "tech-2027")).one()
        programme.undo_minutes = 0  # what is decided leaves at once
    review = {"action": "submit", "version": "0", "confidence": "3", "recommendation": "1"}
    for name in reviewers:
        marks = {f"mark-{key}": "4" for key in keys}
        answer = world.client(name).post(f"/ideas/{code}/review", data=review | marks)
        assert answer.status_code == 303
    verdict = {"selected": code, "outcome": "advance", "reason": "It works.", "when": "soon"}
    answer = manager.post(f"/cohorts/T27/{stage}/gate/decide", data=verdict)
    assert answer.status_code == 303
    announced(world, at=NOW)
