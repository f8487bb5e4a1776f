"""Posts that no form of ours made: from another site, with secrets in them, or far too much."""

import pytest

from accelerator.storage.tables import Person
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_posts_is_not_offered_to_be_sent_again(world: World, site: str) -> None:
    """The browser holds the cookie back on such a post; a new one would end the sign-in."""
    code = world.idea("owner", state="active", team=("mate",))
    headers = {"Sec-Fetch-Site": site}
    posted = world.client().post(
        f"/ideas/{code}/withdraw", data={"reason": "Not mine"}, headers=headers, csrf=False
    )
    assert posted.status_code == 400
    assert "Set-Cookie" not in posted.headers
    assert "Not mine" not in posted.get_data(as_text=True)
    own = world.client().post(f"/ideas/{code}/withdraw", data={"reason": "Mine"}, csrf=False)
    assert own.status_code == 400
    assert "Mine" in own.get_data(as_text=True)


def test_no_password_is_shown_when_the_sign_in_has_ended(world: World) -> None:
    secrets = {"old": "quiet old notebook", "password": "quiet new notebook"}
    answer = world.client().post("/profile/password", data=secrets | {"note": "kept as it was"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert "kept as it was" in page
    assert "notebook" not in page


@pytest.mark.parametrize("name", ["A\nBcc: x@y.example", "A\x01", "A\x7f", "A\u2028B", "A\x85B"])
def test_a_name_is_one_line(world: World, name: str) -> None:
    """A name stands in the header of each mail to its person; with a line break none would go."""
    client = world.client("owner")
    form = client.forms_of("/profile").hidden
    typed = {"version": form["version"], "family_name": name, "language": "en"}
    saved = client.post("/profile", data=typed | {"time_zone": "Asia/Tokyo", "country": "JP"})
    assert saved.status_code == 422
    assert "control character" in saved.get_data(as_text=True)
    with world.session() as session:
        assert session.get_one(Person, world.people["owner"]).family_name == "Owner"


def test_more_ticks_than_a_page_has_are_refused(world: World) -> None:
    world.idea("owner", state="active")
    codes = [f"S27-{n}" for n in range(900)]
    manager = world.client("manager")
    for verb in ("preview", "decide", "announce"):
        ticks = {"selected": codes, "outcome": "stop", "reason": "x"}
        answer = manager.post(f"/cohorts/S27/spark/gate/{verb}", data=ticks)
        assert answer.status_code in (303, 409, 422), verb
    ticks = {"idea": codes, "reviewer": ["1"], "due_on": "2026-12-01"}
    assert manager.post("/cohorts/S27/spark/assign", data=ticks).status_code == 200


@pytest.mark.parametrize("body", ["a=" + "b" * 2_100_000, "a=b&" * 1001])
def test_a_form_larger_than_any_of_ours_is_not_read(world: World, body: str) -> None:
    """Nobody need be signed in to send one; half a million fields would take ten seconds."""
    sent = world.client().post("/sign-in", data=body, content_type=FORM)
    assert sent.status_code == 413
    assert len(sent.get_data()) < 10_000


def test_whatever_outcome_is_switched_to(world: World) -> None:
    code = world.idea("owner", state="active")
    for outcome in ("", "\x00", "ADVANCE", "nonsense", "a" * 100_000):
        data = {"selected": code, "switch": outcome, "outcome": outcome, "when": outcome}
        answer = world.client("manager").post("/cohorts/S27/spark/gate/preview", data=data)
        assert answer.status_code in (200, 422), outcome


def test_an_invitation_is_declined_by_the_button_alone(world: World) -> None:
    code = world.idea("owner", pending=("mate",))
    mate = world.client("mate")
    for answer in ({}, {"answer": "maybe"}):
        assert mate.post(f"/ideas/{code}/invitation", data=answer).status_code < 500
    assert mate.get(f"/ideas/{code}").status_code == 200
    assert "You declined" not in mate.get("/ideas").get_data(as_text=True)
    assert mate.post(f"/ideas/{code}/invitation", data={"answer": "decline"}).status_code == 303
    assert mate.get(f"/ideas/{code}").status_code == 404
