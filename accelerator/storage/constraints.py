"""Named database constraints, said as errors at the field: the one place that knows their names."""

from sqlalchemy.exc import IntegrityError

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

# On SQLite a unique constraint is reported by its columns, on PostgreSQL by its name.
MEANINGS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("uq_person_email", "person.email"): (
        "email_taken", N_("Somebody with this e-mail address exists already."), "email",
    ),
    ("uq_programme_key", "programme.key"): (
        "programme_key_taken", N_("A programme with this key exists already."), "key",
    ),
    ("uq_cohort_code", "cohort.code"): (
        "cohort_code_taken", N_("A cohort with this code exists already."), "code",
    ),
    ("uq_team_member_idea_id_person_id", "team_member.idea_id, team_member.person_id"): (
        "already_in_team", N_("This person was invited already."), "person",
    ),
    ("uq_decision_passage_id", "decision.passage_id"): (
        "already_decided", N_("Somebody decided this idea meanwhile."), "outcome",
    ),
    ("uq_idea_cohort_id_external_id", "idea.cohort_id, idea.external_id"): (
        "already_imported", N_("An idea with this external number exists already."), "external_id",
    ),
}  # fmt: skip


def explain(error: IntegrityError) -> DomainError | None:
    """Return the error for the person, or None when the constraint is ours alone to keep."""
    text = str(error.orig)
    for (name, columns), (code, message, field) in MEANINGS.items():
        if name in text or f"UNIQUE constraint failed: {columns}" in text:
            return DomainError(code, message, field=field)
    return None
