"""Server CPU of one change of view, in process: what the session, the record and the stored page cost.

`python -m benchmarks.change [database]`: a signed-in ministry reader goes through 60 schools, each three times. Every
change is of another school than the one before, so every one is recorded. CPU of this process and thread, without a
network: the server's own HTTP adds some 0.5 ms. The database is copied: records are written.
"""

from __future__ import annotations

import http.client
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from rich.console import Console

ROUNDS, SCHOOLS = 3, 60
console = Console(width=120)


def measure(path: Path) -> dict[str, float]:
    """Median CPU, ms, of a change in each case; `path`: a demonstration database with stored pages, written to."""
    import settings as configuration
    from access import pages, session
    from app import create_app
    from data_access import stored_pages
    from pages import specimen, stored

    settings = configuration.Settings(
        DATABASE_URL=f"sqlite:///{path}",
        LOG_LEVEL="ERROR",
        RATE_CALLBACKS=0,
        RATE_CALLBACKS_ADDRESS=0,
        RATE_PAGES=10**8,
    )
    app = create_app(settings)
    if not stored.complete(settings):
        raise SystemExit("the pages of this database were drawn by other code: manage.py store-pages")
    client = app.server.test_client()
    header = specimen.dictionary("lv").header
    with app.site.renderer.reading(app.server.extensions["ikms_demo_accounts"]["ministry"]) as reader:
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
    keep = session.record_view
    pages.record_view = lambda _reg_no: None
    try:
        found["of it without the record"] = run("", with_dictionary)
    finally:
        pages.record_view = keep
    found["signed in, drawn now (English)"] = run("/en", with_dictionary)
    return found


def sizes(address: str, paths: list[str], cookie: str) -> list[int]:
    """Bytes of the body of each change, as a browser with the dictionary gets it."""
    from pages import specimen

    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    headers = {
        "Cookie": cookie,
        "Accept-Encoding": "gzip, br, zstd, dcb, dcz",
        "Available-Dictionary": specimen.dictionary("lv").header,
    }
    found = []
    for path in paths:
        connection.request("GET", f"/skats{path}", headers=headers)
        answer = connection.getresponse()
        found.append(len(answer.read()))
        assert answer.getheader("Content-Encoding") == "dcz"
    connection.close()
    return found


def copied(given: Path, folder: Path) -> Path:
    """A copy of a database and its public file, to be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "monitoring.sqlite"
    with closing(sqlite3.connect(given)) as source, closing(sqlite3.connect(path)) as target:
        source.backup(target)
    public = given.with_name(f"{given.stem}.public.sqlite")
    if public.is_file():
        shutil.copy(public, path.with_name(f"{path.stem}.public.sqlite"))
    return path


def main() -> None:
    """Print the readings for the database given, copied, or for `var/monitoring.sqlite`."""
    given = Path(sys.argv[1] if len(sys.argv) > 1 else "var/monitoring.sqlite")
    with tempfile.TemporaryDirectory() as folder:
        for what, ms in measure(copied(given, Path(folder))).items():
            console.print(f"  {what}: {ms:.2f} ms of CPU")


if __name__ == "__main__":
    main()
