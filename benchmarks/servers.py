"""Servers to measure: ours under gunicorn, a plain Dash application, and static files as the floor."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Served:
    """A server process with its address, start time and CPU and memory readings."""

    def __init__(
        self, command: list[str], port: int, environment: Mapping[str, str] | None = None, path: str = "/"
    ) -> None:
        self.address = f"http://127.0.0.1:{port}"
        started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            try:
                urllib.request.urlopen(self.address + path, timeout=5).read()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if self.process.poll() is not None or time.perf_counter() - started > 60:
                    raise RuntimeError(f"did not start: {command}") from None
                time.sleep(0.01)
        self.start_seconds = time.perf_counter() - started

    def _tree(self) -> list[int]:
        pids, queue = [], [self.process.pid]
        while queue:
            pid = queue.pop()
            pids.append(pid)
            try:
                queue += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
            except OSError:
                continue
        return pids

    def cpu_seconds(self) -> float:
        """CPU used so far by the process and its children."""
        ticks = 0
        for pid in self._tree():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
            except OSError:
                continue
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> list[float]:
        """RSS of each child (or of the process itself), MB."""
        pids = self._tree()
        found = []
        for pid in pids[1:] or pids:
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
                found.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
            except OSError:
                continue
        return found

    def worker_ticks(self) -> dict[int, int]:
        """CPU of each worker so far, in clock ticks."""
        found = {}
        for pid in self._tree()[1:]:
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
                found[pid] = int(fields[11]) + int(fields[12])
            except OSError:
                continue
        return found

    def stop(self) -> None:
        """End the server."""
        self.process.terminate()
        self.process.wait(10)


def command_of(port: int, workers: int = 1) -> list[str]:
    """How this application is served."""
    return [
        sys.executable, "-m", "gunicorn", "app:server", "--bind", f"127.0.0.1:{port}", "--workers", str(workers),
        "--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "error",
    ]  # fmt: skip


def ours(database: Path, workers: int = 1) -> Served:
    """This application under gunicorn, as `make run` serves it."""
    port = free_port()
    command = command_of(port, workers)
    return Served(
        command,
        port,
        {
            "DATABASE_URL": f"sqlite:///{database}",
            "IKMS_LOG_LEVEL": "ERROR",
            # One machine asks for many readers.
            "IKMS_RATE_CALLBACKS": "0",
            "IKMS_RATE_CALLBACKS_ADDRESS": "0",
            "IKMS_RATE_PAGES": "100000000",
            "IKMS_RATE_PAGES_ADDRESS": "100000000",
        },
    )


def plain(database: Path, workers: int = 1) -> Served:
    """The same three views in a plain Dash application with default settings."""
    port = free_port()
    command = [
        sys.executable, "-m", "gunicorn", "benchmarks.plain_dash:server", "--bind", f"127.0.0.1:{port}",
        "--workers", str(workers), "--worker-class", "gthread", "--threads", "4", "--no-control-socket",
        "--log-level", "error",
    ]  # fmt: skip
    return Served(command, port, {"BENCH_DATABASE": str(database)})


def floor(folder: Path) -> Served:
    """Static files, as many as a page needs."""
    port = free_port()
    return Served(
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)],
        port,
    )
