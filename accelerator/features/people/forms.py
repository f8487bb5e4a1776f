"""Limits of what people type about themselves and others."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from accelerator.domain.passwords import ADVISED, LONGEST, SHORTEST
from accelerator.domain.people import LABELS, MOST
from accelerator.i18n import LANGUAGES, language, places
from accelerator.i18n import lazy_gettext as _l
from accelerator.web.forms import Form, LongSelect, storable, stripped

REQUIRED = InputRequired(_l("Please fill this in."))
TOO_LONG = _l("This has more than %(max)d characters.")
# Longer than any password that is accepted, so that the rule and not the form says so.
ANY_PASSWORD = [REQUIRED, Length(max=2000, message=TOO_LONG)]


def safe_path(target: str) -> str:
    """Return a path of our own site, or the first page for anything that leads elsewhere.

    Browsers read a backslash as a slash and ignore tabs and line ends inside an address.
    """
    plain = target.isprintable() and "\\" not in target and " " not in target
    if not plain or not target.startswith("/") or target.startswith("//"):
        return "/"
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else "/"


def text_of(field: StringField) -> str:
    """Return what was typed into a field, or nothing."""
    return field.data or ""


def _label(name: str) -> str:
    return _l(LABELS[name])


def _choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in pairs]


def _text(
    name: str, *, required: bool = False, most: int = 0, description: str = ""
) -> StringField:
    limits = [Length(max=most or MOST[name], message=TOO_LONG), storable]
    return StringField(
        _label(name),
        [REQUIRED, *limits] if required else limits,
        filters=[stripped],
        description=description,
    )


class SignInForm(Form):
    """Who somebody is; wrong or unknown is answered alike."""

    email = _text("email", required=True)
    password = PasswordField(_l("Password"), ANY_PASSWORD)


class ForgotForm(Form):
    """Where the link shall go."""

    email = _text("email", required=True)


class NewPasswordForm(Form):
    """A new password; the rule is the domain's."""

    password = PasswordField(
        _l("New password"),
        ANY_PASSWORD,
        description=_l(
            "From %(least)s to %(most)s characters, any of them; %(advised)s or more are safer. "
            "A short sentence works well.",
            least=SHORTEST,
            most=LONGEST,
            advised=ADVISED,
        ),
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password from somebody who knows the old one."""

    old = PasswordField(_l("Present password"), ANY_PASSWORD)


class DetailsForm(Form):
    """Some details of a person."""

    def typed(self) -> dict[str, str]:
        """Return what was typed, by field of the person."""
        return {name: self[name].data or "" for name in LABELS if name in self}


class ProfileForm(DetailsForm):
    """A person's own details."""

    version = IntegerField(validators=[InputRequired()])
    family_name = _text("family_name", required=True)
    given_name = _text("given_name")
    family_reading = _text("family_reading")
    given_reading = _text("given_reading")
    department = _text("department")
    line_manager = _text(
        "line_manager",
        description=_l(
            "Name or e-mail address. Line managers do not review the ideas of their own people."
        ),
    )
    skills = _text(
        "skills",
        most=2000,
        description=_l("Separated by commas, for example: surface treatment, patents, pricing."),
    )
    language = SelectField(_label("language"), choices=_choices(LANGUAGES.items()))
    time_zone = SelectField(_label("time_zone"), widget=LongSelect())
    country = SelectField(
        _label("country"),
        description=_l("Its public holidays are days off for reminders."),
        widget=LongSelect(),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = _choices((zone, zone.replace("_", " ")) for zone in places.zones())
        self.country.choices = _choices(places.countries(language()))


class PersonForm(ProfileForm):
    """Somebody's details, as an administrator edits them."""

    email = _text("email", required=True)


class NewPersonForm(DetailsForm):
    """The least that must be known of somebody who is invited."""

    email = _text("email", required=True)
    family_name = _text("family_name", required=True)
    given_name = _text("given_name")
    department = _text("department")
    language = SelectField(
        _label("language"),
        choices=_choices(LANGUAGES.items()),
        description=_l("The language of the invitation; the person can change it."),
    )


class ImportForm(Form):
    """A file to look at first; then the same file again, carried by the page."""

    file = FileField(_l("CSV file"))
    content = HiddenField(
        validators=[
            Length(max=1_900_000, message=_l("The file is larger than 1 MB. Bring it in parts."))
        ]
    )
    invite = BooleanField(_l("Send an invitation to everybody who is new"), default=True)


class RoleForm(Form):
    """Who gets which role."""

    person = StringField(
        _l("Employee"),
        [REQUIRED, Length(max=254, message=TOO_LONG), storable],
        filters=[stripped],
        description=_l("Name or e-mail address of an employee."),
    )
    role = SelectField(
        _l("Role"),
        choices=_choices(
            [
                ("reviewer", _l("Reviewer")),
                ("manager", _l("Programme manager")),
                ("sponsor", _l("Sponsor")),
            ]
        ),
    )
