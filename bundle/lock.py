"""Lock files: every package that an installation takes, with what it needs in turn, by version and sha256.

`python -m bundle.lock` writes `requirements.lock` and `requirements-dev.lock` from `requirements.txt` and
`requirements-dev.txt` as pip resolves them (Linux x86-64, CPython 3.11, wheels only). `python bundle/lock.py NAME`
prints the arguments with which set-up installs NAME: the lock with --require-hashes where it applies, elsewhere the
pins alone, and says so. Only the standard library: it runs before anything is installed.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess  # nosec B404 # pip is run as a program
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("requirements", "requirements-dev")
HEADER = """\
# Made by `python -m bundle.lock` from {source}; do not edit. Linux x86-64, CPython 3.11.
"""


def applies() -> bool:
    """Whether the files of the lock are those for this machine and this Python."""
    return (sys.platform, platform.machine(), platform.python_implementation(), sys.version_info[:2]) == (
        "linux", "x86_64", "CPython", (3, 11),
    )  # fmt: skip


def arguments(name: str) -> list[str]:
    """What pip is told to install: the lock with its hashes, or the pins where the lock does not apply."""
    if applies():
        return ["--require-hashes", "--only-binary", ":all:", "-r", f"{name}.lock"]
    print(
        f"{name}.lock ir Linux x86-64 ar CPython 3.11; šeit instalē {name}.txt bez kontrolsummām | "
        f"{name}.lock is for Linux x86-64 with CPython 3.11; {name}.txt is installed here without hashes",
        file=sys.stderr,
    )
    return ["-r", f"{name}.txt"]


def normal(name: str) -> str:
    """The name of a package as indexes compare it.

    >>> normal("Flask_Compress")
    'flask-compress'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def lines(report: dict) -> list[str]:
    """Entries of a lock, by name, from pip's report of an installation.

    >>> lines({"install": [{"metadata": {"name": "A_b", "version": "1.0"},
    ...        "download_info": {"archive_info": {"hashes": {"sha256": "0f"}}}}]})
    ['a-b==1.0 --hash=sha256:0f']
    """
    return sorted(
        f"{normal(one['metadata']['name'])}=={one['metadata']['version']}"
        f" --hash=sha256:{one['download_info']['archive_info']['hashes']['sha256']}"
        for one in report["install"]
    )


def read(path: Path) -> dict[str, tuple[str, str]]:
    """Version and sha256 of every package of a lock, by normal name. Raises ValueError at any other line."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        fits = re.fullmatch(r"([a-z0-9-]+)==([\w.]+) --hash=sha256:([0-9a-f]{64})", line)
        if fits is None or fits[1] in found:
            raise ValueError(f"{path.name}: {line}")
        found[fits[1]] = fits[2], fits[3]
    return found


def write() -> None:
    """Both locks, as pip resolves them now. Raises CalledProcessError when it cannot."""
    if not applies():
        raise SystemExit("Linux x86-64, CPython 3.11")
    for name in NAMES:
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        command += [
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
            "--report",
            "-",
            "-r",
            f"{name}.txt",
        ]
        answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)  # nosec B603 # fixed command
        entries = lines(json.loads(answer.stdout))
        text = HEADER.format(source=f"{name}.txt") + "\n".join(entries) + "\n"
        (ROOT / f"{name}.lock").write_text(text, encoding="utf-8")
        print(f"{name}.lock: {len(entries)}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*arguments(sys.argv[1]))
    else:
        write()
