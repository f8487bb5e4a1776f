"""What may be said about a person, typed or imported."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.errors import DomainError
from accelerator.domain.people import (
    MOST_SKILLS,
    Details,
    checked,
    differences,
    email_of,
    skills_of,
)

SATO = Details(email="sato@hoshino.example", family_name="佐藤", skills=("特許",))


def check(details):
    return checked(details, zones={"Asia/Tokyo"}, countries={"JP", "DE"})


def test_details_are_kept_in_one_spelling():
    kept = check(replace(SATO, email=" Sato@Hoshino.Example ", skills=("特許", " 特許", "a  b")))
    assert kept == replace(SATO, skills=("特許", "a b"))
    assert differences(SATO, kept) == ("skills",)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "nobody"),
        ("email", "a b@c.example"),
        ("email", "a@b@c.example"),
        ("email", "a@c.example\nBcc: x@y.example"),
        ("email", "a\u202e@c.example"),
        ("email", "a@.example"),
        ("email", "a@" + "c" * 254),
        ("family_name", ""),
        ("family_name", "x" * 101),
        ("given_name", "x" * 101),
        ("department", "x" * 201),
        ("line_manager", "x" * 255),
        ("language", "fr"),
        ("time_zone", "Mars/Base"),
        ("country", "ZZ"),
        ("skills", ("x" * 61,)),
        ("skills", tuple(f"skill {n}" for n in range(MOST_SKILLS + 1))),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(field, value):
    with pytest.raises(DomainError) as raised:
        check(replace(SATO, **{field: value}))
    assert raised.value.field == field
    assert raised.value.message % raised.value.values


@given(st.text(max_size=60))
def test_addresses_and_skills_read_again_stay_the_same(text):
    assert skills_of(", ".join(skills_of(text))) == skills_of(text)
    try:
        kept = email_of(text)
    except DomainError:
        return
    assert email_of(kept) == kept


@given(
    st.sampled_from(["family_name", "given_name", "family_reading", "department"]),
    st.sampled_from(["\n", "\r", "\x00", "\x1b", "\u2028", "\u2029"]),
)
def test_a_name_is_one_line(field, breaking):
    with pytest.raises(DomainError) as refused:
        check(replace(SATO, **{field: f"佐藤{breaking}Bcc: all"}))
    assert (refused.value.code, refused.value.field) == ("one_line", field)
