"""Make a bare clone ready to run; with --tests also ready for its tests.

Runs on the system's Python with nothing but the standard library. Each step leaves a stamp beside
what it made (.venv, node_modules), keyed on the content of what went in, so a second run only
compares a few hashes. Ends in one plain sentence when something is missing.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
DIST = ROOT / "static" / "dist"
PYTHON = (3, 11)
NODE = 20


class Missing(Exception):
    """Something the set-up cannot make by itself; the message says what to do."""


def main() -> None:
    """Run the steps that are due and say how long they took."""
    if sys.version_info < PYTHON:
        start_again_with_a_newer_python()
    started = time.monotonic()
    os.chdir(str(ROOT))
    try:
        node_is_new_enough()
        done = [python_packages(), this_project(), browser_packages(), bundle()]
        if "--tests" in sys.argv[1:]:
            done.append(debian_packages())
    except Missing as missing:
        print(f"\nSet-up stopped: {missing}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("\nSet-up interrupted; the next run goes on from here.")
    if any(done):
        say(f"Ready after {time.monotonic() - started:.0f} s.")


def start_again_with_a_newer_python() -> None:
    """Hand over to a newer interpreter when one is installed under its own name."""
    for minor in range(PYTHON[1] + 4, PYTHON[1] - 1, -1):
        newer = shutil.which(f"python{PYTHON[0]}.{minor}")
        if newer and succeeds([newer, "--version"]):  # a version manager's name may be empty
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - this very file again
    sys.exit(
        "Set-up stopped: Python 3.11 or newer is needed, and this is Python "
        f"{sys.version.split()[0]}. Install a newer one, or name it: make … PYTHON=python3.11"
    )


def node_is_new_enough() -> None:
    """Refuse early when Node or npm is missing or too old."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing(f"Node {NODE} or newer with npm is needed; install it and try again.")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    found = re.match(r"v(\d+)", version.stdout)
    if not found or int(found.group(1)) < NODE:
        raise Missing(f"Node {NODE} or newer is needed, and this is {version.stdout.strip()}.")


def python_packages() -> bool:
    """Make .venv and install the locked packages, every one checked against its hash."""
    made = environment()
    locks = [ROOT / "requirements-uv.lock", ROOT / "requirements-dev.lock"]
    stamp, key = VENV / ".setup-packages", digest(locks)
    if not made and stamped(stamp, key):
        return False
    python = str(VENV / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    run("Installing uv", [*pip, "-r", locks[0].name], network=True)
    run(
        "Installing Python packages (about a minute the first time)",
        [*uv(), "--require-hashes", "-r", locks[1].name],
        network=True,
    )
    stamp.write_text(key)
    return True


def environment() -> bool:
    """Make .venv anew when there is none, or when it was made elsewhere or by another Python."""
    python, stamp = VENV / "bin" / "python", VENV / ".setup-environment"
    key = f"{sys.version} {ROOT}"
    if python.exists() and stamped(stamp, key):
        return False
    venv = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    try:
        run("Making the virtual environment", venv)
    except Missing:
        if not shutil.which("apt-get"):
            raise
        apt_install(["python3-venv"])  # Debian ships Python without it
        run("Making the virtual environment", venv)
    stamp.write_text(key)
    return True


def this_project() -> bool:
    """Install the project itself in place, so that the `accelerator` command exists."""
    stamp, key = VENV / ".setup-project", digest([ROOT / "pyproject.toml"])
    if stamped(stamp, key) and (VENV / "bin" / "accelerator").exists():
        return False
    run(
        "Installing the accelerator command",
        [*uv(), "--no-deps", "--no-build-isolation", "-e", "."],
    )
    stamp.write_text(key)
    return True


def uv() -> list[str]:
    """Return the installing command, bound to our environment."""
    return [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV / "bin" / "python")]


def browser_packages() -> bool:
    """Install what the pages' scripts and styles are made of."""
    key = digest([ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"])
    stamp = NODE_MODULES / ".setup-packages"
    if stamped(stamp, key):
        return False
    run("Installing browser packages", ["npm", "ci", "--no-audit", "--no-fund"], network=True)
    stamp.write_text(key)
    return True


def bundle() -> bool:
    """Bundle scripts and styles into static/dist when any of their sources changed."""
    sources = [p for p in (ROOT / "static").rglob("*") if p.is_file() and DIST not in p.parents]
    sources += [ROOT / "scripts" / "bundle.mjs", ROOT / "package-lock.json"]
    stamp, key = NODE_MODULES / ".setup-bundle", digest(sources)
    if stamped(stamp, key) and (DIST / "manifest.json").exists():
        return False
    run("Bundling scripts and styles", ["node", "scripts/bundle.mjs"])
    stamp.write_text(key)
    return True


def debian_packages() -> bool:
    """Install what the tests need besides: a browser, Japanese letters, a PostgreSQL."""
    there = {
        "chromium": shutil.which("chromium"),
        "fonts-noto-cjk": any(Path("/usr/share/fonts").glob("**/NotoSansCJK*")),
        "postgresql": any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    }
    missing = [package for package, found in there.items() if not found]
    if missing:
        apt_install(missing)
    return bool(missing)


def apt_install(packages: list[str]) -> None:
    """Install Debian packages when we may; say which when we may not."""
    advice = "please install these packages of your system and try again: " + ", ".join(packages)
    if not shutil.which("apt-get"):
        raise Missing(advice + " (by their Debian names).")
    may: list[str] = []
    if os.geteuid() != 0:
        may = ["sudo", "-n"]
        if not shutil.which("sudo") or not succeeds([*may, "true"]):
            raise Missing(f"{advice}. On Debian: sudo apt-get install {' '.join(packages)}")
    apt = [*may, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    run("Asking Debian for its package list", [*apt, "update"], network=True)
    names = ", ".join(packages)
    run(
        "Installing " + names, [*apt, "install", "--no-install-recommends", *packages], network=True
    )


def run(what: str, command: list[str], *, network: bool = False) -> None:
    """Run one command quietly; show the end of its words only when it fails."""
    print(f"→ {what} … ", end="", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode == 0:
        say(f"{time.monotonic() - started:.0f} s")
        return
    say("failed\n")
    say("\n".join("    " + line for line in done.stdout.splitlines()[-20:]))
    reason = f"{what} failed; the lines above are its own words."
    if network:
        reason += " If they speak of a connection, check the network or set HTTPS_PROXY."
    raise Missing(reason)


def succeeds(command: list[str]) -> bool:
    """Say whether a command answers with success."""
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def digest(paths: list[Path]) -> str:
    """Return one hash over names and contents; a file that is not there is named as missing."""
    total = hashlib.sha256()
    for path in sorted(paths):
        if not path.exists():
            raise Missing(f"the file {path.relative_to(ROOT)} is missing from this checkout.")
        total.update(str(path.relative_to(ROOT)).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def stamped(stamp: Path, key: str) -> bool:
    """Say whether the step behind this stamp was finished with the same input."""
    return stamp.exists() and stamp.read_text() == key


def say(line: str) -> None:
    """Print at once, also into a pipe."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
