"""Two people write one draft: what each changed is kept, or both texts are shown."""

import doctest

from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain import drafts
from accelerator.domain.drafts import fingerprint, merge, restamp, stamp

NAMES = ["title", "summary", "answer_a", "answer_b"]
VALUES = st.one_of(st.none(), st.text(max_size=5), st.lists(st.sampled_from("abc"), unique=True))
FIELDS = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES))


def alike(one: object, other: object) -> bool:
    return fingerprint(one) == fingerprint(other)


def test_the_examples_hold() -> None:
    assert doctest.testmod(drafts).failed == 0


@given(FIELDS, FIELDS, FIELDS)
def test_nothing_typed_is_lost_and_nothing_stored_is_overwritten_unseen(
    seen, stored, typed
) -> None:
    found = merge(stamp(seen), stored, typed)
    for name in NAMES:
        i_changed = not alike(typed[name], seen[name])
        they_changed = not alike(stored[name], seen[name])
        same = alike(typed[name], stored[name])
        assert (name in found.changes) == (i_changed and not they_changed and not same)
        assert (name in found.conflicts) == (i_changed and they_changed and not same)


@given(FIELDS, FIELDS)
def test_alone_everything_typed_is_saved(seen, typed) -> None:
    found = merge(stamp(seen), seen, typed)
    assert not found.conflicts
    assert all(alike((seen | found.changes)[name], typed[name]) for name in NAMES)


@given(FIELDS, FIELDS, FIELDS)
def test_a_second_save_goes_on_from_the_first(seen, first, second) -> None:
    after = seen | merge(stamp(seen), seen, first).changes
    found = merge(restamp(stamp(seen), first), after, second)
    assert not found.conflicts
    assert all(alike((after | found.changes)[name], second[name]) for name in NAMES)


@given(FIELDS, FIELDS)
def test_the_same_post_twice_changes_nothing_more(seen, typed) -> None:
    after = seen | merge(stamp(seen), seen, typed).changes
    again = merge(stamp(seen), after, typed)
    assert (again.changes, again.conflicts) == ({}, frozenset())


@given(st.text(), FIELDS, FIELDS)
def test_a_stamp_of_any_kind_overwrites_nothing(garbage, stored, typed) -> None:
    found = merge(garbage, stored, typed)
    assert all(alike(stored[name], None) for name in found.changes)


def test_what_others_wrote_elsewhere_stays() -> None:
    seen = {"title": "old", "summary": "old"}
    stored = seen | {"title": "theirs"}
    found = merge(stamp(seen), stored, {"title": "old", "summary": "mine"})
    assert (found.changes, found.conflicts) == ({"summary": "mine"}, frozenset())
    # The form still shows the old title; saving again must not bring it back.
    again = merge(
        restamp(stamp(seen), {"title": "old", "summary": "mine"}), stored, {"title": "old"}
    )
    assert (again.changes, again.conflicts) == ({}, frozenset())
