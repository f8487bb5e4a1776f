"""The inbox: own notices, in one's language, read by posts that lead on."""

import pytest
from sqlalchemy import select, update

from accelerator.activity import notify
from accelerator.activity.events.base import Hears, Receivers
from accelerator.storage.tables import Delivery, Person
from tests.counting import queries
from tests.mail import DATA, TEMPLATE
from tests.world import NOW, World

NOTICE = Hears(Receivers.PERSON, TEMPLATE, channels=("inbox",))


def tell(world: World, name: str, times: int = 1, **data: object) -> list[int]:
    with world.session() as session:
        for n in range(times):
            notify(
                session, [world.people[name]], NOTICE, key=f"n{n}:{data}", data=DATA | data,
                due_at=NOW, now=NOW,
            )  # fmt: skip
        found = select(Delivery.id).where(Delivery.person_id == world.people[name])
        return list(session.scalars(found.order_by(Delivery.id)))


def read(world: World) -> dict[int, bool]:
    with world.session() as session:
        rows = session.execute(select(Delivery.id, Delivery.read_at))
        return {row.id: row.read_at is not None for row in rows}


def page(client, address="/inbox") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_notice_is_shown_in_the_readers_language_and_looking_changes_nothing(world):
    ids = tell(world, "owner")
    tell(world, "mate", code="S27-9999")
    client = world.client("owner")
    assert "Customer interviews" in page(client)
    assert "S27-9999" not in page(client) + page(client, "/inbox?show=all")
    assert "1 unread" in page(client)
    with world.session() as session:
        session.execute(update(Person).values(language="ja"))
    assert "顧客訪問" in page(client)
    assert not read(world)[ids[0]]


def test_the_number_of_an_idea_stays_on_one_line_and_what_people_wrote_stays_text(world):
    tell(world, "owner", milestone={"en": "<b>As in T3-0004", "ja": ""})
    assert '&lt;b&gt;As in <span class="nowrap">T3-0004</span>' in page(world.client("owner"))


def test_opening_a_notice_marks_it_and_leads_to_its_page(world):
    first, second = tell(world, "owner", 2)
    client = world.client("owner")
    answer = client.post("/inbox/read", data={"notice": first, "open": "1"})
    assert (answer.status_code, answer.location) == (303, DATA["path"])
    assert read(world) == {first: True, second: False}
    answer = client.post("/inbox/read", data={"notice": second, "show": "all"})
    assert (answer.status_code, answer.location) == (303, "/inbox?show=all")
    assert read(world) == {first: True, second: True}
    assert "You have read everything" in page(client)
    assert f'href="{DATA["path"]}"' in page(client, "/inbox?show=all")


def test_all_read_means_all_that_were_shown(world):
    ids = tell(world, "owner", 3)
    mates = tell(world, "mate", 2)
    client = world.client("owner")
    answer = client.post("/inbox/read", data={"until": ids[1]}, follow_redirects=True)
    assert "Everything you were shown is marked as read." in answer.get_data(as_text=True)
    assert [read(world)[id_] for id_ in [*ids, *mates]] == [True, True, False, False, False]


@pytest.mark.parametrize("notice", ["theirs", "0", "", "x", "9" * 30, "-1", "１"])
def test_what_is_not_in_ones_inbox_cannot_be_read(world, notice):
    mates = tell(world, "mate")
    data = {"notice": mates[0] if notice == "theirs" else notice, "open": "1"}
    assert world.client("owner").post("/inbox/read", data=data).status_code == 403
    assert read(world) == {mates[0]: False}


def test_a_long_inbox_is_paged_in_a_fixed_number_of_queries(world):
    tell(world, "owner", 1)
    client = world.client("owner")
    with queries(world.engine) as few:
        page(client)
    tell(world, "owner", 60)
    with queries(world.engine) as many:
        first = page(client)
    assert len(many) == len(few) <= 5
    assert first.count("inbox-row") == 50
    after = first.split("after=")[1].split('"')[0]
    assert page(client, f"/inbox?after={after}").count("inbox-row") == 10
    for nonsense in ("x", "0", "-5", "9" * 40):
        assert page(client, f"/inbox?after={nonsense}").count("inbox-row") == 50


def test_one_notice_that_cannot_be_written_spoils_no_page(world):
    tell(world, "owner", 2)
    with world.session() as session:
        session.execute(update(Delivery).where(Delivery.id == 1).values(data={}))
    shown = page(world.client("owner"))
    assert "A notice that cannot be shown" in shown
    assert "Customer interviews" in shown


def test_an_empty_inbox_says_what_comes_there(world):
    client = world.client("guest")
    assert "You have read everything" in page(client)
    assert "Nothing has happened yet" in page(client, "/inbox?show=all")


def test_nobody_signed_out_has_an_inbox(world):
    assert world.client().get("/inbox").status_code == 302
    assert world.client().post("/inbox/read", data={"until": "5"}).status_code == 401
