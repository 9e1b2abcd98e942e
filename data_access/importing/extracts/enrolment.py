"""Enrolment, one row a pupil, institution and stage -> `enrolment`, `progress`, and `context` where its flags are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from language.messages import _

from ._common import PERSON, REG_NO, SCHOOL_YEAR, STAGE, year_text
from .model import FIRST_YEAR, LAST_YEAR, Field, Kind, Rule

if TYPE_CHECKING:
    from .session import Session
    from .source import Source

# Days on which pupils are counted: calendar year of the school year (0, 1), month, day.
DAYS = {"start": (0, 9, 1), "end_1": (0, 12, 31), "end_2": (1, 5, 31)}
FLAGS = ("free_meals", "special_needs", "minority_language")
NO_CONTEXT = ("higher", "orientation")  # the composition is that of children and pupils
NO_REPEATING = ("preschool", "orientation", "higher")


def _day(name: str) -> str:
    later, month, day = DAYS[name]
    return f"make_date(year + {later}, {month}, {day})"


def _there(name: str) -> str:
    # CASE and not OR: most dates are empty, and then the day is not worked out at all.
    day = _day(name)
    return (
        f"(CASE WHEN enrolled_from IS NULL THEN true ELSE enrolled_from <= {day} END "
        f"AND CASE WHEN enrolled_to IS NULL THEN true ELSE enrolled_to >= {day} END)"
    )


DERIVED = (
    ("year", "TRY_CAST(left(school_year, 4) AS INTEGER)"),
    *((f"at_{name}", _there(name)) for name in DAYS),
    ("came_later", f"(CASE WHEN enrolled_from IS NULL THEN false ELSE enrolled_from > {_day('start')} END)"),
    ("left_before", f"(CASE WHEN enrolled_to IS NULL THEN false ELSE enrolled_to < {_day('end_2')} END)"),
)


def count(session: Session, source: Source) -> dict[str, list[dict]]:
    """Rows of `enrolment` (two semesters), `progress` (years whose previous year is in the file) and `context`."""
    groups = session.groups(
        "count(*) FILTER (NOT wrong AND at_start) AS pupils_start, "
        "count(*) FILTER (NOT wrong AND at_end_1) AS semester_1, "
        "count(*) FILTER (NOT wrong AND at_end_2) AS semester_2, "
        "count(*) FILTER (NOT wrong AND came_later) AS joined, "
        "count(*) FILTER (NOT wrong AND left_before) AS left_early, "
        + ", ".join(
            f"count(*) FILTER (NOT wrong AND at_start AND {flag} = 1) AS {flag}_sum" for flag in FLAGS
        )
    )
    repeated = {
        (row["reg_no"], row["school_year"], row["stage"]): row
        for row in session.frame(_repeaters(session.checked()))
    }
    years = {group["school_year"] for group in groups}
    raw = session.raw  # how the classifiers were written, to find the groups of the second query
    enrolment, progress, context = [], [], {}
    by_key: dict[tuple, dict] = {}
    for group in groups:  # grades are not in the tables
        key = (group["reg_no"], group["school_year"], group["stage"])
        one = by_key.setdefault(key, dict.fromkeys(_SUMS, 0))
        for name in _SUMS:
            one[name] += group[name]
    for (reg_no, start_year, stage), one in sorted(by_key.items()):
        names = {"reg_no": reg_no, "school_year": year_text(start_year)}
        for semester in (1, 2):
            enrolment.append(
                {**names, "semester": semester, "stage": stage, "pupils": one[f"semester_{semester}"]}
            )
        if stage != "higher" and start_year - 1 in years:
            found = repeated.get(
                (raw["reg_no"][reg_no], raw["school_year"][start_year], raw["stage"][stage]), {}
            )
            repeats = stage not in NO_REPEATING
            progress.append(
                {
                    **names,
                    "stage": stage,
                    "pupils_start": one["pupils_start"],
                    "joined": one["joined"],
                    "left_early": one["left_early"],
                    "repeat_eligible": found.get("eligible", 0) if repeats else 0,
                    "repeaters": found.get("repeaters", 0) if repeats else 0,
                }
            )
        if stage not in NO_CONTEXT:
            sums = context.setdefault((reg_no, start_year), {**names, "pupils": 0, **dict.fromkeys(FLAGS, 0)})
            sums["pupils"] += one["pupils_start"]
            for flag in FLAGS:
                sums[flag] += one[f"{flag}_sum"]
    tables = {"enrolment": enrolment}
    if progress:
        tables["progress"] = progress
    if all(flag in source.columns for flag in FLAGS):
        tables["context"] = list(context.values())
    return tables


_SUMS = (
    "pupils_start",
    "semester_1",
    "semester_2",
    "joined",
    "left_early",
    *(f"{flag}_sum" for flag in FLAGS),
)


def _repeaters(rows: str) -> str:
    """Pupils of 1 September who ended the year before in the same stage, and of these in the same grade.

    They are counted at the institution where they are now; the year before they may have been in another one.
    """
    grade = "TRY_CAST(grade AS INTEGER)"
    return (
        f"SELECT n.reg_no, n.school_year, n.stage, count(*) AS eligible, "  # nosec B608 # DuckDB in memory; names of columns are quoted
        f"count(*) FILTER ((b.grades >> n.grade_number) & 1 = 1) AS repeaters "
        f"FROM (SELECT reg_no, school_year, stage, hash(person, stage, year - 1) AS key, {grade} AS grade_number "
        f"FROM {rows} WHERE NOT wrong AND at_start) n "
        f"JOIN (SELECT hash(person, stage, year) AS key, bit_or(1 << {grade}) AS grades FROM {rows} "
        f"WHERE NOT wrong AND {grade} BETWEEN 0 AND 12 AND at_end_2 GROUP BY 1) b ON b.key = n.key "
        f"WHERE n.grade_number BETWEEN 0 AND 12 GROUP BY n.reg_no, n.school_year, n.stage"
    )


KIND = Kind(
    id="enrolment",
    name_lv="Uzņemtie izglītojamie",
    name_en="Enrolment",
    about_lv="Viena rinda – viens izglītojamais vienā iestādē, mācību gadā un posmā. Otrgadniekus atrod, ja datnē ir arī "
    "iepriekšējais mācību gads.",
    about_en="One row is one learner in one institution, school year and stage. Repeaters are found where the previous "
    "school year is in the file too.",
    fields=(
        PERSON,
        REG_NO,
        SCHOOL_YEAR,
        STAGE,
        Field(
            code="grade",
            kind="grade",
            name_lv="Klase vai kurss",
            name_en="Grade or year",
            synonyms=("Klase", "Kurss", "Klases pakāpe"),
            low=0,
            high=12,
            note_lv="0–12; pirmsskolā 0.",
            note_en="0 to 12; 0 in preschool.",
            example="5",
        ),
        Field(
            code="enrolled_from",
            kind="date",
            name_lv="Uzņemts no",
            name_en="Enrolled from",
            synonyms=("Uzņemšanas datums",),
            low=FIRST_YEAR - 15,
            high=LAST_YEAR,
            note_lv="Tukšs: mācījās jau agrāk.",
            note_en="Empty: was there before.",
            example="2023-09-01",
        ),
        Field(
            code="enrolled_to",
            kind="date",
            name_lv="Atskaitīts",
            name_en="Enrolled to",
            synonyms=("Atskaitīšanas datums", "Uzņemts līdz"),
            low=FIRST_YEAR - 15,
            high=LAST_YEAR,
            note_lv="Pēdējā diena; tukšs: joprojām mācās.",
            note_en="The last day; empty: still there.",
            example="",
        ),
        *(
            Field(
                code=code,
                kind="flag",
                name_lv=name_lv,
                name_en=name_en,
                required=False,
                low=0,
                high=1,
                note_lv="1 vai 0; bez visām trim kolonnām sastāvu neskaita.",
                note_en="1 or 0; without all three columns the composition is not counted.",
                example=example,
            )
            for code, name_lv, name_en, example in (
                ("free_meals", "Brīvpusdienas", "Free meals", "0"),
                ("special_needs", "Speciālās vajadzības", "Special needs", "0"),
                ("minority_language", "Ģimenē lieto citu valodu", "Another language at home", "1"),
            )
        ),
    ),
    unique=("reg_no", "school_year", "stage"),
    count=count,
    derived=DERIVED,
    rules=(
        Rule(
            wrong="enrolled_to < enrolled_from",
            problem=_("the last day is before the first"),
            fields=("enrolled_to", "enrolled_from"),
        ),
    ),
)
