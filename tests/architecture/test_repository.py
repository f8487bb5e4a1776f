"""What is published: pinned and checked packages, no address or path of one machine."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT, files, place

# Written in pieces, so that this file does not find itself.
HOSTS = re.compile(
    "|".join(
        ["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", '"resolved' + '":']
    )
)
OPTIONS = re.compile(r"(^|\s)--(extra-)?(index-" + "url|find-" + "links|trusted-" + "host)")
MACHINE = re.compile(r"(?<![\w.>)}\]-])/" + r"(work|farm|root|tmp|home)/[a-z]")
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", re.MULTILINE)


def text(path):
    try:
        return path.read_text()
    except UnicodeDecodeError:
        return ""


def found(pattern):
    return [
        f"{place(path, number)} {line.strip()[:120]}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_registry():
    assert found(HOSTS) == []


def test_no_lock_file_chooses_where_packages_come_from():
    assert found(OPTIONS) == []


def test_no_file_knows_a_path_of_one_machine():
    assert found(MACHINE) == []


def pins(name):
    lock = (ROOT / name).read_text()
    blocks = re.split(r"^(?=[\w.-]+(?:\[[\w,]+\])?==)", lock, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    return dict(PIN.findall(lock))


def test_runtime_and_development_pins_agree():
    development = pins("requirements-dev.lock").items()
    assert pins("requirements.lock").items() < development


def test_every_dependency_is_pinned_within_what_the_project_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    asked = {
        "requirements.lock": runtime,
        "requirements-dev.lock": runtime + project["dependency-groups"]["dev"],
        "requirements-uv.lock": ["uv"],
    }
    for lock, dependencies in asked.items():
        versions = pins(lock)
        for dependency in map(Requirement, dependencies):
            version = versions[canonicalize_name(dependency.name)]
            assert dependency.specifier.contains(version), f"{lock}: {dependency} is {version}"


def test_the_build_needs_only_what_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert {canonicalize_name(name) for name in project["build-system"]["requires"]} <= set(
        pins("requirements-dev.lock")
    )
