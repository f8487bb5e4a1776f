"""What may be said about a person: addresses, names, skills, zones; typed or imported alike."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, fields, replace

from accelerator.domain.errors import DomainError
from accelerator.i18n import N_

MOST = {
    "email": 254, "family_name": 100, "given_name": 100, "family_reading": 100,
    "given_reading": 100, "department": 200, "line_manager": 254,
}  # fmt: skip
MOST_SKILLS = 30
LONGEST_SKILL = 60
LABELS = {
    "email": N_("E-mail address"), "family_name": N_("Family name"),
    "given_name": N_("Given name"), "family_reading": N_("Family name, reading"),
    "given_reading": N_("Given name, reading"), "department": N_("Department"),
    "line_manager": N_("Line manager"), "skills": N_("Skills"), "language": N_("Language"),
    "time_zone": N_("Time zone"), "country": N_("Country"),
}  # fmt: skip

_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\".]+(\.[^\s@<>()\[\]\\,;:\".]+)*")
_SKILL_ENDS = re.compile(r"[,;、，；\n]")  # the comma of each script

_BREAKING = ("Cc", "Zl", "Zp")  # no header of a mail and no line of a list can hold them


def display_name(family: str, given: str) -> str:
    """Write a name, family name first when it is in Japanese script, given name first else.

    >>> display_name("星野", "正彦"), display_name("Taylor", "Emma")
    ('星野 正彦', 'Emma Taylor')
    """
    if family and ord(family[0]) > 0x2E7F:  # noqa: PLR2004 - where the scripts of East Asia begin
        return f"{family} {given}".strip()
    return f"{given} {family}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """A person's own details; `line_manager` is an e-mail address, or a name still to be found."""

    email: str
    family_name: str
    given_name: str = ""
    family_reading: str = ""
    given_reading: str = ""
    department: str = ""
    line_manager: str = ""
    skills: tuple[str, ...] = ()
    language: str = "en"
    time_zone: str = "Asia/Tokyo"
    country: str = "JP"


def checked(details: Details, *, zones: Collection[str], countries: Collection[str]) -> Details:
    """Return the details as they are kept; raise DomainError at the first field that is wrong.

    >>> checked(Details(email=" A@B.example ", family_name="Ito"), zones=["Asia/Tokyo"],
    ...         countries=["JP"]).email
    'a@b.example'
    """
    kept = replace(
        details, email=email_of(details.email), skills=skills_of(",".join(details.skills))
    )
    for name, most in MOST.items():
        if any(unicodedata.category(char) in _BREAKING for char in getattr(kept, name)):
            raise DomainError(
                "one_line", N_("This has a line break or another control character."), field=name
            )
        if len(getattr(kept, name)) > most:
            raise DomainError(
                "too_long", N_("This has more than %(most)s characters."), field=name, most=most
            )
    if not kept.family_name:
        raise DomainError("required", N_("A person needs a family name."), field="family_name")
    for name, value, known in (
        ("language", kept.language, ("en", "ja")),
        ("time_zone", kept.time_zone, zones),
        ("country", kept.country, countries),
    ):
        if value not in known:
            raise DomainError(
                "unknown", N_("“%(value)s” is not known here."), field=name, value=value
            )
    return kept


def email_of(text: str) -> str:
    """Return an address as it is kept and compared; raise DomainError at "email".

    >>> email_of(" Sato.Hana@Hoshino.Example")
    'sato.hana@hoshino.example'
    """
    email = unicodedata.normalize("NFKC", text).strip().casefold()
    if not _EMAIL.fullmatch(email) or not email.isprintable():
        raise DomainError(
            "email", N_("This is not an e-mail address, like name@company.example."), field="email"
        )
    return email


def skills_of(text: str) -> tuple[str, ...]:
    """Cut a list of skills at its commas; each is kept once. Raise DomainError at "skills".

    >>> skills_of("表面処理、 Patents, patents")
    ('表面処理', 'Patents')
    """
    found: dict[str, str] = {}
    for part in _SKILL_ENDS.split(text):
        skill = " ".join(part.split())
        if skill:
            found.setdefault(unicodedata.normalize("NFKC", skill).casefold(), skill)
    if len(found) > MOST_SKILLS:
        raise DomainError(
            "skills", N_("At most %(most)s skills."), field="skills", most=MOST_SKILLS
        )
    if any(len(skill) > LONGEST_SKILL for skill in found.values()):
        raise DomainError(
            "skills",
            N_("A skill has at most %(most)s characters."),
            field="skills",
            most=LONGEST_SKILL,
        )
    return tuple(found.values())


def differences(old: Details, new: Details) -> tuple[str, ...]:
    """Name the fields in which two details differ."""
    return tuple(f.name for f in fields(Details) if getattr(old, f.name) != getattr(new, f.name))
