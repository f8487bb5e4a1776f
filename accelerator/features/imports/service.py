"""Bring the ideas of a table into a cohort: looked at first, then all of them or none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.orm import Session

from accelerator.activity import notify, record, record_all
from accelerator.activity.events.imports import BROUGHT_IN, IdeaImported, IdeasImported
from accelerator.calendars import calendar_of
from accelerator.domain import idea_table
from accelerator.domain.answers import Given, frozen
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.errors import DomainError
from accelerator.domain.idea_table import Entry, Gap, Order
from accelerator.domain.policy import Actor
from accelerator.domain.stages import IdeaState, PassageState
from accelerator.domain.tabular import RowError, Sheet
from accelerator.features.imports.queries import Destination, destination, known, people
from accelerator.i18n import N_
from accelerator.standing.passages import entrance
from accelerator.storage import search
from accelerator.storage.tables import (
    Answer,
    Cohort,
    Idea,
    Milestone,
    Passage,
    Person,
    TeamMember,
    Version,
)

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do, or did. With any error it does nothing.

    Ideas that are in the cohort already are never touched, because their teams may have worked on
    them since: `unchanged` says the same as its row, `different` does not.
    """

    to: Destination
    owners: dict[str, Person]
    new: tuple[Entry, ...] = ()
    unchanged: int = 0
    different: tuple[tuple[Entry, str], ...] = ()
    errors: tuple[RowError, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def over_capacity(self) -> bool:
        """Say whether the cohort would hold more ideas than its capacity."""
        return self.to.taken + len(self.new) > self.to.cohort.capacity


def look(session: Session, *, to: Destination, sheet: Sheet, order: Order) -> Plan:
    """Say what an import would do; change nothing. Three queries and one per 500 owners."""
    owners = people(session, idea_table.addresses(sheet, order))
    batch = idea_table.read(sheet, order, to.questions, owners)
    if batch.errors:
        return Plan(to, owners, errors=batch.errors)
    there = known(session, to)
    new = tuple(entry for entry in batch.entries if entry.external_id not in there)
    met = [(e, there[e.external_id]) for e in batch.entries if e.external_id in there]
    different = tuple((e, now.code) for e, now in met if idea_table.differs(e, now))
    return Plan(
        to=to,
        owners=owners,
        new=new,
        unchanged=len(met) - len(different),
        different=different,
        gaps=tuple(idea_table.gaps(new, to.questions)),
    )


def apply(
    session: Session,
    *,
    actor: Actor,
    cohort: Cohort,
    sheet: Sheet,
    order: Order,
    handed_in: bool,
    now: datetime,
) -> Plan:
    """Import every new row; raise DomainError and import nothing when a row has an error.

    A manager may import outside the intake window and above the capacity. Handed in, each idea
    gets its first version and the gate's promise counts from today; else it is its owner's draft.
    """
    # Two imports into one cohort take turns, and the second finds what the first brought.
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    plan = look(session, to=destination(session, cohort), sheet=sheet, order=order)
    if plan.errors:
        raise DomainError("rows_wrong", N_("Some rows have errors; nothing was imported."))
    if plan.new:
        _Import(session, plan, actor, handed_in=handed_in, now=now).run()
    return plan


class _Import:
    """Writes the new ideas table by table, so that the statements do not grow with the rows."""

    def __init__(
        self, session: Session, plan: Plan, actor: Actor, *, handed_in: bool, now: datetime
    ) -> None:
        self.session, self.plan, self.actor = session, plan, actor
        self.handed_in, self.now = handed_in, now
        self.to = plan.to
        self.owners = [plan.owners[entry.owner] for entry in plan.new]

    def run(self) -> None:
        codes = self._codes()
        self._add(Idea, self._ideas(codes))
        by_code = self._ids(select(Idea.code, Idea.id))
        ids = [by_code[code] for code in codes]
        self._add(TeamMember, self._members(ids))
        given = entrance(self.session, cohort=self.to.cohort, stage=self.to.stage, now=self.now)
        self._add(Passage, self._passages(ids, given.hand_in_by))
        by_idea = self._ids(select(Passage.idea_id, Passage.id).join(Idea))
        passages = [by_idea[idea_id] for idea_id in ids]
        self.session.execute(
            update(Idea)
            .where(Idea.id == Passage.idea_id, *self._fresh())
            .values(passage_id=Passage.id)
            .execution_options(synchronize_session=False)
        )
        self._add(Milestone, self._milestones(ids, passages, given.milestones))
        self._add(Answer, self._answers(ids))
        contents = [self._content(*pair) for pair in zip(self.plan.new, self.owners, strict=True)]
        if self.handed_in:
            self._add(Version, self._versions(ids, passages, contents))
        search.index_new(self.session, dict(zip(ids, map(_words, contents), strict=True)))
        self._tell(ids, codes)

    def _add(self, table: type[Any], rows: Iterable[dict[str, Any]]) -> None:
        listed = list(rows)
        if listed:
            self.session.execute(insert(table.__table__), listed)

    def _ids(self, statement: Select[Any, int]) -> dict[Any, int]:
        """Return ids that the database gave to the ideas just added, which have no passage yet."""
        return dict(self.session.execute(statement.where(*self._fresh())).all())

    def _fresh(self) -> tuple[ColumnElement[bool], ...]:
        return Idea.cohort_id == self.to.cohort.id, Idea.passage_id.is_(None)

    def _codes(self) -> list[str]:
        wanted = len(self.plan.new)
        after = self.session.execute(
            update(Cohort)
            .where(Cohort.id == self.to.cohort.id)
            .values(next_number=Cohort.next_number + wanted)
            .returning(Cohort.next_number)
            .execution_options(synchronize_session=False)
        ).scalar_one()
        return [f"{self.to.cohort.code}-{n:04d}" for n in range(after - wanted, after)]

    def _ideas(self, codes: Sequence[str]) -> Iterable[dict[str, Any]]:
        state = IdeaState.ACTIVE if self.handed_in else IdeaState.DRAFT
        for entry, owner, code in zip(self.plan.new, self.owners, codes, strict=True):
            yield {
                "code": code, "cohort_id": self.to.cohort.id, "owner_id": owner.id,
                "language": entry.language, **_sides("title", entry.title),
                **_sides("summary", entry.summary), "state": state, "passage_id": None,
                "audience": self.to.audience, "withdrawn_reason": "",
                "external_id": entry.external_id, "created_at": self.now,
                "updated_at": self.now, "version": 1,
            }  # fmt: skip

    def _members(self, ids: Sequence[int]) -> Iterable[dict[str, Any]]:
        for idea_id, owner in zip(ids, self.owners, strict=True):
            yield {
                "idea_id": idea_id, "person_id": owner.id, "role": "lead", "state": "accepted",
                "invited_by_id": self.actor.id, "invited_at": self.now, "answered_at": self.now,
            }  # fmt: skip

    def _passages(self, ids: Sequence[int], hand_in_by: date) -> Iterable[dict[str, Any]]:
        state, handed_in_at, promise_on = PassageState.OPEN, None, None
        if self.handed_in:
            state, handed_in_at = PassageState.HANDED_IN, self.now
            today = self.now.astimezone(self.to.zone).date()
            calendar = calendar_of(self.to.cohort.country, today.year)
            promise_on = calendar.add(today, self.to.stage.promise_days)
        for idea_id in ids:
            yield {
                "idea_id": idea_id, "cohort_id": self.to.cohort.id,
                "stage_id": self.to.stage.id, "number": 1, "state": state,
                "entered_at": self.now, "hand_in_by": hand_in_by, "handed_in_at": handed_in_at,
                "promise_on": promise_on,
            }  # fmt: skip

    def _milestones(
        self, ids: Sequence[int], passages: Sequence[int], wanted: Sequence[tuple[Any, date]]
    ) -> Iterable[dict[str, Any]]:
        for idea_id, passage_id, owner in zip(ids, passages, self.owners, strict=True):
            for template, due_on in wanted:
                yield {
                    "idea_id": idea_id, "passage_id": passage_id, "template_id": template.id,
                    **_sides("name", template.name), **_sides("wanted", template.evidence),
                    "owner_id": owner.id, "due_on": due_on, "state": "open", "evidence": "",
                    "asked_reason": "", "version": 1,
                }  # fmt: skip

    def _answers(self, ids: Sequence[int]) -> Iterable[dict[str, Any]]:
        for idea_id, entry in zip(ids, self.plan.new, strict=True):
            for key, given in entry.answers.items():
                yield {
                    "idea_id": idea_id, "question_id": self.to.question_ids[key],
                    **_sides("text", given.text), "value": given.value,
                    "updated_by_id": self.actor.id, "updated_at": self.now, "version": 1,
                }  # fmt: skip

    def _content(self, entry: Entry, owner: Person) -> dict[str, Any]:
        answers: dict[str, Given] = dict(entry.answers)
        return {
            "language": entry.language,
            "title": entry.title.as_dict(),
            "summary": entry.summary.as_dict(),
            "answers": frozen(self.to.questions, answers),
            "team": [{"person_id": owner.id, "name": owner.display_name, "role": "lead"}],
            "attachments": [],
        }

    def _versions(
        self, ids: Sequence[int], passages: Sequence[int], contents: Sequence[dict[str, Any]]
    ) -> Iterable[dict[str, Any]]:
        for idea_id, passage_id, content in zip(ids, passages, contents, strict=True):
            yield {
                "idea_id": idea_id, "passage_id": passage_id, "number": 1, "content": content,
                "created_by_id": self.actor.id, "created_at": self.now,
            }  # fmt: skip

    def _tell(self, ids: Sequence[int], codes: Sequence[str]) -> None:
        """Record each idea and the import; tell the managers, and each owner once."""
        cohort = self.to.cohort
        about: dict[str, Any] = {"actor_id": self.actor.id, "programme_id": cohort.programme_id}
        record_all(
            self.session,
            (
                IdeaImported(
                    idea_id=idea_id, code=code, external_id=entry.external_id, row=entry.row,
                    path=f"/ideas/{code}", **about,
                )
                for idea_id, code, entry in zip(ids, codes, self.plan.new, strict=True)
            ),
            now=self.now,
        )  # fmt: skip
        event = IdeasImported(
            subject=f"cohort:{cohort.id}", cohort=cohort.name, cohort_code=cohort.code,
            count=len(ids), handed_in=self.handed_in, imported_by=self.actor.display_name,
            path=f"/ideas?cohort={cohort.code}", **about,
        )  # fmt: skip
        event_id = record(self.session, event, now=self.now)
        told = sorted({owner.id for owner in self.owners} - {self.actor.id})
        for start in range(0, len(told), AT_ONCE):
            notify(
                self.session, told[start : start + AT_ONCE], BROUGHT_IN, key=f"import:{event_id}",
                data=event.data() | {"path": f"/ideas?cohort={cohort.code}&mine=1"},
                event_id=event_id, due_at=self.now, now=self.now,
            )  # fmt: skip


def _sides(name: str, text: Bilingual) -> dict[str, str]:
    return {f"{name}_ja": text.ja, f"{name}_en": text.en}


def _words(content: dict[str, Any]) -> str:
    texts = [content["title"], content["summary"], *(a["text"] for a in content["answers"])]
    return "\n".join(f"{text['ja']}\n{text['en']}" for text in texts)
