"""The ground holds: both databases migrate, the application starts, strangers are sent to sign in."""

from sqlalchemy import text

from tests.world import World


def test_a_company_can_be_made(world: World) -> None:
    code = world.idea("owner", state="active")
    with world.session() as session:
        assert session.execute(text("SELECT count(*) FROM idea")).scalar_one() == 1
    assert code.startswith("S27-")


def test_unknown_pages_answer_404_in_the_readers_language(world: World) -> None:
    answer = world.client("employee").get("/nothing-here")
    assert answer.status_code == 404
    assert "There is nothing to show here" in answer.get_data(as_text=True)
