"""Roles per programme: given and taken by its managers and administrators, with a notice."""

import pytest
from sqlalchemy import select

from accelerator.domain.policy import Role
from accelerator.storage.tables import Delivery, Event, Membership
from tests.features.people.door import kinds, person
from tests.world import World

only_once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def give(world, client, who, role="reviewer", key=None):
    return client.post(
        f"/programmes/{key or world.programme_key}/roles", data={"person": who, "role": role}
    )


def held(world, name):
    with world.session() as session:
        return sorted(
            session.scalars(
                select(Membership.role).where(Membership.person_id == world.people[name])
            )
        )


def take(world, client, name, role, key=None):
    path = f"/programmes/{key or world.programme_key}/roles/{world.people[name]}/{role}/take"
    return client.post(path)


def test_a_manager_gives_and_takes_roles_and_the_person_hears(world: World) -> None:
    manager = world.client("manager")
    assert give(world, manager, "employee@hoshino.example").status_code == 303
    assert give(world, manager, "Test Employee").status_code == 303
    assert held(world, "employee") == ["reviewer"]
    page = manager.get(f"/programmes/{world.programme_key}/roles").get_data(as_text=True)
    assert "employee@hoshino.example" in page
    assert take(world, manager, "employee", "reviewer").status_code == 303
    assert take(world, manager, "employee", "reviewer").status_code == 303
    assert held(world, "employee") == []
    assert kinds(world) == ["RoleGiven", "RoleTaken"]
    with world.session() as session:
        sent = session.execute(
            select(Delivery.template, Delivery.channel).order_by(Delivery.id)
        ).all()
        given = session.scalars(select(Event)).first()
        assert set(session.scalars(select(Delivery.person_id))) == {world.people["employee"]}
    assert sorted(sent) == [
        ("role_given", "daily"),
        ("role_given", "inbox"),
        ("role_taken", "inbox"),
    ]
    assert given is not None
    assert (given.actor_id, given.programme_id) == (world.people["manager"], world.programme_id)


def test_roles_are_given_by_those_who_may_in_this_programme_only(world: World) -> None:
    for name in ("employee", "reviewer", "sponsor", "other_manager", "guest"):
        client = world.client(name)
        path = f"/programmes/{world.programme_key}/roles"
        assert client.get(path).status_code in (403, 404)
        assert give(world, client, "employee@hoshino.example", "manager").status_code == 403
        assert take(world, client, "reviewer", "reviewer").status_code == 403
    assert held(world, "employee") == []
    assert held(world, "reviewer") == ["reviewer"]
    other = world.client("other_manager")
    assert give(world, other, "employee@hoshino.example", key="other").status_code == 303
    assert (
        give(world, world.client("admin"), "employee@hoshino.example", "sponsor").status_code == 303
    )
    assert held(world, "employee") == ["reviewer", "sponsor"]
    assert world.client("admin").get("/programmes/none/roles").status_code == 404


@only_once
def test_a_wrong_name_or_role_is_said_at_its_field(world: World) -> None:
    manager = world.client("manager")
    for who, role, field in (
        ("", "reviewer", "person"),
        ("nobody@hoshino.example", "reviewer", "person"),
        ("guest@hoshino.example", "reviewer", "person"),
        ("disabled@hoshino.example", "reviewer", "person"),
        ("a\x00b", "reviewer", "person"),
        ("employee@hoshino.example", "administrator", "role"),
    ):
        answer = give(world, manager, who, role)
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert take(world, manager, "reviewer", "owner").status_code == 404
    assert kinds(world) == []


def test_the_last_manager_keeps_the_role(world: World) -> None:
    admin, manager = world.client("admin"), world.client("manager")
    assert take(world, admin, "manager", "manager").status_code == 303
    assert held(world, "manager") == ["manager"]
    page = admin.get(f"/programmes/{world.programme_key}/roles").get_data(as_text=True)
    assert "A programme keeps at least one manager." in page
    world.role("disabled", Role.MANAGER)
    take(world, admin, "manager", "manager")
    assert held(world, "manager") == ["manager"]
    assert give(world, manager, "employee@hoshino.example", "manager").status_code == 303
    gone = take(world, manager, "manager", "manager")
    assert gone.location == f"/programmes/{world.programme_key}"
    assert held(world, "manager") == []
    assert give(world, manager, "owner@hoshino.example").status_code == 403


def test_the_list_is_filtered_by_role_and_words(world: World) -> None:
    manager = world.client("manager")

    def page(query):
        return manager.get(f"/programmes/{world.programme_key}/roles?{query}").get_data(
            as_text=True
        )

    assert "sponsor@hoshino.example" in page("")
    assert "other_manager@hoshino.example" not in page("")
    assert "sponsor@hoshino.example" not in page("role=reviewer")
    assert "second@hoshino.example" in page("role=reviewer&q=second")
    assert "reviewer@hoshino.example" not in page("role=reviewer&q=second")
    assert "Nobody found" in page("q=zzz")
    assert "sponsor@hoshino.example" in page("role=administrator")


def test_colleagues_are_looked_up_by_employees_with_little_shown(world: World) -> None:
    world.person("sasaki", family_name="佐々木", given_name="悠斗", family_reading="ささき")
    client = world.client("employee")
    found = client.get("/people/lookup?q=ささ").get_json()
    assert found == {
        "people": [
            {
                "email": "sasaki@hoshino.example",
                "name": "佐々木 悠斗",
                "department": "department of sasaki",
            }
        ]
    }
    everybody = client.get("/people/lookup?q=hoshino").get_json()["people"]
    assert len(everybody) == 10
    assert not {"disabled@hoshino.example", "guest@hoshino.example"} & {
        p["email"] for p in everybody
    }
    for query in ("q=guest", "q=disabled", "q=", "q=%20", "", "q=a%00b", "q=%25"):
        assert client.get(f"/people/lookup?{query}").get_json() == {"people": []}
    assert world.client("guest").get("/people/lookup?q=a").status_code == 403
    assert world.client().get("/people/lookup?q=a").status_code == 302


@only_once
def test_looking_up_is_limited_though_reading_never_writes(world: World) -> None:
    client = world.client("employee")
    codes = [client.get("/people/lookup?q=a").status_code for _ in range(121)]
    assert codes == [200] * 120 + [429]
    answer = client.get("/people/lookup?q=a", headers={"Accept": "application/json"})
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert answer.get_json()["error"] == "Too many tries"
    assert world.client("owner").get("/people/lookup?q=a").status_code == 200
    assert person(world, "employee").version == 1
