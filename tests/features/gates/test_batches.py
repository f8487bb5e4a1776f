"""Deciding about many: cautions, words, moments, progress, cancel, undo; through the real pages."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from accelerator import clock
from accelerator.domain.gates import MOST_AT_ONCE, WHILE_ONE_WAITS
from accelerator.domain.policy import Role
from accelerator.domain.stages import Outcome
from accelerator.features.gates import service
from accelerator.jobs import lease
from accelerator.jobs.announce import announce as announcing
from accelerator.jobs.decide import decide as deciding
from accelerator.jobs.lease import Shift
from accelerator.storage.tables import (
    Batch,
    BatchItem,
    Decider,
    Decision,
    InformationRequest,
    Membership,
    Person,
    Review,
    Stage,
)
from tests.counting import queries
from tests.features.gates.acts import (
    VERDICTS,
    announce,
    decide,
    decisions,
    events,
    idea_of,
    mails,
    passages_of,
    review,
)
from tests.world import NOW, TODAY

GATE = "/cohorts/S27/spark/gate"
SOUND = {"outcome": "advance", "reason": "The customers are real.", "when": "soon"}


def post(world, path, codes=(), who="manager", **values):
    return world.client(who).post(f"{GATE}/{path}", data={"selected": codes, **SOUND, **values})


def work(world, config, job, now=NOW):
    with clock.told_by(lambda: now):
        with world.session() as session:
            hold = lease.take(session, "one", now=now)
        return job(Shift(world.engine, config, hold))


def many(world, number):
    return [world.idea("owner", state="active") for _ in range(number)]


def test_a_small_batch_is_decided_at_once_and_says_when_it_leaves(world, config):
    codes = many(world, 3)
    answer = post(world, "decide", codes)
    page = world.client("manager").get(answer.location).get_data(as_text=True)
    assert "The teams hear at Mon 23 Nov 2026 10:10 JST" in page
    assert "Undo all 3 decisions" in page
    assert "The teams hear at" not in world.client("owner").get("/").get_data(as_text=True)
    assert work(world, config, announcing, NOW + timedelta(minutes=9)) == 0
    answer = world.client("manager").post(f"{answer.location}/undo", data={}, follow_redirects=True)
    assert "3 decisions are undone" in answer.get_data(as_text=True)
    with world.session() as session:
        assert (decisions(session), mails(session)) == ([], [])
        assert {passages_of(session, code)[0].state for code in codes} == {"handed_in"}
        assert set(session.scalars(select(BatchItem.state))) == {"undone"}
    assert work(world, config, announcing, NOW + timedelta(days=1)) == 0


def test_a_batch_announced_by_hand_stands_at_its_gate_until_its_teams_know(world):
    codes = many(world, 2)
    batch = post(world, "decide", codes, when="later").location
    page = world.client("manager").get(f"{GATE}?list=decided")
    assert f'href="{batch}"' in page.text
    announce(world, codes)
    assert f'href="{batch}"' not in world.client("manager").get(GATE).text


def test_a_large_batch_goes_on_in_the_background_and_can_be_cancelled(world, config):
    codes = many(world, WHILE_ONE_WAITS + 4)
    answer = post(world, "decide", codes)
    client = world.client("manager")
    page = client.get(answer.location)
    assert page.headers["Refresh"]
    assert f"0 of {len(codes)}" in page.get_data(as_text=True)
    assert "being decided" in client.get(f"{GATE}?list=decided").get_data(as_text=True)
    decide(world, codes[0], VERDICTS[Outcome.STOP])  # somebody is faster
    with world.session() as session:
        batch = service.take_up(session, now=NOW)
    for _ in range(3):
        with world.session() as session:
            assert service.step(session, batch, now=NOW)
    with world.session() as session:
        assert session.get_one(Batch, batch).done == 3
        states = session.scalars(select(BatchItem.state).order_by(BatchItem.id)).all()
        assert states[:4] == ["skipped", "decided", "decided", "waiting"]
    client.post(f"{answer.location}/cancel", data={})
    assert work(world, config, deciding) == 0
    html = client.get(answer.location).get_data(as_text=True)
    assert "cancelled; it waits as before" in html
    assert "Undo all 2 decisions" in html
    assert client.post(f"{answer.location}/cancel", data={}).status_code == 303
    with world.session() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 3
        heard = events(session, "BatchFinished")
        assert [(e.data["decided"], e.data["cancelled"]) for e in heard] == [(2, True)]


def test_a_batch_that_took_long_can_be_undone_as_long_as_any(world, config):
    codes = many(world, WHILE_ONE_WAITS + 1)
    post(world, "decide", codes)
    late = NOW + timedelta(hours=2)
    assert work(world, config, announcing, late) == 0
    assert work(world, config, deciding, late) == len(codes)
    assert work(world, config, announcing, late + timedelta(minutes=9)) == 0
    assert work(world, config, announcing, late + timedelta(minutes=10)) == len(codes)
    with world.session() as session:
        assert len(mails(session)) == len(codes)


def test_who_may_not_decide_any_more_decides_nothing_in_the_background(world, config):
    post(world, "decide", many(world, WHILE_ONE_WAITS + 1))
    with world.session() as session:
        session.delete(session.get_one(Membership, _member(session, world, "manager")))
    work(world, config, deciding)
    with world.session() as session:
        assert decisions(session) == []
        assert session.scalars(select(Batch.state)).all() == ["cancelled"]


def _member(session, world, name):
    row = session.scalars(
        select(Membership).where(
            Membership.person_id == world.people[name], Membership.role == Role.MANAGER
        )
    ).one()
    return tuple(getattr(row, column.key) for column in Membership.__mapper__.primary_key)


def test_undo_for_some_of_those_decided(world):
    codes = many(world, 3)
    post(world, "decide", codes)
    answer = world.client("manager").post(f"{GATE}/undo", data={"selected": codes[:2]})
    assert answer.status_code == 303
    with world.session() as session:
        assert [d.idea_id for d in decisions(session)] == [idea_of(session, codes[2]).id]
    announce(world, codes[2])
    world.client("manager").post(f"{GATE}/undo", data={"selected": codes[2]})
    with world.session() as session:
        assert len(decisions(session)) == 1


def test_a_moment_within_the_time_to_undo_is_refused(world):
    [code] = many(world, 1)
    answer = post(world, "decide", [code], when="at", announce_at="2026-11-23T10:05")
    assert answer.status_code == 422
    assert "Leave at least 10 minutes" in answer.get_data(as_text=True)


def test_words_are_changed_checked_and_sent_in_each_language(world, config):
    with world.session() as session:
        session.get_one(Person, world.people["mate"]).language = "ja"
    code = world.idea("owner", state="active", team=("mate",), title="Cell & glue")
    words = {
        "subject_en": "News about {title}", "text_en": "Dear team,\n\n{decision}\n\n{reason}\n\n{next}",
        "subject_ja": "{code}のお知らせ", "text_ja": "皆さま\n\n{decision}\n\n{reason}\n\n{next}",
    }  # fmt: skip
    bad = post(world, "preview", [code], **words | {"text_ja": "{reason} {next} {nextt}"})
    html = bad.get_data(as_text=True)
    assert bad.status_code == 422
    assert "{nextt} is no placeholder here" in html
    assert "{decision} must stand in the message" in html
    html = post(world, "preview", [code], **words).get_data(as_text=True)
    assert "News about Cell &amp; glue" in html
    assert "皆さま" in html
    post(world, "decide", [code], **words)
    work(world, config, announcing, NOW + timedelta(minutes=10))
    with world.session() as session:
        first = mails(session)[0].data["letters"]
        assert first["ja"]["text"].startswith("皆さま")
    other = world.idea("owner", state="active")
    post(world, "decide", [other])
    with world.session() as session:
        assert session.scalars(select(Batch.letters).order_by(Batch.id.desc())).first() == {}


def test_chosen_comments_reach_the_team(world, config):
    codes = many(world, 2)
    for code in codes:
        review(world, code, "reviewer", (4, 4), comment=f"Good about {code}")
        review(world, code, "second", (2, 2), comment=f"Harsh about {code}")
    with world.session() as session:
        rows = session.execute(select(Review.id, Review.comment_to_team).order_by(Review.id)).all()
    html = post(world, "preview", codes).get_data(as_text=True)
    assert html.count('name="comment_shown"') == 4
    harsh = [row.id for row in rows if row.comment_to_team == f"Harsh about {codes[0]}"]
    shown = [row.id for row in rows]
    kept = [each for each in shown if each not in harsh]
    values = {"comment_shown": shown, "comment": kept}
    html = post(world, "preview", codes, **values).get_data(as_text=True)
    assert f"- Harsh about {codes[0]}" not in html
    html = post(world, "preview", codes, **values, show=codes[1]).get_data(as_text=True)
    assert f"- Harsh about {codes[1]}" in html
    post(world, "decide", codes, **values)
    work(world, config, announcing, NOW + timedelta(minutes=10))
    with world.session() as session:
        told = {
            e.data["code"]: [c["text"] for c in e.data["comments"]]
            for e in events(session, "DecisionAnnounced")
        }
    assert told == {
        codes[0]: [f"Good about {codes[0]}"],
        codes[1]: [f"Good about {codes[1]}", f"Harsh about {codes[1]}"],
    }


def test_what_speaks_for_caution_stands_beside_each_idea(world):
    with world.session() as session:
        session.get_one(Stage, world.stage_ids[0]).minimums = {"customer": 3}
    [code] = many(world, 1)
    with world.session() as session:
        idea = idea_of(session, code)
        passage = passages_of(session, code)[0]
        passage.paused_on, passage.asked_until = TODAY, TODAY
        session.add(
            InformationRequest(
                idea_id=idea.id, passage_id=passage.id, asked_by_id=world.people["manager"],
                asked_at=NOW, text="Who pays?", fields=["title"], due_on=TODAY, promised_on=TODAY,
            )
        )  # fmt: skip
    first = {"selected": [code], "outcome": "advance"}
    answer = world.client("manager").post(f"{GATE}/preview", data=first)
    html = answer.get_data(as_text=True)
    assert f'value="{code}" aria' in html
    assert "checked" not in html.split(f'value="{code}" aria')[1].split(">")[0]
    for words in ("2 reviews missing", "Below the minimum", "asked for more", "has not answered"):
        assert words in html


def test_nobody_learns_or_decides_about_an_idea_of_their_own(world):
    world.person("colleague")
    world.role("colleague", Role.MANAGER)
    own = world.idea("owner", state="active", team=("manager",), title="Canary")
    other = world.idea("owner", state="active")
    client = world.client("manager")
    for path in (GATE, f"{GATE}?list=decided", f"{GATE}?idea={own}"):
        assert "Canary" not in client.get(path).get_data(as_text=True)
    answer = post(world, "decide", [own, other])
    assert answer.status_code == 422
    assert "Canary" not in answer.get_data(as_text=True).replace(own, "")
    batch = post(world, "decide", [own, other], who="colleague").location
    html = client.get(batch).get_data(as_text=True)
    assert "Decision about 1 idea" in html
    assert "Canary" not in html
    assert own not in html
    client.post(f"{batch}/undo", data={})
    client.post(f"{GATE}/announce", data={"selected": [own]})
    assert client.post(f"/ideas/{own}/decision/undo", data={}).status_code == 403
    assert post(world, "preview", [own]).status_code == 409
    with world.session() as session:
        [left] = decisions(session)
        assert left.idea_id == idea_of(session, own).id
        assert left.announce_at == NOW + timedelta(minutes=10)


def test_only_those_named_decide_where_somebody_is_named(world):
    world.person("colleague")
    world.role("colleague", Role.MANAGER)
    with world.session() as session:
        session.add(Decider(stage_id=world.stage_ids[0], person_id=world.people["colleague"]))
    [code] = many(world, 1)
    answer = post(world, "decide", [code])
    assert answer.status_code in (403, 422)
    assert post(world, "decide", [code], who="colleague").status_code == 303


def test_all_of_a_list_is_chosen_and_the_list_is_exact(world):
    codes = many(world, 101)
    client = world.client("manager")
    assert "All 101 ideas of this list" in client.get(GATE).get_data(as_text=True)
    html = post(world, "preview", [], every="1", zone="").get_data(as_text=True)
    assert len(set(re.findall(r'name="selected" value="([^"]+)"[^>]* checked', html))) == len(codes)
    assert "Decide about 101 ideas" in html
    assert MOST_AT_ONCE == 500


def test_the_pages_of_a_batch_ask_little(world):
    one = post(world, "decide", many(world, 1)).location
    ten = post(world, "decide", many(world, 10)).location
    client = world.client("manager")
    client.get(one)
    numbers = []
    for path in (one, ten):
        with queries(world.engine) as found:
            client.get(path)
        numbers.append(len(found))
    assert numbers[0] == numbers[1] <= 10


def test_a_told_decision_is_taken_back_by_another_with_its_reason(world):
    code = world.idea("owner", state="active", team=("mate",))
    decide(world, code, VERDICTS[Outcome.STOP], announce_at=NOW)
    client = world.client("manager")
    assert "Take a decision back" in client.get(f"/ideas/{code}/outcome").get_data(as_text=True)
    where = f"/ideas/{code}/decision/reverse"
    assert client.get(where).status_code == 200
    values = {"outcome": "rework", "reason": "The insurer called.", "checklist": "Ask them"}
    answer = client.post(where, data={"go": "look", **values})
    assert "We take back the decision of" in answer.get_data(as_text=True)
    with world.session() as session:
        assert len(decisions(session)) == 1
        assert idea_of(session, code).state == "stopped"
    assert client.post(where, data={"go": "decide", **values, "reason": ""}).status_code == 422
    assert client.post(where, data={"go": "decide", **values}).status_code == 303
    with world.session() as session:
        assert idea_of(session, code).state == "active"
        assert [p.state for p in passages_of(session, code)] == ["left", "left", "open"]
        assert len(mails(session)) == 4
    html = world.client("owner").get(f"/ideas/{code}/outcome").get_data(as_text=True)
    for words in ("The insurer called.", "We take back the decision of", "Ask them"):
        assert words in html
    assert client.post(where, data={"go": "decide", **values}).status_code == 303
    for who in ("owner", "sponsor", "other_manager", "reviewer"):
        assert world.client(who).post(where, data=values).status_code == 403


def test_the_team_ticks_off_what_the_gate_asked_for(world):
    code = world.idea("owner", state="active", team=("mate",), audience="everybody")
    decide(world, code, VERDICTS[Outcome.REWORK], announce_at=NOW)
    mate, owner = world.client("mate"), world.client("owner")
    assert "0 of 2 done" in owner.get(f"/ideas/{code}").get_data(as_text=True)
    assert "2 things the gate asked for" in owner.get(f"/ideas/{code}/submit").get_data(
        as_text=True
    )
    mate.post(f"/ideas/{code}/checklist", data={"done": ["1"]})
    with world.session() as session:
        lines = decisions(session)[0].checklist
        assert [bool(line["done_at"]) for line in lines] == [False, True]
        assert lines[1]["done_by"] == world.people["mate"]
    assert "1 of 2 done" in owner.get(f"/ideas/{code}").get_data(as_text=True)
    owner.post(f"/ideas/{code}/checklist", data={"done": ["0", "1", "7", "x"]})
    with world.session() as session:
        assert decisions(session)[0].checklist[1]["done_by"] == world.people["mate"]
    assert "is ticked off" in owner.get(f"/ideas/{code}/submit").get_data(as_text=True)
    assert "Talk to buyers" not in world.client("employee").get(f"/ideas/{code}").get_data(
        as_text=True
    )
    assert world.client("employee").post(f"/ideas/{code}/checklist", data={}).status_code == 403
    fresh = world.idea("owner", state="active", passage_state="open")
    assert owner.post(f"/ideas/{fresh}/checklist", data={}).status_code == 422
