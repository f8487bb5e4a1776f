"""Words that others use, and the product's own (docs/glossary.md)."""

import re

from tests.architecture.sources import ROOT

OTHERS = {
    r"programs? manager": "programme manager",
    r"phases?": "stage",
    r"tollgates?": "gate",
    r"judges?": "reviewer",
    r"jur(y|ies|ors?)": "reviewers",
    r"evaluators?": "reviewer",
    r"scorecards?": "rubric",
    r"(white|black)lists?": "allow or refuse list",
}


def others(text: str) -> dict[str, str]:
    """Return each foreign word of an English text with the product's word for it."""
    return {
        word.group(): ours
        for other, ours in OTHERS.items()
        for word in re.finditer(rf"\b{other}\b", text, re.IGNORECASE)
    }


def never_in_japanese() -> set[str]:
    """Return the Japanese words of which the glossary says, without condition, "Never …"."""
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    japanese = r"[\u3040-\u30ff\u3400-\u9fff]+"
    lists = re.findall(rf"Never ({japanese}(?:(?:,| or) {japanese})*)(?:\.| on a page)", glossary)
    return {word for words in lists for word in re.findall(japanese, words)}
