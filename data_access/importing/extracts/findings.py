"""What is wrong with a person-level file, said without repeating anything about a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from language.messages import translate

from ..receive import RefusedFile

MOST = 100  # findings that are listed; the rest is counted


def masked(value: object) -> str:
    """The shape of a value: letters become a, digits 9. Numbers of three signs say nothing of a person and stay.

    >>> masked("Jānis 32"), masked("11"), masked("7,5")
    ('aaaaa 99', '11', '7,5')
    """
    text = "" if value is None else str(value)
    if len(text) <= 3 and not any(ch.isalpha() for ch in text):
        return text
    shape = "".join("9" if ch.isdigit() else "a" if ch.isalpha() else ch for ch in text)
    return shape if len(shape) <= 24 else f"{shape[:24]}…"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, and where.

    problem, cure: msgids with placeholders filled from `values`, which never hold a value of a person. row: as a
    spreadsheet shows it (the header is row 1), 0 = the whole file. rows: how many rows it concerns.
    """

    rule: str
    problem: str
    cure: str
    row: int = 0
    rows: int = 1
    letter: str = ""
    column: str = ""
    value: str = ""  # masked
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, lang: str) -> str:
        """The finding in words: place, problem, cure."""
        place = []
        if self.row:
            place.append(translate("row {row}", lang, row=self.row))
        if self.letter:
            place.append(translate("column {letter}", lang, letter=self.letter) + f" ({self.column})")
        if self.value:
            place.append(f"«{self.value}»")
        problem = translate(self.problem, lang, **self.values)
        text = f"{', '.join(place)}: {problem}" if place else problem
        return f"{text} → {translate(self.cure, lang, **self.values)} [{self.rule}]"


class RefusedExtract(RefusedFile):
    """The file is refused as a whole; `findings` say why. Its text never holds a value of a person."""

    def __init__(self, name: str, findings: list[Finding]) -> None:
        self.name, self.findings = name, findings
        first = findings[0]
        super().__init__(f"{name}: {first.say('lv')} | {first.say('en')}")
