"""What people type to bring a programme in from a file, or to copy one."""

from flask_wtf.file import FileField
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NoneOf, Optional, Regexp

from accelerator.domain.bilingual import Bilingual
from accelerator.domain.outline import TAKEN_KEYS
from accelerator.i18n import lazy_gettext as _
from accelerator.web.forms import Form, storable, stripped


def _key(first: type[InputRequired | Optional]) -> StringField:
    return StringField(
        _("Short key"),
        [
            first(),
            Length(max=40),
            Regexp(r"[a-z0-9][a-z0-9-]*\Z", message=_("Use small letters, digits and hyphens.")),
            NoneOf(TAKEN_KEYS, message=_("This word is taken by a page of its own.")),
        ],
        filters=[stripped],
        description=_("It stands in the addresses of pages, for example tech-2027."),
    )


def _name() -> StringField:
    return StringField(_("Name"), [Length(max=400), storable], filters=[stripped])


class Named(Form):
    """What the new programme is called."""

    key = _key(InputRequired)
    name_ja = _name()
    name_en = _name()

    def name(self) -> Bilingual:
        """Return the name in both languages; empty where the source's name stands."""
        return Bilingual(self.name_ja.data or "", self.name_en.data or "")


class ImportForm(Named):
    """A file or its text; the key is asked for once the file was understood."""

    file = FileField(_("File"))
    text = TextAreaField(_("Text of the file"))
    key = _key(Optional)


class CloneForm(Named):
    """How the copy is called, and whether the people come along."""

    roles = BooleanField(_("Give everybody the role they have in this programme"))
