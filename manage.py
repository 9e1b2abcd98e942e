"""The command line: demo, releases, check, serve; the loader adds import, batches, publish, rollback and more."""

from __future__ import annotations

import time
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

import settings as configuration
from access import commands as identity
from data_access import engine as engines
from data_access.importing import commands as loading
from data_access.importing import template_commands

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="IKMS panelis")
disclosure_cli = typer.Typer(no_args_is_help=True, help="Disclosure control: report, rules, approval.")
cli.add_typer(disclosure_cli, name="disclosure")
console = Console()


def _engine():
    from data_access import migrations_runner

    try:
        settings = configuration.load()
        engine = engines.create(settings.database_url, wait_seconds=engines.PATIENT)
        migrations_runner.upgrade(engine)
    except (configuration.SettingsError, engines.EngineError, migrations_runner.SchemaMismatch) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    return engine


@cli.command()
def demo(seed: int = 2024, fresh: bool = typer.Option(False, help="Make the database anew.")) -> None:
    """Make the demonstration database: reference facts, synthetic facts, a first release."""
    from data_access import releases
    from data_access.demo import build as demo_data
    from data_access.importing import reference
    from data_access.publishing import steps
    from data_access.schema import institution

    settings = configuration.load()
    if fresh and settings.database_url.startswith("sqlite:///"):
        for suffix in ("", "-wal", "-shm"):
            Path(settings.database_url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)
    started = time.perf_counter()
    engine = _engine()
    with engine.begin() as connection:
        loaded = reference.load_all(connection)
        console.print(f"Atsauces dati | reference facts: {sum(loaded.values())}")
        if connection.execute(select(func.count()).select_from(institution)).scalar() == 0:
            demo_data.build(connection, seed=seed, progress=_say)
        _say(f"fakti | facts: {time.perf_counter() - started:.1f} s")
        release = releases.publish(
            connection,
            reason="Demonstrācijas dati | Demonstration data",
            author="manage.py demo",
            steps=[_timed(step) for step in steps(_say)],
        )
    engines.tidy(engine)
    _say(f"publicēts | published: {time.perf_counter() - started:.1f} s")
    _after_publication(engine)
    console.print(f"Versija | release {release.id}, {time.perf_counter() - started:.1f} s")


@cli.command(name="ensure-demo")
def ensure_demo() -> None:
    """Make the demonstration database when there is no database yet; otherwise do nothing."""
    settings = configuration.load()
    if settings.environment != "demo":
        return
    if settings.database_url.startswith("sqlite:///"):
        path = Path(settings.database_url.removeprefix("sqlite:///"))
        if path.is_file() and _has_release(settings):
            return _bring_up(settings)
    elif _has_release(settings):
        return _bring_up(settings)
    demo(seed=2024, fresh=False)


def _bring_up(settings) -> None:
    """A demonstration of an older program gets the missing migrations, so that the web can start on it."""
    from data_access import migrations_runner

    engine = engines.create(settings.database_url, read_only=True)
    try:
        migrations_runner.verify(engine)
    except migrations_runner.SchemaMismatch:
        _engine().dispose()
    finally:
        engine.dispose()


def _has_release(settings) -> bool:
    from data_access.reading import NoRelease, current_release

    engine = engines.create(settings.database_url, read_only=True)
    try:
        with engine.begin() as connection:
            current_release(connection)
    except (NoRelease, DBAPIError):
        return False
    finally:
        engine.dispose()
    return True


def _say(text: str) -> None:
    console.print(f"  {text}", highlight=False)


def _timed(step):
    def run(connection, release_id: int) -> None:
        started = time.perf_counter()
        step(connection, release_id)
        _say(f"{step.__name__}: {time.perf_counter() - started:.1f} s")

    return run


def _after_publication(engine) -> None:
    """What is made from a release and may be made again: drawn pages, and beside them open data, which only read."""
    import subprocess
    import sys

    command = [sys.executable, str(Path(__file__).resolve()), "open-data"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as files:  # nosec B603 # this program itself
        try:
            _store_pages(configuration.load(), missing=True)  # a rollback may come back to pages still good
        finally:
            told = files.communicate()[0].strip()
    console.print(told, highlight=False, markup=False)


def _write_open_data(engine) -> None:
    """Make the files of /dati. They can be made later as well, so a fault here leaves the publication alone."""
    from data_access.open_data.store import Store

    folder = configuration.load().open_data_folder
    try:
        with engine.connect().execution_options(reads_only=True) as connection, connection.begin():
            rows = Store(folder).build(connection)
    except OSError as error:
        console.print(
            f"[red]Atvērtie dati nav uzrakstīti | open data were not written: {folder}: {error.strerror}[/red]"
        )
        return
    console.print(f"Atvērtie dati | open data: {len(rows)} tabulas, {sum(rows.values())} rindas | rows")


@cli.command(name="open-data")
def open_data() -> None:
    """Make the files of /dati for the current release; what is there already stays."""
    from data_access import migrations_runner

    settings = configuration.load()
    try:
        engine = engines.create(settings.database_url, read_only=True)
        migrations_runner.verify(engine)
    except (engines.EngineError, migrations_runner.SchemaMismatch) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    engine.dispose()
    _write_open_data(engines.create(settings.database_url))


@cli.command(name="store-pages")
def store_pages(
    missing: bool = typer.Option(False, help="Do nothing when this code has drawn them all."),
) -> None:
    """Draw the pages of institutions for the current release again, after an update of the code."""
    _store_pages(configuration.load(), missing)


def _store_pages(settings, missing: bool = False) -> None:
    import pages
    from pages import stored

    started = time.perf_counter()
    pages.load_all()
    if missing and stored.complete(settings):
        return
    count = stored.write(settings)
    _say(f"lapas | pages: {count}, {time.perf_counter() - started:.1f} s")


@cli.command(name="accept-threshold")
def accept_threshold(
    proposal: int,
    author: str = typer.Option(..., help="Who decides."),
    reason: str = typer.Option(..., help="Why."),
    valid_from: str = typer.Option("", help="YYYY-MM-DD; today when empty."),
    origin: str = typer.Option("provisional", help="provisional, published_rule or official."),
    citation: str = typer.Option("", help="Where it is written."),
) -> None:
    """Put a proposed threshold in force; levels follow with the next publication."""
    from data_access import audit, thresholds

    known = audit.Actor(author, "command line", "", "command line")
    with audit.acting(known), _engine().begin() as connection:
        number = thresholds.accept(
            connection,
            proposal,
            author=author,
            reason=reason,
            valid_from=valid_from or None,
            origin=origin,
            citation=citation,
        )
    console.print(f"Robeža | threshold {number}")


@cli.command(name="withdraw-threshold")
def withdraw_threshold(proposal: int) -> None:
    """Close a proposed threshold without putting it in force; its row stays."""
    from data_access import audit, thresholds

    known = audit.Actor("manage.py", "command line", "", "command line")
    with audit.acting(known), _engine().begin() as connection:
        thresholds.withdraw(connection, proposal)
    console.print(f"Atsaukts | withdrawn {proposal}")


@disclosure_cli.command(name="report")
def disclosure_report(
    release_id: int = typer.Option(0, "--release", help="A release; the newest when not given."),
) -> None:
    """Print what was hidden in a release, what could be worked out before, and what insiders still can."""
    from data_access import disclosure

    with _engine().begin() as connection:
        found = disclosure.report(connection, release_id or None)
    if found is None:
        console.print("[red]Pārskata nav | there is no report[/red]")
        raise typer.Exit(1)
    payload = found["payload"]
    hidden = found["primary_hidden"] + found["complementary_hidden"]
    table = Table(title=f"Versija | release {found['release_id']}, {found['created_at']}")
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in (
        ("Publicētās rindas | published rows", found["cells"]),
        ("paslēptas pašas | primary", found["primary_hidden"]),
        ("paslēptas papildus | complementary", found["complementary_hidden"]),
        ("paslēpto daļa | share hidden", f"{hidden / max(found['cells'], 1):.1%}"),
        ("aizsargājamie skaitļi | secrets", found["secrets"]),
        ("šaurākais intervāls | narrowest interval", found["narrowest"]),
        ("precīzi uzzināmi no malas | exact to an outsider", found["outsider_exact"]),
        (
            "uzzināmi bez papildu slēpšanas | given away by primary alone",
            payload["given_away_by_primary_alone"],
        ),
        ("iestādēm uzzināmi | within reach of some institution", found["insider_cells"]),
        ("iestādēm uzzināmi pirms | the same before", payload["insiders_before"]),
        ("jau zināmi | told by headline totals or earlier releases", found["told_for_good"]),
        ("lineārās programmas | linear programs", payload["linear_programs"]),
        ("laiks, s | time, s", found["seconds"]),
        ("noteikumi | rules", f"{found['rules_version']}, {found['rules_valid_from']}"),
        ("noteikumu sha256 | rules sha256", found["rules_sha256"]),
        ("paraksts | HMAC", found["rules_hmac"] or "–"),
    ):
        table.add_row(name, str(value))
    for name, counts in payload["tables"].items():
        table.add_row(f"  {name}", f"{counts['primary']} + {counts['complementary']} / {counts['rows']}")
    console.print(table)


@disclosure_cli.command(name="insiders")
def disclosure_insiders() -> None:
    """Count what municipalities could work out about each other in the current release; takes a while."""
    from data_access import disclosure
    from data_access.reading import current_release

    with _engine().begin() as connection:
        release = current_release(connection)
        pairs = disclosure.municipal_reach(connection, release.id)
    console.print(f"Versija | release {release.id}: {pairs} skaitļi | counts")


@disclosure_cli.command(name="sign")
def disclosure_sign(
    first: str = typer.Option(..., help="Who approves."),
    second: str = typer.Option(..., help="Who else approves."),
    valid_from: str = typer.Option(..., help="YYYY-MM-DD."),
    version: str = typer.Option(..., help="Version of the rules."),
) -> None:
    """Seal the edited rules with the approval of two persons."""
    from indicators.disclosure import rules

    signed = rules.sign(rules.PATH, (first, second), valid_from, version)
    console.print(f"Noteikumi | rules {signed.version}: {signed.digest}")


@cli.command(name="releases")
def list_releases() -> None:
    """List releases, newest first."""
    from data_access import releases

    table = Table("id", "created", "author", "reason", "kept", "current")
    with _engine().begin() as connection:
        for row in releases.history(connection):
            marks = ["●" if flag else "" for flag in (row.kept, row.current)]
            table.add_row(str(row.id), row.created_at, row.author, row.reason, *marks)
    console.print(table)


@cli.command()
def check(
    deep: bool = typer.Option(False, help="For every night: read all of it and compare with the last time."),
) -> None:
    """Check settings, database and release; exit code 1 with the cure when something is wrong."""
    from data_access import migrations_runner

    try:
        settings = configuration.load()
        engine = engines.create(settings.database_url, read_only=True)
        migrations_runner.verify(engine)
        planes = engines.planes(
            settings.database_url,
            public_url=settings.public_database_url,
            scoped_url=settings.scoped_database_url,
            strict=settings.environment == "production",
        )
        with planes.public.begin() as connection:
            from data_access.reading import current_release

            release = current_release(connection)
    except (RuntimeError, OSError) as error:
        console.print(f"[red]{error}[/red]")
        raise typer.Exit(1) from None
    if deep:
        _check_deep(settings)
    console.print(f"Kārtībā | fine: {settings.environment}, release {release.id}")


def _check_deep(settings) -> None:
    from data_access import integrity

    engine = engines.create(settings.database_url)
    if engine.dialect.name == "sqlite":
        notes = Path(settings.database_url.removeprefix("sqlite:///") + ".checked.json")
    else:
        notes = configuration.ROOT / "var" / "database.checked.json"
        notes.parent.mkdir(exist_ok=True)
    faults = integrity.check(engine, notes)
    for fault in faults:
        console.print(f"[red]{fault}[/red]")
    if faults:
        raise typer.Exit(1)


@cli.command()
def provision() -> None:
    """PostgreSQL: make the roles, grants and row security of the two planes; may be run again after an upgrade."""
    from data_access import provision as planes

    engine = _engine()
    if engine.dialect.name != "postgresql":
        console.print("SQLite: nav ko darīt | nothing to do")
        return
    with engine.begin() as connection:
        planes.run(connection)
    console.print(f"Lomas | roles: {', '.join(planes.ROLES)}")


@cli.command()
def dictionary() -> None:
    """Write docs/data-dictionary.md from the schema."""
    from data_access.dictionary import markdown

    path = configuration.ROOT / "docs" / "data-dictionary.md"
    path.write_text(markdown(), encoding="utf-8")
    console.print(path.relative_to(configuration.ROOT))


@cli.command()
def serve(
    demo_first: bool = typer.Option(False, help="Make the demonstration database when there is none."),
) -> None:
    """Serve the dashboard with gunicorn."""
    import os
    import sys

    # Anew, so that the server does not carry what only commands use.
    os.execv(sys.executable, [sys.executable, "-m", "serving", *(["--demo-first"] if demo_first else [])])


loading.add(cli, _engine, console, after=_after_publication)
template_commands.add(cli, _engine, console)
identity.add(cli, _engine, console)

if __name__ == "__main__":
    cli()
