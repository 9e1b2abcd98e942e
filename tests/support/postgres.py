"""A throw-away PostgreSQL server on loopback for the tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def binaries() -> Path | None:
    """Folder with initdb, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
    return found


def _runs(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Server:
    """Start a server in a temporary folder; `url(database)` is how to reach it."""

    def __init__(self) -> None:
        folder = binaries()
        if folder is None:
            raise RuntimeError("PostgreSQL is missing: run tests/system_packages.sh")
        self._bin = folder
        self.folder = Path(tempfile.mkdtemp(prefix="ikms-pg-"))
        self._as = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        data = self.folder / "data"
        self._run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "owner",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        )
        self.start()

    def start(self) -> None:
        """Start the server; after `kill` it recovers first."""
        data = self.folder / "data"
        self._run(
            "pg_ctl", "-D", str(data), "-w", "-l", str(self.folder / "log"),
            "-o", f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} -F -c shared_buffers=128MB",
            "start",
        )  # fmt: skip

    def kill(self) -> None:
        """End the server and all its processes at once, as a power cut would."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(first, signal.SIGSTOP)  # so that it makes no further process meanwhile
        family = [first, *_children(first)]
        for number in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        while any(_runs(number) for number in family):
            time.sleep(0.02)
        # Where nobody reaps it, its number lives on, and the server would believe that it still runs.
        for lock in (self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            lock.unlink()

    def dump(self, database: str, path: Path) -> None:
        """A backup of a database, by the server's own tool."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "owner")
        made = self.folder / "dump"
        self._run("pg_dump", *where, "-Fc", "-f", str(made), database)
        shutil.move(made, path)

    def restore(self, path: Path, database: str) -> str:
        """A backup into a new database; returns its address."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "owner")
        made = Path(shutil.copy(path, self.folder / "restore"))
        made.chmod(0o644)
        url = self.create(database)
        self._run("pg_restore", *where, "-d", database, str(made))
        return url

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as, str(self._bin / program), *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )

    def url(self, database: str = "postgres") -> str:
        """Address of a database on this server."""
        return f"postgresql+psycopg://owner@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database and return its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "owner", database)
        return self.url(database)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)
