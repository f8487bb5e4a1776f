"""A full disk: a clean refusal, no half row, reads go on, and all is well once there is room."""

import errno

import pytest
from sqlalchemy import event, func, select

from accelerator.storage.tables import Event, Idea
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def counted(world: World) -> tuple[int, int]:
    with world.session() as session:
        ideas = session.scalar(select(func.count()).select_from(Idea)) or 0
        return ideas, session.scalar(select(func.count()).select_from(Event)) or 0


def test_a_full_database_refuses_and_goes_on_reading(world: World) -> None:
    code = world.idea("owner", state="active")
    client = world.client("owner")
    form = client.forms_of("/ideas/new").hidden
    before = counted(world)
    with world.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    world.engine.dispose()

    def full(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(world.engine, "connect", full)
    try:
        taken = 0
        for n in range(300):
            typed = {"title": f"Idea {n}", "_once": f"once-{n}", "summary": "Lost heat. " * 30}
            answer = client.post("/ideas/new", data=form | {"cohort": "S27"} | typed)
            if answer.status_code != 303:
                break
            taken += 1
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "Nothing was half done" in answer.get_data(as_text=True)
        assert counted(world)[0] == before[0] + taken
        assert counted(world)[1] - before[1] == taken
        assert client.get(f"/ideas/{code}").status_code == 200
    finally:
        event.remove(world.engine, "connect", full)
        world.engine.dispose()
    assert (
        client.post("/ideas/new", data=form | {"cohort": "S27", "title": "Fits"}).status_code == 303
    )
    assert counted(world)[0] == before[0] + taken + 1


def test_no_room_for_an_upload_is_a_clean_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = world.idea("owner", state="active")
    client = world.client("owner")

    def no_room(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    # Where an upload is kept while it arrives.
    monkeypatch.setattr("werkzeug.wrappers.request.default_stream_factory", no_room)
    from io import BytesIO

    answer = client.post(
        f"/ideas/{code}/attachments",
        data={"file": (BytesIO(b"%PDF-1.7\n"), "plan.pdf")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 503
    assert client.get(f"/ideas/{code}").status_code == 200
