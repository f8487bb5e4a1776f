"""What the designer of questions shows: a stage's questions, and the ideas a change touches."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from accelerator.domain.answers import CHOSEN, Asked, Given
from accelerator.domain.bilingual import Bilingual
from accelerator.domain.policy import Actor
from accelerator.domain.questions import Effect, effect_of
from accelerator.domain.stages import LIVING, IdeaState, PassageState
from accelerator.storage.tables import Answer, Idea, Passage, Programme, Question, Stage
from accelerator.storage.visibility import visible_ideas

MOST_NAMED = 20
_QUESTIONS = (
    select(Question)
    .where(Question.stage_id == bindparam("stage"))
    .order_by(Question.position, Question.id)
)
_STAGES = (
    select(Stage.id, Stage.key, Stage.name, Stage.position)
    .where(Stage.programme_id == bindparam("programme"), Stage.removed_at.is_(None))
    .order_by(Stage.position)
)
_EARLIER = (
    select(Question, Stage.name)
    .join(Stage, Stage.id == Question.stage_id)
    .where(
        Stage.programme_id == bindparam("programme"),
        Stage.position < bindparam("position"),
        Question.kind == bindparam("kind"),
        Question.removed_at.is_(None),
    )
    .order_by(Stage.position, Question.position, Question.id)
)
_OPEN = (
    select(Idea.id, Idea.code, Idea.title)
    .join(Passage, Passage.id == Idea.passage_id)
    .where(
        Passage.stage_id == bindparam("stage"),
        Passage.state == PassageState.OPEN,
        Idea.state.in_(LIVING),
    )
    .order_by(Idea.id)
)


@dataclass(frozen=True, slots=True)
class Designer:
    """The questions of one stage, present and removed, and the stages beside it."""

    stage: Stage
    stages: tuple[tuple[str, Bilingual], ...]
    questions: tuple[Question, ...]
    removed: tuple[Question, ...]
    standing: int
    lacking: Mapping[str, list[str]]

    @property
    def mark(self) -> str:
        """Return the mark of the list as it is shown."""
        return mark_of(self.questions)

    def untranslated(self) -> int:
        """Count the questions of which some text has one language only."""
        return sum(map(bool, self.lacking.values()))


@dataclass(frozen=True, slots=True)
class Touched:
    """An idea whose answers a change touches, and how; `seen` says whether the manager may know."""

    idea_id: int
    code: str
    title: Bilingual
    effect: Effect
    seen: bool


@dataclass(frozen=True, slots=True)
class Affected:
    """The ideas that a change touches, by what it does to them."""

    touched: tuple[Touched, ...] = ()
    hidden: bool = False

    @property
    def groups(self) -> list[tuple[Effect, int, list[Touched]]]:
        """Return each effect with how many ideas it has, and some of them to look at."""
        found: dict[Effect, list[Touched]] = defaultdict(list)
        for one in self.touched:
            if one.seen:
                found[one.effect].append(one)
        return [(e, len(found[e]), found[e][:MOST_NAMED]) for e in Effect if e in found]

    @property
    def mark(self) -> str:
        """Return a mark of what a manager confirms, exactly what was shown; empty for nothing."""
        shown = [f"{one.code}:{one.effect}" for one in self.touched if one.seen]
        return _digest(shown) if shown else ""


def _digest(words: Iterable[str]) -> str:
    return blake2s(" ".join(words).encode(), digest_size=12).hexdigest()


def mark_of(questions: Iterable[Question]) -> str:
    """Return a mark of which questions stand in which order."""
    return _digest(question.key for question in questions)


def stage_of(session: Session, programme: Programme, key: str, *, lock: bool) -> Stage | None:
    """Load one stage; locked, so that two managers who change its questions take turns."""
    wanted = select(Stage).where(Stage.programme_id == programme.id, Stage.key == key)
    return session.scalar(wanted.with_for_update() if lock else wanted)


def questions_of(session: Session, stage: Stage) -> list[Question]:
    """Return the questions of a stage, removed ones too, in their order."""
    return list(session.scalars(_QUESTIONS, {"stage": stage.id}))


def designer(session: Session, actor: Actor, stage: Stage) -> Designer:
    """Load the designer of a stage; three queries, however many questions and stages."""
    questions = questions_of(session, stage)
    stages = session.execute(_STAGES, {"programme": stage.programme_id})
    open_ideas = _OPEN.with_only_columns(func.count()).order_by(None)
    standing = session.scalar(
        open_ideas.where(Idea.state == IdeaState.ACTIVE, visible_ideas(actor)), {"stage": stage.id}
    )
    present = tuple(question for question in questions if question.removed_at is None)
    return Designer(
        stage,
        tuple((row.key, row.name) for row in stages),
        present,
        tuple(question for question in questions if question.removed_at is not None),
        standing or 0,
        {question.key: lacking(question) for question in present},
    )


def earlier(session: Session, stage: Stage, kind: str) -> list[tuple[Question, Bilingual]]:
    """Return the questions of earlier stages whose answers a question of this kind can carry on."""
    values = {"programme": stage.programme_id, "position": stage.position, "kind": kind}
    return [(row[0], row[1]) for row in session.execute(_EARLIER, values)]


def affected(
    session: Session,
    actor: Actor,
    stage: Stage,
    *,
    before: Sequence[Question],
    after: Sequence[Asked],
    keys: Collection[str],
    carried: Mapping[str, int | None],
    was: Sequence[Question] | None = None,
) -> Affected:
    """Return whose answers it touches that questions of a stage change at some keys.

    `before` are the rows whose answers count, `was` those that were asked where that differs.
    `carried` says from which question each begins: an earlier answer is an answer. Looked at are
    the ideas whose teams work in the stage now. The teams of drafts hear of it too, but drafts
    are never shown.
    """
    ideas = session.execute(_OPEN, {"stage": stage.id}).all()
    seen = set(
        session.scalars(
            _OPEN.with_only_columns(Idea.id).where(visible_ideas(actor)), {"stage": stage.id}
        )
    )
    answers = _answers(session, stage, before, keys, carried)
    asked = [row.asked for row in (before if was is None else was)]
    touched = []
    for row in ideas:
        given = answers.get(row.id, {})
        effects = [e for key in keys if (e := effect_of(asked, after, key, given)) is not None]
        if effects:
            first = min(effects, key=list(Effect).index)
            touched.append(Touched(row.id, row.code, row.title, first, row.id in seen))
    return Affected(tuple(touched), any(not one.seen for one in touched))


def _answers(
    session: Session,
    stage: Stage,
    questions: Sequence[Question],
    keys: Collection[str],
    carried: Mapping[str, int | None],
) -> Mapping[int, dict[str, Given]]:
    """Load what was answered to some questions, and to those that others hang on."""
    leading = {row.condition["question"] for row in questions if row.condition}
    wanted = {
        row.id: row.key
        for row in questions
        if row.key in keys or (row.key in leading and row.kind in CHOSEN)
    }
    sources = {carried[key] for key in keys if carried.get(key)}
    rows = session.execute(
        select(Answer.idea_id, Answer.question_id, Answer.text, Answer.value)
        .join(Idea, Idea.id == Answer.idea_id)
        .join(Passage, Passage.id == Idea.passage_id)
        .where(
            Answer.question_id.in_({*wanted, *sources}),
            Passage.stage_id == stage.id,
            Passage.state == PassageState.OPEN,
        )
    )
    own: dict[int, dict[str, Given]] = defaultdict(dict)
    begun: dict[int, dict[str, Given]] = defaultdict(dict)
    for idea_id, question_id, text, value in rows:
        if question_id in wanted:
            own[idea_id][wanted[question_id]] = Given(text, value)
        else:
            for key in keys:
                if carried.get(key) == question_id:
                    begun[idea_id][key] = Given(text, value)
    return {idea: begun[idea] | own[idea] for idea in {*own, *begun}}


def lacking(question: Question) -> list[str]:
    """Return the languages in which some text of a question is still missing."""
    texts = [question.label, question.help]
    texts += [Bilingual.of(option.get("label") or option) for option in question.options]
    sides = {
        side
        for text in texts
        for side, here, there in (("ja", text.ja, text.en), ("en", text.en, text.ja))
        if there and not here
    }
    return sorted(sides, reverse=True)
