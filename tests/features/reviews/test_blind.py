"""Who is hidden from whom holds in every page: canaries that must appear nowhere."""

import pytest
from sqlalchemy import select

from accelerator.standing.feedback import comments_for_team
from accelerator.storage.tables import (
    Assignment,
    Delivery,
    Idea,
    Person,
    Stage,
    TeamMember,
    Version,
)
from tests.features.reviews.acts import FULL, write
from tests.world import NOW

SECRETS = ("CANARYREVIEWER", "CANARYNOTE", "CANARYCOMMENT", "CANARYSECOND")


@pytest.fixture
def code(world):
    """An idea with a submitted review by somebody with a name to look for."""
    found = world.idea("owner", state="active", team=("mate",), pending=("invitee",))
    with world.session() as session:
        for name, family in (
            ("reviewer", "CANARYREVIEWER"),
            ("second", "CANARYSECOND"),
            ("owner", "CANARYOWNER"),
            ("mate", "CANARYMATE"),
        ):
            session.get_one(Person, world.people[name]).family_name = family
        version = session.scalars(select(Version)).one()
        version.content = version.content | {
            "team": [{"person_id": 1, "name": "Test CANARYOWNER", "role": "lead"}]
        }
    for who in ("reviewer", "second"):
        world.assign(found, who)
    write(world, found, comment_to_team="CANARYCOMMENT", note_to_manager="CANARYNOTE")
    return found


def set_stage(world, **values):
    with world.session() as session:
        for stage in session.scalars(select(Stage)):
            for name, value in values.items():
                setattr(stage, name, value)


PAGES = (
    "/ideas/{}",
    "/ideas/{}/review",
    "/ideas/{}/reviews",
    "/ideas/{}/outcome",
    "/ideas/{}/milestones",
    "/ideas/{}/readiness",
    "/ideas/{}/questions",
    "/ideas",
    "/",
    "/inbox",
    "/reviews",
    "/reviews/marks",
    "/search?q=CANARYREVIEWER",
    "/search?q=cell",
    "/cohorts/S27",
    "/cohorts/S27/spark/assign",
    "/cohorts/S27/spark/ranking",
)


def canaries(world, who, code, secrets):
    client = world.client(who)
    return [
        (page, secret)
        for page in PAGES
        for secret in secrets
        if secret in client.get(page.format(code), follow_redirects=True).get_data(as_text=True)
        and secret not in page
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["owner", "mate", "invitee"])
def test_the_team_never_meets_its_reviewers(world, code, who):
    assert canaries(world, who, code, SECRETS) == []


def test_a_manager_in_the_team_is_a_member_first(world, code):
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        idea.owner_id = world.people["manager"]
    client = world.client("manager")
    assert client.get(f"/ideas/{code}/reviews").status_code == 403
    assert client.post(f"/ideas/{code}/reviews/1/remove").status_code == 403
    for page in ("/cohorts/S27/spark/assign",):
        assert (
            "CANARYREVIEWER"
            not in client.get(page).get_data(as_text=True).split("reviewers-title")[0]
        )
    body = client.post("/cohorts/S27/spark/reviews.csv").get_data(as_text=True)
    assert not any(secret in body for secret in SECRETS)


def test_a_blind_workspace_never_names_the_team(world, code):
    set_stage(world, teams_hidden=True)
    for path in ("review", "review?change=1", "review/answer", "conflict"):
        for who in ("reviewer", "second"):
            page = world.client(who).get(f"/ideas/{code}/{path}").get_data(as_text=True)
            assert "CANARYOWNER" not in page
            assert "CANARYMATE" not in page
    failed = write(world, code, who="second", confidence=None).get_data(as_text=True)
    assert "CANARYOWNER" not in failed
    set_stage(world, teams_hidden=False)
    assert "CANARYOWNER" in world.client("second").get(f"/ideas/{code}/review").get_data(True)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [("never", False, False), ("after_mine", False, True), ("always", True, True)],
)
def test_others_reviews_show_when_the_stage_says_so(world, code, rule, before, after):
    set_stage(world, others_visible=rule)
    client = world.client("second")
    assert ("CANARYCOMMENT" in client.get(f"/ideas/{code}/review").get_data(True)) is before
    write(world, code, who="second", comment_to_team="Mine")
    page = client.get(f"/ideas/{code}/review").get_data(as_text=True)
    assert ("CANARYCOMMENT" in page) is after
    assert "CANARYNOTE" not in page
    assert "CANARYREVIEWER" not in page
    set_stage(world, peers_hidden=False)
    assert ("CANARYREVIEWER" in client.get(f"/ideas/{code}/review").get_data(True)) is after


def test_managers_see_everything_and_others_nothing(world, code):
    page = world.client("manager").get(f"/ideas/{code}/reviews").get_data(as_text=True)
    assert all(secret in page for secret in SECRETS)
    for who in ("admin", "sponsor", "second", "reviewer"):
        assert world.client(who).get(f"/ideas/{code}/reviews").status_code == 403
    for who in ("employee", "stranger", "other_manager", "guest"):
        assert world.client(who).get(f"/ideas/{code}/reviews").status_code == 404


def test_what_the_team_reads_has_names_only_where_reviewers_are_open(world, code):
    write(world, code, who="second", **(FULL | {"comment_to_team": "Another comment"}))
    with world.session() as session:
        passage = session.scalars(select(Assignment.passage_id)).first()
        hidden = comments_for_team(session, passage, show_names=False)
        named = comments_for_team(session, passage, show_names=True)
    assert [(one.text, one.reviewer) for one in hidden] == [
        ("Another comment", ""),
        ("CANARYCOMMENT", ""),
    ]
    assert {one.reviewer for one in named} == {"Test CANARYREVIEWER", "Test CANARYSECOND"}


def test_an_administrator_in_the_team_meets_no_reviewer_in_log_and_messages(world, code):
    world.client("manager").post(
        "/cohorts/S27/spark/assign",
        data={"idea": code, "reviewer": str(world.people["employee"]), "due_on": "2027-03-01"},
    )
    write(world, code, who="second", comment_to_team="CANARYSECOND")
    client = world.client("admin")
    shown = [client.get(f"/admin/{page}").get_data(as_text=True) for page in ("audit", "messages")]
    assert any("CANARY" in one for one in shown)
    with world.session() as session:
        idea = session.scalars(select(Idea).where(Idea.code == code)).one()
        member = TeamMember(
            idea_id=idea.id, person_id=world.people["admin"], state="accepted", invited_at=NOW
        )
        session.add(member)
        told = session.scalars(
            select(Delivery.id).where(Delivery.person_id != world.people["admin"])
        ).all()
    for page in ("audit", "audit?idea=" + code, "messages"):
        text = client.get(f"/admin/{page}").get_data(as_text=True)
        assert not [secret for secret in SECRETS if secret in text], page
        assert f'href="/ideas/{code}"' not in text, page
    assert told
    assert {client.get(f"/admin/messages/{one}").status_code for one in told} <= {404, 200}
    assert not [
        one
        for one in told
        if any(s in client.get(f"/admin/messages/{one}").get_data(as_text=True) for s in SECRETS)
    ]
