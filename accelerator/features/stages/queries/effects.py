"""What a change means for ideas on their way, in sentences, before it is saved.

An empty list says that nobody on their way notices the change, so that nothing is to confirm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accelerator.domain.designing import detours, way
from accelerator.domain.drafts import fingerprint
from accelerator.domain.errors import DomainError
from accelerator.domain.stages import Timing
from accelerator.features.stages.queries.in_flight import InFlight, Written
from accelerator.features.stages.queries.one import CohortDates
from accelerator.i18n import N_, gettext, language, ngettext
from accelerator.storage.tables import Stage

Order = tuple[Sequence[str], set[str]]


@dataclass(frozen=True, slots=True)
class Effects:
    """What to tell before saving; `seen` marks that exactly this was shown."""

    lines: tuple[str, ...]

    @property
    def seen(self) -> str:
        """Return the mark that a form carries once these sentences were shown."""
        return fingerprint("\n".join(self.lines))


class Unconfirmed(DomainError):
    """The change touches ideas on their way and nobody said yet that this is meant."""

    def __init__(self, effects: Effects) -> None:
        super().__init__("unconfirmed", N_("Read whom this touches, then save it again."))
        self.effects = effects


def require_seen(lines: Sequence[str], seen: str) -> None:
    """Raise Unconfirmed unless there is nothing to tell, or exactly this was told."""
    effects = Effects(tuple(lines))
    if effects.lines and seen != effects.seen:
        raise Unconfirmed(effects)


def of_design(
    was: Order, now: Order, stages: Mapping[str, Stage], ideas: Mapping[int, InFlight]
) -> list[str]:
    """Say which ideas go another way once stages are ordered, added or removed."""
    names = {key: stage.name.pick(language()) for key, stage in stages.items()}
    counts = {key: ideas[stage.id].all for key, stage in stages.items() if stage.id in ideas}
    lines = [
        ngettext(
            "%(num)s idea stands in “%(stage)s”: it finishes this stage with its dates, reviews"
            " and gate; no further idea enters.",
            "%(num)s ideas stand in “%(stage)s”: they finish this stage with their dates, reviews"
            " and gate; no further idea enters.",
            counts[key],
            stage=names[key],
        )
        for key in sorted(now[1] - was[1])
        if counts.get(key)
    ]
    for each in detours(was, now, [key for key, count in counts.items() if count]):
        ahead = names[each.next_is] if each.next_is else gettext("the end of the programme")
        before = names[each.next_was] if each.next_was else gettext("the end of the programme")
        texts = {"stage": names[each.stage], "next": ahead, "before": before}
        line = ngettext(
            "%(num)s idea in “%(stage)s”: after the gate comes %(next)s (now: %(before)s).",
            "%(num)s ideas in “%(stage)s”: after the gate comes %(next)s (now: %(before)s).",
            counts[each.stage],
            **texts,
        )
        if each.next_is == each.next_was:
            line = ngettext(
                "%(num)s idea in “%(stage)s” goes another way further on: %(way)s.",
                "%(num)s ideas in “%(stage)s” go another way further on: %(way)s.",
                counts[each.stage],
                way=" → ".join(names[key] for key in way(*now, each.stage)),
                **texts,
            )
        lines.append(" ".join([line, *_ways(each, names)]))
    return lines


def _ways(each: Any, names: Mapping[str, str]) -> list[str]:
    told = []
    if each.left_out:
        stages = gettext(", ").join(names[key] for key in each.left_out)
        told.append(gettext("They do not go through: %(stages)s.", stages=stages))
    if each.added:
        stages = gettext(", ").join(names[key] for key in each.added)
        told.append(gettext("They go through in addition: %(stages)s.", stages=stages))
    return told


def of_stage(
    changed: Mapping[str, Any],
    stage: Stage,
    ideas: InFlight,
    written: Written,
    cohorts: Sequence[CohortDates],
) -> list[str]:
    """Say whom new values of a stage's own settings touch; `changed` holds those that differ."""
    lines = _timing(changed, ideas, cohorts) + _times(changed, stage, ideas)
    if "reviews_per_idea" in changed and ideas.at_gate:
        lines.append(
            ngettext(
                "%(num)s idea at the gate is asked for the new number of reviews.",
                "%(num)s ideas at the gate are asked for the new number of reviews.",
                ideas.at_gate,
            )
        )
    if {"teams_hidden", "reviewers_hidden", "peers_hidden", "others_visible"} & set(changed) and (
        written.waiting or written.begun
    ):
        number = written.waiting + written.begun
        lines.append(
            ngettext(
                "%(num)s review was begun or handed in under the present rule of who is hidden"
                " from whom; the new one holds for it at once.",
                "%(num)s reviews were begun or handed in under the present rule of who is hidden"
                " from whom; the new one holds for them at once.",
                number,
            )
        )
    if "minimums" in changed and ideas.all:
        lines.append(
            ngettext(
                "%(num)s idea in this stage is measured by the new levels at the gate.",
                "%(num)s ideas in this stage are measured by the new levels at the gate.",
                ideas.all,
            )
        )
    if "deciders" in changed and ideas.all:
        lines.append(
            ngettext(
                "%(num)s idea in this stage will be decided on by the people named now.",
                "%(num)s ideas in this stage will be decided on by the people named now.",
                ideas.all,
            )
        )
    return lines


def _timing(
    changed: Mapping[str, Any], ideas: InFlight, cohorts: Sequence[CohortDates]
) -> list[str]:
    if "timing" not in changed:
        return []
    lines = []
    dated = [one.code for one in cohorts if one.dates is not None]
    undated = [one.code for one in cohorts if one.dates is None]
    if changed["timing"] == Timing.ROLLING and dated:
        lines.append(
            gettext(
                "The days of this stage are taken out of these cohorts and kept in the audit log:"
                " %(cohorts)s.",
                cohorts=gettext(", ").join(dated),
            )
        )
    if changed["timing"] == Timing.COHORT and undated:
        lines.append(
            gettext(
                "These cohorts have no days for this stage yet; until somebody sets them, the time"
                " box counts: %(cohorts)s.",
                cohorts=gettext(", ").join(undated),
            )
        )
    if ideas.working:
        lines.append(_keeps_hand_in(ideas.working))
    return lines


def _times(changed: Mapping[str, Any], stage: Stage, ideas: InFlight) -> list[str]:
    lines = []
    if "time_box_days" in changed and "timing" not in changed and ideas.working:
        lines.append(_keeps_hand_in(ideas.working))
    if "promise_days" in changed and ideas.at_gate:
        lines.append(
            ngettext(
                "%(num)s idea at the gate keeps the day by which its team was promised to hear.",
                "%(num)s ideas at the gate keep the day by which their teams were promised to"
                " hear.",
                ideas.at_gate,
            )
        )
    if "promise_days" in changed and ideas.working:
        lines.append(
            ngettext(
                "%(num)s team at work is promised an answer within %(new)s instead of %(old)s"
                " working days, counted from its hand-in.",
                "%(num)s teams at work are promised an answer within %(new)s instead of %(old)s"
                " working days, counted from their hand-in.",
                ideas.working,
                new=changed["promise_days"],
                old=stage.promise_days,
            )
        )
    return lines


def _keeps_hand_in(working: int) -> str:
    return ngettext(
        "%(num)s team at work keeps its hand-in date; the change holds for ideas that enter later.",
        "%(num)s teams at work keep their hand-in dates; the change holds for ideas that enter"
        " later.",
        working,
    )


def of_rubric(
    removed: Sequence[str], scale: tuple[int, int], ideas: InFlight, written: Written
) -> list[str]:
    """Say what becomes of reviews when the rubric changes; `scale` is the one before and after."""
    lines = []
    if written.submitted:
        lines.append(
            ngettext(
                "%(num)s review handed in keeps its marks, its score and the wording it was given"
                " under.",
                "%(num)s reviews handed in keep their marks, their scores and the wording they"
                " were given under.",
                written.submitted,
            )
        )
        if scale[0] != scale[1]:
            lines.append(
                gettext(
                    "Their scores from 1 to %(was)s are compared with the new ones from 1 to"
                    " %(now)s in proportion; what was given stays as it is.",
                    was=scale[0],
                    now=scale[1],
                )
            )
    if written.begun:
        lines.append(
            ngettext(
                "%(num)s review is begun and not handed in: its reviewer is told, keeps what"
                " still fits, and marks the rest anew.",
                "%(num)s reviews are begun and not handed in: their reviewers are told, keep"
                " what still fits, and mark the rest anew.",
                written.begun,
            )
        )
    if (lines or ideas.all) and removed:
        names = gettext(", ").join(removed)
        lines.append(gettext("No longer marked: %(criteria)s.", criteria=names))
    if ideas.all:
        lines.append(
            ngettext(
                "%(num)s idea in this stage is reviewed with the new rubric from now on.",
                "%(num)s ideas in this stage are reviewed with the new rubric from now on.",
                ideas.all,
            )
        )
    return lines


def of_milestones(ideas: InFlight) -> list[str]:
    """Say that milestones which exist stay as they are."""
    if not ideas.all:
        return []
    return [
        ngettext(
            "%(num)s idea in this stage keeps the milestones it has, with their days and owners;"
            " the change holds for ideas that enter later.",
            "%(num)s ideas in this stage keep the milestones they have, with their days and"
            " owners; the change holds for ideas that enter later.",
            ideas.all,
        )
    ]
