"""Invented person-level rows for tests, benchmarks and the example files. Pseudonyms only, never personal codes."""

from __future__ import annotations

import random
from datetime import date, timedelta

SCHOOLS = ("9900000003", "9900000827", "9900000011")
STAGES = (("basic", 1, 9), ("upper_secondary", 10, 12))
SUBJECTS = ("latvian", "mathematics", "english")


def enrolment(
    seed: int = 2024, persons: int = 60, years: tuple[int, ...] = (2022, 2023)
) -> list[dict[str, str]]:
    """Pupils who pass from grade to grade; some repeat, some come or leave within a year."""
    rng = random.Random(seed)
    rows = []
    for number in range(persons):
        school, grade = rng.choice(SCHOOLS), rng.randint(1, 12)
        flags = {
            name: str(int(rng.random() < 0.3))
            for name in ("free_meals", "special_needs", "minority_language")
        }
        for year in years:
            stage = next((code for code, low, high in STAGES if low <= grade <= high), None)
            if stage is None:
                break
            came = date(year, 9, 2) + timedelta(days=rng.randrange(200)) if rng.random() < 0.06 else None
            left = (
                date(year + 1, 5, 1) + timedelta(days=rng.randrange(-200, 60))
                if rng.random() < 0.08
                else None
            )
            if came and left and left < came:
                left = None
            rows.append(
                {
                    "person_code": f"P{number:07d}",
                    "reg_no": school,
                    "school_year": f"{year}/{year + 1}",
                    "stage": stage,
                    "grade": str(grade),
                    "enrolled_from": came.isoformat() if came else "",
                    "enrolled_to": left.isoformat() if left else "",
                    **flags,
                }
            )
            if left:
                break
            grade += rng.random() > 0.08
    return rows


def marks(seed: int = 2024, persons: int = 40) -> list[dict[str, str]]:
    """Marks of the pupils of `enrolment` in three subjects; now and then there is none."""
    rng = random.Random(seed + 1)
    return [
        {
            **{name: row[name] for name in ("person_code", "reg_no", "school_year", "stage")},
            "subject": subject,
            "mark": "nv" if rng.random() < 0.04 else str(min(10, max(1, round(rng.gauss(6.4, 1.7))))),
        }
        for row in enrolment(seed, persons)
        for subject in SUBJECTS
    ]


def lessons_missed(seed: int = 2024, persons: int = 60) -> list[dict[str, str]]:
    """Lessons missed by the pupils of `enrolment`, in both semesters."""
    rng = random.Random(seed + 2)
    rows = []
    for row in enrolment(seed, persons):
        for semester in (1, 2):
            excused = rng.choice((0, 0, rng.randrange(1, 60)))
            rows.append(
                {
                    **{name: row[name] for name in ("person_code", "reg_no", "school_year")},
                    "semester": str(semester),
                    "stage": row["stage"],
                    "excused": str(excused),
                    "illness": str(rng.randrange(excused + 1)),
                    "unexcused": str(rng.choice((0, 0, 0, 3, 19, 20, 21, 64))),
                }
            )
    return rows


def exam_results(seed: int = 2024, persons: int = 150) -> list[dict[str, str]]:
    """Results of the pupils of grades 9 and 12; some are exempt or did not sit the exam."""
    rng = random.Random(seed + 3)
    rows = []
    for row in enrolment(seed, persons):
        if row["grade"] not in ("9", "12"):
            continue
        for subject in SUBJECTS:
            status = rng.choices(("sat", "exempt", "absent"), (94, 3, 3))[0]
            level = "centralised" if row["grade"] == "9" else rng.choice(("optimal", "optimal", "higher"))
            percent = (
                f"{min(100, max(0, rng.gauss(58, 20))):.1f}".replace(".", ",") if status == "sat" else ""
            )
            rows.append(
                {
                    **{name: row[name] for name in ("person_code", "reg_no", "school_year", "stage")},
                    "subject": subject,
                    "exam_level": level,
                    "status": status,
                    "percent": percent,
                }
            )
    return rows


SAMPLES = {
    "enrolment": enrolment,
    "exam_results": exam_results,
    "lessons_missed": lessons_missed,
    "marks": marks,
}
