"""Columns that many kinds of file share."""

from __future__ import annotations

from .model import Choice, Column

MOST_PERSONS = 30_000  # in one institution


def reg_no(target: str = "") -> Column:
    return Column(
        code="reg_no",
        kind="reg_no",
        name_lv="Iestādes reģistrācijas numurs",
        name_en="Registration number of the institution",
        synonyms=("Reģistrācijas numurs", "Reģ. nr.", "Reg. nr.", "Reģistrācijas Nr.", "IZM reģ. nr."),
        target=target,
        note_lv="Desmit cipari.",
        note_en="Ten digits.",
        example="9900000003",
    )


def institution_name() -> Column:
    return Column(
        code="institution_name",
        kind="text",
        name_lv="Iestādes nosaukums",
        name_en="Name of the institution",
        synonyms=("Izglītības iestāde", "Iestāde", "Skola", "Institution", "School"),
        required=False,
        empty=True,
        stored=False,
        note_lv="Netiek glabāts; pēc tā cilvēks vieglāk atrod rindu.",
        note_en="Not kept; it helps people to find the row.",
        example="Demo vidusskola",
    )


def municipality() -> Column:
    return Column(
        code="municipality_code",
        kind="municipality",
        name_lv="Pašvaldība",
        name_en="Municipality",
        synonyms=("Pašvaldības kods", "Novads", "Pašvaldības nosaukums", "Municipality code"),
        note_lv="Kods vai nosaukums.",
        note_en="Code or name.",
        example="LV0031000",
    )


def school_year(target: str = "") -> Column:
    return Column(
        code="school_year",
        kind="school_year",
        name_lv="Mācību gads",
        name_en="School year",
        synonyms=("Māc. gads", "M. g.", "Mācību gads (m.g.)"),
        target=target,
        example="2023/2024",
    )


def semester() -> Column:
    return Column(
        code="semester",
        kind="semester",
        name_lv="Semestris",
        name_en="Semester",
        synonyms=("Sem.", "Semestra numurs"),
        example="1",
    )


def stage() -> Column:
    return Column(
        code="stage",
        kind="stage",
        name_lv="Izglītības posms",
        name_en="Stage of education",
        synonyms=("Posms", "Izglītības pakāpe", "Stage"),
        example="basic",
    )


def year(
    code: str = "year", name_lv: str = "Gads", name_en: str = "Year", *synonyms: str, example: str = "2024"
) -> Column:
    return Column(
        code=code, kind="year", name_lv=name_lv, name_en=name_en, synonyms=synonyms, example=example
    )


def count(
    code: str,
    name_lv: str,
    name_en: str,
    example: str,
    *synonyms: str,
    empty: bool = False,
    required: bool = True,
    stored: bool = True,
    maximum: float = MOST_PERSONS,
    note: tuple[str, str] = ("", ""),
) -> Column:
    """A whole number of persons or cases, from 0 up."""
    return Column(
        code=code,
        kind="count",
        name_lv=name_lv,
        name_en=name_en,
        synonyms=synonyms,
        required=required,
        empty=empty,
        stored=stored,
        minimum=0,
        maximum=maximum,
        note_lv=note[0],
        note_en=note[1],
        example=example,
    )


def decimal(
    code: str,
    name_lv: str,
    name_en: str,
    example: str,
    *synonyms: str,
    minimum: float = 0,
    maximum: float,
    empty: bool = False,
    required: bool = True,
    note: tuple[str, str] = ("", ""),
) -> Column:
    """A number with decimals within its bounds."""
    return Column(
        code=code,
        kind="decimal",
        name_lv=name_lv,
        name_en=name_en,
        synonyms=synonyms,
        required=required,
        empty=empty,
        minimum=minimum,
        maximum=maximum,
        note_lv=note[0],
        note_en=note[1],
        example=example,
    )


def choice(
    code: str,
    name_lv: str,
    name_en: str,
    choices: tuple[Choice, ...],
    *synonyms: str,
    empty: bool = False,
    example: str = "",
) -> Column:
    """One word of a list."""
    return Column(
        code=code,
        kind="choice",
        name_lv=name_lv,
        name_en=name_en,
        synonyms=synonyms,
        choices=choices,
        empty=empty,
        example=example or choices[0].code,
    )


def flag(code: str, name_lv: str, name_en: str, example: str, *synonyms: str, empty: bool = False) -> Column:
    """Yes or no."""
    return Column(
        code=code,
        kind="flag",
        name_lv=name_lv,
        name_en=name_en,
        synonyms=synonyms,
        empty=empty,
        note_lv="Jā vai nē.",
        note_en="Yes or no.",
        example=example,
    )


def day(code: str, name_lv: str, name_en: str, example: str, *synonyms: str, empty: bool = False) -> Column:
    """A date."""
    return Column(
        code=code,
        kind="date",
        name_lv=name_lv,
        name_en=name_en,
        synonyms=synonyms,
        empty=empty,
        note_lv="gggg-mm-dd vai dd.mm.gggg",
        note_en="yyyy-mm-dd or dd.mm.yyyy",
        example=example,
    )
