"""Managers change a programme's texts; nothing typed is lost and nobody is overwritten."""

import pytest
from sqlalchemy import select

from accelerator.storage.tables import Event, Programme
from tests.features.stages.acts import kinds, opened, text

STAGE = "/programmes/spark/stages/validate"
EDIT = "/programmes/spark/edit"


def test_a_programmes_own_texts(world):
    client = world.client("manager")
    sent, late = opened(client, EDIT), opened(client, EDIT)
    changed = sent | {"summary_ja": "要約", "name_en": "Spark again", "audience": "everybody"}
    assert client.post(EDIT, data=changed).location == "/programmes/spark"
    stale = client.post(EDIT, data=late | {"name_en": "Mine"})
    assert stale.status_code == 409
    assert '<dd lang="en">Spark again</dd>' in text(stale)
    assert 'value="Mine"' in text(stale)
    with world.session() as session:
        programme = session.get_one(Programme, world.programme_id)
        assert (programme.name.en, programme.summary.ja) == ("Spark again", "要約")
        assert programme.audience == "everybody"
        event = session.scalars(select(Event)).one()
    assert event.data["fields"] == ["name", "summary", "audience"]
    wrong = client.post(EDIT, data=opened(client, EDIT) | {"audience": "world"})
    assert (wrong.status_code, "Not a valid choice." in text(wrong)) == (422, True)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_form_sent_twice_is_one_change(world):
    client = world.client("manager")
    for path, name in ((STAGE, "name_en"), (EDIT, "summary_en")):
        sent = opened(client, path) | {name: "Twice"}
        assert "_once" in sent
        assert [client.post(path, data=sent).status_code for _ in range(2)] == [303, 302]
    assert kinds(world) == ["StageChanged", "ProgrammeChanged"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_its_managers_and_administrators_edit(world):
    for name in ("employee", "owner", "reviewer", "sponsor", "other_manager"):
        client = world.client(name)
        for path in (STAGE, EDIT):
            assert client.get(path).status_code == 403
            assert client.post(path, data={"version": "1"}).status_code == 403
    assert world.client("guest").get(STAGE).status_code == 404
    assert world.client("admin").get(STAGE).status_code == 200
    assert world.client("manager").get("/programmes/spark/stages/none").status_code == 404
    assert world.client("manager").post("/programmes/other/stages/spark").status_code == 403
