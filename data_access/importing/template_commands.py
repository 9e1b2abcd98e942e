"""Templates and person-level files on the command line: templates, extract."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from .extracts.run import Counted

MOST_SHOWN = 30


def add(cli: typer.Typer, make_engine: Callable[[], Engine], console: Console) -> None:
    """Register the commands. make_engine: a writing engine on a migrated database."""

    @cli.command()
    def templates(
        out: str = typer.Option("var/templates", help="Folder to write to."),
        kind: str = typer.Option("", help="Id of one table; all when left out."),
        examples: bool = typer.Option(
            False, help="Write the example files of reference/templates anew instead."
        ),
    ) -> None:
        """Write the template of every table as CSV and XLSX, with an example row."""
        from . import templates as forms
        from .datasets import all_datasets

        if examples:
            with make_engine().connect() as connection:
                written = forms.write_examples(connection)
            console.print(f"Paraugi | examples: {len(written)} → {forms.EXAMPLES}", highlight=False)
            return
        known = {name: dataset for name, dataset in all_datasets().items() if not dataset.extract}
        if kind and kind not in known:
            console.print(f"[red]Nav tādas tabulas | there is no such table: {kind}[/red]")
            raise typer.Exit(2)
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        for dataset in [known[kind]] if kind else known.values():
            row = {column.code: column.example for column in dataset.columns}
            (folder / f"{dataset.id}.csv").write_bytes(forms.csv_text(dataset, [row]).encode())
            (folder / f"{dataset.id}.xlsx").write_bytes(forms.xlsx_bytes(dataset, [row]))
        console.print(f"Veidnes | templates → {folder}", highlight=False)

    @cli.command()
    def extract(
        paths: list[Path],
        kind: list[str] = typer.Option(  # noqa: B008
            ..., help="enrolment, marks, lessons_missed or exam_results; one for all files or one for each."
        ),
        out: str = typer.Option("var/extracts", help="Folder for the counts."),
        memory: int = typer.Option(500, help="MB that the reading may take."),
    ) -> None:
        """Count person-level files, two side by side. What is written holds counts only; load it with `import`."""
        from .extracts import kinds
        from .extracts.findings import RefusedExtract
        from .extracts.run import count_files
        from .extracts.source import safe_name

        unknown = [one for one in kind if one not in kinds()]
        if unknown:
            console.print(
                f"[red]Nav tāda veida | no such kind: {', '.join(unknown)}; {', '.join(kinds())}[/red]"
            )
            raise typer.Exit(2)
        if len(kind) not in (1, len(paths)):
            console.print(
                f"[red]Datnes: {len(paths)}, veidi: {len(kind)}; norādiet --kind vienreiz vai katrai datnei | "
                f"files: {len(paths)}, kinds: {len(kind)}; name --kind once or for each file[/red]"
            )
            raise typer.Exit(2)
        each = kind * len(paths) if len(kind) == 1 else kind
        stems = [safe_name(path).rpartition(".")[0] for path in paths]
        if len(set(stems)) < len(stems):
            console.print(
                "[red]Divām datnēm ir viens nosaukums, rezultāti pārrakstītu viens otru; pārsauciet vienu | "
                "two files have one name, their counts would overwrite each other; rename one[/red]"
            )
            raise typer.Exit(2)
        names = dict.fromkeys(f"{kinds()[one].name_lv} | {kinds()[one].name_en}" for one in each)
        with console.status("; ".join(names)):
            results = count_files(list(zip(paths, each, strict=True)), memory_mb=memory)
        folder = Path(out)
        for counted in results:
            if isinstance(counted, RefusedExtract):
                console.print(f"[red]{counted.name}: noraidīta | refused[/red]")
                _print(console, counted.findings)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            _write(console, counted, folder)
        if any(isinstance(counted, RefusedExtract) for counted in results):
            raise typer.Exit(3)


def _write(console: Console, counted: Counted, folder: Path) -> None:
    """The counts of one file as templates that `import` takes, and a record of what was counted."""
    from .datasets import all_datasets
    from .templates import csv_text

    _print(console, counted.findings)
    console.print(
        f"{counted.name}: rindas | rows {counted.rows} = {counted.counted} + {counted.without_value} + "
        f"{counted.wrong} (saskaitītas, bez vērtējuma, izlaistas | counted, without a mark, left out)",
        highlight=False,
    )
    stem = Path(counted.name).stem
    for dataset, rows in counted.tables.items():
        target = folder / f"{stem}.{dataset}.csv"
        target.write_bytes(csv_text(all_datasets()[dataset], rows).encode())
        console.print(
            f"  {target} ({len(rows)}): manage.py import {target} --kind {dataset}", highlight=False
        )
    record = {
        "kind": counted.kind,
        "file": counted.name,
        "sha256": counted.sha256,
        "rows": counted.rows,
        "counted": counted.counted,
        "without_value": counted.without_value,
        "left_out": counted.wrong,
        "tables": {dataset: len(rows) for dataset, rows in counted.tables.items()},
    }
    (folder / f"{stem}.extract.json").write_text(
        json.dumps(record, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def _print(console: Console, findings) -> None:
    for finding in findings[:MOST_SHOWN]:
        for lang in ("lv", "en"):
            console.print(f"  {finding.say(lang)}".replace("[", r"\["), highlight=False)
    if len(findings) > MOST_SHOWN:
        console.print(f"  … +{len(findings) - MOST_SHOWN}")
