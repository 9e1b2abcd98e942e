"""What a released table is: its words, its columns, its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from language import reasons

KINDS = ("text", "integer", "number", "share", "date", "period")
MISSING = tuple(f"[{code}]" for code in reasons.CODES)

Cell = str | int | float
Rows = Callable[[Connection, int], Iterator[Sequence[Cell]]]


def missing(code: str | None) -> str:
    """What stands in a cell that has no value: a reason code in brackets, `[z]` where there is none to give."""
    return f"[{code or 'z'}]"


@dataclass(frozen=True)
class Column:
    """A column: name in the files, kind, meaning in both languages.

    A share is a fraction of 1. A period is "2023/2024" or "2024".
    """

    name: str
    kind: str
    lv: str
    en: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of column: {self.kind}")

    @property
    def is_text(self) -> bool:
        return self.kind in ("text", "date", "period")

    def words(self, lang: str) -> str:
        """The meaning in one language."""
        return self.lv if lang == "lv" else self.en


@dataclass(frozen=True, kw_only=True)
class OpenTable:
    """A table that everybody may take.

    name: stands in addresses and never changes. group: heading of the page. rows: (connection, release id) to
    rows in the order of `columns`, sorted by `key`; every cell is a value or a reason code in brackets.
    of_release: False for registers, which are not kept per release.
    licence: key of LICENCES, "" = that of the release.
    """

    name: str
    group: str
    title_lv: str
    title_en: str
    about_lv: str
    about_en: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Rows
    of_release: bool = True
    licence: str = ""

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names) or not set(self.key) <= set(names):
            raise ValueError(f"table {self.name}: columns stand twice or the key is not among them")

    def title(self, lang: str) -> str:
        return self.title_lv if lang == "lv" else self.title_en

    def about(self, lang: str) -> str:
        return self.about_lv if lang == "lv" else self.about_en


@dataclass(frozen=True)
class Licence:
    """Terms of use: short code (SPDX where there is one), address, words."""

    code: str
    url: str
    lv: str
    en: str

    def words(self, lang: str) -> str:
        return self.lv if lang == "lv" else self.en


LICENCES = {
    "CC0-1.0": Licence(
        "CC0-1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "CC0 1.0: bez ierobežojumiem (sintētiski demonstrācijas dati)",
        "CC0 1.0: no restrictions (synthetic demonstration data)",
    ),
    "CC-BY-4.0": Licence(
        "CC-BY-4.0",
        "https://creativecommons.org/licenses/by/4.0/",
        "CC BY 4.0: brīvi izmantojams, norādot avotu",
        "CC BY 4.0: free to use with attribution",
    ),
    "cited": Licence(
        "cited",
        "",
        "citu publicēti fakti: norādiet rindā minēto avotu",
        "facts published by others: cite the source named in the row",
    ),
}


def licence_of(table: OpenTable, synthetic: bool) -> Licence:
    """The terms of a table in a release."""
    return LICENCES[table.licence or ("CC0-1.0" if synthetic else "CC-BY-4.0")]
