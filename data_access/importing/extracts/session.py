"""DuckDB for one file: closed off, in memory only, and asked so that persons never leave it.

The connection may read the one file and nothing else, writes nothing (no temporary folder: a query that does not fit
into its memory fails and the file is refused), loads no extensions and keeps no history. Persons are seen as a hash
with a salt of this run. DuckDB's own messages quote the line that they stumble over, so none is passed on.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from language.messages import _

from .findings import MOST, Finding, RefusedExtract, masked
from .model import (
    LONGEST_CODE,
    LONGEST_WORD,
    MOST_VALUES,
    MOST_WORDS,
    PERSONAL_CODE,
    Field,
    Kind,
    Unreadable,
)
from .source import Source, open_source, safe_name

QUARANTINE_LIMIT = 0.01
SAMPLE = 20_000


class Session:
    """One file being counted. rows, wrong and findings fill up while it is read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source) -> None:
        self._connection = connection
        self.source = source
        self.rows = 0
        self.wrong = 0
        self.without_value = 0
        self.faultless = False  # every row has been looked at and none is wrong: not asked again
        self.findings: list[Finding] = []
        self.raw: dict[str, dict[str | int, str | None]] = {}  # classifier -> value -> as it was written
        self._values: dict[str, set[str | None]] = {}  # classifier -> its values as they were sent
        self._salt = secrets.randbits(63)

    # --- SQL -----------------------------------------------------------------------------------

    def checked(self, *, numbered: bool = False) -> str:
        """The rows of the file as SQL: classifiers as text as they were sent, `person` (a hash), measures within
        their bounds or NULL, and `wrong` for a row whose person or measures cannot be used."""
        source, kind = self.source, self.source.kind
        person = _as_text(source, "person_code")
        first, second, wrong = [], [], ["person_wrong"]
        first.append(f"hash({person}, {self._salt}) AS person")
        first.append(
            f"({person} IS NULL OR length({person}) NOT BETWEEN 4 AND {LONGEST_CODE} OR contains({person}, ' '))"
            " AS person_wrong"
        )
        for one in kind.classifiers:
            column = source.columns.get(one.code)
            first.append(f"{_as_text(source, one.code) if column else 'NULL'} AS {one.code}")
            second.append(one.code)
        for one in kind.measures:
            column = source.columns.get(one.code)
            if column is None:
                empty = "DATE" if one.kind == "date" else "INTEGER"
                first += [f"CAST(NULL AS {empty}) AS {one.code}_read", f"true AS {one.code}_none"]
            else:
                is_text = one.code in source.texts
                first += [
                    f"{one.sql(column, is_text, one.code in source.whole)} AS {one.code}_read",
                    f"{one.absent(column, is_text)} AS {one.code}_none",
                ]
            inside = f"{one.code}_read BETWEEN {_bound(one, one.low)} AND {_bound(one, one.high)}"
            kept = f"{one.code}_read" if self.faultless else f"CASE WHEN {inside} THEN {one.code}_read END"
            second.append(f"{kept} AS {one.code}")
            wrong.append(f"(NOT {one.code}_none AND ({one.code}_read IS NULL OR NOT {inside}))")
            if one.code in kind.needed:
                wrong.append(f"{one.code}_none")
        first += [] if not numbered else [f"{_row_number(source)} AS row"]
        second += [] if not numbered else ["row", "person_wrong"]
        is_wrong = "false" if self.faultless else " OR ".join(wrong)
        inner = f"SELECT person, {', '.join(second)}, ({is_wrong}) AS wrong FROM (SELECT {', '.join(first)} FROM {source.relation})"  # nosec B608 # DuckDB in memory; names of columns are quoted
        rules = "" if self.faultless else "".join(f" OR coalesce({rule.wrong}, false)" for rule in kind.rules)
        which = " ".join(f"WHEN {rule.wrong} THEN {n}" for n, rule in enumerate(kind.rules))
        broken = f", CASE {which} END AS broken" if numbered and which else ""
        made = f"(SELECT * REPLACE ((wrong{rules}) AS wrong){broken} FROM ({inner}))"  # nosec B608 # DuckDB in memory; names of columns are quoted
        for name, sql in kind.derived:
            made = f"(SELECT *, {sql} AS {name} FROM {made})"  # nosec B608 # DuckDB in memory; names of columns are quoted
        return made

    def frame(self, sql: str, parameters: list | None = None) -> list[dict]:
        """The answer of a query that returns counts, as rows. Raises RefusedExtract."""
        names, rows = self.table(sql, parameters)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def table(self, sql: str, parameters: list | None = None) -> tuple[list[str], list[tuple]]:
        """The same as names of the columns and plain rows."""
        failed = ""
        try:
            found = self._connection.execute(sql, parameters)
            return [column[0] for column in found.description], found.fetchall()
        except duckdb.OutOfMemoryException:
            failed = "memory"
        except duckdb.Error as error:
            # The message quotes the line; only its number and what kind of fault it is are taken.
            line = re.search(r"CSV Error on Line: (\d+)", str(error))
            failed = f"{'unicode' if 'unicode' in str(error) else 'cells'} {line[1] if line else 0}"
        # Raised out here, so that no exception carries DuckDB's message as its context.
        raise RefusedExtract(self.source.name, [_reading_fault(failed)])

    # --- checks --------------------------------------------------------------------------------

    def look_first(self) -> None:
        """A look at the first rows, so that a column of free text is refused before it is grouped."""
        columns = [(one, self.source.columns.get(one.code)) for one in self.source.kind.classifiers]
        for one, column in columns:
            if column is None:
                continue
            rows = self.frame(
                f"SELECT DISTINCT CAST({column} AS VARCHAR) AS value FROM "  # nosec B608 # DuckDB in memory; names of columns are quoted
                f"(SELECT {column} FROM {self.source.relation} LIMIT {SAMPLE})"
            )
            self._refuse_free_text(one, [row["value"] for row in rows])

    def _refuse_free_text(self, one: Field, values: Iterable[str | None]) -> None:
        texts = [text for text in values if text]
        personal = any(PERSONAL_CODE.search(text) or "@" in text for text in texts)
        free = any(len(text) > LONGEST_WORD or len(text.split()) > MOST_WORDS for text in texts)
        if personal or free or len(texts) > MOST_VALUES:
            raise RefusedExtract(
                self.source.name,
                [
                    Finding(
                        rule="X13" if not personal else "X14",
                        problem=_("column {code} looks like free text about a person")
                        if not personal
                        else _("column {code} holds personal codes or addresses"),
                        cure=_("take it out of the file; only codes of the list may stand there"),
                        letter=self.source.letters[one.code],
                        column=one.code,
                        values={"code": one.code},
                    )
                ],
            )

    def groups(self, measures: str) -> list[dict]:
        """Rows counted by classifiers, these already translated: the heart of every kind.

        measures: SQL aggregates over `person`, the measures and `wrong`; each must leave wrong rows out itself.
        Rows that cannot be used are listed and counted, and refused above one in a hundred.
        """
        kind = self.source.kind
        names = [one.code for one in kind.classifiers]
        if (
            self.source.is_parquet
        ):  # of Parquet this reads two or three columns; CSV would be read whole once more
            wrong = f"SELECT count(*) FILTER (wrong) AS n FROM {self.checked()}"  # nosec B608 # DuckDB in memory; names of columns are quoted
            self.faultless = not self.frame(wrong)[0]["n"]
        columns, rows = self.table(
            f"SELECT {', '.join(names)}, count(*) AS rows, count(*) FILTER (wrong) AS wrong_rows, {measures} "  # nosec B608 # DuckDB in memory; names of columns are quoted
            f"FROM {self.checked()} GROUP BY {', '.join(names)}"
        )
        if not rows:
            raise RefusedExtract(
                self.source.name,
                [Finding(rule="X15", problem=_("the file has no rows"), cure=_("send the file again"))],
            )
        bad: dict[str, dict[str | None, str]] = {}
        translated: dict[str, dict[str | None, str | int]] = {}
        for place, one in enumerate(kind.classifiers):
            values = self._values[one.code] = {row[place] for row in rows}
            self._refuse_free_text(one, values)
            bad[one.code], translated[one.code] = {}, {}
            for raw in values:
                if raw is None and not one.required:
                    translated[one.code][raw] = ""
                    continue
                try:
                    translated[one.code][raw] = one.parse(raw)
                except Unreadable as error:
                    bad[one.code][raw] = str(error)
            self._refuse_two_spellings(one, translated[one.code])
            self.raw[one.code] = {value: raw for raw, value in translated[one.code].items()}
        known = [translated[name] for name in names]
        width = len(names)
        good = []
        self.rows = sum(row[width] for row in rows)
        for row in rows:
            try:
                key = tuple([words[raw] for words, raw in zip(known, row, strict=False)])
            except KeyError:  # a value that is not understood
                self.wrong += row[width]
                continue
            self.wrong += row[width + 1]
            good.append((key, row))
        if self.wrong:
            self._list_wrong(bad)
        if self.wrong > QUARANTINE_LIMIT * self.rows:
            raise RefusedExtract(
                self.source.name,
                [
                    Finding(
                        rule="X16",
                        problem=_("{wrong} of {rows} rows cannot be used, more than one in a hundred"),
                        cure=_("mend the rows that are listed and send the file again"),
                        rows=self.wrong,
                        values={"wrong": self.wrong, "rows": self.rows},
                    ),
                    *self.findings,
                ],
            )
        self._refuse_doubles()
        # The same file has to give the same counts file to the byte, so that loading it twice changes nothing.
        good.sort(key=lambda pair: [str(value) for value in pair[0]])
        return [dict(zip(columns, (*key, *row[width:]), strict=True)) for key, row in good]

    def _refuse_two_spellings(self, one: Field, translated: dict[str | None, str | int]) -> None:
        """ "basic" and "Pamatizglītība" in one column: a person written both ways would pass for two rows."""
        if len(set(translated.values())) < len(translated):
            raise RefusedExtract(
                self.source.name,
                [
                    Finding(
                        rule="X19",
                        problem=_("column {code} writes one value in two ways"),
                        cure=_("use one way of writing in the whole file"),
                        letter=self.source.letters[one.code],
                        column=one.code,
                        values={"code": one.code},
                    )
                ],
            )

    def _list_wrong(self, bad: dict[str, dict[str | None, str]]) -> None:
        """Name the first rows that cannot be used: number, column, masked value."""
        source, kind = self.source, self.source.kind
        conditions = ["wrong"]
        parameters: list[str] = []
        for name, values in bad.items():
            for raw in list(values)[:MOST]:
                conditions.append(f"{name} IS NOT DISTINCT FROM ?")
                parameters.append(raw)
        shown = [one for one in (*kind.classifiers, *kind.measures) if one.code in source.columns]
        originals = ", ".join(
            f"CAST({source.columns[one.code]} AS VARCHAR) AS {one.code}_sent" for one in shown
        )
        # One thread and the order of the file, so that row numbers are those of the file.
        self._connection.execute("SET threads = 1; SET preserve_insertion_order = true")
        rows = self.frame(
            f"SELECT c.*, {originals} FROM (SELECT * FROM {self.checked(numbered=True)} "  # nosec B608 # DuckDB in memory; names of columns are quoted
            f"WHERE {' OR '.join(conditions)} LIMIT {MOST}) c "
            f"JOIN (SELECT *, {_row_number(source)} AS file_row FROM {source.relation}) f ON f.file_row = c.row "
            "ORDER BY c.row",
            parameters,
        )
        self._connection.execute("RESET threads; SET preserve_insertion_order = false")
        for row in rows:
            self.findings.append(self._why(row, bad))

    def _why(self, row: dict, bad: dict[str, dict[str | None, str]]) -> Finding:
        source, kind = self.source, self.source.kind
        number = row["row"] + source.header_rows

        def finding(rule: str, problem: str, cure: str, code: str, value: object = None, **values) -> Finding:
            return Finding(
                rule=rule,
                problem=problem,
                cure=cure,
                row=number,
                letter=source.letters.get(code, ""),
                column=code,
                value="" if value is None else masked(value),
                values=values,
            )

        if row["person_wrong"]:
            return finding(
                "X30",
                _("the person has no usable code"),
                _("write the personal code or a pseudonym without blanks, 4 to 64 signs"),
                "person_code",
            )
        for one in kind.classifiers:
            if row[one.code] in bad[one.code]:
                return finding(
                    "X31",
                    bad[one.code][row[one.code]],
                    _("see the list of values of this column in the data dictionary"),
                    one.code,
                    row[f"{one.code}_sent"] if one.code in source.columns else None,
                )
        for one in kind.measures:
            if one.code not in source.columns or row[one.code] is not None:
                continue
            sent = row[f"{one.code}_sent"]
            if sent is None or not sent.strip():
                if one.code in kind.needed:
                    return finding("X32", _("the cell is empty"), _("fill in the cell"), one.code)
                continue
            return finding(
                "X33",
                _("a value that is not understood or not possible"),
                _allowed(one),
                one.code,
                sent,
                low=_shown(one, one.low),
                high=_shown(one, one.high),
            )
        rule = kind.rules[row["broken"]]
        return finding("X34", rule.problem, _("mend the row where the file was made"), rule.fields[0])

    def _refuse_doubles(self) -> None:
        """One person may stand once for one institution, period and subject; twice would be counted twice."""
        source, kind = self.source, self.source.kind
        *keys, last = kind.unique
        key = ", ".join(_as_text(source, name) for name in keys if name in source.columns)
        person = _as_text(source, "person_code")
        # Rows without a usable person are left out; where there is no wrong row at all there is none of them.
        known = f"FROM {source.relation}" + (f" WHERE length({person}) >= 4" if self.wrong else "")
        hashed = f"hash({person}, {self._salt}, {key})"
        sent = _as_text(source, last)
        values = sorted(value for value in self._values[last] if value is not None)
        if 0 < len(values) <= 60:
            # One bit a value and one group a person instead of one group a row: a fifth of the time and memory.
            width = "SMALLINT" if len(values) < 15 else "BIGINT"
            listed = ", ".join(_text(value) for value in values)
            # Where a column has few values DuckDB looks each of them up once, not once a row as it would for CASE.
            bit = f"CAST(CAST(1 AS BIGINT) << (list_position([{listed}], {sent}) - 1) AS {width})"
            doubled = (
                f"SELECT sum(n - coalesce(bit_count(seen), 0)) AS rows FROM (SELECT count({sent}) AS n, "  # nosec B608 # DuckDB in memory; names of columns are quoted
                f"bit_or({bit}) AS seen {known} GROUP BY {hashed}) "
                "WHERE n > coalesce(bit_count(seen), 0)"
            )
        else:
            whole = f"hash({person}, {self._salt}, {key}, {sent})"
            doubled = (
                f"SELECT sum(n - 1) AS rows FROM (SELECT count(*) AS n {known} GROUP BY {whole}) WHERE n > 1"  # nosec B608 # DuckDB in memory; names of columns are quoted
            )
        rows = self.frame(doubled)[0]["rows"]
        if rows:
            raise RefusedExtract(
                source.name,
                [
                    Finding(
                        rule="X17",
                        problem=_("persons stand twice for the same {keys}; rows too many: {rows}"),
                        cure=_("leave one row of each"),
                        rows=int(rows),
                        values={"keys": ", ".join(kind.unique), "rows": int(rows)},
                    )
                ],
            )


def _reading_fault(failed: str) -> Finding:
    if failed == "memory":
        return Finding(
            rule="X20",
            problem=_("the file does not fit into the memory that is allowed"),
            cure=_("send one file a school year, or allow more memory (--memory)"),
        )
    what, line = failed.split()
    if what == "unicode":
        problem, cure = _("a line that is not UTF-8"), _("export the file as CSV UTF-8 or Parquet")
    else:
        problem = _("a line that cannot be read: too many or too few cells, or an open quotation mark")
        cure = _("export the file again; every row has as many cells as the header")
    return Finding(rule="X21", problem=problem, cure=cure, row=int(line))


def _bound(one: Field, value: int) -> str:
    return f"DATE '{value}-01-01'" if one.kind == "date" else str(value)


def _shown(one: Field, value: int) -> str:
    return str(value // 100 if one.kind == "hundredths" else value)


def _allowed(one: Field) -> str:
    if one.kind == "date":
        return _("write the date as 2024-09-01 or 01.09.2024")
    if one.kind == "flag":
        return _("write 1 or 0")
    if one.kind == "hundredths":
        return _("write a number from {low} to {high} with at most two decimals")
    return _("write a whole number from {low} to {high}")


def _as_text(source: Source, code: str) -> str:
    column = source.columns[code]
    return column if code in source.texts else f"CAST({column} AS VARCHAR)"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _row_number(source: Source) -> str:
    """Number of the row in the file, the first row below the header is 1."""
    return "file_row_number + 1" if source.is_parquet else "row_number() OVER ()"


@contextmanager
def session(path: Path, kind: Kind, *, memory_mb: int = 500, threads: int = 0) -> Iterator[Session]:
    """Open a file for counting. Raises RefusedExtract."""
    settings: dict[str, str | int | bool] = {
        "temp_directory": "",  # never spills to the disk
        "memory_limit": f"{memory_mb}MB",
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    if threads:
        settings["threads"] = threads
    connection = duckdb.connect(":memory:", config=settings)
    try:
        # Only this file, and nothing once it is named.
        if path.is_file() and not path.is_symlink():
            connection.execute("SET allowed_paths = [" + _text(str(path.resolve())) + "]")
        connection.execute("SET enable_external_access = false")
        source = open_source(path, kind, connection)
        made = Session(connection, source)
        made.look_first()
        yield made
        if not source.unchanged():
            raise RefusedExtract(
                safe_name(path),
                [
                    Finding(
                        rule="X18",
                        problem=_("the file changed while it was read"),
                        cure=_("copy the file and try again"),
                    )
                ],
            )
    finally:
        connection.close()
