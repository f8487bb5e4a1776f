"""Files: checked, stored whole or not at all, given out as downloads to those who may read."""

import dataclasses
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from accelerator.config import Config
from accelerator.storage.tables import Attachment, Evidence
from tests.features.ideas.looking import events, idea_of, rows
from tests.world import NOW, TODAY, World

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
PDF = b"%PDF-1.7\n" + b"x" * 40
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture
def config(config: Config) -> Config:
    return dataclasses.replace(config, upload_limit=1024 * 1024)


def office(folder: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return made.getvalue()


def upload(world: World, code: str, name: str, content: bytes, who: str = "owner", **more: str):
    client = world.client(who)
    fields = {
        "csrf_token": client.token(),
        "file": FileStorage(io.BytesIO(content), filename=name),
        **more,
    }
    # Encoded in memory: the client's own way leaves its temporary file open.
    boundary, body = encode_multipart(fields)
    return client.post(
        f"/ideas/{code}/attachments",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def stored(config: Config) -> list[Path]:
    folder = Path(config.store_url.removeprefix("file://"))
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def test_a_file_comes_back_as_a_download(world: World, config: Config) -> None:
    code = world.idea("owner")
    answer = upload(world, code, "../計画 \u202e書;2027.pdf", PDF)
    assert (answer.status_code, answer.location) == (303, f"/ideas/{code}#files")
    (row,) = rows(world, Attachment)
    assert (row.name, row.media_type, row.size) == ("計画 書;2027.pdf", "application/pdf", len(PDF))
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
    assert [path.read_bytes() for path in stored(config)] == [PDF]
    got = world.client("owner").get(f"/ideas/{code}/attachments/{row.id}")
    assert got.data == PDF
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"] == (
        'attachment; filename="__ __2027.pdf"; '
        "filename*=UTF-8''%E8%A8%88%E7%94%BB%20%E6%9B%B8%3B2027.pdf"
    )
    assert got.headers["Content-Length"] == str(len(PDF))
    assert "default-src 'none'" in got.headers["Content-Security-Policy"]
    assert events(world, "FileAttached") == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_what_a_file_says_it_is_is_taken(world: World, config: Config) -> None:
    code = world.idea("owner")
    good = [
        ("a.png", PNG), ("a.PDF", PDF), ("a.jpg", b"\xff\xd8\xff\xe0" + b"x" * 40),
        ("a.docx", office("word")), ("a.xlsx", office("xl")), ("a.pptx", office("ppt")),
        ("a.txt", "電池\n".encode()), ("b.csv", "名前,数\n".encode("cp932")),
        ("c.md", "# 電池".encode("utf-16")), ("polyglot.png", PNG + HTML),
    ]  # fmt: skip
    for name, content in good:
        assert upload(world, code, name, content).status_code == 303, name
    assert len(rows(world, Attachment)) == len(stored(config)) == len(good)
    bad = [
        ("html.png", HTML), ("png.pdf", PNG), ("page.html", HTML), ("program.exe", b"MZ" + PDF),
        ("plan.docx", PDF), ("plan.docx", office("xl")), ("plan.xlsx", b"PK\x03\x04broken"),
        ("binary.txt", b"\x00\x01\x02"), ("broken.csv", b"\xff\xfe\xff\x00\xd8"),
        ("bytes.md", b"\x81\x00\xff\xff"), ("none", PDF), ("a.svg", b"<svg/>"), ("empty.pdf", b""),
    ]  # fmt: skip
    for name, content in bad:
        refused = upload(world, code, name, content)
        assert refused.status_code == 422, name
        assert "error-summary" in refused.get_data(as_text=True)
    assert len(rows(world, Attachment)) == len(stored(config)) == len(good)
    assert upload(world, code, "", b"").status_code == 422


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_too_large_is_413_and_leaves_nothing(world: World, config: Config) -> None:
    code = world.idea("owner")
    little_over = upload(world, code, "a.txt", b"a" * (1024 * 1024 + 1))
    assert little_over.status_code == 413
    assert "at most 1 MB" in little_over.get_data(as_text=True)
    assert upload(world, code, "a.txt", b"a" * (2 * 1024 * 1024)).status_code == 413
    assert (rows(world, Attachment), stored(config)) == ([], [])
    assert upload(world, code, "a.txt", b"a" * (1024 * 1024)).status_code == 303


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_store_without_room_leaves_no_row(world: World, config: Config) -> None:
    code = world.idea("owner")
    Path(config.store_url.removeprefix("file://")).write_text("in the way of the folder")
    refused = upload(world, code, "a.pdf", PDF)
    assert refused.status_code == 422
    assert "no room for files" in refused.get_data(as_text=True)
    assert rows(world, Attachment) == []
    assert world.client("owner").get(f"/ideas/{code}").status_code == 200


def test_a_row_that_fails_takes_its_file_along(world: World, config: Config) -> None:
    from accelerator.activity import attachments

    code = world.idea("owner")
    actor = world.actor("owner")
    idea = idea_of(world, code)

    def attach_and_fail() -> None:
        with world.session() as session:
            attachments.attach(
                session, actor=actor, idea=idea, name="a.pdf", file=io.BytesIO(PDF),
                limit=10**6, store_url=config.store_url, now=NOW,
            )  # fmt: skip
            assert len(stored(config)) == 1
            raise RuntimeError("the transaction fails")

    with pytest.raises(RuntimeError):
        attach_and_fail()
    assert (rows(world, Attachment), stored(config)) == ([], [])


def test_the_same_upload_twice_is_one_file(world: World, config: Config) -> None:
    code = world.idea("owner")
    client = world.client("owner")
    places = {
        client.post(
            f"/ideas/{code}/attachments",
            data={"file": (io.BytesIO(PDF), "a.pdf"), "_once": "x"},
            content_type="multipart/form-data",
        ).location
        for _ in range(2)
    }
    assert places == {f"/ideas/{code}#files"}
    assert len(rows(world, Attachment)) == len(stored(config)) == 1


def test_others_read_files_once_handed_in(world: World, config: Config) -> None:
    code = world.idea("owner", team=("mate",), audience="everybody")
    upload(world, code, "first.pdf", PDF)
    upload(world, code, "second.pdf", PDF)
    first, second = rows(world, Attachment)
    path = f"/ideas/{code}/attachments/"
    owner = world.client("owner")
    assert world.client("mate").get(f"{path}{first.id}").status_code == 200
    for name in ("employee", "manager", "admin"):
        assert world.client(name).get(f"{path}{first.id}").status_code == 404
    owner.post(f"{path}{second.id}/remove")
    assert owner.get(f"{path}{second.id}").status_code == 404
    version = owner.forms_of(f"/ideas/{code}/submit").hidden["version"]
    owner.post(f"/ideas/{code}/submit", data={"version": version})
    upload(world, code, "later.pdf", PDF)
    later = rows(world, Attachment)[2]
    employee = world.client("employee")
    assert employee.get(f"{path}{first.id}").status_code == 200
    assert employee.get(f"{path}{second.id}").status_code == 404
    with world.session() as session:
        row = session.get_one(Attachment, later.id)
        row.added_at = row.added_at.replace(hour=5)
    assert employee.get(f"{path}{later.id}").status_code == 404
    page = employee.get(f"/ideas/{code}").get_data(as_text=True)
    assert "first.pdf" in page
    assert "second.pdf" not in page
    assert "later.pdf" not in page
    # What was handed in with a file keeps it, though the team has removed it since.
    owner.post(f"{path}{first.id}/remove")
    owner.post(f"{path}{first.id}/remove")
    assert employee.get(f"{path}{first.id}").status_code == 200
    assert events(world, "FileRemoved") == 2
    assert len(stored(config)) == 3
    # A file that proves a claim is read by those who verify.
    with world.session() as session:
        session.add(
            Evidence(
                idea_id=first.idea_id, dimension="customer", level=3, statement="x",
                attachment_id=later.id, true_on=TODAY, given_by_id=world.people["owner"], given_at=NOW,
            )
        )  # fmt: skip
    assert employee.get(f"{path}{later.id}").status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_belongs_to_its_idea(world: World, app: Flask) -> None:
    code, other = world.idea("owner"), world.idea("mate")
    upload(world, code, "a.pdf", PDF)
    (row,) = rows(world, Attachment)
    mate = world.client("mate")
    assert mate.get(f"/ideas/{other}/attachments/{row.id}").status_code == 404
    assert mate.post(f"/ideas/{other}/attachments/{row.id}/remove").status_code == 404
    assert mate.post(f"/ideas/{code}/attachments/{row.id}/remove").status_code == 403
    assert upload(world, code, "b.pdf", PDF, "mate").status_code == 403
    assert rows(world, Attachment)[0].removed_at is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_lost_from_the_store_is_said_so(world: World, config: Config) -> None:
    code = world.idea("owner")
    upload(world, code, "a.pdf", PDF)
    (row,) = rows(world, Attachment)
    stored(config)[0].unlink()
    lost = world.client("owner").get(f"/ideas/{code}/attachments/{row.id}")
    assert lost.status_code == 422
    assert "cannot be found in the store" in lost.get_data(as_text=True)
