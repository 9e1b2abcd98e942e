"""Lessons missed in a semester, one row a pupil -> `absence`: pupils with any and with long absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from indicators.absence import PRESCHOOL_DAYS
from indicators.published_rules import ABSENCE_LIMIT
from language.messages import _

from ._common import PERSON, REG_NO, SCHOOL_YEAR, STAGE, year_text
from .model import Field, Kind, Rule

if TYPE_CHECKING:
    from .session import Session
    from .source import Source

MOST_LESSONS = 1_200  # in a semester: twenty weeks of sixty lessons


def count(session: Session, _source: Source) -> dict[str, list[dict]]:
    """Rows of the `absence` template. The limit of long absence is in lessons, in preschool in days."""
    groups = session.groups(
        "count(*) FILTER (NOT wrong) AS pupils, "
        "count(*) FILTER (NOT wrong AND excused > 0) AS any_excused, "
        "count(*) FILTER (NOT wrong AND illness > 0) AS any_illness, "
        "count(*) FILTER (NOT wrong AND unexcused > 0) AS any_unexcused, "
        f"count(*) FILTER (NOT wrong AND unexcused {ABSENCE_LIMIT.operator} {ABSENCE_LIMIT.lessons}) AS long_lessons, "
        f"count(*) FILTER (NOT wrong AND unexcused > {PRESCHOOL_DAYS}) AS long_days"
    )
    has_illness = "illness" in session.source.columns
    return {
        "absence": [
            {
                "reg_no": group["reg_no"],
                "school_year": year_text(group["school_year"]),
                "semester": group["semester"],
                "stage": group["stage"],
                "pupils": group["pupils"],
                "any_excused": group["any_excused"],
                "any_illness": group["any_illness"] if has_illness else None,
                "any_unexcused": group["any_unexcused"],
                "long_unexcused": group["long_days" if group["stage"] == "preschool" else "long_lessons"],
            }
            for group in groups
            if group["pupils"]
        ]
    }


def _lessons(
    code: str, name_lv: str, name_en: str, example: str, *synonyms: str, required: bool = True
) -> Field:
    return Field(
        code=code,
        kind="whole",
        name_lv=name_lv,
        name_en=name_en,
        synonyms=synonyms,
        low=0,
        high=MOST_LESSONS,
        required=required,
        note_lv="Mācību stundas semestrī; pirmsskolā – dienas. Tukša šūna nozīmē 0.",
        note_en="Lessons in the semester; in preschool days. An empty cell means 0.",
        example=example,
    )


KIND = Kind(
    id="lessons_missed",
    name_lv="Kavētās mācību stundas",
    name_en="Lessons missed",
    about_lv="Viena rinda – viens izglītojamais vienā semestrī, arī tad, ja nav kavējis nevienu stundu.",
    about_en="One row is one learner in one semester, also one who missed nothing.",
    fields=(
        PERSON,
        REG_NO,
        SCHOOL_YEAR,
        Field(
            code="semester",
            kind="semester",
            name_lv="Semestris",
            name_en="Semester",
            synonyms=("Sem.",),
            low=1,
            high=2,
            example="1",
        ),
        STAGE,
        _lessons(
            "excused", "Attaisnoti kavētās stundas", "Excused", "12", "Attaisnoti", "Attaisnotās stundas"
        ),
        _lessons(
            "illness",
            "Tai skaitā slimības dēļ",
            "Of these, illness",
            "8",
            "Slimība",
            "Slimības dēļ",
            required=False,
        ),
        _lessons(
            "unexcused",
            "Neattaisnoti kavētās stundas",
            "Unexcused",
            "0",
            "Neattaisnoti",
            "Neattaisnotās stundas",
        ),
    ),
    unique=("reg_no", "school_year", "stage", "semester"),
    count=count,
    rules=(
        Rule(
            wrong="illness > coalesce(excused, 0)",
            problem=_("lessons missed through illness are more than all excused lessons"),
            fields=("illness", "excused"),
        ),
    ),
)
