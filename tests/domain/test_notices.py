"""How a notice reaches somebody: what holds for every kind, line and choice."""

from hypothesis import given
from hypothesis import strategies as st

from accelerator.domain.hooks import payload
from accelerator.domain.notices import (
    DAILY,
    HOOK,
    INBOX,
    MAIL,
    Choice,
    Kind,
    choices,
    held_to,
    kinds_for,
    route,
)
from accelerator.domain.policy import Role

kinds = st.sampled_from(list(Kind))
chosen = st.sampled_from([None, *Choice])


@given(kinds, st.booleans(), chosen, st.booleans())
def test_what_a_programme_needs_and_what_is_of_the_account_always_reaches_its_receiver(
    kind, urgent, choice, optional
):
    held = held_to(choice, kind, optional=optional)
    assert held is None or held in choices(kind, optional=optional)
    mail = route(MAIL, kind=kind, urgent=urgent, choice=held)
    inbox = route(INBOX, kind=kind, urgent=urgent, choice=held)
    assert mail in (MAIL, DAILY, None)
    assert inbox in (INBOX, None)
    if kind is Kind.ACCOUNT:
        assert (mail, inbox) == (MAIL, INBOX)
    if not optional and kind is not Kind.WEEKLY:
        assert inbox == INBOX
        assert mail is not None or kind is Kind.DECISION
    if held is None and kind is not Kind.ACCOUNT:
        assert mail == (MAIL if urgent else DAILY)
    assert (inbox is None) == (held == Choice.OFF)
    assert route(HOOK, kind=kind, urgent=urgent, choice=choice) == HOOK


@given(st.sets(st.sampled_from(list(Role))), st.sampled_from(list(Role)))
def test_another_role_only_adds_kinds_and_the_account_is_nobodys_choice(roles, another):
    few, more = kinds_for(roles), kinds_for(roles | {another})
    assert set(few) <= set(more)
    assert Kind.ACCOUNT not in more
    assert all(choices(kind) for kind in more)


@given(st.text())
def test_nothing_somebody_wrote_is_a_mark_of_a_chat_program(text):
    slack = payload("slack", text=text, place="a", link="https://h/", label="Open")
    assert "<" not in slack["text"]
    teams = payload("teams", text=text, place="a", link="https://h/", label="Open")
    card = teams["attachments"][0]["content"]
    assert "[" not in card["body"][0]["text"]
    assert card["actions"][0]["url"] == "https://h/"
