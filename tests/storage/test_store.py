"""The store keeps a file whole or not at all."""

import io
from pathlib import Path

import pytest

from accelerator.storage import store


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"file://{tmp_path}/a%20folder"


def files(tmp_path: Path) -> list[Path]:
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_is_put_is_got_and_deleted(tmp_path: Path, url: str) -> None:
    content = b"0123456789" * 900_000
    store.put(url, "key", io.BytesIO(content))
    assert files(tmp_path) == [tmp_path / "a folder" / "key"]
    pieces = list(store.get(url, "key"))
    assert len(pieces) > 1
    assert b"".join(bytes(piece) for piece in pieces) == content
    store.delete(url, "key")
    store.delete(url, "key")
    assert files(tmp_path) == []
    with pytest.raises(store.Missing):
        store.get(url, "key")


class Breaking(io.BytesIO):
    """A source whose disk fails after some bytes."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 6_000_000:
            raise OSError(28, "No space left on device")
        return super().read(size)


def test_a_file_that_breaks_off_leaves_nothing(tmp_path: Path, url: str) -> None:
    with pytest.raises(store.StoreFull):
        store.put(url, "key", Breaking(b"x" * 20_000_000))
    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_no_room(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file in the way")
    with pytest.raises(store.StoreFull):
        store.put(f"file://{tmp_path}/taken", "key", io.BytesIO(b"x"))
    with pytest.raises(store.Missing):
        store.get(f"file://{tmp_path}/taken", "key")
