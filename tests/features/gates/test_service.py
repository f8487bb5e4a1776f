"""What a decision does at once, and what only its announcement does."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from accelerator import deciding
from accelerator.activity import letters
from accelerator.activity.events.gates import DecisionAnnounced
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.gates import DecidedMeanwhile, Unsound, Verdict
from accelerator.domain.stages import Outcome
from accelerator.standing import standings
from accelerator.standing.dues import tasks
from accelerator.storage.engine import open_session
from accelerator.storage.tables import Assignment, Delivery, Idea, Milestone
from tests.features.gates.acts import (
    REASON,
    VERDICTS,
    announce,
    decide,
    decisions,
    events,
    gate,
    idea_of,
    mails,
    passages_of,
    review,
)
from tests.world import NOW, TODAY

AFTER = {
    Outcome.ADVANCE: ("active", [0, 1]),
    Outcome.CONDITIONS: ("active", [0, 1]),
    Outcome.REWORK: ("active", [0, 0]),
    Outcome.PARK: ("parked", [0]),
    Outcome.STOP: ("stopped", [0]),
}


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_leads_where_the_rule_says(world, outcome):
    code = world.idea("owner", state="active", team=("mate",))
    decide(world, code, VERDICTS[outcome])
    with world.session() as session:
        [passage] = passages_of(session, code)
        assert (passage.state, passage.outcome, passage.left_at) == ("decided", None, None)
        assert idea_of(session, code).state == "active"
        assert [d.announced_at for d in decisions(session)] == [None]
        assert mails(session) == []
        assert [e.data["outcome"] for e in events(session, "DecisionMade")] == [outcome]

    assert announce(world, code, now=NOW + timedelta(days=1)) == [code]
    state, stages = AFTER[outcome]
    with world.session() as session:
        idea, passages = idea_of(session, code), passages_of(session, code)
        assert idea.state == state
        assert [p.stage_id for p in passages] == [world.stage_ids[at] for at in stages]
        assert (passages[0].state, passages[0].outcome) == ("left", outcome)
        assert passages[0].left_at == NOW + timedelta(days=1)
        assert idea.passage_id == passages[-1].id
        assert len(mails(session)) == 2
        [event] = events(session, "DecisionAnnounced")
        assert event.data["reason"] == REASON
        assert date.fromisoformat(event.data["by"]) > TODAY


def test_a_decision_the_team_does_not_know_reads_as_waiting(world):
    code = world.idea("owner", state="active")
    for reviewer in ("reviewer", "second"):
        review(world, code, reviewer, (4, 4))
    with world.session() as session:
        before = standings(session, [idea_of(session, code).id])
    decide(world, code, VERDICTS[Outcome.STOP])
    with world.session() as session:
        after = standings(session, [idea_of(session, code).id])
        assert next(iter(after.values())).next == next(iter(before.values())).next
        assert next(iter(after.values())).next.status == "Awaiting the decision"
        assert all(event.idea_id is None for event in events(session, "DecisionMade"))


def test_conditions_become_milestones_of_the_stage_entered(world):
    code = world.idea("owner", state="active")
    decide(world, code, VERDICTS[Outcome.CONDITIONS], announce_at=NOW)
    with world.session() as session:
        entered = passages_of(session, code)[-1]
        found = session.scalars(
            select(Milestone).where(
                Milestone.passage_id == entered.id, Milestone.template_id.is_(None)
            )
        ).all()
        assert [(m.name.en, m.name.ja) for m in found] == [
            ("Name a first buyer", ""),
            ("", "試作評価の報告"),
        ]
        assert [m.due_on for m in found] == [TODAY + timedelta(days=30), TODAY + timedelta(days=45)]
        assert {m.owner_id for m in found} == {world.people["owner"]}


def test_the_last_gate_graduates_and_its_conditions_have_dates_too(world):
    code = world.idea("owner", state="active", stage=1)
    decide(world, code, VERDICTS[Outcome.CONDITIONS], stage=1, announce_at=NOW)
    with world.session() as session:
        assert idea_of(session, code).state == "graduated"
        [passage] = passages_of(session, code)
        due = session.scalars(
            select(Milestone.due_on).where(Milestone.passage_id == passage.id)
        ).all()
        assert len(due) == 2
        assert min(due) > TODAY
        assert events(session, "DecisionAnnounced")[0].data["graduated"] is True


def test_announcing_closes_open_reviews_and_keeps_what_was_written(world):
    code = world.idea("owner", state="active")
    review(world, code, "reviewer", (5, 4), comment="Clear customer.")
    world.assign(code, "second", state="accepted")
    decide(world, code)
    with world.session() as session:
        assert set(session.scalars(select(Assignment.state))) == {"submitted", "accepted"}
    announce(world, code)
    with world.session() as session:
        assert set(session.scalars(select(Assignment.state))) == {"submitted", "closed"}
        notice = session.scalars(
            select(Delivery).where(Delivery.template == "review_not_needed")
        ).one()
        assert (notice.person_id, notice.channel) == (world.people["second"], "inbox")
        told = events(session, "DecisionAnnounced")[0].data["comments"]
        assert told == [{"text": "Clear customer.", "reviewer": ""}]


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.REWORK, "dropped"), (Outcome.ADVANCE, "open")]
)
def test_what_the_stage_still_asked_for_is_dropped_unless_the_idea_goes_on(world, outcome, state):
    code = world.idea("owner", state="active")
    with world.session() as session:
        idea = idea_of(session, code)
        old = Milestone(
            idea_id=idea.id, passage_id=idea.passage_id, owner_id=idea.owner_id, due_on=TODAY,
        )  # fmt: skip
        session.add(old)
        session.flush()
        old_id = old.id
        before = [task.due.kind for task in tasks(session, now=NOW) if task.idea_id == idea.id]
    assert before == ["milestone"]
    decide(world, code, VERDICTS[outcome], announce_at=NOW)
    with world.session() as session:
        assert session.get_one(Milestone, old_id).state == state
        fresh = session.scalars(select(Milestone).where(Milestone.template_id.is_not(None))).all()
        assert [m.name.en for m in fresh] == ["Customer interviews"]


def test_the_promise_is_due_until_the_team_was_told(world):
    code = world.idea("owner", state="active")
    soon = NOW + timedelta(days=10)

    def promised():
        with world.session() as session:
            return [task.code for task in tasks(session, now=soon) if task.due.kind == "gate"]

    assert promised() == [code]
    decide(world, code)
    assert promised() == [code]
    announce(world, code)
    assert promised() == []


def test_a_batch_is_decided_whole_or_not_at_all(world):
    codes = [world.idea("owner", state="active") for _ in range(3)]
    decide(world, codes[1], VERDICTS[Outcome.STOP])
    with pytest.raises(DecidedMeanwhile) as late:
        decide(world, codes)
    assert late.value.ideas == (codes[1],)
    with world.session() as session:
        assert [d.outcome for d in decisions(session)] == ["stop"]


@pytest.mark.parametrize(
    "values",
    [
        {"state": "draft"},
        {"state": "active", "passage_state": "open"},
        {"state": "withdrawn", "passage_state": "handed_in"},
        {"state": "active", "stage": 1},
    ],
)
def test_what_does_not_wait_at_this_gate_is_not_decided(world, values):
    code = world.idea("owner", **values)
    with pytest.raises(DecidedMeanwhile):
        decide(world, code)


def test_an_unsound_verdict_changes_nothing(world):
    code = world.idea("owner", state="active")
    with pytest.raises(Unsound):
        decide(world, code, Verdict(Outcome.STOP, ""))
    with pytest.raises(DomainError):
        decide(world, code, announce_at=NOW - timedelta(minutes=1))
    with world.session() as session:
        assert decisions(session) == []
        assert passages_of(session, code)[0].state == "handed_in"


def test_what_is_due_is_announced_one_by_one_and_once(world):
    early, late, by_hand, gone = (world.idea("owner", state="active") for _ in range(4))
    decide(world, late, announce_at=NOW + timedelta(hours=2))
    decide(world, early, announce_at=NOW + timedelta(hours=1))
    decide(world, gone, announce_at=NOW + timedelta(hours=1))
    decide(world, by_hand)
    with world.session() as session:
        idea_of(session, gone).state = "withdrawn"

    def due(at):
        told = []
        while True:
            with world.session() as session:
                taken = deciding.begin_announcing(session, now=at)
            if taken is None:
                return told
            with world.session() as session:
                told.append(deciding.announce_next(session, taken, now=at))

    assert due(NOW) == []
    assert due(NOW + timedelta(hours=1)) == [early]
    assert due(NOW + timedelta(hours=3)) == [late]
    assert due(NOW + timedelta(days=300)) == []
    with world.session() as session:
        assert len(mails(session)) == 2


def test_undo_lets_the_idea_wait_again_and_is_written_down(world):
    code = world.idea("owner", state="active")
    decide(world, code, VERDICTS[Outcome.PARK])
    actor = world.actor("manager")
    with world.session() as session:
        deciding.undo(session, actor=actor, idea=idea_of(session, code), now=NOW)
    with world.session() as session:
        assert decisions(session) == []
        assert passages_of(session, code)[0].state == "handed_in"
        [undone] = events(session, "DecisionUndone")
        assert undone.data["would_change"] == "Half the cost."
        with pytest.raises(DomainError, match="no_decision"):
            deciding.undo(session, actor=actor, idea=idea_of(session, code), now=NOW)
    decide(world, code, VERDICTS[Outcome.ADVANCE])


@pytest.mark.parametrize("outcome", [Outcome.STOP, Outcome.ADVANCE])
def test_what_was_announced_cannot_be_undone(world, outcome):
    code = world.idea("owner", state="active")
    decide(world, code, VERDICTS[outcome], announce_at=NOW)
    actor = world.actor("manager")
    with world.session() as session, pytest.raises(DomainError):
        deciding.undo(session, actor=actor, idea=idea_of(session, code), now=NOW)
    with world.session() as session:
        assert len(decisions(session)) == 1
    assert announce(world, code) == []


def test_decision_and_messages_stand_or_fall_together(world):
    code = world.idea("owner", state="active")
    actor = world.actor("manager")
    session = open_session(world.engine, writes=True)
    deciding.decide(
        session, actor=actor, codes=[code], verdict=VERDICTS[Outcome.ADVANCE],
        announce_at=NOW, now=NOW, **gate(session, world),
    )  # fmt: skip
    session.rollback()
    session.close()
    with world.session() as session:
        assert session.scalars(select(Idea.state)).all() == ["active"]
        assert (decisions(session), mails(session), events(session, "DecisionMade")) == ([], [], [])


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_message_says_all_in_the_readers_language(outcome, language):
    data = DecisionAnnounced(
        code="S27-0001", title=Bilingual("", "<b>Bold</b> & glue"), stage=Bilingual("着想", "Spark"),
        outcome=outcome, graduated=False, reason="Because <i>of</i> it.", next_step="Talk & listen.",
        conditions=[{"text": "Find <u>one</u> buyer", "due_on": "2027-01-15"}],
        checklist=["Ask <s>ten</s> people"], change="budget", watcher="Aoki <Ken>",
        learned="Size <em>matters</em>.", would_change="Half the cost.", reverses={}, letters={},
        next_stage=Bilingual("検証", "Validate"), by="2027-02-21",
        comments=[{"text": "A <q>real</q> customer.", "reviewer": ""}], path="/ideas/S27-0001/outcome",
    ).data()  # fmt: skip
    letter = letters.letter(
        "decision_announced", data, letters.Reader("Aoki", language, "Asia/Tokyo"),
        base_url="https://a.example",
    )  # fmt: skip
    for words in (
        "<b>Bold</b> & glue",
        "Because <i>of</i> it.",
        "Talk & listen.",
        "https://a.example/ideas",
    ):
        assert words in letter.text
    for words in (
        "&lt;b&gt;Bold&lt;/b&gt; &amp; glue",
        "&lt;i&gt;of",
        "&lt;u&gt;one",
        "&lt;q&gt;real",
    ):
        assert words in letter.html
    assert not any(
        raw in letter.html for raw in ("<b>Bold", "<i>of", "<u>one", "<q>real", "&amp;lt;")
    )
    assert ("2027年2月21日" if language == "ja" else "Sun 21 Feb 2027") in letter.text
    assert ("ありがとうございます" if language == "ja" else "Thank you") in letter.text
