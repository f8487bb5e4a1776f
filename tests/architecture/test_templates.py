"""Pages keep the content policy and the escaping; mails need their styles inline."""

import re

import pytest

from tests.architecture.sources import ROOT, below, place

PAGES = [
    path for path in below("templates", ".html") if ROOT / "templates/email" not in path.parents
]
FORBIDDEN = {
    "script": r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(ld\+)?json\")",
    "style": r"<style\b|\sstyle\s*=",
    "handler": r"\son(?!(ce|ly)=)[a-z]{3,}=[\"'{]",
    "address": r"(href|src|action)\s*=\s*[\"']?\s*javascript:",
    "unescaped": r"\|\s*safe\b|autoescape\s+false",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_pages_have_no(what):
    found = [
        f"{place(path, number)} {line.strip()[:100]}"
        for path in PAGES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(FORBIDDEN[what], line, re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("script", "<script>alert(1)</script>"),
        ("style", '<p style="color: red">'),
        ("handler", '<a onclick="go()">'),
        ("address", '<a href="javascript:go()">'),
        ("unescaped", "{{ text|safe }}"),
    ],
)
def test_what_is_forbidden_is_noticed(what, line):
    assert re.search(FORBIDDEN[what], line, re.IGNORECASE)


@pytest.mark.parametrize(
    "line",
    [
        '<script type="module" src="{{ asset(\'main.js\') }}"></script>',
        '<tr data-controller="row" data-action="click->row#open">',
        "{{ button(icon='plus', once='a1') }}",
    ],
)
def test_what_is_allowed_is_left_alone(line):
    assert not any(re.search(pattern, line, re.IGNORECASE) for pattern in FORBIDDEN.values())
