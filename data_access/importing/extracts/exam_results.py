"""State exam results, one row a pupil and exam -> `exam`: takers, mean, bands, low and high results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from language.messages import _

from ..datasets._vocabulary import EXAM_LEVELS, SUBJECTS
from ..datasets.model import Choice
from ._common import PERSON, REG_NO, SCHOOL_YEAR, STAGE, mean_and_sd, year_text
from .model import Field, Kind, Rule

if TYPE_CHECKING:
    from .session import Session
    from .source import Source

BANDS = 10
REFORM = 2022  # school year of the first exams with optimal and higher level
STATUSES = (
    Choice("sat", "Kārtoja", "Sat the exam", ("kārtojis",)),
    Choice("exempt", "Atbrīvots", "Exempt", ("atbrīvota", "aizstāts ar sertifikātu")),
    Choice("absent", "Nekārtoja", "Did not sit the exam", ("neieradās", "nav kārtojis")),
)


def certificate_limit(stage: str, school_year: int) -> int:
    """Per cent of points below which there is no certificate; 0 = no limit then (methodology 4)."""
    if stage == "vocational":
        return 50
    if school_year >= REFORM:
        return 10
    return 5 if stage == "upper_secondary" else 0


def count(session: Session, source: Source) -> dict[str, list[dict]]:
    """Rows of the `exam` template.

    Low and high results are counted against the quartiles of the same exam, level and year in the file, so the file
    has to be the whole country's. A quartile is interpolated between two results, as numpy.percentile does.
    """
    keys = ("school_year", "stage", "subject", "exam_level")
    sitting = ", ".join(keys)
    quartiles = session.frame(
        f"SELECT {sitting}, quantile_cont(percent, 0.25) AS low, quantile_cont(percent, 0.75) AS high "  # nosec B608 # DuckDB in memory; names of columns are quoted
        f"FROM {session.checked()} WHERE NOT wrong AND percent IS NOT NULL GROUP BY {sitting}"
    )
    good = "NOT wrong AND percent IS NOT NULL"
    low = _cases(quartiles, keys, "low", "<=")
    high = _cases(quartiles, keys, "high", ">=")
    bands = ", ".join(
        f"count(*) FILTER ({good} AND percent >= {band * 1000}"
        + (f" AND percent < {band * 1000 + 1000}" if band < BANDS - 1 else "")
        + f") AS band_{band}"
        for band in range(BANDS)
    )
    groups = session.groups(
        f"count(*) FILTER ({good}) AS sat, {bands}, count(*) FILTER ({good} AND {low}) AS low, count(*) FILTER ({good} AND {high}) AS high, "
        f"coalesce(sum(percent) FILTER ({good}), 0) AS total, "
        f"coalesce(sum(CAST(percent AS HUGEINT) * percent) FILTER ({good}), 0) AS squares, "
        + ", ".join(
            f"count(*) FILTER ({good} AND percent < {limit * 100}) AS below_{limit}"
            for limit in (0, 5, 10, 50)
        )
    )
    by_sitting: dict[tuple, dict] = {}
    for group in groups:
        key = tuple(group[name] for name in ("reg_no", *keys))
        one = by_sitting.setdefault(key, {"eligible": 0, "exempt": 0})
        rows = group["rows"] - group["wrong_rows"]
        one["eligible"] += rows
        if group["status"] == "exempt":
            one["exempt"] += rows
        elif group["status"] == "sat":
            one["group"] = group
    made = []
    for (reg_no, year, stage, subject, level), one in sorted(by_sitting.items()):
        group = one.get("group")
        if not one["eligible"]:
            continue
        sat = group["sat"] if group else 0
        mean, sd = (
            mean_and_sd(sat, int(group["total"]), int(group["squares"]), unit=100) if group else (None, None)
        )
        limit = certificate_limit(stage, year)
        made.append(
            {
                "reg_no": reg_no,
                "school_year": year_text(year),
                "stage": stage,
                "subject": subject,
                "exam_level": level,
                "eligible": one["eligible"],
                "exempt": one["exempt"],
                "sat": sat,
                "low": group["low"] if group else 0,
                "high": group["high"] if group else 0,
                "below_limit": group[f"below_{limit}"] if group else 0,
                "mean": mean,
                "sd": sd,
                **{f"band_{band}": group[f"band_{band}"] if group else 0 for band in range(BANDS)},
                "compulsory": int(level != "higher"),
            }
        )
    return {"exam": made}


def _cases(quartiles: list[dict], keys: tuple[str, ...], name: str, operator: str) -> str:
    """Whether a result is at or beyond the quartile of its sitting, as SQL. At most some hundred sittings."""
    if not quartiles:
        return "false"
    parts = []
    for row in quartiles:
        same = " AND ".join(f"{key} = '{str(row[key]).replace(chr(39), chr(39) * 2)}'" for key in keys)
        parts.append(f"WHEN {same} THEN percent {operator} {float(row[name])!r}")
    return f"(CASE {' '.join(parts)} END)"


_SAT = ", ".join(
    f"'{name.lower()}'"
    for name in (STATUSES[0].code, STATUSES[0].name_lv, STATUSES[0].name_en, *STATUSES[0].synonyms)
)

KIND = Kind(
    id="exam_results",
    name_lv="Eksāmenu rezultāti",
    name_en="Exam results",
    about_lv="Viena rinda – viens izglītojamais vienā eksāmenā, arī atbrīvotie un tie, kuri nekārtoja. Zemus un augstus "
    "rezultātus nosaka pēc datnes kvartilēm, tāpēc datnei jābūt par visu valsti.",
    about_en="One row is one learner in one exam, also those exempt and those who did not sit it. Low and high results "
    "are set by the quartiles of the file, so it has to be the whole country's.",
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
            synonyms=("Priekšmets", "Pārbaudījuma mācību priekšmeta nosaukums"),
            choices=SUBJECTS,
            example="mathematics",
        ),
        Field(
            code="exam_level",
            kind="choice",
            name_lv="Eksāmena līmenis",
            name_en="Exam level",
            synonyms=("Līmenis", "Pārbaudījuma tips"),
            choices=EXAM_LEVELS,
            example="optimal",
        ),
        Field(
            code="status",
            kind="choice",
            name_lv="Statuss",
            name_en="Status",
            choices=STATUSES,
            example="sat",
        ),
        Field(
            code="percent",
            kind="hundredths",
            name_lv="Procenti",
            name_en="Per cent of points",
            synonyms=("Rezultāts procentos", "Procentuālais vērtējums"),
            low=0,
            high=10_000,
            note_lv="Tikai tiem, kuri kārtoja; līdz divām zīmēm aiz komata.",
            note_en="Only of those who sat the exam; at most two decimals.",
            example="63,5",
        ),
    ),
    unique=("reg_no", "school_year", "stage", "exam_level", "subject"),
    count=count,
    rules=(
        Rule(
            wrong=f"(percent IS NULL) = (lower(trim(status)) IN ({_SAT}))",
            problem=_("a result stands with those who sat the exam, and only with them"),
            fields=("percent", "status"),
        ),
    ),
)
