"""Where the files of the released tables are kept: a folder per release, made whole or not at all.

Files are made after a publication (`manage.py publish`, `demo`, `open-data`) or when the first reader asks, from the
released plane alone, and are the same to the byte on every machine. The database decides which release is
current and which are kept; a folder that it does not name is never read.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlalchemy import Connection

from language import reasons

from .. import public_file, releases
from .model import LICENCES, MISSING, OpenTable, licence_of
from .tables import TABLES
from .writing import KINDS, XLSX_ROWS, CsvWriter, JsonWriter, XlsxWriter, blocks

FORMAT = 2  # of the files; a change makes all of them anew
SUFFIX = {"csv": "csv.gz", "json": "json.gz", "xlsx": "xlsx"}
_LOCK = threading.Lock()

Progress = Callable[[str], None]


class NotKept(LookupError):
    """The files of this release, or of this table in it, are not kept any more."""


@dataclass(frozen=True)
class Edition:
    """A release as the files name it."""

    id: int
    created_at: str
    as_of: str
    reason: str
    facts_hash: str
    code_version: str
    synthetic: bool
    current: bool

    @property
    def folder(self) -> str:
        """Name of its folder; two databases never share one."""
        stamp = re.sub(r"\D", "", self.created_at)[:14]
        return f"{self.id}-{stamp}-{self.facts_hash[:12]}-f{FORMAT}"


def editions(connection: Connection) -> list[Edition]:
    """Releases whose values are kept, newest first."""
    return [
        Edition(
            row.id, row.created_at, row.as_of, row.reason, row.facts_hash, row.code_version,
            bool(row.synthetic), row.current,
        )
        for row in releases.history(connection, authors=False)
        if row.kept
    ]  # fmt: skip


def edition(connection: Connection, release_id: int | None = None) -> Edition:
    """A kept release, the current one when None. Raises NotKept."""
    for one in editions(connection):
        if one.current if release_id is None else one.id == release_id:
            return one
    raise NotKept(release_id)


class Store:
    """The files of one database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def facts(self, table: OpenTable, one: Edition) -> dict | None:
        """Rows, sizes and checksums of a table's files; None while they have not been made."""
        try:
            return orjson.loads((self.folder / one.folder / f"{table.name}.facts.json").read_bytes())
        except FileNotFoundError:
            return None

    def path(self, connection: Connection, table: OpenTable, kind: str, one: Edition) -> tuple[Path, dict]:
        """The file of a table and its facts, made now when it is not there.

        Raises NotKept when a file of an older release was never written and cannot be any more: registers change
        in place, and the public's SQLite file has the values of the current release only.
        """
        facts = self.facts(table, one)
        if facts is None:
            if not one.current and not (table.of_release and public_file.holds(connection, one.id)):
                raise NotKept(table.name)
            with _LOCK:
                facts = self.facts(table, one) or self._make(connection, table, one)
        if kind not in facts["files"]:
            raise NotKept(kind)
        return self.folder / one.folder / f"{table.name}.{SUFFIX[kind]}", facts

    def build(self, connection: Connection, progress: Progress | None = None) -> dict[str, int]:
        """Make every file of the current release that is not there, forget releases that are not kept.

        Returns rows by table.
        """
        one = edition(connection)
        rows = {}
        for table in TABLES.values():
            _path, facts = self.path(connection, table, "csv", one)
            rows[table.name] = facts["rows"]
            if progress:
                progress(f"{table.name}: {facts['rows']}")
        self.prune({kept.folder for kept in editions(connection)})
        return rows

    def prune(self, kept: set[str]) -> None:
        """Remove folders of releases that are not kept."""
        for path in self.folder.glob("*-f*"):
            if path.is_dir() and path.name not in kept:
                shutil.rmtree(path, ignore_errors=True)

    def _make(self, connection: Connection, table: OpenTable, one: Edition) -> dict:
        final = self.folder / one.folder
        final.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=self.folder) as name:
            made = Path(name)
            facts = write(connection, table, one, made)
            for kind in facts["files"]:
                os.replace(made / f"{table.name}.{SUFFIX[kind]}", final / f"{table.name}.{SUFFIX[kind]}")
            # The facts come last: a table without them counts as not made.
            (made / "facts").write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
            os.replace(made / "facts", final / f"{table.name}.facts.json")
        return facts


def write(connection: Connection, table: OpenTable, one: Edition, folder: Path) -> dict:
    """Write the files of a table into a folder; returns rows, and size and checksum of each file as unpacked."""
    about = about_table(table, one)
    writers = {
        "csv": CsvWriter(folder / f"{table.name}.{SUFFIX['csv']}", table.columns),
        "json": JsonWriter(folder / f"{table.name}.{SUFFIX['json']}", table.columns, about),
        "xlsx": XlsxWriter(folder / f"{table.name}.{SUFFIX['xlsx']}", table.columns, _sheet(table, about)),
    }
    count = 0
    for block in blocks(table.rows(connection, one.id)):
        count += len(block)
        if count > XLSX_ROWS and "xlsx" in writers:
            writers.pop("xlsx").close()
        for writer in writers.values():
            writer.write(block)
    files = {kind: writers[kind].close() for kind in KINDS if kind in writers}
    for kind, entry in files.items():
        entry["stored"] = (folder / f"{table.name}.{SUFFIX[kind]}").stat().st_size
    return {"rows": count, "files": files}


def about_table(table: OpenTable, one: Edition) -> dict:
    """What a JSON file says of itself before its rows."""
    licence = licence_of(table, one.synthetic)
    return {
        "table": table.name,
        "title": {"lv": table.title_lv, "en": table.title_en},
        "about": {"lv": table.about_lv, "en": table.about_en},
        "release": {
            "id": one.id,
            "as_of": one.as_of,
            "created_at": one.created_at,
            "code_version": one.code_version,
            "synthetic": one.synthetic,
        },
        "licence": {"code": licence.code, "url": licence.url, "lv": licence.lv, "en": licence.en},
        "missing": {
            sign: {"lv": reasons.meaning(code, "lv"), "en": reasons.meaning(code, "en")}
            for sign, code in zip(MISSING, reasons.CODES, strict=True)
        },
        "key": list(table.key),
        "columns": [
            {"name": column.name, "type": column.kind, "lv": column.lv, "en": column.en}
            for column in table.columns
        ],
    }


def _sheet(table: OpenTable, about: Mapping) -> list[list[str]]:
    """The second sheet of a workbook: what the table is, its columns, its reason codes."""
    release, licence = about["release"], about["licence"]
    synthetic = " (demonstrācijas dati | demonstration data)" if release["synthetic"] else ""
    lines = [
        ["", "lv", "en"],
        [table.name, table.title_lv, table.title_en],
        ["", table.about_lv, table.about_en],
        ["", f"versija {release['id']}, dati uz {release['as_of']}{synthetic}", f"release {release['id']}, data as of {release['as_of']}"],
        ["", licence["lv"], licence["en"]],
        [],
    ]  # fmt: skip
    lines += [[column.name, column.lv, column.en, column.kind] for column in table.columns]
    lines += [[], *[[sign, words["lv"], words["en"]] for sign, words in about["missing"].items()]]
    return lines


def data_package(store: Store, one: Edition) -> dict:
    """A Frictionless Data Package of all CSV files, which lie beside it; sizes and checksums of those made."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "ikms-panelis",
        "title": "IKMS panelis: atvērtie dati | open data",
        "version": str(one.id),
        "created": one.created_at,
        "licenses": [_package_licence("CC0-1.0" if one.synthetic else "CC-BY-4.0")],
        "resources": [
            _resource(table, store.facts(table, one), one)
            for table in TABLES.values()
            if one.current or table.of_release
        ],
    }


def _package_licence(code: str) -> dict[str, str]:
    licence = LICENCES[code]
    found = {"name": licence.code, "title": licence.en}
    return {**found, "path": licence.url} if licence.url else found


def _resource(table: OpenTable, facts: Mapping | None, one: Edition) -> dict:
    kinds = {"integer": "integer", "number": "number", "share": "number", "date": "date"}
    resource = {
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title_en,
        "description": f"{table.about_lv} | {table.about_en}",
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "header": True},
        "licenses": [_package_licence(licence_of(table, one.synthetic).code)],
        "schema": {
            "fields": [
                {
                    "name": column.name,
                    "type": kinds.get(column.kind, "string"),
                    "title": column.en,
                    "description": column.lv,
                }
                for column in table.columns
            ],
            "missingValues": list(MISSING),
            **({"primaryKey": list(table.key)} if table.key else {}),
        },
    }
    if facts is not None:
        resource["bytes"] = facts["files"]["csv"]["bytes"]
        resource["hash"] = f"sha256:{facts['files']['csv']['sha256']}"
    return resource
