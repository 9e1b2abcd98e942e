"""The service's own published rules, as facts beside the indicators."""

from __future__ import annotations

import pandas as pd
import pytest

from indicators import published_rules as rules


@pytest.fixture
def schools(make_frame):
    """A basic school (1), a secondary school (2) and a vocational school (3)."""
    kinds = enumerate(("basic", "secondary", "vocational"), start=1)
    return make_frame("institution", [{"id": number, "type": kind} for number, kind in kinds])


def told(result: pd.DataFrame) -> dict:
    """(institution, year) -> exceeded, with None for not known."""
    return {
        (row.institution_id, row.school_year): None if pd.isna(row.exceeded) else bool(row.exceeded)
        for row in result.itertuples()
    }


def test_combined_classes(make_frame, schools):
    """A1: any combined class; a vocational school is outside the rule."""
    staff = make_frame(
        "staff",
        [
            {"institution_id": 1, "school_year": 2023, "combined_classes": 1},
            {"institution_id": 2, "school_year": 2023},
            {"institution_id": 3, "school_year": 2023, "combined_classes": 2},
        ],
    )
    assert told(rules.combined_classes(staff, schools)) == {(1, 2023): True, (2, 2023): False}


def test_long_absence_is_one_learner_in_any_semester(make_frame, schools):
    """A2: one learner of the e-journal import is enough; VIIS entries are another count."""
    rows = [
        (1, 1, "e_journals", 0),
        (1, 2, "e_journals", 1),
        (2, 1, "e_journals", 0),
        (2, 1, "viis_cases", 4),
    ]
    absence = make_frame(
        "absence",
        [
            {"institution_id": i, "school_year": 2023, "semester": s, "stage": "basic", "source_code": source}
            | {"long_unexcused": count}
            for i, s, source, count in rows
        ],
    )
    assert told(rules.long_absence(absence, schools)) == {(1, 2023): True, (2, 2023): False}


def staff_of(make_frame, column, numbers):
    """Staff rows of one column: {(institution, year): number}."""
    return make_frame(
        "staff",
        [{"institution_id": i, "school_year": year, column: value} for (i, year), value in numbers.items()],
    )


def test_no_support_staff_needs_both_years(make_frame, schools):
    """A3: zero in the previous and the current year; unknown when the previous year is missing."""
    staff = staff_of(
        make_frame,
        "support_load",
        {(1, 2022): 0.0, (1, 2023): 0.0, (2, 2021): 0.0, (2, 2022): 0.5, (2, 2023): 0.0},
    )
    assert told(rules.no_support_staff(staff, schools)) == {
        (1, 2022): None,
        (1, 2023): True,
        (2, 2021): None,
        (2, 2022): False,
        (2, 2023): False,
    }


def test_vacancies_keep_the_difference_of_and_and_or(make_frame, schools):
    """A4: basic schools in both years, secondary schools in one of them, as the report words it."""
    numbers = {(i, year): 1 if year == 2023 else 0 for i in (1, 2) for year in (2021, 2022, 2023)}
    staff = staff_of(make_frame, "long_vacancies", numbers)
    found = told(rules.long_vacancies(staff, schools))
    assert (found[1, 2023], found[2, 2023]) == (False, True)
    assert (found[1, 2021], found[2, 2021]) == (False, None)
    both = staff_of(make_frame, "long_vacancies", {(1, 2022): 2, (1, 2023): 1, (2, 2022): 1, (2, 2023): 0})
    found = told(rules.long_vacancies(both, schools))
    assert (found[1, 2022], found[1, 2023]) == (None, True)
    assert (found[2, 2022], found[2, 2023]) == (True, True)


def test_a_rule_names_the_group_that_it_is_told_to():
    """A4 asks different things of the two groups; a school is told its own, a page for all is told both."""
    rule = rules.RULES["A4"]
    assert "basic schools" in rule.words("en")
    assert "secondary schools" in rule.words("en")
    assert (
        rule.words("en", "basic")
        == "teacher vacancies longer than a month both in the previous and in the current year"
    )
    assert (
        rule.words("lv", "secondary") == "pedagogu vakances ilgāk par mēnesi iepriekšējā vai aktuālajā gadā"
    )
    assert rules.RULES["A1"].words("lv", "basic") == rules.RULES["A1"].lv


def exams(make_frame, gaps):
    """Two secondary schools; school 2 has the given means, school 4 balances the nation at 60 %."""
    rows = []
    for subject, mean in gaps.items():
        for i, value in ((2, mean), (4, 120 - mean)):
            rows.append(
                {"institution_id": i, "school_year": 2022, "stage": "upper_secondary", "subject": subject}
                | {"exam_level": "optimal", "sat": 30, "mean": value, "compulsory": 1}
            )
    return make_frame("exam", rows)


@pytest.mark.parametrize(
    ("mean", "exceeded", "beyond"),
    [(55.0, False, False), (54.0, True, False), (50.0, True, False), (40.0, True, True)],
)
def test_exam_results_ten_per_cent_below_the_nation(make_frame, mean, exceeded, beyond):
    """A5: the worst compulsory exam of the year before, 10 % below the national mean; 30 % is told apart."""
    places = make_frame("institution", [{"id": i, "type": "secondary"} for i in (2, 4)])
    result = rules.low_exam_results(exams(make_frame, {"latvian": 60.0, "mathematics": mean}), places)
    row = result[result["institution_id"] == 2].iloc[0]
    assert row["school_year"] == 2023
    assert bool(row["exceeded"]) == exceeded
    assert bool(row["beyond"]) == beyond


def test_the_base_of_the_gap_is_a_setting(make_frame):
    """Relative and in points are both readings of the report; 54 against 60 is 10 % or 6 points."""
    exam = exams(make_frame, {"mathematics": 54.0})
    for base, gap in (("relative", 0.10), ("points", 0.06)):
        found = rules.exam_gaps(exam, base).set_index("institution_id")["gap"]
        assert found[2] == pytest.approx(gap)
    with pytest.raises(ValueError, match="relative or points"):
        rules.exam_gaps(exam, "percent")


def test_the_national_mean_of_an_exam_is_over_takers(make_frame):
    """Ten takers at 40 and ninety at 60 are a nation of 58, not of 50."""
    exam = make_frame(
        "exam",
        [
            {"institution_id": i, "school_year": 2022, "stage": "upper_secondary", "subject": "mathematics"}
            | {"exam_level": "optimal", "sat": sat, "mean": mean, "compulsory": 1}
            for i, sat, mean in ((2, 10, 40.0), (4, 90, 60.0))
        ],
    )
    gaps = rules.exam_gaps(exam).set_index("institution_id")["gap"]
    assert gaps[2] == pytest.approx((58 - 40) / 58)


def test_published_shares_can_be_set_beside_ours(country):
    """Every rule gives counts by group for any list of institutions, and the printed shares are kept."""
    listed = set(country["institution"]["id"].iloc[:40])
    for code, rule in rules.RULES.items():
        result = rules.evaluate(code, country)
        counts = rules.shares(result, 2021, listed)
        for group, (over, known) in counts.items():
            assert group in ("basic", "secondary")
            assert 0 <= over <= known <= 40
        assert {share.group for share in rule.shares} <= {"basic", "secondary"}
        assert all(0 < share.share < 1 and share.citation and share.fits for share in rule.shares)
        assert rule.lv
        assert rule.en
    assert set(rules.shares(rules.evaluate("A5", country), 2021)) == {"secondary"}


def test_the_printed_shares_fit_the_small_numbers_named():
    """30.6 % is 11 of 36, 73 % is 30 of 41: each printed share follows from a small fraction."""
    for rule in rules.RULES.values():
        for share in rule.shares:
            for fraction in share.fits.split(", "):
                part, whole = map(int, fraction.split("/"))
                digits = 2 if round(share.share, 2) == share.share else 3
                assert abs(part / whole - share.share) < 0.6 * 10**-digits


def test_the_absence_limit_prints_its_operator():
    """The report writes the limit both ways; ours is a setting that is printed with its operator."""
    assert rules.ABSENCE_LIMIT.words("lv") == "20 un vairāk mācību stundu"
    strict = rules.AbsenceLimit(operator=">")
    assert strict.words("lv") == "vairāk nekā 20 mācību stundas"
    assert strict.words("en") == "more than 20 lessons"
    with pytest.raises(ValueError, match="> or >="):
        rules.AbsenceLimit(operator="<").words("lv")
