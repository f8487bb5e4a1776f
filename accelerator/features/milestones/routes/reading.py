"""An idea's milestones, and the page of one, which says how to go on with it in three taps."""

from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from accelerator import clock
from accelerator.domain.policy import Permission
from accelerator.domain.stages import IdeaState
from accelerator.features.milestones import forms
from accelerator.features.milestones.queries import one as queries
from accelerator.features.milestones.queries.rows import Member, MilestoneRow, proposed, team
from accelerator.features.milestones.routes.blueprint import bp
from accelerator.i18n import gettext as _
from accelerator.i18n import language
from accelerator.standing.dues import Resting, resting
from accelerator.web.forms import Form
from accelerator.web.guard import allow, may
from accelerator.web.session import config, db
from accelerator.web.templating import today

SAYINGS = ("under_way", "done", "time")


@bp.get("/ideas/<code>/milestones")
@allow(Permission.IDEA_VIEW, subject="idea")
def of_idea(idea: Any) -> ResponseReturnValue:
    """Show an idea's milestones."""
    return idea_page(idea)


@bp.get("/ideas/<code>/milestones/<int:milestone_id>")
@allow(Permission.IDEA_VIEW, subject="milestone")
def show(milestone: Any) -> ResponseReturnValue:
    """Show one milestone and what can be done with it."""
    return page(milestone, say=request.args.get("say", ""))


def idea_page(idea: Any, tried: Form | None = None) -> str:
    """Show the list; with the form that was just tried."""
    rows = queries.of_idea(db(), idea.id, now=clock.now(), foresees=_foresees())
    fresh = tried or forms.NewMilestone(formdata=None)
    if may(Permission.MILESTONE_EDIT):
        fresh.owner.choices = owners(team(db(), idea.id))
    until = idea.reminders_paused_until
    paused = until if until is not None and until > today() else None
    return render_template(
        "milestones/of_idea.html", idea=idea, rows=rows, form=fresh, paused=paused, rest=_rest(idea)
    )


def _rest(idea: Any) -> Resting | None:
    """Return how long nobody has worked on an idea in work, for those whom it concerns."""
    if idea.state != IdeaState.ACTIVE or not _foresees():
        return None
    return next(iter(resting(db(), idea_id=idea.id, now=clock.now())), None)


def _foresees() -> bool:
    """Say whether the person is told what will probably be late."""
    return may(Permission.MILESTONE_EDIT) or may(Permission.MILESTONE_VIEW)


def page(milestone: Any, tried: Form | None = None, say: str = "") -> str:
    """Show one milestone; with the form that was just tried, and open where it stands."""
    code = (request.view_args or {}).get("code", "")
    found = queries.page(
        db(), milestone, sees_team=may(Permission.TEAM_VIEW), foresees=_foresees(), now=clock.now()
    )
    members = team(db(), milestone.idea_id) if may(Permission.MILESTONE_EDIT) else []
    return render_template(
        "milestones/show.html", code=found.row.idea_code or code, page=found, row=found.row,
        say=say if say in SAYINGS else "", tried=tried, members=members,
        limit_mb=config().upload_limit // (1024 * 1024),
        **_forms(found.row, found.others, members, tried),
    )  # fmt: skip


def _forms(
    row: MilestoneRow,
    others: tuple[MilestoneRow, ...],
    members: list[Member],
    tried: Form | None,
) -> dict[str, Form]:
    """Make each form of the page, or keep the one that was just tried."""
    people = _form(forms.People, tried, owner=row.owner_id, helpers=row.helper_ids)
    people.owner.choices = owners(members)
    people.helpers.choices = owners([one for one in members if one.id != row.owner_id])
    needs = _form(forms.Needs, tried, needs=[one.id for one in row.needs])
    needs.needs.choices = needs_of(others)
    return {
        "complete": _form(forms.Complete, tried, evidence=row.evidence),
        "ask": _form(forms.AskDate, tried, asked_due_on=_later(row)),
        "answer": _form(forms.AnswerDate, tried, reason=usual_refusal()),
        "people": people,
        "needs": needs,
        "link": _form(forms.ProofLink, tried),
        "file": _form(forms.ProofFile, tried),
    }


def _form(kind: Any, tried: Form | None, **values: Any) -> Any:
    """Return the form that was just tried, or a fresh one; several share the names of fields."""
    form = tried if isinstance(tried, kind) else kind(formdata=None, **values)
    for field in form:
        field.id = f"{kind.__name__.lower()}-{field.short_name}"
        field.label.field_id = field.id
    return form


def _later(row: MilestoneRow) -> date:
    return row.asked_due_on or proposed(row, clock.now())


def usual_refusal() -> str:
    """Return the reason that stands ready, so that one press is enough; it can be changed."""
    return _("The gate of the stage needs it by this day.")


def owners(members: list[Member]) -> list[SelectChoice]:
    """Return the members of a team as choices."""
    return [SelectChoice(str(member.id), member.name) for member in members]


def needs_of(others: Any) -> list[SelectChoice]:
    """Return the other milestones of an idea as choices."""
    return [SelectChoice(str(one.id), one.name.pick(language())) for one in others]
