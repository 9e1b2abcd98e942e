"""Yearly marks, one row a pupil and subject -> `mark`: pupils, of these seven and above, mean, spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..datasets._vocabulary import SUBJECTS
from ._common import PERSON, REG_NO, SCHOOL_YEAR, STAGE, mean_and_sd, year_text
from .model import Field, Kind

if TYPE_CHECKING:
    from .session import Session
    from .source import Source

GOOD = 7


def count(session: Session, _source: Source) -> dict[str, list[dict]]:
    """Rows of the `mark` template; pupils without a mark are not in them."""
    groups = session.groups(
        f"count(right_mark) AS pupils, count(*) FILTER (right_mark >= {GOOD}) AS good, "
        "coalesce(sum(right_mark), 0) AS total, coalesce(sum(right_mark * right_mark), 0) AS squares"
    )
    rows = []
    for group in groups:
        session.without_value += group["rows"] - group["wrong_rows"] - group["pupils"]
        if not group["pupils"]:
            continue
        mean, sd = mean_and_sd(group["pupils"], int(group["total"]), int(group["squares"]))
        rows.append(
            {
                "reg_no": group["reg_no"],
                "school_year": year_text(group["school_year"]),
                "stage": group["stage"],
                "subject": group["subject"],
                "pupils": group["pupils"],
                "good": group["good"],
                "mean": mean,
                "sd": sd if sd is not None else 0,
            }
        )
    return {"mark": rows}


KIND = Kind(
    id="marks",
    name_lv="Gada vērtējumi",
    name_en="Yearly marks",
    about_lv="Viena rinda – viena izglītojamā gada vērtējums vienā mācību priekšmetā, desmit ballu skalā.",
    about_en="One row is the yearly mark of one learner in one subject, on the ten-point scale.",
    fields=(
        PERSON,
        REG_NO,
        SCHOOL_YEAR,
        STAGE,
        Field(
            code="subject",
            kind="choice",
            name_lv="Mācību priekšmets",
            name_en="Subject",
            synonyms=("Priekšmets",),
            choices=SUBJECTS,
            example="mathematics",
        ),
        Field(
            code="mark",
            kind="whole",
            name_lv="Vērtējums",
            name_en="Mark",
            synonyms=("Gada vērtējums", "Balles", "Atzīme"),
            low=1,
            high=10,
            example="7",
        ),
    ),
    unique=("reg_no", "school_year", "stage", "subject"),
    count=count,
    derived=(("right_mark", "CASE WHEN NOT wrong THEN mark END"),),
)
