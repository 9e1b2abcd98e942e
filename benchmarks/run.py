"""`make bench`: the budgets of the design, measured beside a static floor and a plain Dash application."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from benchmarks import absence, change, disclosure, graduates, machine, rollback, servers, simulation
from data_access import engine as engines
from data_access.queries.accounts import demo_scopes
from data_access.schema import institution

ROOT = Path(__file__).resolve().parents[1]
console = Console(width=150)
BUDGETS: list[tuple[str, str, str, str, str]] = []

DRAWN = (
    "() => performance.getEntriesByName('ikms-view').length && "
    "Array.from(document.querySelectorAll('.graph-box')).every(b => b.querySelector('.main-svg'))"
)


def database(folder: Path) -> Path:
    """A demonstration database, made and timed by the command that `make run` calls, each step as it reports it."""
    path = folder / "monitoring.sqlite"
    places = {"DATABASE_URL": f"sqlite:///{path}", "OPEN_DATA_FOLDER": str(folder / "open-data")}
    started = time.perf_counter()
    came: dict[str, float] = {}
    took: dict[str, float] = {}
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--fresh"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | places, stdout=subprocess.PIPE, text=True
    ) as demo:
        for line in demo.stdout:
            name, _, rest = line.strip().rpartition(": ")
            came[line.strip()] = time.perf_counter()
            if name and rest.endswith(" s") and rest.split()[-2].replace(".", "", 1).isdigit():
                took[name] = float(rest.split()[-2])
    if demo.returncode:
        raise RuntimeError("the demonstration was not made")
    whole = time.perf_counter() - started
    facts, disclosed = took.pop("fakti | facts"), took.pop("suppress_small_numbers")
    published = took.pop("publicēts | published")
    row("the whole demonstration (`manage.py demo`), s", "< 60", f"{whole:.1f}")
    row("  facts, s", "", f"{facts:.1f}")
    row("  publication without disclosure control, s", "<= 20", f"{published - facts - disclosed:.1f}")
    for name, seconds in took.items():
        if "|" not in name and seconds >= 1:
            row(f"    {name}, s", "", f"{seconds:.1f}")
    row("  disclosure control, s", "< 300", f"{disclosed:.1f}")
    row("  stored pages, with open data beside them, s", "", f"{whole - published:.1f}")
    recomputed = came["kopsavilkumi | roll-ups"] - came["rādītāji | indicators"]
    row("recompute all indicators, s", "<= 5", f"{recomputed:.1f}")
    return path


def row(what: str, budget: str, ours: str, plain: str = "", floor: str = "") -> None:
    """One line of the report."""
    BUDGETS.append((what, budget, ours, plain, floor))
    console.print(f"  {what}: {ours}  (budget {budget}; plain Dash {plain or '–'}; floor {floor or '–'})")


def machine_speed(when: str) -> None:
    """A line with the speed of this machine: absolute budgets are to be read with it."""
    what = f"speed of the machine {when}: a million additions, ms (times {machine.REFERENCE_MS:.1f})"
    row(what, "", machine.told(machine.additions_ms()))


def addresses(path: Path) -> dict[str, str]:
    """Paths of the three views and of a list of schools."""
    engine = engines.create(f"sqlite:///{path}", read_only=True)
    scopes = demo_scopes(engine)
    with engine.connect() as connection:
        schools = connection.execute(
            select(institution.c.reg_no, institution.c.id)
            .where(institution.c.type == "secondary", institution.c.valid_to.is_(None))
            .order_by(institution.c.sort_key)
        ).all()
    engine.dispose()
    (code,) = scopes["municipality"].municipalities
    return {
        "country": "/latvija",
        "municipality": f"/pasvaldiba/{code}",
        "school": f"/skola/{schools[0].reg_no}",
        "_schools": [f"/skola/{one.reg_no}" for one in schools[:60]],
        "_ids": [str(one.id) for one in schools[:60]],
    }


Call = tuple[str, str, bytes | None]  # method, path, body


def change_to(path: str) -> Call:
    """What the browser asks when a reader goes to `path`."""
    return "GET", f"/skats{path}", None


def plain_change(school: str) -> Call:
    """The same for the plain application."""
    body = json.dumps(
        {
            "output": "charts.children",
            "outputs": {"id": "charts", "property": "children"},
            "inputs": [
                {"id": "school", "property": "value", "value": int(school)},
                {"id": "url", "property": "search", "value": ""},
            ],
            "changedPropIds": ["school.value"],
            "parsedChangedPropsIds": ["school.value"],
        }
    )
    return "POST", "/_dash-update-component", body.encode()


def sign_in(address: str, account: str) -> str:
    """Session cookie of a demo account."""
    host = address.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    connection.request(
        "POST",
        "/pieslegties",
        f"account={account}&next=/",
        {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"},
    )
    answer = connection.getresponse()
    answer.read()
    return answer.getheader("Set-Cookie").split(";")[0]


def load(
    address: str, calls: list[Call], readers: int, seconds: float, cookie: str = ""
) -> tuple[float, float, int, int]:
    """Closed loop without thinking time: (changes/s, p95 ms, errors, bytes of a compressed answer)."""
    host = address.removeprefix("http://")
    times: list[float] = []
    errors = 0
    size = 0
    stop = time.perf_counter() + seconds

    def reader(number: int) -> None:
        nonlocal errors, size
        connection = http.client.HTTPConnection(host, timeout=30)
        headers = {
            "Content-Type": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "Accept-Encoding": "gzip, br, zstd",
            "Cookie": cookie,
        }
        index = number
        while time.perf_counter() < stop:
            begin = time.perf_counter()
            connection.request(*calls[index % len(calls)], headers)
            answer = connection.getresponse()
            content = answer.read()
            times.append((time.perf_counter() - begin) * 1000)
            size = len(content)
            errors += answer.status != 200
            index += readers
        connection.close()

    threads = [threading.Thread(target=reader, args=(number,)) for number in range(readers)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - started
    times.sort()
    return len(times) / elapsed, times[int(len(times) * 0.95)], errors, size


def cpu_per_change(served: servers.Served, calls: list[Call], cookie: str = "", count: int = 400) -> float:
    """Server CPU, ms, of one change, one reader."""
    host = served.address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    headers = {
        "Content-Type": "application/json",
        "Sec-Fetch-Site": "same-origin",
        "Cookie": cookie,
        "Accept-Encoding": "zstd",
    }

    def once(index: int) -> None:
        connection.request(*calls[index % len(calls)], headers)
        connection.getresponse().read()

    for index in range(20):
        once(index)
    before = served.cpu_seconds()
    for index in range(count):
        once(index)
    return (served.cpu_seconds() - before) / count * 1000


class Browser:
    """Cold and warm visits in Chromium."""

    def __init__(self) -> None:
        self.playwright = sync_playwright().start()

    def visit(self, address: str, drawn: str, cookie: str = "", runs: int = 3) -> dict[str, float]:
        """Medians over fresh browsers: first paint, last mark, warm last mark, kB, requests."""
        found: dict[str, list[float]] = {"paint": [], "last": [], "warm": [], "kb": [], "requests": []}
        for _ in range(runs):
            browser = self.playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            if cookie:
                name, value = cookie.split("=", 1)
                context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Network.enable")
            bytes_seen = [0, 0]
            session.on(
                "Network.loadingFinished",
                lambda e, b=bytes_seen: b.__setitem__(0, b[0] + e["encodedDataLength"]),
            )
            session.on("Network.requestWillBeSent", lambda e, b=bytes_seen: b.__setitem__(1, b[1] + 1))
            for key in ("last", "warm"):
                page.goto(address, wait_until="commit")
                page.wait_for_function(drawn, polling="raf", timeout=30_000)
                last = page.evaluate("() => performance.now()")
                found[key].append(last)
                if key == "last":
                    page.wait_for_timeout(300)
                    paint = page.evaluate(
                        "() => (performance.getEntriesByName('first-contentful-paint')[0] || {}).startTime || 0"
                    )
                    found["paint"].append(paint)
                    found["kb"].append(bytes_seen[0] / 1000)
                    found["requests"].append(bytes_seen[1])
            browser.close()
        return {key: statistics.median(values) for key, values in found.items()}

    def change(self, address: str, paths: list[str], cookie: str = "") -> float:
        """Median ms from a link's click to the next unit's page painted."""
        browser = self.playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        if cookie:
            name, value = cookie.split("=", 1)
            context.add_cookies([{"name": name, "value": value, "url": address}])
        page = context.new_page()
        page.goto(address + paths[0], wait_until="domcontentloaded")
        page.wait_for_function(DRAWN, timeout=30_000)
        times = []
        for path in paths[1:12]:
            times.append(
                page.evaluate(
                    """path => new Promise(done => {
                    const before = document.querySelector('#main #view-state');
                    const start = performance.now();
                    const link = document.createElement('a'); link.href = path; document.body.appendChild(link); link.click(); link.remove();
                    const look = () => { const now = document.querySelector('#main #view-state');
                      if (now && now !== before) requestAnimationFrame(() => done(performance.now() - start));
                      else requestAnimationFrame(look); };
                    look(); })""",
                    path,
                )
            )
        browser.close()
        return statistics.median(times)

    def close(self) -> None:
        """End the driver."""
        self.playwright.stop()


def _shown(found: dict | None, key: str) -> str:
    """A measured number as text, empty when it was not measured."""
    return f"{found[key]:.0f}" if found else ""


def static_floor(served: servers.Served, paths: dict[str, str], folder: Path) -> None:
    """The same pages as plain files: the first view's HTML with our style sheets and plotly bundle, no Dash."""
    import urllib.request

    (folder / "assets").mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "assets", folder / "assets", dirs_exist_ok=True)
    for name in ("country", "municipality", "school"):
        html = urllib.request.urlopen(served.address + paths[name]).read().decode()
        start = html.index("<script src=")  # all scripts stand after the footer
        (folder / f"{name}.html").write_text(html[:start] + "</body></html>", encoding="utf-8")


def main(quick: bool = False) -> None:
    """Run everything and print the table."""
    folder = Path(tempfile.mkdtemp(prefix="ikms-bench-"))
    seconds = 4.0 if quick else 12.0
    try:
        machine_speed("before")
        path = database(folder)
        paths = addresses(path)
        calls = [change_to(one) for one in paths["_schools"]]
        plain_calls = [plain_change(one) for one in paths["_ids"]]
        simulation.main(seeds=range(1, 3) if quick else range(1, 6), console=console)
        absence.main(f"sqlite:///{path}")
        disclosure.main(f"sqlite:///{path}", console=console)
        for what, ms in change.measure(change.copied(path, folder / "change")).items():
            row(f"CPU of a change in process: {what}, ms", "<= 3" if "stored" in what else "", f"{ms:.2f}")
        back = rollback.main(path, hashes=not quick)
        row("back to any of five releases, s", f"<= {rollback.BUDGET_SECONDS:.0f}", f"{back:.2f}")
        graduates.main(console, row)
        ours, plain = servers.ours(path), servers.plain(path)
        row("start to first 200, s", "<= 1.2", f"{ours.start_seconds:.2f}", f"{plain.start_seconds:.2f}")
        cookie = sign_in(ours.address, "ministry")
        cpu, plain_cpu = cpu_per_change(ours, calls, cookie), cpu_per_change(plain, plain_calls, count=40)
        row("server CPU per school change, ministry, ms", "<= 3", f"{cpu:.1f}", f"{plain_cpu:.1f}")
        row("  the same, public (cached by release), ms", "<= 3", f"{cpu_per_change(ours, calls):.1f}")
        *_, plain_size = load(plain.address, plain_calls, 1, 1.0)
        for who, with_cookie in (("ministry", cookie), ("public", "")):
            sizes = change.sizes(ours.address, paths["_schools"], with_cookie)
            told = f"{statistics.mean(sizes) / 1000:.1f} ({max(sizes) / 1000:.1f})"
            row(f"school change, {who}, kB: mean (largest)", "<= 5", told, f"{plain_size / 1000:.1f}")

        machine_speed("before the browser")
        static_floor(ours, paths, folder / "floor")
        ground = servers.floor(folder / "floor")
        browser = Browser()
        charts = "() => document.querySelectorAll('#charts .main-svg').length >= 24"
        for name, budget in (("country", ""), ("municipality", ""), ("school", "<= 700")):
            mine = browser.visit(ours.address + paths[name], DRAWN, cookie)
            base = browser.visit(f"{ground.address}/{name}.html", "() => document.readyState === 'complete'")
            other = browser.visit(plain.address, charts) if name == "school" else None
            row(
                f"{name}: first view readable, ms",
                "<= 250",
                _shown(mine, "paint"),
                _shown(other, "paint"),
                _shown(base, "paint"),
            )
            row(
                f"{name}: cold visit to the last mark, ms",
                budget,
                _shown(mine, "last"),
                _shown(other, "last"),
                _shown(base, "last"),
            )
            row(
                f"{name}: warm reload, ms",
                "<= 300",
                _shown(mine, "warm"),
                _shown(other, "warm"),
                _shown(base, "warm"),
            )
            row(
                f"{name}: cold visit, kB / requests",
                "<= 700 / <= 20",
                f"{mine['kb']:.0f} / {mine['requests']:.0f}",
                f"{other['kb']:.0f} / {other['requests']:.0f}" if other else "",
                f"{base['kb']:.0f} / {base['requests']:.0f}",
            )
        row(
            "school A -> B repainted, ms",
            "<= 100",
            f"{browser.change(ours.address, paths['_schools'], cookie):.0f}",
        )
        browser.close()
        memory = max(ours.memory_mb())
        row("memory of a worker, MB", "<= 190", f"{memory:.0f}", f"{max(plain.memory_mb()):.0f}")
        ground.stop()
        ours.stop()
        plain.stop()

        two, plain_two = servers.ours(path, workers=2), servers.plain(path, workers=2)
        cookie = sign_in(two.address, "ministry")
        for readers, budget in ((5, ">= 300 (30)"), (50, "p95 <= 500")):
            rate, p95, errors, _ = load(two.address, calls, readers, seconds, cookie)
            other_rate, other_p95, _, _ = load(plain_two.address, plain_calls, readers, seconds)
            row(
                f"{readers} readers, two workers: changes/s (p95 ms), errors {errors}",
                budget,
                f"{rate:.0f} ({p95:.0f})",
                f"{other_rate:.0f} ({other_p95:.0f})",
            )
        row(
            "memory after load, MB a worker",
            "<= 190, flat",
            f"{max(two.memory_mb()):.0f}",
            f"{max(plain_two.memory_mb()):.0f}",
        )
        two.stop()
        plain_two.stop()
        machine_speed("after")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table = Table("measured", "budget", "ours", "plain Dash", "static floor", title="IKMS panelis: budgets")
    for line in BUDGETS:
        table.add_row(*line)
    console.print(table)
    lines = ["| measured | budget | ours | plain Dash | static floor |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(cell.strip() or '–' for cell in line)} |" for line in BUDGETS]
    Path(ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var" / "budgets.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    main(parser.parse_args().quick)
