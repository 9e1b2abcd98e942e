"""The loader on the command line: import, batches, findings, publish, rollback, withdraw, cancel."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from sqlalchemy import Engine

MOST_SHOWN = 30
COLOURS = {"error": "red", "confirm": "yellow", "notice": "cyan"}


def add(
    cli: typer.Typer,
    make_engine: Callable[[], Engine],
    console: Console,
    after: Callable[[Engine], None] = lambda engine: None,
) -> None:
    """Register the commands. make_engine: a writing engine on a migrated database; after: done when a release is out."""

    def acting(author: str):
        """What is recorded within says that it was the machine's owner: one person, without a proposal."""
        from .. import audit

        return audit.acting(audit.Actor(author, "command line", "", "command line"))

    def fail(error: Exception, code: int = 1) -> None:
        console.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(code)

    @cli.command(name="import")
    def import_files(
        paths: list[Path],
        kind: str = typer.Option("", help="Id of the table; recognised by its heading when left out."),
        dry_run: bool = typer.Option(False, help="Check only; nothing is kept."),
        reason: str = typer.Option("", help="Publish at once, with this reason."),
        confirm: bool = typer.Option(False, help="Confirm the questions that the check asks."),
        as_of: str = typer.Option("", help="YYYY-MM-DD that the data describe; today when left out."),
        author: str = typer.Option("", help="Who; the account of this machine when left out."),
    ) -> None:
        """Check files and stage their rows; all of them or none. `publish` puts them in front of readers."""
        from .. import engine as engines
        from . import jobs, lock

        engine = make_engine()
        jobs.heal(engine)
        day, who = as_of or date.today().isoformat(), author or getpass.getuser()
        try:
            results = _examined(engine, paths, kind, console)
            if results is None:
                raise typer.Exit(3)
            if dry_run:
                console.print("Tikai pārbaude; nekas nav saglabāts | checked only; nothing was kept")
                return
            with (
                acting(who),
                lock.importing(engine, f"import {paths[0].name}"),
                engine.begin() as connection,
            ):
                numbers = []
                for result in results:
                    number = jobs.receive(
                        connection,
                        result.receipt,
                        author=who,
                        as_of=day,
                        dataset=result.dataset.id,
                        keep=False,
                    )
                    if jobs.store(connection, number, result) == "staged":
                        numbers.append(number)
            if not numbers:
                console.print("Nekas nav mainījies | nothing has changed")
                return
            console.print(f"Sagatavots | staged: {', '.join(map(str, numbers))}")
            if reason:
                with acting(who):
                    _publish(engine, who, reason, numbers, confirm, console)
                engines.tidy(engine)
                after(engine)
        except (jobs.JobError, lock.Busy) as error:
            fail(error, 4 if isinstance(error, lock.Busy) else 1)

    @cli.command()
    def publish(
        reason: str = typer.Option(..., help="Why."),
        author: str = typer.Option(..., help="Who."),
        confirm: bool = typer.Option(
            False, help="Confirm the questions that the checks of staged files ask."
        ),
    ) -> None:
        """Write all staged files into the tables, compute everything and publish a new release."""
        from .. import engine as engines
        from . import jobs, lock

        engine = make_engine()
        try:
            with acting(author):
                _publish(engine, author, reason, None, confirm, console)
        except (jobs.JobError, lock.Busy) as error:
            fail(error, 4 if isinstance(error, lock.Busy) else 1)
        engines.tidy(engine)
        after(engine)

    @cli.command()
    def rollback(
        release_id: int,
        reason: str = typer.Option(..., help="Why."),
        author: str = typer.Option("", help="Who; the account of this machine when left out."),
    ) -> None:
        """Point back to a kept release. Loaded files stay; `withdraw` takes a file back."""
        from .. import releases
        from . import jobs, lock

        engine, who = make_engine(), author or getpass.getuser()
        try:
            with acting(who):
                release = jobs.roll_back(engine, release_id, reason=reason, author=who)
        except (releases.ReleaseError, jobs.JobError, lock.Busy) as error:
            fail(error)
        console.print(f"Rāda versiju | now serving release {release.id}")
        after(engine)

    @cli.command()
    def withdraw(
        job: int,
        reason: str = typer.Option(..., help="Why."),
        author: str = typer.Option("", help="Who; the account of this machine when left out."),
    ) -> None:
        """Take a published file back: its rows go, revised ones get their old values."""
        from .. import engine as engines
        from . import jobs, lock
        from .revisions import RevisionError

        engine, who = make_engine(), author or getpass.getuser()
        try:
            with acting(who):
                release = jobs.withdraw(engine, job, author=who, reason=reason)
        except (jobs.JobError, lock.Busy, RevisionError) as error:
            fail(error)
        engines.tidy(engine)
        after(engine)
        console.print(f"Atsaukts; rāda versiju | taken back; now serving release {release.id}")

    @cli.command()
    def cancel(job: int) -> None:
        """Stop a load, or throw a staged one away."""
        from . import jobs

        try:
            console.print(jobs.cancel(make_engine(), job))
        except jobs.JobError as error:
            fail(error)

    @cli.command()
    def batches(findings: int = typer.Option(0, help="Show the findings of this load.")) -> None:
        """List loads, newest first."""
        from ..queries import loading

        engine = make_engine()
        with engine.begin() as connection:
            if findings:
                for row in loading.findings(connection, findings):
                    _print_finding(console, row)
                return
            table = Table(
                "id", "state", "table", "file", "rows", "new", "revised", "left out", "author", "created"
            )
            for job in loading.jobs(connection):
                numbers = [
                    job[name] for name in ("rows_loaded", "rows_new", "rows_revised", "rows_quarantined")
                ]
                table.add_row(
                    str(job["id"]), job["state"], job["dataset"] or "", job["file_name"], *map(str, numbers),
                    job["author"], job["created_at"],
                )  # fmt: skip
        console.print(table)


def _examined(engine: Engine, paths: list[Path], kind: str, console: Console) -> list | None:
    """What the files would do; None when one is refused. Prints findings and a summary of each."""
    from .examine import examine
    from .findings import Refusal
    from .receive import RefusedFile, receive

    results: list | None = []
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(),
        console=console, transient=True,
    )  # fmt: skip
    with bar, engine.connect().execution_options(reads_only=True) as connection:
        for path in paths:
            task = bar.add_task(path.name, total=1)

            def tick(step: str, done: int, total: int, task=task, name=path.name) -> None:
                bar.update(task, description=f"{name}: {step}", completed=done, total=max(total, 1))

            try:
                result = examine(connection, receive(path), kind or None, tick)
            except KeyError:
                console.print(f"[red]Nav tādas tabulas | there is no such table: {kind}[/red]")
                return None
            except Refusal as refusal:
                console.print(f"[red]{path.name}: noraidīta | refused[/red]")
                _print_findings(console, refusal.findings)
                if refusal.counts:
                    read, usable, wrong, declared = refusal.counts
                    console.print(
                        f"{path.name}: rindas | lines {read} = {usable} + {wrong} + {declared} (derīgas + kļūdainas + "
                        "kopsummas un tukšās; neviena nav ielādēta | usable + with errors + totals and blank; "
                        "none was loaded)",
                        highlight=False,
                    )
                results = None
                continue
            except RefusedFile as refusal:
                console.print(f"[red]{refusal}[/red]", highlight=False)
                results = None
                continue
            _print_findings(console, result.findings)
            console.print(
                f"{path.name}: {result.dataset.name_lv} | rindas {result.read} = {result.loaded} + "
                f"{result.quarantined} + {result.declared} (ielādētas + izlaistas + kopsummas un tukšās); "
                f"jaunas {result.count('new')}, labotas {result.count('revised')}, tādas pašas {result.count('same')}",
                highlight=False,
            )
            if results is not None:
                results.append(result)
    return results


def _print_findings(console: Console, found) -> None:
    for finding in found[:MOST_SHOWN]:
        lv, en = ((finding.place(lang), *finding.texts(lang)) for lang in ("lv", "en"))
        _print_finding(
            console,
            {
                "severity": finding.weight, "rule": finding.rule, "value": finding.value, "place_lv": lv[0],
                "problem_lv": lv[1], "cure_lv": lv[2], "place_en": en[0], "problem_en": en[1], "cure_en": en[2],
            },
        )  # fmt: skip
    if len(found) > MOST_SHOWN:
        console.print(f"  … +{len(found) - MOST_SHOWN}")


def _print_finding(console: Console, row) -> None:
    colour = COLOURS[row["severity"]]
    value = f" “{row['value']}”" if row["value"] else ""
    for lang in ("lv", "en"):
        place = f"{row[f'place_{lang}']}: " if row[f"place_{lang}"] else ""
        head = f"[{colour}]{row['rule']}[/{colour}] " if lang == "lv" else "    "
        text = f"{place}{row[f'problem_{lang}']}{value} {row[f'cure_{lang}']}"
        console.print(head + text.replace("[", r"\["), highlight=False)


def _publish(engine, author: str, reason: str, numbers, confirmed: bool, console: Console) -> None:
    from . import jobs

    def say(text: str) -> None:
        console.print(f"  {text}", highlight=False)

    release = jobs.publish(
        engine, author=author, reason=reason, job_ids=numbers, confirmed=confirmed, say=say
    )
    console.print(f"Versija | release {release.id}")
