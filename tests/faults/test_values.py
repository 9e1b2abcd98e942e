"""Bad input C21–C35 of the catalogue: single values, rows and the file against what is loaded."""

from __future__ import annotations

from datetime import date

import pytest

from data_access.importing.cells import CellFault, number, parse
from data_access.importing.datasets.model import Choice, Column
from data_access.importing.directory import Directory, Unit
from tests.support.absence_files import CODES, LATVIAN, csv, many, with_cell
from tests.support.small import CLOSED


def column(kind: str, **more) -> Column:
    """A column of a kind."""
    if kind == "choice":
        more["choices"] = (Choice("yes", "apstiprināta", "confirmed"),)
    return Column(code="c", kind=kind, name_lv="c", name_en="c", **more)


KNOWN = Directory(
    municipalities={
        "LV0001000": Unit("LV0001000", "LV0001000", "Rīgas valstspilsēta", "LV0001000", "2021-07-01", None)
    },
    municipality_names={"rīga": ["LV0001000"], "rīgas valstspilsēta": ["LV0001000"]},
    stages={"basic": "basic"},
    today=date(2024, 12, 31),
)


def value(text: object, kind: str, **more):
    """The parsed value, or the rule that refuses it."""
    try:
        return parse(text, column(kind, **more), KNOWN)
    except CellFault as fault:
        return fault.rule


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,5", 12.5), ("12.5", 12.5), ("1 234,7", 1234.7), ("1\u00a0234,7", 1234.7), ("1\u202f234,7", 1234.7),
        ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("+3", 3), ("\u22123", -3), ("0,125", 0.125), ("12 345 678", 12345678),
        ("0", 0), (7.0, 7), (7.25, 7.25),
    ],
)  # fmt: skip
def test_c21_numbers_exactly(text, expected):
    """Every usual writing is read exactly."""
    assert number(text) == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("1.234", "number_ambiguous"), ("1,234", "number_ambiguous"), ("12,5 %", "number_unit"), ("(3)", "number_bad"),
        ("1 23,7", "number_bad"), ("12..5", "number_bad"), ("3 skolēni", "number_bad"), ("12;5", "number_bad"),
    ],
)  # fmt: skip
def test_c21_numbers_refused(text, rule):
    """What can be read in two ways is refused; so is anything beside the number."""
    with pytest.raises(CellFault) as caught:
        number(text)
    assert caught.value.rule == rule


@pytest.mark.parametrize("sign", ["-", "–", "…", ":", "x", "c", "z", "nav datu", "N/A"])
def test_c22_signs_of_no_value(look, sign):
    """A row that says it has no data is declared and not loaded; zero is zero."""
    rows = many(4)
    rows[1][4:] = [sign] * 3
    seen = look(csv(rows))
    assert seen.at("not_delivered") == {(3, "")}
    assert len(seen.rows) == 3
    assert look(csv(with_cell(2, "long_unexcused", "0"))).rows[0]["long_unexcused"] == 0


def test_c22_unknown_sign_and_half_filled_row(look):
    """An unknown sign is a message; a sign beside numbers is one too."""
    assert look(csv(with_cell(2, "long_unexcused", "?"))).at("number_bad") == {(2, "G")}
    assert look(csv(with_cell(2, "long_unexcused", "x"))).at("value_half") == {(2, "G")}
    assert look(csv(with_cell(2, "long_unexcused", ""))).at("value_missing") == {(2, "G")}


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "-Infinity", "1e400", "1E5", "9" * 40, "1e-320", float("nan"), 1e300, 1e-300]
)
def test_c23_numbers_that_are_none(text):
    """Not-a-number, infinity, scientific writing and forty digits are refused."""
    with pytest.raises(CellFault) as caught:
        number(text)
    assert caught.value.rule == "number_written"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,5", 0.125),
        ("12,5 %", 0.125),
        ("100", 1.0),
        ("101", "above_maximum"),
        ("-1", "below_minimum"),
        ("0", 0.0),
    ],
)
def test_c24_percentages(text, expected):
    """Percentages are 0–100 in files."""
    assert value(text, "percent") == expected


def test_c24_shares_that_do_not_add_up():
    """The tolerance of a sum is declared with the rule."""
    from data_access.importing.datasets.model import adds_up

    rule = adds_up("all", "a", "b", tolerance=0.1)
    assert rule.test({"all": 100.0, "a": 60.05, "b": 40.0})
    assert not rule.test({"all": 100.0, "a": 63.0, "b": 40.0})


@pytest.mark.parametrize(
    ("column_code", "text", "rule", "place"),
    [
        ("pupils", "-1", "below_minimum", "E"),
        ("pupils", "10001", "above_maximum", "E"),
        ("semester", "3", "semester_bad", "C"),
        ("school_year", "2084/2085", "period_unknown", "B"),
        ("school_year", "2023/2025", "school_year_bad", "B"),
        ("stage", "13. klase", "stage_unknown", "D"),
        ("any_unexcused", "101", "part_above_whole", "F"),
        ("long_unexcused", "22", "part_above_whole", "G"),
    ],
)
def test_c25_impossible_values(look, column_code, text, rule, place):
    """Each impossible value has its rule and its cell."""
    assert look(csv(with_cell(2, column_code, text))).at(rule) == {(2, place)}


def test_c25_more_absent_than_enrolled(look, small_url):
    """Counts are compared with the number of learners that is loaded already."""
    from sqlalchemy import delete, insert

    from data_access import engine as engines
    from data_access.schema import fact_enrolment

    engine = engines.create(small_url)
    with engine.begin() as connection:
        connection.execute(
            insert(fact_enrolment).values(
                institution_id=1, school_year=2023, semester=1, stage="basic", pupils=2, load_batch_id=1
            )
        )
    try:
        assert look(csv()).at("above_other") == {(2, "G")}
    finally:
        with engine.begin() as connection:
            connection.execute(delete(fact_enrolment))
        engine.dispose()


def test_c25_age_groups_that_are_not_the_graduates(look, small_url):
    """The statuses of a row add up to its group, and the groups of a programme to what is loaded of all its graduates."""
    from sqlalchemy import delete, insert

    from data_access import engine as engines
    from data_access.schema import fact_graduate

    counts = (
        "graduates",
        "employed",
        "unemployed",
        "studying",
        "inactive",
        "emigrated",
        "unknown",
        "skilled",
    )
    keys = ("reg_no", "graduation_year", "monitoring_year", "programme", "age_group")
    rest = ("earners", "income_median", "income_lower_quartile", "income_upper_quartile")
    programmes = {
        "32525 Autotransports": (40, 30, 2, 3, 2, 2, 1, 12),
        "32811 Ēdināšana": (20, 14, 2, 2, 1, 1, 0, 6),
    }

    def rows(name, *groups):
        ages = ("up_to_24", "25–29 gadi", "30_39")
        return [
            ("9910000022", "2020", "2022", name, age, *group, group[1], "9000", "7000", "12000")
            for age, group in zip(ages, groups, strict=False)
        ]

    good = rows("32525 Autotransports", (30, 23, 1, 3, 1, 1, 1, 10), (10, 7, 1, 0, 1, 1, 0, 2))
    other = [(20, 14, 2, 2, 1, 1, 0, 6)]
    engine = engines.create(small_url)
    with engine.begin() as connection:
        connection.execute(
            insert(fact_graduate),
            [
                {
                    "institution_id": 2, "graduation_year": 2020, "monitoring_year": 2022, "programme": name, "sex": "all",
                    "system": "vocational", "field": "services", "level": "trade", **dict(zip(counts, n, strict=True)),
                    "load_batch_id": 1,
                }
                for name, n in programmes.items()
            ],
        )  # fmt: skip

    def seen(*parts):
        return look(
            csv([row for part in parts for row in part], (*keys, *counts, *rest)),
            "vecums.csv",
            "graduate_age",
        )

    try:
        fine = seen(good, rows("32811 Ēdināšana", *other))
        assert not fine.refused, fine.findings
        assert {row["age_group"] for row in fine.rows} == {"up_to_24", "25_29"}
        assert seen(good, rows("32811 Ēdināšana", (20, 13, 2, 2, 1, 1, 0, 6))).at("parts_not_whole") == {
            (4, "F")
        }
        # Another number of employed, though all statuses add up.
        found = seen(good, rows("32811 Ēdināšana", (20, 13, 3, 2, 1, 1, 0, 6)))
        assert found.at("groups_not_whole") == {(4, "G")}
        assert (found.one("groups_not_whole").words["sum"], found.one("groups_not_whole").words["whole"]) == (
            13,
            14,
        )
        # A group is missing: both rows that are there are named.
        found = seen(rows("32525 Autotransports", (20, 16, 1, 1, 1, 0, 1, 8), (10, 7, 1, 0, 1, 1, 0, 2)))
        assert found.at("groups_not_whole") == {(2, "F"), (3, "F")}
    finally:
        with engine.begin() as connection:
            connection.execute(delete(fact_graduate))
        engine.dispose()


def test_c26_implausible_columns(look):
    """The same value everywhere and only even values have to be confirmed."""
    rows = many(60)
    for row in rows:
        row[6] = "4"
    assert look(csv(rows)).one("value_constant").weight == "confirm"
    for place, row in enumerate(rows):
        row[5], row[6] = str(20 + place * 2 % 30), str(2 + place % 5 * 2)
    assert {"digits_even"} <= look(csv(rows)).rules


def test_c26_jump_against_last_year(reference_loaded):
    """Half as much again as a year before has to be confirmed."""
    look, load = reference_loaded
    load(csv([[row[0], "2022/2023", *row[2:]] for row in many(20)]))
    rows = many(20)
    for row in rows:
        row[6] = str(int(row[6]) * 2)
    finding = look(csv(rows)).one("change_large")
    assert finding.weight == "confirm"
    assert finding.words["change"] == "+100%"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31.12.2024", "2024-12-31"), ("1.2.2024.", "2024-02-01"), ("2024-12-31", "2024-12-31"), ("5.6.24", "date_order"),
        ("12/31/2024", "date_order"), ("01/02/2024", "date_order"), ("31.02.2024", "date_impossible"),
        ("29.02.2023", "date_impossible"), ("29.02.2024", "2024-02-29"), (45657, "date_number"), ("45657", "date_number"),
        ("vakar", "date_bad"),
    ],
)  # fmt: skip
def test_c27_dates(text, expected):
    """Day and month are never swapped; what has no certain order is refused."""
    assert value(text, "date") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2023/2024", 2023), ("2023./2024. m.g.", 2023), ("2023/24", 2023), ("2023./2024. mācību gads", 2023),
     ("2023–2024", 2023), ("2023", "school_year_bad"), ("2023/2022", "school_year_bad"), ("2025/2026", "period_future")],
)  # fmt: skip
def test_c27_school_years(text, expected):
    """School years in every usual writing."""
    assert value(text, "school_year") == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("991000001", "reg_no_zeros"),
        ("991OOOOO11", "reg_no_form"),
        ("99100000111", "reg_no_form"),
        ("9910000012", "reg_no_unknown"),
        (CLOSED, "reg_no_closed"),
    ],
)
def test_c28_registration_numbers(look, text, rule):
    """A wrong number is refused with the nearest one as a suggestion, and never joined to it."""
    finding = look(csv(with_cell(2, "reg_no", text))).one(rule)
    assert (finding.row, finding.letter) == (2, "A")
    assert "99" in finding.words["nearest"][1]


def test_c28_blanks_inside_a_number(look):
    """Blanks inside a number are no other number."""
    assert len(look(csv(with_cell(2, "reg_no", "99 1000 0011"))).rows) == 5


def test_c29_the_same_school_twice(look):
    """The same row twice counts once; different values take both out."""
    rows = many(250)
    seen = look(csv([*rows, rows[0]]))
    assert len(seen.rows) == 250
    assert seen.at("row_twice") == {(252, "")}
    other = [*rows[0][:-1], "2"]
    seen = look(csv([*rows, other]))
    assert seen.at("row_differs") == {(2, "A"), (252, "A")}
    assert seen.result.quarantined == 2


def test_one_row_in_a_hundred_may_be_left_out(look):
    """1 % may be quarantined, each row with its message; one more and the whole file is refused with the count."""
    rows = with_cell(5, "stage", "???", with_cell(9, "stage", "???", many(200)))
    seen = look(csv(rows))
    assert (seen.result.loaded, seen.result.quarantined) == (198, 2)
    assert {finding.row for finding in seen.findings if finding.weight == "error"} == {5, 9}
    seen = look(csv(with_cell(17, "stage", "???", rows)))
    assert seen.refused
    assert seen.one("quarantine_limit").words == {"count": 3, "total": 200}
    assert seen.counts == (201, 197, 3, 1)  # lines, usable, with errors, the heading


def test_c30_names_are_no_key(look):
    """Two schools with one name are two schools; the name is not kept."""
    seen = look(csv([[*row, "Vidusskola"] for row in many(3)], [*LATVIAN, "Iestāde"]))
    assert len({row["institution_id"] for row in seen.rows}) == 3
    assert "institution_name" not in seen.rows[0]


@pytest.mark.parametrize("text", ["010203-12345", "320123-45678", "anna.berzina@skola.lv"])
def test_c31_personal_data(look, text):
    """A personal code or an address stops the file; the message hides it."""
    seen = look(csv([[*row, text] for row in many(5)], [*LATVIAN, "Iestāde"]))
    assert seen.refused
    assert seen.rules == {"personal_value"}
    finding = seen.findings[0]
    assert finding.value == "•••"
    assert all(text not in part for lang in ("lv", "en") for part in finding.texts(lang))


@pytest.mark.parametrize("heading", ["Vārds, uzvārds", "Personas kods", "E-pasts"])
def test_c31_personal_columns(look, heading):
    """A column that is called after persons stops the file before a cell is read."""
    seen = look(csv([[*row, "x"] for row in many(5)], [*LATVIAN, heading]))
    assert seen.refused
    assert seen.one("personal_column").letter == "H"


def test_c31_the_file_itself_is_deleted(reference_loaded):
    """Nothing of a file with data about persons stays in the database."""
    from sqlalchemy import func, select

    from data_access.schema_loading import import_content

    _, load = reference_loaded
    state, engine = load(
        csv([[*row, "010203-12345"] for row in many(5)], [*LATVIAN, "Iestāde"]), publish=False
    )
    assert state == "refused"
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(import_content)).scalar() == 0


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Rīga", None),
        ("Rīgas valstspilsēta", None),
        ("LV0001000", None),
        ("Vārkavas novads", "municipality_former"),
        ("Kurzemes reģions", "municipality_unknown"),
    ],
)
def test_c33_municipalities(look, text, rule):
    """Old municipalities and regions are refused with the present name."""
    assert value(text, "municipality") == (rule or "LV0001000")


CHILDREN = "municipality_code;year;status;children;delivered\n"


def test_c33_years_before_the_reform(look):
    """A series in the present borders is loaded after one question; a city that went through unchanged needs none.

    Rīga was and is one municipality; Ādažu novads of today was made from Ādaži and Carnikava.
    """
    rows = [
        "LV0001000;2018;starts_next_year;40;1",
        "LV0023000;2018;starts_next_year;3;1",
        "Ādažu novads;2019;starts_next_year;4;1",
    ]
    seen = look(CHILDREN + "\n".join(rows), "berni.csv", "unregistered")
    assert len(seen.rows) == 3
    asked = seen.one("municipality_recast")
    assert asked.weight == "confirm"
    assert asked.words == {"count": 2, "periods": "2018–2019", "names": "Ādažu novads"}
    quiet = look(CHILDREN + rows[0] + "\nLV0023000;2021;starts_next_year;3;1\n", "berni.csv", "unregistered")
    assert "municipality_recast" not in quiet.rules
    assert len(quiet.rows) == 2


def test_c33_what_became_of_former_municipalities(look):
    """A former municipality is refused with all whose sum its successor is; a divided one cannot be shared out."""
    rows = [f"{code};2023;starts_next_year;1;1" for code in ("LV0001000", "LV0002000")]
    for name, rule, words in (
        (
            "Carnikavas novads",
            "municipality_former",
            ("Ādažu novads (LV0023000)", "Carnikavas novads, Ādažu novads"),
        ),
        ("Aglonas novads", "municipality_divided", ("LV0032000", "LV0042000")),
    ):
        seen = look(
            CHILDREN + "\n".join([*rows, f"{name};2019;starts_next_year;2;1"]), "berni.csv", "unregistered"
        )
        _problem, cure = seen.one(rule).texts("en")
        assert all(word in cure for word in words), cure


def test_c34_two_levels_in_one_file(look):
    """Rows of municipalities are checked against their schools and not loaded."""
    rows = [*many(3), ["", "2023/2024", "1", "basic", "360", "66", "15"]]
    rows[3][0] = "Jēkabpils novads"
    seen = look(csv(rows))
    assert len(seen.rows) == 3
    assert seen.at("total_used") == {(5, "")}
    rows[3][6] = "16"
    assert look(csv(rows)).at("total_differs") == {(5, "G")}


def test_c21_to_c35_every_rule_speaks_both_languages():
    """Every message has a problem and a cure, and they differ between the languages."""
    import string

    from data_access.importing.findings import RULES, Finding

    for rule, (_, problem, cure) in RULES.items():
        names = {name for text in (problem, cure) for _, name, _, _ in string.Formatter().parse(text) if name}
        finding = Finding(rule=rule, words=dict.fromkeys(names - {"value"}, "7"))
        assert finding.texts("lv")[0] != finding.texts("en")[0], rule
        assert all(finding.texts("lv")), rule


def test_codes_of_the_file_are_the_declared_ones():
    """The helper of these tests writes what the declaration says."""
    from data_access.importing.datasets import all_datasets

    dataset = all_datasets()["absence"]
    assert [dataset.column(code).name_lv for code in CODES] == LATVIAN
