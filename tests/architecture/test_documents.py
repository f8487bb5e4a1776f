"""Documents say what is true: every target, every decision, every link, the product's words."""

import re
from itertools import count

import pytest

from tests.architecture.sources import ROOT, files
from tests.architecture.words import others

ADR = ROOT / "docs" / "adr"
DOCUMENTS = [path for path in files() if path.suffix == ".md"]
DECISIONS = sorted(ADR.glob("[0-9]*.md"))


def test_the_readme_tells_each_make_target_and_no_other():
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    told = re.findall(r"^\| `make ([a-z]+)`", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert told == targets


def test_the_readme_tells_each_setting_and_no_other():
    settings = r"ACCELERATOR_[A-Z_]+"
    read = set(re.findall(rf"\"({settings})\"", (ROOT / "accelerator/config.py").read_text()))
    told = re.findall(rf"^\| `({settings})`", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(told) == sorted(read)


def test_each_decision_stands_in_the_index_under_its_title():
    index = (ADR / "README.md").read_text()
    rows = re.findall(r"^\| \[(\d{4})\]\((.+?)\) \| (.+) \|$", index, re.MULTILINE)
    titles = [path.read_text().splitlines()[0].split(". ", 1)[1] for path in DECISIONS]
    names = [path.name for path in DECISIONS]
    assert rows == [(name[:4], name, title) for name, title in zip(names, titles, strict=True)]


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == [number for number, _ in zip(count(1), DECISIONS, strict=False)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_context_decision_and_consequences_on_one_page(path):
    text = path.read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert headings == ["Context", "Decision", "Consequences"]
    assert len(text.splitlines()) <= 80


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?://|mailto:|#)([^)#\s]+)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_use_the_products_words(path):
    assert others(path.read_text()) == {}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_places_that_documents_name_exist(path):
    named = re.findall(
        r"`((?:accelerator|templates|static|docs|scripts|tests)/[\w./-]+)`", path.read_text()
    )
    assert [place for place in named if not (ROOT / place).exists()] == []
