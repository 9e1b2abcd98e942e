"""One cell to one value. Everything is text first; what can be read in two ways is refused, nothing is repaired."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from .datasets.model import Column, normal
from .directory import Directory, former_units, territory_before
from .grid import Fault, is_blank

# What people write where there is no number -> reason code (language/reasons.py).
NO_VALUE = {
    "": "x", "x": "x", "…": "x", "...": "x", ":": "x", "..": "x", "nav datu": "x", "n/a": "x", "nav pieejams": "x",
    "n.d.": "x", "no data": "x", "c": "c", "konf.": "c", "-": "z", "–": "z", "—": "z", "z": "z", "low": "low", "u": "u",
}  # fmt: skip
_BLANKS = " \u00a0\u202f\u2009\u2007"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PLAIN = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+")
_SPACED = re.compile(rf"[+-]?\d{{1,3}}([{_BLANKS}]\d{{3}})+([.,]\d+)?")
_DOTTED = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d+")
_COMMAED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+")
_THREE = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_SCHOOL_YEAR = re.compile(
    r"(\d{4})\s*\.?\s*[/–-]\s*(\d{4}|\d{2})\s*\.?(\s*(m|māc|mācību)\s*\.?\s*(g|gads)\s*\.?)?"
)
_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SEMESTER = re.compile(r"(1|2|i|ii|1\.|2\.)\s*\.?\s*(semestris|sem\.?|pusgads|semester)?", re.IGNORECASE)
_SLIPS = str.maketrans("OoIl", "0011")  # for the suggestion only
_LOOKALIKE = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
LONGEST_TEXT = 300
PERSONAL = (
    (
        re.compile(r"(?<!\d)(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d-[0-2]\d{4}(?!\d)"),
        ("personas kods", "personal code"),
    ),
    (re.compile(r"(?<!\d)32\d{4}-\d{5}(?!\d)"), ("personas kods", "personal code")),
    (re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE), ("e-pasta adrese", "e-mail address")),
)


class CellFault(Exception):
    """The cell is refused: rule id and words for the message."""

    def __init__(self, rule: str, **words: object) -> None:
        super().__init__(rule)
        self.rule = rule
        self.words = words


def clean(text: str) -> str:
    """Text in NFC, without invisible characters, without blanks at its ends."""
    if text.isascii():
        return text.strip()
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).strip(_BLANKS + "\t\r\n")


def personal_data(text: str) -> tuple[str, str] | None:
    """What kind of data about a person the text holds (lv, en), or None."""
    if len(text) < 6:
        return None
    for pattern, kind in PERSONAL:
        if pattern.search(text):
            return kind
    return None


def parse(cell: object, column: Column, directory: Directory) -> object:
    """The value of a cell, None when it says that there is none. Raises CellFault.

    Institutions and municipalities come back as their code; whether they existed is judged with the row's period.
    """
    if isinstance(cell, Fault):
        raise CellFault(cell.kind)
    if is_blank(cell):
        return None
    return _PARSERS[column.kind](cell, column, directory)


# --- numbers


def number(cell: object) -> float | int | None:
    """A number as written, None for a declared sign of no value. Raises CellFault."""
    if isinstance(cell, bool):
        raise CellFault("number_bad")
    if isinstance(cell, datetime):
        raise CellFault("number_date")
    if isinstance(cell, (int, float)):
        if cell != cell or abs(cell) > 1e15 or (cell != 0 and abs(cell) < 1e-9):
            raise CellFault("number_written")
        return int(cell) if float(cell).is_integer() else float(cell)
    text = clean(str(cell))
    if _PLAIN.fullmatch(text) and len(text) <= 15:
        return int(text)
    text = text.replace("\u2212", "-")
    if text.casefold() in NO_VALUE:
        return None
    if len(text) > 40 or re.fullmatch(r"[+-]?(nan|inf(inity)?)", text, re.IGNORECASE):
        raise CellFault("number_written")
    if re.fullmatch(r"[+-]?[\d.,]+e[+-]?\d+", text, re.IGNORECASE):
        raise CellFault("number_written")
    if text.endswith(("%", "EUR", "€")) and re.match(r"[+-]?\d", text):
        raise CellFault("number_unit")
    if _THREE.fullmatch(text):
        whole = text.replace(",", "").replace(".", "")
        raise CellFault("number_ambiguous", first=text.replace(".", ","), second=whole)
    if _SPACED.fullmatch(text) or _PLAIN.fullmatch(text) or _DECIMAL.fullmatch(text):
        plain = re.sub(f"[{_BLANKS}]", "", text).replace(",", ".")
    elif _DOTTED.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
    elif _COMMAED.fullmatch(text):
        plain = text.replace(",", "")
    else:
        raise CellFault("number_bad")
    if sum(ch.isdigit() for ch in plain) > 15:
        raise CellFault("number_written")
    return float(plain) if "." in plain else int(plain)


def _bounded(value: float | int | None, column: Column) -> float | int | None:
    if value is None:
        return None
    if column.minimum is not None and value < column.minimum:
        raise CellFault("below_minimum", limit=_short(column.minimum))
    if column.maximum is not None and value > column.maximum:
        raise CellFault("above_maximum", limit=_short(column.maximum))
    return value


def _short(limit: float) -> str:
    return f"{limit:g}" if abs(limit) < 1e6 else f"{limit:.0f}"


def _count(cell, column, _directory):
    value = number(cell)
    if isinstance(value, float):
        raise CellFault("number_whole")
    if value is not None and value < 0 and column.minimum is None:
        raise CellFault("below_minimum", limit="0")
    return _bounded(value, column)


def _decimal(cell, column, _directory):
    value = _bounded(number(cell), column)
    return None if value is None else float(value)


def _percent(cell, column, _directory):
    if isinstance(cell, str) and clean(cell).endswith("%"):
        cell = clean(cell)[:-1].rstrip(_BLANKS)
    value = number(cell)
    if value is None:
        return None
    if value < 0:
        raise CellFault("below_minimum", limit="0")
    if value > 100:
        raise CellFault("above_maximum", limit="100")
    return float(Decimal(str(_bounded(value, column))) / 100)  # 4.1 / 100 as a float is not 0.041


# --- periods


def _school_year(cell, _column, directory):
    if isinstance(cell, datetime):
        raise CellFault("number_date")
    match = _SCHOOL_YEAR.fullmatch(clean(str(cell)).casefold())
    if not match:
        raise CellFault("school_year_bad")
    first, second = int(match.group(1)), match.group(2)
    if int(second) != (first + 1 if len(second) == 4 else (first + 1) % 100):
        raise CellFault("school_year_bad")
    if first not in directory.years:
        years = directory.years
        raise CellFault(
            "period_unknown", first=f"{years[0]}/{years[0] + 1}", last=f"{years[-1]}/{years[-1] + 1}"
        )
    if f"{first}-09-01" > directory.today.isoformat():
        raise CellFault("period_future")
    return first


def _year(cell, column, directory):
    value = number(str(cell).strip().rstrip(".") if isinstance(cell, str) else cell)
    low = int(column.minimum) if column.minimum is not None else directory.years[0]
    high = int(column.maximum) if column.maximum is not None else directory.years[-1] + 1
    if not isinstance(value, int) or not low <= value <= high:
        raise CellFault("period_unknown", first=low, last=high)
    if value > directory.today.year:
        raise CellFault("period_future")
    return value


def _semester(cell, _column, _directory):
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        if cell in (1, 2):
            return int(cell)
        raise CellFault("semester_bad")
    match = _SEMESTER.fullmatch(clean(str(cell)))
    if not match:
        raise CellFault("semester_bad")
    return {"1": 1, "i": 1, "2": 2, "ii": 2}[match.group(1).rstrip(".").casefold()]


def _date(cell, _column, directory):
    if isinstance(cell, datetime):
        day = cell.date()
    elif isinstance(cell, (int, float)):
        raise CellFault("date_number")
    else:
        text = clean(str(cell)).rstrip(".")
        local, iso = _DAY.fullmatch(text), _ISO.fullmatch(text)
        if local:
            parts = int(local.group(3)), int(local.group(2)), int(local.group(1))
        elif iso:
            parts = tuple(map(int, iso.groups()))
        elif re.fullmatch(r"\d{1,2}([./-])\d{1,2}\1\d{2,4}", text):
            raise CellFault("date_order")
        elif re.fullmatch(r"\d{5}", text):
            raise CellFault("date_number")
        else:
            raise CellFault("date_bad")
        try:
            day = date(*parts)
        except ValueError:
            raise CellFault("date_impossible") from None
    if not 1900 <= day.year <= directory.years[-1] + 10:
        raise CellFault("period_unknown", first=1900, last=directory.years[-1] + 10)
    return day.isoformat()


# --- words


def _reg_no(cell, column, directory):
    if isinstance(cell, datetime):
        raise CellFault("number_date")
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else clean(str(cell))
    if _LOOKALIKE.search(text):
        raise CellFault("lookalike")
    digits = re.sub(f"[{_BLANKS}]", "", text)
    if re.fullmatch(r"\d{10}", digits):
        if column.table_column == "institution_id" and digits not in directory.institutions:
            raise CellFault("reg_no_unknown", nearest=_near(digits, directory))
        return digits
    if re.fullmatch(r"\d{5,9}", digits):
        raise CellFault("reg_no_zeros", count=len(digits), nearest=_near(digits, directory))
    raise CellFault("reg_no_form", nearest=_near(digits, directory))


def _near(text: str, directory: Directory) -> tuple[str, str]:
    """The nearest registration number as a sentence with a blank before it; nothing when none is near."""
    near = directory.near_institution(re.sub(r"\D", "", text.translate(_SLIPS))[:12])
    return (f" Tuvākais ir {near}.", f" The nearest is {near}.") if near else ("", "")


def _municipality(cell, _column, directory):
    text = clean(str(cell))
    if text in directory.municipalities:
        return text
    codes = directory.municipality_names.get(normal(text))
    if codes:
        return codes[0]
    former = former_units().get(normal(text))
    if former:
        names = [directory.municipalities[code] for code in former if code in directory.municipalities]
        nearest = ", ".join(f"{one.name} ({one.code})" for one in names)
        if len(former) > 1:
            raise CellFault("municipality_divided", nearest=nearest)
        parts = ", ".join(territory_before(former[0])[0])
        raise CellFault("municipality_former", nearest=nearest, parts=parts)
    raise CellFault("municipality_unknown", nearest=directory.near_municipality(text))


def _stage(cell, _column, directory):
    code = directory.stages.get(normal(clean(str(cell))))
    if code is None:
        names = directory.stage_names
        raise CellFault(
            "stage_unknown",
            names=tuple(", ".join(f"{code} ({name[i]})" for code, name in names.items()) for i in (0, 1)),
        )
    return code


def _choice(cell, column, _directory):
    wanted = normal(clean(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)))
    for choice in column.choices:
        if wanted in {
            normal(name) for name in (choice.code, choice.name_lv, choice.name_en, *choice.synonyms)
        }:
            return choice.code
    if _LOOKALIKE.search(str(cell)):
        raise CellFault("lookalike")
    raise CellFault(
        "choice_unknown",
        names=(", ".join(c.name_lv for c in column.choices), ", ".join(c.name_en for c in column.choices)),
    )


_YES = {"1", "jā", "ja", "yes", "true", "x"}
_NO = {"0", "nē", "ne", "no", "false"}


def _flag(cell, _column, _directory):
    text = "1" if cell is True else "0" if cell is False else clean(str(cell)).casefold().removesuffix(".0")
    if text in _YES:
        return 1
    if text in _NO:
        return 0
    raise CellFault("flag_bad")


def _text(cell, _column, _directory):
    if isinstance(cell, datetime):
        raise CellFault("number_date")
    text = clean(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
    if len(text) > LONGEST_TEXT:
        raise CellFault("cell_too_long", count=len(text), limit=LONGEST_TEXT)
    if _CONTROL.search(text):
        raise CellFault("text_bad")
    return " ".join(text.split()) or None


_PARSERS: dict[str, Callable[[object, Column, Directory], object]] = {
    "reg_no": _reg_no,
    "municipality": _municipality,
    "school_year": _school_year,
    "year": _year,
    "semester": _semester,
    "stage": _stage,
    "count": _count,
    "decimal": _decimal,
    "percent": _percent,
    "date": _date,
    "choice": _choice,
    "flag": _flag,
    "text": _text,
}
