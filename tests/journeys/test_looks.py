"""No page runs out of the side of a small screen, whatever people wrote."""

from collections.abc import Callable

from sqlalchemy import select, update

from accelerator.domain.bilingual import Bilingual
from accelerator.storage.tables import Cohort, Idea, Milestone, Person
from tests.features.gates import acts
from tests.journeys.visitor import WIDER_BY, Visitor
from tests.world import TODAY, World

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
TITLE = Bilingual("排水の熱でオフィスと社員食堂と体育館を一年中暖めるための仕組みづくり", LONG)
WIDTHS = (390, 320)
PAGES = {
    None: ["/sign-in", "/forgot", "/nowhere"],
    "owner": [
        "/", "/ideas", "/ideas?q=nothing", "/ideas/new", "/search?q=heat", "/inbox?show=all",
        "/profile", "/calendar", "/programmes", "/programmes/spark", "/cohorts", "/cohorts/S27",
        "/readiness/levels", "/styleguide", "/ideas/{draft}", "/ideas/{draft}/edit",
        "/ideas/{draft}/submit", "/ideas/{draft}/withdraw", "/ideas/{told}",
        "/ideas/{told}/outcome", "/ideas/{told}/milestones", "/ideas/{told}/milestones/{milestone}?say=time", "/ideas/{told}/readiness",
        "/ideas/{told}/readiness/past?on=2026-11-23", "/programmes/spark/readiness/levels",
        "/ideas/{told}/versions/1",
        "/ideas/{told}/questions",
    ],
    "reviewer": [
        "/", "/reviews", "/ideas/{asked}/review", "/ideas/{asked}/review/answer",
        "/ideas/{judged}/review", "/ideas/{told}/review", "/ideas/{asked}/conflict",
        "/reviews/marks",
    ],
    "manager": [
        "/", "/portfolio", "/programmes/new", "/programmes/spark/edit", "/programmes/spark/roles",
        "/programmes/spark", "/programmes/import", "/programmes/spark/clone",
        "/programmes/spark/preview", "/programmes/spark/preview?as=reviewer",
        "/programmes/spark/preview?as=manager",
        "/programmes/spark/stages", "/programmes/spark/stages/new",
        "/programmes/spark/stages/spark", "/programmes/spark/stages/spark/rubric",
        "/programmes/spark/stages/spark/milestones",
        "/programmes/spark/cohorts/new", "/cohorts/S27/edit",
        "/cohorts/S27", "/cohorts/S27/contacts", "/cohorts/S27/messages", "/calendar",
        "/ideas/{judged}/reminders", "/cohorts/S27/import", "/cohorts/S27/milestones?show=asked",
        "/cohorts/S27/milestones", "/cohorts/S27/milestones?view=timeline",
        "/cohorts/S27/milestones/shift", "/cohorts/S27/readiness",
        "/cohorts/S27/readiness/gate", "/portfolio/spark", "/portfolio/spark/spark",
        "/programmes/spark/readiness", "/programmes/spark/readiness/ip",
        "/programmes/spark/expert-requests",
        "/programmes/spark/ladders", "/programmes/spark/ladders/milestone",
        "/programmes/spark/ladders/idle", "/programmes/spark/rehearsal", "/programmes/spark/idle",
        "/cohorts/S27/spark/assign", "/cohorts/S27/spark/ranking?scope=all",
        "/cohorts/S27/spark/gate", "/cohorts/S27/spark/gate?list=decided",
        "/ideas/{judged}/reviews",
    ],
    "admin": [
        "/people", "/people/new", "/people/import", "/people/{person}", "/admin/messages",
        "/admin/messages/1", "/admin/audit",
    ],
}  # fmt: skip
Visit = Callable[..., Visitor]


def test_no_page_is_wider_than_a_phone(world: World, visit: Visit, language: str) -> None:
    names = ideas_at_every_point(world)
    wide = []
    for who, paths in PAGES.items():
        visitor = visit(who, size=(WIDTHS[0], 844))
        for path in paths:
            answer = visitor.page.goto(visitor.address + path.format(**names))
            assert answer is not None
            assert answer.status == (404 if path == "/nowhere" else 200), path
            for width in WIDTHS:
                visitor.page.set_viewport_size({"width": width, "height": 844})
                over = visitor.page.evaluate(WIDER_BY)
                if over > 0:
                    wide.append(f"{who} {path} at {width}: {over}")
    assert wide == [], "\n".join(wide)


def ideas_at_every_point(world: World) -> dict[str, str]:
    """Make ideas with long titles at each point of their way; return what fills the addresses."""
    draft = world.idea("owner", pending=("invitee",), team=("mate",))
    asked, judged, decided, told = (world.idea("owner", state="active") for _ in range(4))
    world.assign(asked, "reviewer")
    for code in (judged, decided, told):
        for name, mark in [("reviewer", 2), ("second", 5)]:
            acts.review(world, code, name, (mark, mark), comment=f"{LONG} {LONG}")
    acts.decide(world, [decided, told])
    acts.announce(world, [told])
    with world.session() as session:
        session.execute(update(Idea).values(title=TITLE, summary=TITLE))
        session.execute(
            update(Milestone).values(
                name=TITLE, due_on=TODAY, asked_due_on=TODAY, asked_reason=LONG
            )
        )
        milestone = session.scalars(
            select(Milestone.id).join(Idea, Idea.id == Milestone.idea_id).where(Idea.code == told)
        ).first()
        session.execute(update(Cohort).values(name=TITLE))
        session.execute(
            update(Person)
            .where(Person.id.in_([world.people[n] for n in ("owner", "mate", "second")]))
            .values(family_name="Wolfeschlegelsteinhausen", department=LONG)
        )
    return {
        "draft": draft, "asked": asked, "judged": judged, "told": told,
        "person": str(world.people["owner"]), "milestone": str(milestone),
    }  # fmt: skip
