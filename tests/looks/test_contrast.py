"""Every pair of colours that meets on a page can be told apart, in light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
PAPERS = ("paper", "raised", "sunk", "wash", "accent-tint")
TEXT, LINE = 7.0, 3.0
PAIRS = [
    *[(text, paper, TEXT) for text in ("ink", "ink-soft", "accent") for paper in PAPERS],
    *[("accent-deep", paper, TEXT) for paper in ("paper", "accent-tint")],
    *[("on-accent", paper, TEXT) for paper in ("accent", "accent-deep")],
    *[
        (role, paper, TEXT)
        for role in ("good", "warn", "bad", "info")
        for paper in ("paper", "raised", "wash", f"{role}-tint")
    ],
    ("bad", "accent-tint", TEXT),
    ("ink", "bad-tint", TEXT),
    *[("line-strong", paper, LINE) for paper in ("paper", "raised", "sunk", "wash")],
]


def colours(side: int) -> dict[str, str]:
    found = re.finditer(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS.read_text())
    return {match[1]: match[2 + side] for match in found}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_extremes_are_as_wcag_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_text_and_lines_stand_out(side):
    found = colours(side)
    low = {
        f"{front} on {back}": round(contrast(found[front], found[back]), 2)
        for front, back, least in PAIRS
        if contrast(found[front], found[back]) < least
    }
    assert low == {}
