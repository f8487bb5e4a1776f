"""What is true of the data at all times, as SQL that must find nothing: `accelerator check`."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

MOST = 20

# Each statement returns, under the sentence it would break, something to find the row by.
STATEMENTS: dict[str, str | dict[str, str]] = {
    "an idea points at its own newest passage": """
        SELECT idea.code FROM idea LEFT JOIN passage ON passage.id = idea.passage_id
        WHERE passage.id IS NULL OR passage.idea_id <> idea.id OR passage.number <>
            (SELECT max(own.number) FROM passage own WHERE own.idea_id = idea.id)""",
    "an idea that is under way goes through its stage with its own cohort": """
        SELECT idea.code FROM idea JOIN passage ON passage.id = idea.passage_id
        WHERE passage.state <> 'left' AND passage.cohort_id <> idea.cohort_id""",
    "the state of an idea agrees with its passage": """
        SELECT idea.code FROM idea JOIN passage ON passage.id = idea.passage_id
        WHERE (idea.state = 'draft' AND passage.state <> 'open')
            OR (idea.state = 'active' AND passage.state = 'left')
            OR (idea.state = 'waiting' AND passage.state <> 'handed_in')
            OR (idea.state IN ('parked', 'stopped', 'graduated') AND passage.state <> 'left')""",
    "every passage but the newest was left": """
        SELECT idea.code FROM idea JOIN passage ON passage.idea_id = idea.id
        WHERE passage.id <> idea.passage_id AND (passage.state <> 'left' OR passage.left_at IS NULL)
        """,
    "what was handed in has a version, and a promise unless the team is asked for more": """
        SELECT passage.id FROM passage JOIN idea ON idea.id = passage.idea_id
        WHERE idea.state <> 'waiting' AND passage.state IN ('handed_in', 'decided') AND (
            passage.handed_in_at IS NULL OR (passage.promise_on IS NULL) <>
            (passage.paused_on IS NOT NULL AND passage.state = 'handed_in') OR NOT EXISTS
            (SELECT 1 FROM version WHERE version.passage_id = passage.id))""",
    "an idea that waits for a place stands in line with a version, and is promised nothing": """
        SELECT idea.code FROM idea JOIN passage ON passage.id = idea.passage_id
        WHERE idea.state = 'waiting' AND (idea.waiting_since IS NULL
            OR passage.handed_in_at IS NULL OR passage.promise_on IS NOT NULL OR NOT EXISTS
            (SELECT 1 FROM version WHERE version.passage_id = passage.id))""",
    "a promise's clock stands exactly while its team is asked for more": """
        SELECT passage.id FROM passage WHERE passage.state <> 'left' AND (
            (passage.paused_on IS NULL) <> (passage.asked_until IS NULL)
            OR (passage.paused_on IS NULL) = EXISTS (
                SELECT 1 FROM information_request asked WHERE asked.passage_id = passage.id
                AND asked.answered_at IS NULL AND asked.withdrawn_at IS NULL))""",
    "a version belongs to a passage of its idea": """
        SELECT version.id FROM version JOIN passage ON passage.id = version.passage_id
        WHERE passage.idea_id <> version.idea_id""",
    "a passage has one decision at most, about its own idea": """
        SELECT passage.id FROM decision JOIN passage ON passage.id = decision.passage_id
        GROUP BY passage.id, passage.idea_id
        HAVING count(*) > 1 OR min(decision.idea_id) <> passage.idea_id""",
    "a decision has a reason, and a parked idea a day on which it comes back": """
        SELECT id FROM decision
        WHERE trim(reason) = '' OR (outcome = 'park' AND revisit_on IS NULL)""",
    "only what was parked for lack of activity was decided by nobody": """
        SELECT decision.id FROM decision JOIN passage ON passage.id = decision.passage_id
        WHERE decision.decided_by_id IS NULL
            AND (decision.outcome <> 'park' OR passage.handed_in_at IS NOT NULL)""",
    "a decision was announced exactly when its passage was left": """
        SELECT decision.id FROM decision JOIN passage ON passage.id = decision.passage_id
        JOIN idea ON idea.id = passage.idea_id WHERE idea.state <> 'withdrawn' AND (
            (decision.announced_at IS NULL AND passage.state <> 'decided') OR
            (decision.announced_at IS NOT NULL
                AND (passage.state <> 'left' OR passage.outcome <> decision.outcome)))""",
    "a passage that is decided has its decision": """
        SELECT passage.id FROM passage WHERE passage.state = 'decided'
        AND NOT EXISTS (SELECT 1 FROM decision WHERE decision.passage_id = passage.id)""",
    "an announced decision has its event and messages": """
        SELECT decision.id FROM decision WHERE decision.announced_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM event JOIN delivery ON delivery.event_id = event.id
            WHERE event.kind = 'DecisionAnnounced'
                AND event.subject = 'decision:' || CAST(decision.id AS VARCHAR(20)))""",
    "an assignment is submitted exactly when its review is": """
        SELECT assignment.id FROM assignment
        LEFT JOIN review ON review.assignment_id = assignment.id
        WHERE (assignment.state = 'submitted' AND review.submitted_at IS NULL)
            OR (assignment.state IN ('assigned', 'accepted') AND review.submitted_at IS NOT NULL)
        """,
    "an assignment is about the idea of its passage": """
        SELECT assignment.id FROM assignment JOIN passage ON passage.id = assignment.passage_id
        WHERE passage.idea_id <> assignment.idea_id""",
    "a review is pinned to a version of what was assigned": """
        SELECT review.id FROM review JOIN assignment ON assignment.id = review.assignment_id
        JOIN version ON version.id = review.idea_version_id
        WHERE version.passage_id <> assignment.passage_id""",
    "a mark lies on the scale it was given on, or is an abstention": {
        "sqlite": """
            SELECT review.id FROM review, json_each(review.marks) mark
            JOIN assignment ON assignment.id = review.assignment_id
            JOIN passage ON passage.id = assignment.passage_id
            JOIN stage ON stage.id = passage.stage_id
            LEFT JOIN rubric ON rubric.id = review.rubric_id
            WHERE mark.type <> 'null' AND (mark.type <> 'integer'
                OR mark.value NOT BETWEEN 1 AND COALESCE(rubric.scale, stage.scale))""",
        "postgresql": """
            SELECT review.id FROM review CROSS JOIN LATERAL jsonb_each(review.marks) mark
            JOIN assignment ON assignment.id = review.assignment_id
            JOIN passage ON passage.id = assignment.passage_id
            JOIN stage ON stage.id = passage.stage_id
            LEFT JOIN rubric ON rubric.id = review.rubric_id
            WHERE mark.value NOT IN ('null', '1', '2', '3', '4', '5', '6', '7')
                OR (mark.value <> 'null'
                    AND mark.value::text > COALESCE(rubric.scale, stage.scale)::text)""",
    },
    "an idea has one lead: its owner": """
        SELECT idea.code FROM idea WHERE 1 <> (
            SELECT count(*) FROM team_member WHERE team_member.idea_id = idea.id
            AND team_member.role = 'lead') OR NOT EXISTS (
            SELECT 1 FROM team_member WHERE team_member.idea_id = idea.id
            AND team_member.role = 'lead' AND team_member.state = 'accepted'
            AND team_member.person_id = idea.owner_id)""",
    "a milestone is done exactly when it says by whom and when": """
        SELECT id FROM milestone WHERE (state = 'done') <> (done_at IS NOT NULL)""",
    "a milestone is done after what it waits for, among those of its own idea": """
        SELECT later.id FROM milestone_dependency AS link
        JOIN milestone AS later ON later.id = link.milestone_id
        JOIN milestone AS first ON first.id = link.needs_id
        WHERE later.idea_id <> first.idea_id
            OR (later.state = 'done' AND first.state = 'open')""",
    "a message is waiting, retrying, sent, carried, failed or cancelled, and says so": """
        SELECT key FROM delivery
        WHERE state NOT IN ('waiting', 'retrying', 'sent', 'carried', 'failed', 'cancelled')
            OR (state IN ('sent', 'carried')) <> (sent_at IS NOT NULL)
            OR (state = 'carried') <> (carried_by_id IS NOT NULL)
            OR (state IN ('retrying', 'failed') AND last_error = '')""",
    "every reference leads somewhere": {"sqlite": 'SELECT "table" FROM pragma_foreign_key_check'},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """A sentence that is not true, and where; at most a handful of places."""

    sentence: str
    places: tuple[str, ...]


def broken(session: Session) -> list[Broken]:
    """Ask every statement; an empty list is a sound database."""
    dialect = session.get_bind().dialect.name
    found = []
    for sentence, statement in STATEMENTS.items():
        sql = statement if isinstance(statement, str) else statement.get(dialect)
        if sql is not None:
            places = session.execute(text(sql)).scalars().fetchmany(MOST)
            if places:
                found.append(Broken(sentence, tuple(map(str, places))))
    return found
