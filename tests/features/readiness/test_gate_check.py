"""What a gate asks for is shown before the idea is handed in."""

from sqlalchemy import select, update

from accelerator.storage.tables import Idea, Stage
from tests.counting import queries
from tests.features.readiness.test_model import show
from tests.world import World


def test_what_the_gate_asks_for_stands_on_the_page_of_handing_in(world: World) -> None:
    code = world.idea("owner")
    owner, path = world.client("owner"), f"/ideas/{code}/submit"
    assert "readiness that" not in owner.get(path).get_data(as_text=True)
    with world.session() as session:
        session.execute(update(Stage).values(minimums={"customer": 2}))
    with queries(world.engine) as statements:
        told = owner.get(path).get_data(as_text=True)
    assert "Customer: level 2 is wanted, level 1 is proven" in told
    assert f"/ideas/{code}/readiness#dimension-customer" in told
    assert len(statements) <= 10, len(statements)
    with world.session() as session:  # evidence takes longest, so it is said before all is written
        session.execute(update(Idea).where(Idea.code == code).values(title_en=""))
    unfinished = owner.get(path).get_data(as_text=True)
    assert "Something is still missing" in unfinished
    assert "Customer: level 2 is wanted, level 1 is proven" in unfinished
    with world.session() as session:
        session.execute(update(Idea).where(Idea.code == code).values(title_en="A better cell"))
        seen = session.scalar(select(Idea.version).where(Idea.code == code))
    assert owner.post(path, data={"version": seen}).status_code == 303  # it holds nobody up

    active = world.idea("owner", state="active")
    world.assign(active, "reviewer")
    show(world, active, "customer", 2)
    page = world.client("owner").get(f"/ideas/{active}/readiness").get_data(as_text=True)
    assert "Every minimum of the gate of Spark is proven" in page
