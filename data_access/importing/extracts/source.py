"""A person-level file as it lies: what it is, its header, and the SQL that reads it. No row is read here."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from language.messages import _

from ..datasets.model import normal
from .findings import Finding, RefusedExtract
from .model import PERSONAL_CODE, Kind

SIZE_LIMIT = 20 * 1024**3
HEAD = 256 * 1024
DELIMITERS = (";", ",", "\t", "|")
_HEADING = re.compile(r"(?=.{1,40}$)[^\W\d]+(?:[ _.][^\W\d]+){0,3}")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT")
_OTHERS = (
    (b"PK\x03\x04", "XLSX, ZIP"),
    (b"%PDF", "PDF"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"<", "HTML, XML"),
    (b"\x1f\x8b", "GZIP"),
)


@dataclass(frozen=True, kw_only=True)
class Source:
    """An accepted file. columns: field code -> name in the relation; texts: the fields that come as text;
    whole: those that come as whole numbers of at most 32 bits."""

    name: str  # safe to show
    path: Path
    sha256: str
    kind: Kind
    relation: str  # SQL
    columns: dict[str, str]
    texts: frozenset[str]
    whole: frozenset[str]
    header_rows: int
    letters: dict[str, str]
    is_parquet: bool
    stamp: tuple[int, int]

    def unchanged(self) -> bool:
        """Whether the file is still the one that was opened."""
        found = self.path.stat()
        return (found.st_size, found.st_mtime_ns) == self.stamp


def safe_name(path: Path) -> str:
    """The file's name; one that holds a personal code is masked."""
    return PERSONAL_CODE.sub("•", path.name)


def letter(position: int) -> str:
    """A column as a spreadsheet names it: 0 -> A, 26 -> AA."""
    text = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        text = chr(65 + rest) + text
    return text


def open_source(path: Path, kind: Kind, connection) -> Source:
    """Look at the file and map its header. Raises RefusedExtract."""
    name = safe_name(path)

    def refuse(rule: str, problem: str, cure: str, **values) -> RefusedExtract:
        return RefusedExtract(name, [Finding(rule=rule, problem=problem, cure=cure, values=values)])

    if path.is_symlink() or not path.is_file():
        raise refuse(
            "X01", _("this is not a regular file"), _("name the file itself, not a link or a folder")
        )
    if re.search(r"[*?\[\]{}]", str(path)):
        raise refuse(
            "X02",
            _("the path holds a sign that stands for other files: asterisk, question mark or bracket"),
            _("rename the file"),
        )
    size = path.stat().st_size
    if size > SIZE_LIMIT:
        raise refuse("X03", _("the file is larger than 20 GB"), _("send one file a school year"))
    stamp = (size, path.stat().st_mtime_ns)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise refuse("X04", _("the file is empty"), _("send the file again"))
    if head.startswith(b"PAR1"):
        return _parquet(path, name, kind, connection, stamp, refuse)
    for mark, what in _OTHERS:
        if head.startswith(mark):
            raise refuse(
                "X05",
                _("this is not CSV and not Parquet ({what})"),
                _("export the file as CSV UTF-8 or Parquet"),
                what=what,
            )
    return _csv(path, name, kind, head, stamp, refuse)


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _csv(path: Path, name: str, kind: Kind, head: bytes, stamp: tuple[int, int], refuse) -> Source:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in head:
        raise refuse("X06", _("the file is not in UTF-8"), _("export the file as CSV UTF-8 or Parquet"))
    lines = re.split(rb"\r\n|\n|\r", head.removeprefix(codecs.BOM_UTF8), maxsplit=3)
    try:
        heads = [line.decode("utf-8") for line in lines[:2]]
    except UnicodeDecodeError:
        raise refuse(
            "X06", _("the file is not in UTF-8"), _("export the file as CSV UTF-8 or Parquet")
        ) from None
    known = {normal(text): field.code for field in kind.fields for text in field.names}
    best: tuple[int, str, list[str]] = (0, "", [])
    for delimiter in DELIMITERS:
        cells = _cells(heads[0], delimiter)
        hits = sum(normal(cell) in known for cell in cells)
        if hits > best[0]:
            best = (hits, delimiter, cells)
    hits, delimiter, cells = best
    if hits < 2 or hits * 2 < len(cells):
        raise refuse(
            "X07",
            _("the first row is not the header of this kind of file"),
            _("put the column codes of “{kind}” into the first row"),
            kind=kind.id,
        )
    codes = _mapped(name, kind, cells)
    second = [known.get(normal(cell)) for cell in _cells(heads[1], delimiter)] if len(heads) > 1 else []
    header_rows = 2 if second == codes else 1
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(cells)))
    relation = (
        f"read_csv({_quoted(path)}, auto_detect=false, header=false, skip={header_rows}, delim='{delimiter}', "
        f"quote='\"', escape='\"', columns={{{columns}}}, strict_mode=true, "
        "null_padding=false, ignore_errors=false)"
    )
    return Source(
        name=name,
        path=path,
        sha256=_sha256(path),
        kind=kind,
        relation=relation,
        columns={code: f"c{number}" for number, code in enumerate(codes)},
        texts=frozenset(codes),
        whole=frozenset(),
        header_rows=header_rows,
        letters={code: letter(number) for number, code in enumerate(codes)},
        is_parquet=False,
        stamp=stamp,
    )


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _parquet(path: Path, name: str, kind: Kind, connection, stamp: tuple[int, int], refuse) -> Source:
    import duckdb

    try:
        described = connection.execute(
            f"DESCRIBE SELECT * FROM read_parquet({_quoted(path)}, file_row_number=true)"  # nosec B608 # DuckDB in memory; names of columns are quoted
        ).fetchall()
    except duckdb.Error:
        raise refuse("X08", _("the Parquet file is damaged"), _("send the file again")) from None
    names = [row[0] for row in described if row[0] != "file_row_number"]
    types = {row[0]: row[1] for row in described}
    codes = _mapped(name, kind, names)
    for column, code in zip(names, codes, strict=True):
        allowed = (
            "VARCHAR",
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "FLOAT",
            "DOUBLE",
            "DATE",
            "BOOLEAN",
        )
        if not types[column].startswith((*allowed, "U", "DECIMAL", "ENUM")):
            raise refuse(
                "X09",
                _("column {code} has a type that is not read ({type})"),
                _("write it as text or as a whole number"),
                code=code,
                type=re.sub(r"\W.*", "", types[column]),
            )
    return Source(
        name=name,
        path=path,
        sha256=_sha256(path),
        kind=kind,
        relation=f"read_parquet({_quoted(path)}, file_row_number=true)",
        columns={
            code: '"' + column.replace('"', '""') + '"' for column, code in zip(names, codes, strict=True)
        },
        texts=frozenset(
            code
            for column, code in zip(names, codes, strict=True)
            if types[column] == "VARCHAR" or types[column].startswith("ENUM")
        ),
        whole=frozenset(code for column, code in zip(names, codes, strict=True) if types[column] in _WHOLE),
        header_rows=1,
        letters={code: letter(number) for number, code in enumerate(codes)},
        is_parquet=True,
        stamp=stamp,
    )


def _mapped(name: str, kind: Kind, headings: list[str]) -> list[str]:
    """Field codes of the headings. Unknown, missing and doubled columns refuse the file.

    An unknown column is refused and not skipped: it may hold what must not be sent at all.
    """
    known = {normal(text): field.code for field in kind.fields for text in field.names}
    codes = [known.get(normal(heading), "") for heading in headings]
    findings = []
    for number, (heading, code) in enumerate(zip(headings, codes, strict=True)):
        if not code:
            findings.append(
                Finding(
                    rule="X10",
                    problem=_("a column that does not belong to this kind of file"),
                    cure=_("take the column out; only declared columns may be sent"),
                    letter=letter(number),
                    column=heading if _HEADING.fullmatch(heading) else "…",
                )
            )
        elif code in codes[:number]:
            findings.append(
                Finding(
                    rule="X11",
                    problem=_("column {code} stands twice"),
                    cure=_("leave one of them"),
                    letter=letter(number),
                    column=code,
                    values={"code": code},
                )
            )
    for field in kind.fields:
        if field.required and field.code not in codes:
            findings.append(
                Finding(
                    rule="X12",
                    problem=_("column {code} is missing"),
                    cure=_("add the column {code}"),
                    column=field.code,
                    values={"code": field.code},
                )
            )
    if findings:
        raise RefusedExtract(name, findings)
    return codes
