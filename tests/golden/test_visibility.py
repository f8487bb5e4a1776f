"""The policy asked one by one and the row filter asked at once always agree."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accelerator.domain.policy import Permission, Role, can
from accelerator.domain.stages import Audience, IdeaState
from accelerator.storage.tables import Idea
from accelerator.storage.visibility import visible_ideas
from tests.world import World

NAMES = (
    "owner",
    "mate",
    "invitee",
    "reviewer",
    "manager",
    "other_manager",
    "sponsor",
    "admin",
    "guest",
)
IDEAS = st.fixed_dictionaries(
    {
        "owner": st.sampled_from(NAMES),
        "state": st.sampled_from([str(state) for state in IdeaState]),
        "audience": st.sampled_from([str(audience) for audience in Audience]),
        "team": st.sets(st.sampled_from(NAMES), max_size=2),
        "pending": st.sets(st.sampled_from(NAMES), max_size=1),
        "reviewer": st.sampled_from([None, *NAMES]),
        "assignment": st.sampled_from(["assigned", "accepted", "submitted", "declined", "removed"]),
    }
)


@settings(
    max_examples=6, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(IDEAS, min_size=5, max_size=12))
def test_visible_equals_can(world: World, ideas: list[dict[str, object]]) -> None:
    from accelerator.web import subjects

    if (world.programme_id, Role.SPONSOR) not in world.actor("guest").roles:
        world.role("guest", Role.SPONSOR)
    codes = []
    for made in ideas:
        owner = str(made["owner"])
        team = {name for name in made["team"] if name != owner}
        pending = {name for name in made["pending"] if name != owner and name not in team}
        code = world.idea(
            owner, state=str(made["state"]), audience=made["audience"],
            team=tuple(sorted(team)), pending=tuple(sorted(pending)),
        )  # fmt: skip
        if made["reviewer"]:
            world.assign(code, str(made["reviewer"]), state=str(made["assignment"]))
        codes.append(code)
    for name in (*NAMES, "employee"):
        actor = world.actor(name)
        with world.session() as session:
            seen = set(session.scalars(select(Idea.code).where(visible_ideas(actor))))
        with world.app.test_request_context():
            one_by_one = set()
            for code in codes:
                loaded = subjects.load("idea", actor, {"code": code})
                assert loaded is not None
                if can(Permission.IDEA_VIEW, actor, loaded[1]).allowed:
                    one_by_one.add(code)
        assert seen & set(codes) == one_by_one, name
