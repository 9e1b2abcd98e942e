"""Bytes to text by strict decoders in a fixed order. Never a guesser: a wrong guess is silently wrong letters."""

from __future__ import annotations

import codecs
import csv
import io

from .receive import Receipt, RefusedFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATVIAN_1257 = set("āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽõöüäßéóŗōŖŌ–—„“”’…€§°«»\u00a0")


def decode(receipt: Receipt) -> str:
    """Text of a file: by BOM, else UTF-8, else Windows-1257 when every letter is Latvian.

    Raises RefusedFile naming the first byte that cannot be read.
    """
    content = receipt.content
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise RefusedFile(
                    f"{receipt.name}: {encoding} bojāts | is damaged: byte {error.start}"
                ) from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        try:
            text = content.decode("cp1257")
        except UnicodeDecodeError:
            text = None
        if text is not None and all(ch.isascii() or ch in _LATVIAN_1257 for ch in text):
            return text
        raise RefusedFile(
            f"{receipt.name}, rinda {line}: kodējums nav UTF-8 ne Windows-1257; saglabājiet kā «CSV UTF-8» | "
            f"line {line}: neither UTF-8 nor Windows-1257; save it as “CSV UTF-8”"
        ) from None


def rows_of_csv(receipt: Receipt, columns: set[str]) -> list[dict[str, str]]:
    """Rows of a comma-separated file with a header line, as text.

    Raises RefusedFile when a column of `columns` is missing or a row has another number of cells.
    """
    reader = csv.reader(io.StringIO(decode(receipt), newline=""), strict=True)
    header = next(reader)
    missing = sorted(columns - set(header))
    if missing:
        raise RefusedFile(f"{receipt.name}: trūkst kolonnu | columns are missing: {', '.join(missing)}")
    rows = []
    for number, cells in enumerate(reader, start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            raise RefusedFile(
                f"{receipt.name}, rinda {number}: {len(cells)} šūnas, galvenē {len(header)} | "
                f"row {number}: {len(cells)} cells, the header has {len(header)}"
            )
        rows.append(dict(zip(header, cells, strict=True)))
    return rows
