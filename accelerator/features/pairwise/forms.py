"""What joins a final round; which ideas and judges may is a rule."""

from flask import request
from wtforms import SelectMultipleField

from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, is_storable, stored_number

MOST_TICKED = 100


class AddForm(Form):
    """Ideas and judges, by tick boxes."""

    idea = SelectMultipleField(_l("Ideas"), validate_choice=False)
    judge = SelectMultipleField(_l("Reviewers"), validate_choice=False)

    def codes(self) -> list[str]:
        """Return the codes of the ideas ticked."""
        return [code for code in self.idea.data[:MOST_TICKED] if is_storable(code)]

    def judge_ids(self) -> list[int]:
        """Return the people ticked."""
        return [stored_number(text) for text in self.judge.data[:MOST_TICKED]]


def typed(name: str) -> str:
    """Return a short word that was posted; what no database can be asked for counts as nothing."""
    return _storable(request.form.get(name, ""))


def asked(name: str) -> str:
    """Return a short word of the address."""
    return _storable(request.args.get(name, ""))


def pair_asked() -> list[str]:
    """Return the codes of the pair that the address asks for."""
    return asked("pair").split()


def _storable(text: str) -> str:
    return text[:100] if is_storable(text) else ""
