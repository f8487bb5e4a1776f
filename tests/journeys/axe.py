"""axe-core over a page: what a machine can find of barriers."""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def axe(page: Page) -> None:
    """Fail when axe-core finds a barrier in the page, naming the rule and where."""
    page.evaluate(_source())
    found = page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
        .flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}: ${node.html}`))"""
    )
    assert found == [], f"{page.url}: {found}"


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")
