"""An installed wheel runs: it carries pages, bundle, translations and tables, and finds them."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.architecture.sources import ROOT, below, files

BUILD = ["-m", "hatchling", "build", "-t", "wheel", "-d"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the wheel and unpack it where nothing of the checkout is near."""
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, *BUILD, str(place)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("*.whl")
    site = place / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def test_it_carries_everything_the_product_reads(installed):
    own = [path.relative_to(ROOT) for path in below("accelerator", "")]
    pages = [
        path.relative_to(ROOT) for folder in ("templates", "static") for path in below(folder, "")
    ]
    expected = {str(path) for path in own} | {f"accelerator/{path}" for path in pages}
    found = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert expected - found == set()
    assert "accelerator/static/dist/manifest.json" in found


def test_it_carries_nothing_else(installed):
    tops = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert tops == {"accelerator"}


def test_it_finds_its_pages_when_started_elsewhere(installed, tmp_path):
    program = (
        "from accelerator.app import create_app; app = create_app();"
        "app.jinja_env.get_template('layout.html');"
        "print(app.test_client().get('/static/dist/manifest.json').status_code,"
        " app.root_path, app.import_name)"
    )
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(installed),
        "ACCELERATOR_INSTANCE": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["200", str(installed / "accelerator"), "accelerator"], (
        done.stderr
    )


def test_it_is_not_built_without_the_bundle(tmp_path):
    for path in files():
        if path.parent == ROOT or path.parent.name == "scripts":
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(path, copy)
    for folder in ("accelerator", "templates", "static"):
        (tmp_path / folder).mkdir()
    command = [sys.executable, *BUILD, str(tmp_path / "out")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "static/dist is not built" in done.stderr
