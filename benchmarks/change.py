"""Server CPU of one change of view, in process: what the session, the record and the stored page cost.

`python -m benchmarks.change [database]`: a signed-in ministry reader goes through 60 schools, each three times. Every
change is of another school than the one before, so every one is recorded. CPU of this process and thread, without a
network: the server's own HTTP adds some 0.5 ms. The database is copied: records are written.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

ROUNDS, SCHOOLS = 3, 60
console = Console(width=120)


def measure(path: Path) -> dict[str, float]:
    """Median CPU, ms, of a change in each case; `path`: a demonstration database with stored pages, written to."""
    import settings as configuration
    from access import session
    from app import create_app
    from pages import specimen

    settings = configuration.Settings(
        DATABASE_URL=f"sqlite:///{path}", LOG_LEVEL="ERROR", RATE_CALLBACKS=0, RATE_CALLBACKS_ADDRESS=0
    )
    app = create_app(settings)
    client = app.server.test_client()
    header = specimen.dictionary("lv").header
    with app.site.renderer.reading(app.server.extensions["ikms_demo_accounts"]["ministry"]) as reader:
        from data_access import stored_pages

        schools = [row.reg_no for row in stored_pages.institutions(reader.connection)[:SCHOOLS]]

    def run(prefix: str, headers: dict[str, str]) -> float:
        times = []
        for _ in range(ROUNDS):
            for number in schools:
                begin = time.thread_time()
                answer = client.get(f"/skats{prefix}/skola/{number}", headers=headers)
                times.append((time.thread_time() - begin) * 1000)
                assert answer.status_code == 200
        return statistics.median(times)

    with_dictionary = {"Accept-Encoding": "gzip, br, zstd, dcb, dcz", "Available-Dictionary": header}
    found = {"public, kept": min(run("", with_dictionary) for _ in range(2))}
    client.post("/pieslegties", data={"account": "ministry"}, headers={"Sec-Fetch-Site": "same-origin"})
    run("", with_dictionary)
    found["signed in, stored, recorded"] = run("", with_dictionary)
    found["the same without the dictionary"] = run("", {"Accept-Encoding": "gzip, br, zstd"})
    recorded: Callable = session.identity
    with app.server.app_context():
        recorder = recorded().recorder
    keep = recorder.record
    type(recorder).record = lambda *_args, **_kwargs: None
    try:
        found["of it without the record"] = run("", with_dictionary)
    finally:
        type(recorder).record = keep.__func__
    found["signed in, drawn now (English)"] = run("/en", with_dictionary)
    return found


def main() -> None:
    """Print the readings for the database given, copied, or for `var/monitoring.sqlite`."""
    import shutil
    import tempfile

    given = Path(sys.argv[1] if len(sys.argv) > 1 else "var/monitoring.sqlite")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monitoring.sqlite"
        shutil.copy(given, path)
        public = given.with_name(f"{given.stem}.public.sqlite")
        if public.is_file():
            shutil.copy(public, path.with_name(public.name.replace(given.stem, path.stem)))
        for what, ms in measure(path).items():
            console.print(f"  {what}: {ms:.2f} ms of CPU")


if __name__ == "__main__":
    main()
