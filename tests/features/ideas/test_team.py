"""The team: asked, joined, left, handed over; and who may read."""

import pytest

from accelerator.storage.tables import Assignment, Delivery, Milestone, Person, TeamMember
from tests.features.ideas.looking import events, idea_of, rows, text_of
from tests.world import NOW, TODAY, World


def members(world: World) -> dict[str, str]:
    names = {person_id: name for name, person_id in world.people.items()}
    return {names[member.person_id]: member.state for member in rows(world, TeamMember)}


def test_an_invitation_is_sent_answered_and_heard(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    sent = client.post(f"/ideas/{code}/team", data={"who": " INVITEE@hoshino.example "})
    assert sent.location == f"/ideas/{code}#team"
    assert members(world) == {"owner": "accepted", "invitee": "pending"}
    heard = rows(world, Delivery)
    assert {(d.person_id, d.channel) for d in heard} == {
        (world.people["invitee"], "daily"), (world.people["invitee"], "inbox"),
    }  # fmt: skip
    invitee = world.client("invitee")
    assert "Join the team" in invitee.get(f"/ideas/{code}").get_data(as_text=True)
    joined = invitee.post(f"/ideas/{code}/invitation", data={"answer": "accept"})
    assert joined.location == f"/ideas/{code}"
    assert members(world)["invitee"] == "accepted"
    assert invitee.get(f"/ideas/{code}/edit").status_code == 200
    assert invitee.post(f"/ideas/{code}/invitation", data={"answer": "accept"}).status_code == 403
    assert {d.person_id for d in rows(world, Delivery)[2:]} == {world.people["owner"]}


def test_an_invitation_is_declined_and_may_be_sent_again(world: World) -> None:
    code = world.idea("owner", pending=("invitee",))
    invitee = world.client("invitee")
    declined = invitee.post(f"/ideas/{code}/invitation", data={"answer": "decline"})
    assert declined.location == "/ideas"
    assert invitee.get(f"/ideas/{code}").status_code == 404
    world.client("owner").post(f"/ideas/{code}/team", data={"who": "Test Invitee"})
    assert members(world)["invitee"] == "pending"
    assert len(rows(world, TeamMember)) == 2


def test_people_are_found_by_name_in_any_order(world: World) -> None:
    world.person(
        "yuto",
        family_name="佐々木",
        given_name="悠斗",
        family_reading="ささき",
        given_reading="ゆうと",
    )
    for who in ("佐々木 悠斗", "佐々木\u3000悠斗", "佐々木悠斗", "ささき ゆうと", "悠斗 佐々木"):
        code = world.idea("owner")
        world.client("owner").post(f"/ideas/{code}/team", data={"who": who})
    asked = [m for m in rows(world, TeamMember) if m.person_id == world.people["yuto"]]
    assert len(asked) == 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_cannot_be_asked_is_said_at_the_field(world: World) -> None:
    world.person("invitee2", family_name="Invitee", given_name="Test")
    code = world.idea("owner", team=("mate",))
    client = world.client("owner")
    for who, words in (
        ("", "Write a name"),
        ("nobody@hoshino.example", "No employee has this name"),
        ("guest@hoshino.example", "No employee has this name"),
        ("disabled@hoshino.example", "No employee has this name"),
        ("%", "No employee has this name"),
        ("Test Invitee", "Several people have this name"),
        ("mate@hoshino.example", "is in the team or was invited already"),
        ("owner@hoshino.example", "is in the team or was invited already"),
    ):
        refused = client.post(f"/ideas/{code}/team", data={"who": who})
        page = refused.get_data(as_text=True)
        assert refused.status_code == 422
        assert words in page
        assert f'value="{who}"' in page
    assert members(world) == {"owner": "accepted", "mate": "accepted"}


def test_one_invitation_for_one_form(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    for _ in range(2):
        client.post(f"/ideas/{code}/team", data={"who": "mate@hoshino.example", "_once": "x"})
    assert len(rows(world, TeamMember)) == 2
    assert events(world, "TeamInvited") == 1


def test_who_joins_no_longer_reviews(world: World) -> None:
    code = world.idea("owner", state="active", pending=("reviewer",))
    world.assign(code, "reviewer")
    world.client("reviewer").post(f"/ideas/{code}/invitation", data={"answer": "accept"})
    assert [a.state for a in rows(world, Assignment)] == ["removed"]


def test_milestones_stay_when_somebody_leaves(world: World) -> None:
    code = world.idea("owner", team=("mate",))
    idea = idea_of(world, code)
    with world.session() as session:
        session.add(
            Milestone(
                idea_id=idea.id,
                passage_id=idea.passage_id,
                owner_id=world.people["mate"],
                due_on=TODAY,
            )
        )
    left = world.client("mate").post(f"/ideas/{code}/team/{world.people['mate']}/remove")
    assert left.location == "/ideas"
    assert members(world)["mate"] == "left"
    (milestone,) = rows(world, Milestone)
    assert milestone.owner_id == world.people["owner"]
    assert world.client("mate").get(f"/ideas/{code}").status_code == 404


def test_the_owner_removes_and_others_do_not(world: World) -> None:
    code = world.idea("owner", team=("mate", "employee"), pending=("invitee",))
    ids = world.people
    world.client("mate").post(f"/ideas/{code}/team/{ids['employee']}/remove")
    world.client("mate").post(f"/ideas/{code}/team/{ids['owner']}/remove")
    assert members(world)["employee"] == "accepted"
    owner = world.client("owner")
    owner.post(f"/ideas/{code}/team/{ids['owner']}/remove")
    assert "cannot leave" in owner.get(f"/ideas/{code}").get_data(as_text=True)
    for name in ("employee", "invitee"):
        owner.post(f"/ideas/{code}/team/{ids[name]}/remove")
    owner.post(f"/ideas/{code}/team/{ids['stranger']}/remove")
    assert "not in the team any more" in owner.get(f"/ideas/{code}").get_data(as_text=True)
    assert members(world) == {
        "owner": "accepted", "mate": "accepted", "employee": "left", "invitee": "left",
    }  # fmt: skip
    told = rows(world, Delivery, Delivery.template == "member_removed", Delivery.channel == "daily")
    assert {d.person_id for d in told} == {ids["employee"], ids["invitee"]}


def test_an_idea_is_given_to_a_member(world: World) -> None:
    code = world.idea("owner", team=("mate",), pending=("invitee",))
    owner = world.client("owner")
    for wrong in ("", "abc", str(world.people["invitee"]), str(world.people["stranger"])):
        owner.post(f"/ideas/{code}/owner", data={"person": wrong})
        assert "Choose somebody" in owner.get(f"/ideas/{code}").get_data(as_text=True)
    assert idea_of(world, code).owner_id == world.people["owner"]
    refused = world.client("mate").post(
        f"/ideas/{code}/owner", data={"person": world.people["mate"]}
    )
    assert refused.status_code == 403
    owner.post(f"/ideas/{code}/owner", data={"person": world.people["mate"]})
    assert idea_of(world, code).owner_id == world.people["mate"]
    roles = {m.person_id: m.role for m in rows(world, TeamMember)}
    assert roles[world.people["mate"]] == "lead"
    assert roles[world.people["owner"]] == "member"
    assert owner.get(f"/ideas/{code}/edit").status_code == 200
    assert owner.get(f"/ideas/{code}/withdraw").status_code == 403


@pytest.mark.parametrize("state", ["stopped", "withdrawn", "graduated"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_ended_idea_keeps_its_team(world: World, state: str) -> None:
    code = world.idea("owner", state=state, passage_state="left", team=("mate",))
    client = world.client("owner")
    assert (
        client.post(f"/ideas/{code}/team", data={"who": "employee@hoshino.example"}).status_code
        == 422
    )
    client.post(f"/ideas/{code}/owner", data={"person": world.people["mate"]})
    assert idea_of(world, code).owner_id == world.people["owner"]
    page = text_of(client.get(f"/ideas/{code}").get_data(as_text=True))
    assert "Invite" not in page
    assert "Withdraw this idea" not in page


def test_the_owner_chooses_who_reads(world: World) -> None:
    code = world.idea("owner", state="active", team=("mate",))
    employee = world.client("employee")
    assert employee.get(f"/ideas/{code}").status_code == 404
    owner = world.client("owner")
    for wrong in ("", "company"):
        owner.post(f"/ideas/{code}/audience", data={"audience": wrong})
        assert idea_of(world, code).audience == "team"
    assert (
        world.client("mate")
        .post(f"/ideas/{code}/audience", data={"audience": "everybody"})
        .status_code
        == 403
    )
    for _ in range(2):
        owner.post(f"/ideas/{code}/audience", data={"audience": "everybody"})
    assert employee.get(f"/ideas/{code}").status_code == 200
    assert world.client("guest").get(f"/ideas/{code}").status_code == 404
    assert events(world, "AudienceChosen") == 1


def test_mails_read_well_in_both_languages(world: World) -> None:
    from accelerator.activity.letters import Reader, letter

    with world.session() as session:
        session.get_one(Person, world.people["invitee"]).language = "ja"
    code = world.idea("owner", team=("mate",), pending=("invitee",), created_at=NOW)
    world.client("invitee").post(f"/ideas/{code}/invitation", data={"answer": "decline"})
    client = world.client("owner")
    client.post(f"/ideas/{code}/team", data={"who": "employee@hoshino.example"})
    world.client("mate").post(f"/ideas/{code}/team/{world.people['mate']}/remove")
    client.post(f"/ideas/{code}/team/{world.people['employee']}/remove")
    code = world.idea("owner", team=("mate",))
    version = client.forms_of(f"/ideas/{code}/submit").hidden["version"]
    client.post(f"/ideas/{code}/submit", data={"version": version})
    client.post(f"/ideas/{code}/owner", data={"person": world.people["mate"]})
    world.client("mate").post(f"/ideas/{code}/withdraw", data={"reason": "No <b>time</b>"})
    found = {row.template: row.data for row in rows(world, Delivery)}
    assert set(found) == {
        "idea_submitted", "idea_arrived", "idea_withdrawn", "team_invited", "invitation_answered",
        "member_left", "member_removed", "owner_changed",
    }  # fmt: skip
    for template, data in found.items():
        for language in ("en", "ja"):
            reader = Reader("Test", language, "Asia/Tokyo")
            made = letter(template, data, reader, base_url="http://localhost")
            for text in (made.subject, made.text, made.html):
                assert "A better cell" in text
                assert "None" not in text
            assert "<b>time" not in made.html
