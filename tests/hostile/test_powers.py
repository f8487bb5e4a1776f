"""Powers that end: at once, for everything they opened, and never the last of their kind."""

import pytest
from sqlalchemy import select

from accelerator.domain.errors import Refused
from accelerator.features.people.service import administration
from accelerator.storage.tables import Assignment, Person
from tests.world import NOW, World


def test_a_role_taken_away_takes_the_open_reviews_along(world: World) -> None:
    open_review = world.idea("owner", title="Open review", state="active")
    written = world.idea("owner", title="Written review", state="active")
    world.assign(open_review, "reviewer", state="accepted")
    world.assign(written, "reviewer", state="submitted")
    reviewer = world.client("reviewer")
    assert reviewer.get(f"/ideas/{open_review}/review").status_code == 200
    number = world.people["reviewer"]
    taken = world.client("manager").post(f"/programmes/spark/roles/{number}/reviewer/take")
    assert taken.status_code == 303
    assert reviewer.get(f"/ideas/{open_review}").status_code == 404
    assert "Open review" not in reviewer.get("/ideas").get_data(as_text=True)
    assert "Summary of" not in reviewer.get(f"/ideas/{open_review}/review").get_data(as_text=True)
    with world.session() as session:
        states = session.scalars(select(Assignment.state).order_by(Assignment.id)).all()
    assert states == ["removed", "submitted"]


@pytest.mark.parametrize("verb", ["unmake_administrator", "disable"])
def test_two_administrators_cannot_put_each_other_out(world: World, verb: str) -> None:
    """Both asked at once; the second one's power was gone when its turn came."""
    world.person("second_admin", is_admin=True)
    first, second = world.actor("admin"), world.actor("second_admin")
    with world.session() as session:
        person = session.get_one(Person, second.id)
        getattr(administration, verb)(session, actor=first, person=person, now=NOW)
    with world.session() as session:
        person = session.get_one(Person, first.id)
        with pytest.raises(Refused):
            getattr(administration, verb)(session, actor=second, person=person, now=NOW)
