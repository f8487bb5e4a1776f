"""Every character comes back exactly, or is refused with a message."""

import pytest

from tests.features.ideas.looking import answer, idea_of, stamp_of
from tests.world import World

CORPUS = {
    "emoji sequences": "👩‍🔬👨‍👩‍👧‍👦🏴‍☠️ and 🇯🇵",
    "right to left": "abc \u202egnp.exe\u202c עברית العربية",
    "combining stacks": "Z\u0351\u036b\u0343\u032a\u0302a\u0308l\u0327g\u0301o",
    "full and half width": "ＡＢＣ１２３ ｱｲｳ ガギグ",
    "rare kanji": "𠮷野家 𩸽 葛\U000e0100城",
    "wide space first": "\u3000段落の始まり",
    "line breaks": "one\n\n two\n\u3000三",
    "markup": "<b>&amp;</b> \"quoted\" 'single' {{ 7 * 7 }} %s %(x)s",
    "private and unassigned": "\ue000 \U0010fffd",
    "not characters": "a\ufffeb\uffffc",
    "replacement character": "a\ufffdb",
    "escape codes": "a\x1b[31mb\x07",
}
ONE_LINE = set(CORPUS) - {"line breaks", "wide space first"}
# A browser never sends bytes that are no UTF-8; from elsewhere they are kept as they were spelt.
BROKEN = {"lone surrogate": "a%ED%A0%80b", "broken UTF-8": "a%FF%FEb"}


@pytest.mark.parametrize("name", CORPUS)
def test_a_text_comes_back_exactly(world: World, name: str) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    text = CORPUS[name]
    data = {
        "title": text, "summary": text.replace("\n", "\r\n"), "answer_problem": text,
        "answer_market": text, "version": stamp_of(client, code),
    }  # fmt: skip
    assert client.post(f"/ideas/{code}/edit", data=data).status_code == 303
    idea = idea_of(world, code)
    assert idea.summary.en == text
    assert answer(world, code).text.en == text
    if name in ONE_LINE:
        assert idea.title.en == text
        assert answer(world, code, "market").text.en == text
    for path in (f"/ideas/{code}", f"/ideas/{code}/edit", "/ideas"):
        assert client.get(path).status_code == 200
    # The form as shown, sent again, is no change.
    version = idea.version
    client.post(f"/ideas/{code}/edit", data=data | {"version": stamp_of(client, code)})
    assert idea_of(world, code).version == version
    withdrawn = client.post(f"/ideas/{code}/withdraw", data={"reason": text})
    assert withdrawn.status_code == 303
    assert idea_of(world, code).withdrawn_reason == text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_cannot_be_kept_is_refused(world: World) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    for path, field in (
        (f"/ideas/{code}/edit", "title"),
        (f"/ideas/{code}/edit", "summary"),
        (f"/ideas/{code}/edit", "answer_problem"),
        (f"/ideas/{code}/edit", "answer_market"),
        (f"/ideas/{code}/withdraw", "reason"),
        (f"/ideas/{code}/team", "who"),
        ("/ideas/new", "title"),
    ):
        refused = client.post(path, data={"cohort": "S27", field: "a\x00b"})
        assert refused.status_code == 422, (path, field)
        assert "character that cannot be stored" in refused.get_data(as_text=True)
    assert idea_of(world, code).title.en == "A better cell"
    for query in ("%00", "%ED%A0%80", "%E2%80%AE", "%F0%9F%91%A9"):
        assert client.get(f"/ideas?q={query}").status_code == 200
        assert client.get(f"/search?q={query}").status_code == 200


@pytest.mark.parametrize("name", BROKEN)
def test_broken_bytes_are_kept_as_they_were_spelt(world: World, name: str) -> None:
    code = world.idea("owner", title="")
    client = world.client("owner")
    body = f"csrf_token={client.token()}&title={BROKEN[name]}"
    kind = "application/x-www-form-urlencoded"
    assert client.post(f"/ideas/{code}/edit", data=body, content_type=kind).status_code == 303
    assert idea_of(world, code).title.en == BROKEN[name]
