"""Bytes to text by strict decoders in a fixed order. Never a guesser: a wrong guess is silently wrong letters."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection

from .receive import Receipt, RefusedFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATVIAN = "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ"
_LATVIAN_1257 = set(_LATVIAN + "õöüäßéóōŌ–—„“”’…€§°«»\u00a0")
# Encodings that people mistake for Windows-1257, each with the letters that a reader of it would find usual.
_MISTAKEN = {
    "iso8859_4": set(_LATVIAN + "\u00a0"),
    "cp775": set(_LATVIAN + "\u00a0"),
    "cp1252": set("àâçèéêëîïôùûüäöåæøÀÂÇÈÉÊËÎÏÔÙÛÜÄÖÅßñ–—„“”’…\u00a0"),
    "cp1250": set("ąćęłńóśźżáčďéěíňřšťúůýžöüäßĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽ–—„“”’…\u00a0"),
}
# UTF-8 read as Windows-1252 or Windows-1257 and saved again: Ä or Å and then a character of the upper half.
_DOUBLE = re.compile("[ÃÄÅ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¨ˇ¸¯˛Ø«Ŗ­®ÆøŗæŻż·]")


def decode(receipt: Receipt, evidence: Collection[str] = ()) -> str:
    """Text of a file: by BOM, else UTF-8, else Windows-1257 when every letter is Latvian.

    evidence: words with Latvian letters that such a file is known to hold (headings, names of municipalities); one
    of them proves Windows-1257. Without proof the text must have no other usual reading.
    Raises RefusedFile (a Refusal with findings) that names the line and the cause.
    """
    text = _read(receipt, evidence)
    if "\0" in text:
        _refuse(receipt, "content_binary", line=text.count("\n", 0, text.index("\0")) + 1)
    twice = _DOUBLE.search(text)
    if twice:
        start = max(0, twice.start() - 12)
        _refuse(
            receipt,
            "encoding_double",
            line=text.count("\n", 0, twice.start()) + 1,
            value=" ".join(text[start : twice.end() + 8].split()),
        )
    return text


def _read(receipt: Receipt, evidence: Collection[str]) -> str:
    content = receipt.content
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                _refuse(receipt, "encoding_unknown", line=content.count(b"\n", 0, error.start) + 1)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        first_bad = error.start
    line = content.count(b"\n", 0, first_bad) + 1
    if _looks_utf8(content, first_bad):
        _refuse(receipt, "encoding_mixed", line=line)
    try:
        text = content.decode("cp1257")
    except UnicodeDecodeError as error:
        _refuse(receipt, "encoding_unknown", line=content.count(b"\n", 0, error.start) + 1)
    strange = next(
        (place for place, ch in enumerate(text) if not ch.isascii() and ch not in _LATVIAN_1257), None
    )
    if strange is not None:
        _refuse(receipt, "encoding_unknown", line=text.count("\n", 0, strange) + 1)
    _unambiguous(receipt, text, evidence)
    return text


def _looks_utf8(content: bytes, first_bad: int) -> bool:
    """Are there Latvian letters in UTF-8 before or after the first byte that is not UTF-8?"""
    return any(letter.encode() in content for letter in _LATVIAN)


def _unambiguous(receipt: Receipt, text: str, evidence: Collection[str]) -> None:
    """Refuse Windows-1257 text that reads as well in another encoding."""
    folded = text.casefold()
    if any(word.casefold() in folded for word in evidence if not word.isascii()):
        return
    for encoding, usual in _MISTAKEN.items():
        try:
            other = receipt.content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if other == text or any(not ch.isascii() and ch not in usual for ch in other):
            continue
        place = next(index for index, (a, b) in enumerate(zip(text, other, strict=True)) if a != b)
        _refuse(receipt, "encoding_ambiguous", first=_word(text, place), second=_word(other, place))


def _word(text: str, place: int) -> str:
    start, end = place, place
    while start > 0 and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    return text[start:end][:40]


def _refuse(receipt: Receipt, rule: str, **words: object) -> None:
    from .findings import Finding, Refusal

    line = words.get("line")
    raise Refusal(
        Finding(rule=rule, row=line if isinstance(line, int) else None, words=words), name=receipt.name
    )


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
