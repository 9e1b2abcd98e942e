"""Rules on the sources: what our code may not say, what it may not hold, what it must pin (T19, T22, T36, T44, T45, T48)."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bundle import lock

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("access", "components", "data_access", "indicators", "language", "pages")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
FILES += [ROOT / name for name in ("app.py", "manage.py", "settings.py", "logs.py")]
NETWORK = {"requests", "httpx", "urllib3", "aiohttp", "socket", "ftplib", "smtplib"}
# Modules that may call out, each for one declared purpose.
CALLS_OUT = {"access"}  # OpenID Connect asks the configured issuer
NAMES_ITSELF = {"data_access/importing/lock.py"}  # the machine's own name, no connection


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def built(node: ast.AST) -> bool:
    """Whether an expression puts a text together from anything but literals and constants in capitals."""
    if isinstance(node, ast.JoinedStr):
        return any(
            isinstance(part, ast.FormattedValue)
            and not (isinstance(part.value, ast.Name) and part.value.id.strip("_").isupper())
            for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return not isinstance(node.left, ast.Constant) or not isinstance(node.right, ast.Constant)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join")
    )


# Statements put together from names of our own schema, never from what anybody sent.
BUILT_SQL = {
    "data_access/provision.py",
    "data_access/public_file.py",
    "data_access/engine.py",
    "data_access/writing.py",
    "data_access/bulk.py",
}
# What a process reads there was written by its own child, into a file without a name.
OWN_CHILD = {"data_access/aside.py"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rules(path):
    """T19, T22: no SQL from parts, no foreign code, no engine of one's own, no pandas writing tables."""
    name = str(path.relative_to(ROOT))
    speaks_sql = "sqlalchemy" in path.read_text(encoding="utf-8")
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.keyword) and node.arg in (
            "dangerously_allow_html",
            "allow_dangerous_code",
        ):
            assert isinstance(node.value, ast.Constant), (name, node.arg)
            assert not node.value.value, (name, node.arg)
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        where = f"{name}:{node.lineno} {called}"
        if isinstance(node.func, ast.Name):
            assert called not in ("eval", "exec", "compile", "__import__"), where
        assert called != "to_sql", where
        assert called != "create_engine" or name == "data_access/engine.py", where
        assert called != "memoize", where
        if called in ("run", "Popen", "call", "check_call", "check_output"):
            assert not [one for one in node.keywords if one.arg == "shell"], where
        assert not (called in ("system", "popen") and isinstance(node.func, ast.Attribute)), where
        if (
            called in ("text", "exec_driver_sql", "executescript")
            and speaks_sql
            and node.args
            and name not in BUILT_SQL
        ):
            assert not built(node.args[0]), where
        if called in ("loads", "load") and isinstance(node.func, ast.Attribute) and name not in OWN_CHILD:
            assert getattr(node.func.value, "id", "") not in ("pickle", "marshal", "yaml", "dill"), where


def test_t36_no_calls_out():
    """T36: the product calls no other machine, but for the configured issuer of sign-in."""
    found = []
    for path in FILES:
        if path.relative_to(ROOT).parts[0] in CALLS_OUT or str(path.relative_to(ROOT)) in NAMES_ITSELF:
            continue
        for node in ast.walk(tree_of(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found += [
                f"{path.relative_to(ROOT)}: {one}"
                for one in names
                if one.split(".")[0] in NETWORK or one in ("urllib.request", "http.client")
            ]
    assert not found


def test_bandit():
    """bandit finds nothing of medium severity or above; what is excepted names its rule and says why.

    The rules of our own that semgrep would hold are tests over the syntax tree, above.
    """
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "bandit",
            "-q",
            "-ll",
            "-f",
            "json",
            "-r",
            *ROOMS,
            "app.py",
            "manage.py",
            "serving.py",
            "lean.py",
            "settings.py",
            "logs.py",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    results = json.loads(run.stdout[run.stdout.index("{") :])["results"]
    assert [f"{one['filename']}:{one['line_number']} {one['issue_text']}" for one in results] == []
    for path in FILES:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "nosec" in line:
                assert re.search(r"# nosec B\d{3}(?:,B\d{3})* # \w.{10,}", line), (path.name, line)


SECRETS = {
    "private key": r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----\s*\n[A-Za-z0-9+/]{20}",
    "AWS": r"\bAKIA[0-9A-Z]{16}\b",
    "GitHub": r"\bgh[pousr]_[A-Za-z0-9]{30,}\b",
    "Slack": r"\bxox[abprs]-[A-Za-z0-9-]{10,}\b",
    "Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "JWT": r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}",
    "password in an address": r"://[^\s:/@\"'<>{}$]+:(?!…|\.\.\.|\*|<|\{|\$)[^\s:/@\"'<>{}$]{3,}@",
    "personal code": r"(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}-[0-2]\d{4}(?!\d)",
}
# Tests may hold made-up ones to show that they are refused; none may stand anywhere else.
MADE_UP = ("tests/",)


def tracked() -> list[Path]:
    """Text files of the repository."""
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    binary = {".png", ".woff2", ".xlsx", ".gz", ".sqlite", ".ico", ".zip"}
    return [
        ROOT / name for name in names if name and (ROOT / name).is_file() and Path(name).suffix not in binary
    ]


def test_t44_secrets():
    """T44: no key, token, password or personal code lies in the repository."""
    found = []
    for path in tracked():
        name = str(path.relative_to(ROOT))
        content = path.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{name}: {what}"
            for what, pattern in SECRETS.items()
            if not name.startswith(MADE_UP) and re.search(pattern, content)
        ]
    assert not found


def test_t44_served_files(demo_app):
    """T44: neither Dash's configuration nor a script of ours holds the key."""
    client = demo_app.server.test_client()
    for address in ("/", "/_dash-layout", "/_dash-dependencies", "/assets/ikms.js"):
        body = client.get(address).data
        assert b"test-only-0123456789" not in body
        assert b"sqlite:" not in body


def test_t45_pins():
    """T45: every package is pinned to one version."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            line = line.split("#")[0].strip()
            if line and not line.startswith("-"):
                assert re.match(r"[\w.\[\],-]+==[\w.]+", line), line


def pins(name: str) -> dict[str, str]:
    """Version of every package that a file of requirements names."""
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        line = line.split("#")[0].strip()
        if line and not line.startswith("-"):
            package, version = line.split("==")
            found[lock.normal(package.split("[")[0])] = version
    return found


def test_t45_hashes():
    """T45: the locks hold every pin at its version, what these need in turn, and a sha256 for each; nothing else."""
    runtime, every = (lock.read(ROOT / f"{name}.lock") for name in lock.NAMES)
    for found, named in ((runtime, pins("requirements.txt")), (every, pins("requirements-dev.txt"))):
        assert {package: found[package][0] for package in named} == named
    assert runtime.items() <= every.items()  # what runs is what is tested
    installed = {lock.normal(one.metadata["Name"]): one.version for one in importlib.metadata.distributions()}
    # What the program needs, followed through the packages' own lists, is in the lock.
    needed, open_ = set(), set(pins("requirements.txt"))
    while open_:
        package = open_.pop()
        needed.add(package)
        for text in importlib.metadata.requires(package) or []:
            if ";" not in text:
                other = lock.normal(re.match(r"[\w.-]+", text)[0])
                open_ |= {other} - needed
    assert needed <= set(runtime)
    if lock.applies():
        assert needed <= set(installed)


def test_t45_set_up_uses_the_lock(monkeypatch, capsys):
    """T45: set-up installs by hash where the lock applies; elsewhere it says that it does not."""
    monkeypatch.setattr(lock, "applies", lambda: True)
    assert lock.arguments("requirements") == [
        "--require-hashes", "--only-binary", ":all:", "-r", "requirements.lock",
    ]  # fmt: skip
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(lock, "applies", lambda: False)
    assert lock.arguments("requirements-dev") == ["-r", "requirements-dev.txt"]
    assert "without hashes" in capsys.readouterr().err
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [
        line for line in text.splitlines() if "pip install" in line and "bundle/lock.py" not in line
    ] == []


def test_t48_assets(demo_app):
    """T48: what is served from assets is what the repository holds, by content; no script evaluates text."""
    client = demo_app.server.test_client()
    assets = [path for path in (ROOT / "assets").rglob("*") if path.is_file() and "built" not in path.parts]
    checked = 0
    for path in assets:
        if path.name.startswith("."):
            continue
        answer = client.get(f"/assets/{path.relative_to(ROOT / 'assets').as_posix()}")
        assert answer.status_code == 200, path
        served = hashlib.sha256(b"".join(answer.response)).hexdigest()
        assert served == hashlib.sha256(path.read_bytes()).hexdigest(), path
        checked += 1
        if path.suffix == ".js":
            source = path.read_text(encoding="utf-8")
            assert not re.search(
                r"\beval\(|new Function\(|document\.write\(|localStorage|sessionStorage", source
            ), path
    assert checked >= 10
    page = client.get("/").get_data(as_text=True)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_threats_are_mapped():
    """docs/access-threats.md names a test, or a reason, for each of the fifty threats; every named test exists."""
    lines = (ROOT / "docs" / "access-threats.md").read_text(encoding="utf-8").splitlines()
    rows = {match[1]: line for line in lines if (match := re.match(r"\| (T\d+) \|", line))}
    assert list(rows) == [f"T{number}" for number in range(1, 51)]
    sources = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    for threat, line in rows.items():
        named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", line)
        assert named or "not a test" in line, threat
        for file, test in named:
            assert f"def {test}(" in sources.get(file, ""), (threat, file, test)
