"""All values of a small country: sums, reasons, thresholds, reproducibility, roll-ups."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from data_access.schema import (
    REASONS,
    indicator_distribution,
    indicator_level_count,
    indicator_value,
    threshold,
)
from indicators import levels
from indicators.catalogue import INDICATORS
from indicators.compute import compute, compute_with_priors, default_thresholds, rows
from indicators.model import Break
from indicators.rollups import distribution, level_counts
from indicators.thresholds import Thresholds

AS_OF = "2022-12-31"


def only(*codes: str) -> dict:
    """These indicators of the catalogue."""
    return {code: INDICATORS[code] for code in codes}


def institutions(values: pd.DataFrame) -> pd.DataFrame:
    """The rows of institutions."""
    return values[values["unit_kind"] == "institution"]


def without(frame: pd.DataFrame, **keys: object) -> pd.DataFrame:
    """The frame without the rows that have these keys."""
    here = np.logical_and.reduce([frame[column] == value for column, value in keys.items()])
    return frame[~here]


# --- shape ---------------------------------------------------------------------------------------


def test_columns_are_those_of_the_table(values):
    """The frame has the columns of indicator_value but the release and the released text, in order."""
    wanted = [c.name for c in indicator_value.columns if c.name not in ("release_id", "value_text")]
    assert list(values.columns) == wanted
    assert not values.duplicated(wanted[:6]).any()


def test_value_or_reason(values):
    """A missing value has a reason, and a value has none but u; reasons and levels are known words."""
    assert values.loc[values["value"].isna(), "reason"].notna().all()
    given = values.loc[values["value"].notna(), "reason"]
    assert set(given.dropna()) <= {"u"}
    assert set(values["reason"].dropna()) <= set(REASONS)
    assert set(values["level"].dropna()) <= set(levels.LEVELS)
    assert (values["level"].isna() == values["certainty"].isna()).all()


def test_areas_have_no_level(values):
    """Municipalities and the country have values, boundaries and trends, and never a level."""
    areas = values[values["unit_kind"] != "institution"]
    assert areas[["level", "certainty", "persistence", "is_new", "probability_medium"]].isna().all(axis=None)
    assert areas["value"].notna().all()
    country = areas[areas["unit_kind"] == "country"]
    assert set(country["unit_id"]) == {"LV"}
    shares = country[country["indicator_id"] == "R03"]
    assert shares["boundary_medium"].to_numpy() == pytest.approx(1.5 * shares["value"].to_numpy())


def test_certain_can_be_read_from_the_probability(values):
    """Certain and medium or high means P of that boundary of at least 0.90, and possible means less."""
    flagged = institutions(values)
    flagged = flagged[flagged["level"].isin(["medium", "high"])]
    flagged = flagged[~flagged["indicator_id"].isin(["R05", "R07"])]
    own = flagged["probability_high"].where(flagged["level"] == "high", flagged["probability_medium"])
    assert ((own >= 0.90) == (flagged["certainty"] == "certain")).all()
    assert (flagged["certainty"] == "certain").any()


# --- sums ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", INDICATORS)
def test_municipalities_and_the_country_are_sums_of_counts(values, code):
    """Numerator and denominator of an area are the sums over its institutions, its value their ratio."""
    part = values[values["indicator_id"] == code]
    keys = ["stage", "school_year", "semester"]
    schools = part[(part["unit_kind"] == "institution") & part["numerator"].notna()]
    for kind, area in (("country", keys), ("municipality", [*keys, "municipality_code"])):
        sums = schools.groupby(area)[["numerator", "denominator"]].sum()
        rows_of = part[part["unit_kind"] == kind].set_index(area).loc[sums.index]
        np.testing.assert_allclose(rows_of["numerator"], sums["numerator"], rtol=1e-12, atol=1e-9)
        np.testing.assert_allclose(rows_of["denominator"], sums["denominator"], rtol=1e-12)
        np.testing.assert_allclose(rows_of["value"], sums["numerator"] / sums["denominator"], atol=1e-12)


def test_the_national_value_is_not_a_mean_of_schools(values):
    """Big schools weigh more: the mean of school values is another number."""
    part = values[(values["indicator_id"] == "R03") & (values["school_year"] == 2021)]
    part = part[(part["stage"] == "basic") & (part["semester"] == 1)]
    national = part.loc[part["unit_kind"] == "country", "value"].item()
    assert abs(institutions(part)["value"].mean() - national) > 1e-4


# --- reasons -------------------------------------------------------------------------------------


def test_not_delivered_is_x(country):
    """No import for a semester: a row without a value, without a level, with the reason x."""
    absence = without(country["absence"], institution_id=3, school_year=2020, semester=2)
    found = institutions(compute({**country, "absence": absence}, as_of=AS_OF, indicators=only("R03")))
    row = found[(found["unit_id"] == "3") & (found["school_year"] == 2020) & (found["semester"] == 2)].iloc[0]
    assert row["reason"] == "x"
    assert row[["value", "level", "certainty", "trend", "pooled_numerator"]].isna().all()
    after = found[(found["unit_id"] == "3") & (found["school_year"] == 2021) & (found["semester"] == 2)].iloc[
        0
    ]
    assert after["pooled_periods"] == 2


def test_under_seventy_percent_is_not_added_up(country):
    """Seven of ten are a sum of the municipality; six of ten are none: no number, the reason x, nothing elsewhere."""
    at = {"school_year": 2020, "semester": 2}
    taught = country["enrolment"]
    taught = taught[
        (taught["stage"] == "basic") & (taught["school_year"] == 2020) & (taught["semester"] == 2)
    ]
    places = country["institution"].set_index("id")["municipality_code"]
    here = [one for one in taught["institution_id"] if places[one] == "LV0020000"]
    assert len(here) >= 10
    enough = int(np.ceil(0.7 * len(here)))

    def area(missing: list[int]) -> pd.DataFrame:
        absence = country["absence"]
        for number in missing:
            absence = without(absence, institution_id=number, stage="basic", **at)
        found = compute({**country, "absence": absence}, as_of=AS_OF, indicators=only("R03"))
        found = found[(found["unit_kind"] == "municipality") & (found["stage"] == "basic")]
        return found.set_index(["municipality_code", "school_year", "semester"])

    seven = area(here[enough:])
    assert seven.loc[("LV0020000", 2020, 2), "value"] > 0
    six = area(here[enough - 1 :])
    row = six.loc[("LV0020000", 2020, 2)]
    assert row["reason"] == "x"
    assert row[["numerator", "denominator", "value", "lower", "upper", "trend"]].isna().all()
    rest = six.drop(("LV0020000", 2020, 2))
    assert rest["value"].notna().all()
    assert len(six) == len(seven)


def test_nobody_is_missed_where_nothing_is_due(country):
    """No x for a closed institution, a stage not taught, another type, a period not over, or no data at all."""
    places = country["institution"].assign(
        valid_to=lambda frame: frame["valid_to"].astype(object).mask(frame["id"] == 3, "2018-08-31")
    )
    gone = country["absence"]
    gone = gone[~((gone["institution_id"] == 3) & (gone["school_year"] >= 2018))]
    gone = gone[gone["school_year"] != 2017]
    frames = {**country, "institution": places, "absence": gone}
    found = institutions(compute(frames, as_of=AS_OF, indicators=only("R03")))
    assert not (found["reason"] == "x").any()
    later = compute(
        {**country, "absence": country["absence"].iloc[:-2]}, as_of="2022-01-15", indicators=only("R03")
    )
    assert not ((later["semester"] == 2) & (later["reason"] == "x") & (later["school_year"] == 2021)).any()


def test_a_stage_without_learners_is_not_missed(country):
    """Enrolment of nobody: the stage is not taught, and nothing about it is due."""
    enrolment, absence = country["enrolment"].copy(), country["absence"]
    here = (enrolment["institution_id"] == 3) & (enrolment["school_year"] >= 2020)
    enrolment.loc[here, "pupils"] = 0
    absence = absence[~((absence["institution_id"] == 3) & (absence["school_year"] >= 2020))]
    frames = {**country, "enrolment": enrolment, "absence": absence}
    found = institutions(compute(frames, as_of=AS_OF, indicators=only("R03")))
    assert found.loc[found["unit_id"] == "3", "school_year"].max() == 2019


def test_other_types_have_no_rows(values, country):
    """A preschool has no row at all: the indicator does not apply to its type (z), the page asks applies_to."""
    preschools = country["institution"].loc[country["institution"]["type"] == "preschool", "id"].astype(str)
    assert len(preschools)
    assert not institutions(values)["unit_id"].isin(preschools).any()


def test_too_few_even_pooled_is_u(make_frame, country):
    """Under the minimum of three pooled periods there is a value and no level; from it on there is one."""
    progress = country["progress"].copy()
    tiny = progress["institution_id"] == 3
    progress.loc[tiny, ["repeat_eligible", "repeaters"]] = [9, 3]
    found = institutions(compute({**country, "progress": progress}, as_of=AS_OF, indicators=only("R02")))
    row = found[(found["unit_id"] == "3") & (found["school_year"] == 2021)].iloc[0]
    assert row["reason"] == "u"
    assert row["value"] == pytest.approx(1 / 3)
    assert row[["level", "certainty", "probability_medium"]].isna().all()
    progress.loc[tiny, ["repeat_eligible", "repeaters"]] = [10, 3]
    found = institutions(compute({**country, "progress": progress}, as_of=AS_OF, indicators=only("R02")))
    three = found[found["unit_id"] == "3"].set_index("school_year")
    assert three.loc[2016, "reason"] == "u"
    assert three.loc[2018, "level"] == "high"


def test_nothing_to_count_is_u_without_a_value(country):
    """Nobody entered: no value, the reason u, and no division by zero."""
    cohort = country["cohort"].copy()
    here = (cohort["institution_id"] == 3) & (cohort["school_year"] == 2021)
    cohort.loc[here, ["entered", "graduated_on_time"]] = 0
    found = institutions(compute({**country, "cohort": cohort}, as_of=AS_OF, indicators=only("R04")))
    row = found[(found["unit_id"] == "3") & (found["school_year"] == 2021)].iloc[0]
    assert row["reason"] == "u"
    assert np.isnan(row["value"])


def test_an_impossible_share_is_not_a_value(country):
    """More graduates than entrants is an error in the data: x, and not part of any sum."""
    cohort = country["cohort"].copy()
    here = (cohort["institution_id"] == 3) & (cohort["school_year"] == 2021)
    cohort.loc[here, "graduated_on_time"] = cohort.loc[here, "entered"] + 1
    found = compute({**country, "cohort": cohort}, as_of=AS_OF, indicators=only("R04"))
    row = found[(found["unit_id"] == "3") & (found["school_year"] == 2021)].iloc[0]
    assert row["reason"] == "x"
    assert found["value"].dropna().between(0, 1).all()


def test_facts_of_unknown_institutions_are_refused(country):
    """A fact without its institution stops the computation and names it."""
    with pytest.raises(ValueError, match="do not exist"):
        compute(
            {**country, "institution": country["institution"].iloc[1:]}, as_of=AS_OF, indicators=only("R02")
        )


# --- pooling and breaks --------------------------------------------------------------------------


def test_a_break_ends_pooling_persistence_novelty_and_trends(country):
    """Nothing is carried over a marked break: not counts, not persistence, not novelty, not the trend."""
    broken = dataclasses.replace(
        INDICATORS["R03"], breaks=(Break(school_year=2020, lv="Cita uzskaite.", en="Another count."),)
    )
    found = institutions(compute(country, as_of=AS_OF, indicators={"R03": broken}))
    first = found[found["school_year"] == 2020]
    assert (first["pooled_periods"] == 1).all()
    assert (first["pooled_numerator"] == first["numerator"]).all()
    flagged = first[first["level"].isin(["medium", "high"])]
    assert len(flagged)
    assert (flagged["persistence"] == 1).all()
    assert flagged["is_new"].isna().all()
    assert (first["trend"] == "cannot_tell:break").all()
    assert (found.loc[found["school_year"] == 2021, "pooled_periods"] == 2).all()
    plain = institutions(compute(country, as_of=AS_OF, indicators=only("R03")))
    assert (plain.loc[plain["school_year"] == 2020, "pooled_periods"] == 3).all()


def test_a_semester_is_pooled_with_the_same_semester(values):
    """Second semesters are read with second semesters only."""
    part = institutions(values)
    part = part[(part["indicator_id"] == "R03") & (part["semester"] == 2) & (part["unit_id"] == "3")]
    part = part.set_index("school_year")
    assert part.loc[2021, "pooled_numerator"] == part.loc[2019:2021, "numerator"].sum()


def test_pooled_periods_are_held_against_the_pooled_national_share():
    """A school that always stood at the national share is not flagged because the nation fell."""
    from indicators.judgement import judge
    from indicators.series import Series

    years = np.arange(2018, 2021)
    national = np.array([0.10, 0.10, 0.05])
    size = np.full((60, 3), 400.0)
    total = np.round(size * national)
    rng = np.random.default_rng(5)
    total[1:] = rng.binomial(400, rng.beta(30, 30 / national - 30, (59, 3)))
    world = type("World", (), {})()
    world.years, world.municipality, world.state_city = years, np.zeros(60, int), np.zeros(1, bool)
    world.as_of = "9999-12-31"
    nothing = np.full((60, 3), np.nan)
    series = Series(
        indicator=INDICATORS["R02"],
        stage="basic",
        semester=0,
        world=world,
        delivered=np.full((60, 3), True),
        unusable=np.full((60, 3), False),
        total=total,
        size=size,
        variance=nothing,
        reference=nothing,
        covariates=np.zeros((60, 3, 0)),
        fixed_rule=nothing,
        segments=np.zeros(3, int),
    )
    judged = judge(series, Thresholds.of(default_thresholds()))
    assert judged.pooled_total[0, 2] / judged.pooled_size[0, 2] > 1.5 * 0.05
    assert judged.probability_medium[0, 2] < 0.5


# --- thresholds ----------------------------------------------------------------------------------


def threshold_row(**change: object) -> dict:
    """A threshold row for R03."""
    row = next(row for row in default_thresholds() if row["indicator_id"] == "R03")
    return {**row, **change}


def test_default_thresholds_are_rows_of_the_table():
    """The defaults have all columns but the number, and give the same values as no thresholds at all."""
    rows_of = default_thresholds()
    assert {row["indicator_id"] for row in rows_of} == set(INDICATORS)
    for row in rows_of:
        assert set(row) == {c.name for c in threshold.columns} - {"id"}


def test_thresholds_are_dated_and_specific(country):
    """The threshold of the day, the stage and the territory decides; its number stands in the row."""
    rules = [
        threshold_row(id=1),
        threshold_row(id=2, valid_from="2020-09-01", basis="absolute", medium=0.5, high=0.6),
        threshold_row(id=3, valid_from="2020-09-01", stage="upper_secondary", medium=0.01, high=0.02)
        | {"basis": "absolute"},
        threshold_row(id=4, territory_kind="state_city", basis="absolute", medium=0.7, high=0.8),
        threshold_row(id=5, status="proposal", valid_from="2020-09-01"),
        threshold_row(id=6, valid_from="2030-09-01"),
    ]
    found = institutions(compute(country, rules, as_of=AS_OF, indicators=only("R03")))
    county = found[found["municipality_code"] != "LV0001000"]
    ids = county.groupby(["stage", "school_year"])["threshold_id"].unique()
    assert ids["basic", 2019].tolist() == [1]
    assert ids["basic", 2020].tolist() == [2]
    assert ids["upper_secondary", 2020].tolist() == [3]
    city = found[(found["municipality_code"] == "LV0001000") & (found["stage"] == "basic")]
    assert city["threshold_id"].unique().tolist() == [4]
    new = county[(county["school_year"] >= 2020) & (county["stage"] == "basic") & county["level"].notna()]
    assert (new["level"] == "low").all()
    assert (new["boundary_medium"] == 0.5).all()


def test_a_threshold_not_yet_known_is_not_used(country):
    """Recomputed as of an earlier day, a later threshold does not exist yet."""
    rules = pd.DataFrame([threshold_row(id=1), threshold_row(id=2, valid_from="2020-10-01")])
    for as_of, number in (("2020-09-15", 1), ("2022-12-31", 2)):
        found = institutions(compute(country, rules, as_of=as_of, indicators=only("R03")))
        assert found.loc[found["school_year"] == 2021, "threshold_id"].dropna().unique().tolist() == [number]


def test_without_a_threshold_there_is_a_value_and_no_level(country):
    """No row in force for the day: the value stands alone."""
    rules = [threshold_row(id=1, valid_from="2020-09-01")]
    found = institutions(compute(country, rules, as_of=AS_OF, indicators=only("R03")))
    early = found[found["school_year"] < 2020]
    assert early["value"].notna().all()
    assert early[["level", "boundary_medium", "threshold_id"]].isna().all(axis=None)


# --- families ------------------------------------------------------------------------------------


def test_qualifications_are_compared_with_themselves(values, country):
    """R06: the boundary is ten points below the national share of the institution's own qualifications."""
    part = institutions(values)
    row = part[part["indicator_id"] == "R06"].iloc[-1]
    outcome = country["vocational_outcome"]
    outcome = outcome[outcome["school_year"] == row["school_year"]].assign(
        known=lambda frame: frame["graduates"] - frame["unknown"]
    )
    nation = outcome.groupby("qualification_group")[["placed", "known"]].sum()
    own = outcome[outcome["institution_id"] == int(row["unit_id"])].set_index("qualification_group")
    expected = (own["known"] * nation["placed"] / nation["known"]).sum() / own["known"].sum()
    assert row["boundary_medium"] == pytest.approx(expected - 0.10)
    assert row["level"] in levels.LEVELS
    assert row["certainty"] == "possible" or row["level"] == "low"  # fewer than thirty institutions


def test_no_support_staff_for_two_years_is_certain(values, country):
    """R07: zero loads is a high level, certain from the second year on, and the published rule stands beside."""
    part = institutions(values)
    part = part[(part["indicator_id"] == "R07") & (part["numerator"] == 0)]
    assert len(part)
    assert (part["level"] == "high").all()
    first = part["school_year"] == 2016
    assert (part.loc[first, "certainty"] == "possible").all()
    assert (part.loc[~first, "certainty"] == "certain").all()
    kinds = country["institution"].set_index("id")["type"]
    ruled = part[~first & part["unit_id"].astype(int).map(kinds).isin(["basic", "secondary"])]
    assert (ruled["fixed_rule"] == 1).all()


def test_a_band_without_enough_institutions_says_so(values):
    """R05: a dozen vocational schools give no band; the value stays, the reason is u."""
    part = institutions(values)
    part = part[(part["indicator_id"] == "R05") & (part["stage"] == "all_vocational")]
    assert len(part)
    assert part["value"].notna().all()
    assert (part["reason"] == "u").all()
    assert part["level"].isna().all()


def test_small_stages_are_capped_at_possible(values):
    """Fewer than thirty institutions: an interval and a level, no probability, never certain."""
    part = institutions(values)
    part = part[(part["indicator_id"] == "R03") & (part["stage"] == "vocational")]
    assert part["lower"].notna().all()
    assert part["probability_medium"].isna().all()
    assert (part.loc[part["level"].isin(["medium", "high"]), "certainty"] == "possible").all()


def test_turnover_keeps_teachers_and_learners_apart(values):
    """R08: teachers stand under the whole institution, learners under their stage."""
    part = institutions(values)
    part = part[(part["indicator_id"] == "R08") & (part["unit_id"] == "3") & (part["school_year"] == 2021)]
    assert set(part["stage"]) == {"all_general", "basic"}


def test_the_published_absence_rule_stands_beside_the_level(values):
    """R03: the fixed rule is one from the first learner on, whatever the level."""
    part = institutions(values)
    part = part[(part["indicator_id"] == "R03") & part["numerator"].notna()]
    assert ((part["numerator"] > 0) == (part["fixed_rule"] == 1)).all()
    assert (part.loc[part["level"] == "low", "fixed_rule"] == 1).any()


def test_intervals_hold_their_values(values):
    """Every interval contains its value; a census has none."""
    shown = values[values["lower"].notna()]
    assert (shown["lower"] <= shown["value"] + 1e-12).all()
    assert (shown["value"] <= shown["upper"] + 1e-12).all()
    assert values.loc[values["indicator_id"].isin(["R05", "R07"]), "lower"].isna().all()


# --- reproducible --------------------------------------------------------------------------------


def test_the_same_facts_in_any_order_give_the_same_bits(country, values):
    """Shuffled frames, computed again, are identical to the last bit."""
    shuffled = {
        name: frame.sample(frac=1, random_state=4).reset_index(drop=True) for name, frame in country.items()
    }
    pd.testing.assert_frame_equal(compute(shuffled, as_of=AS_OF), values, check_exact=True)


def test_frames_are_left_as_they_were(country):
    """Computing changes nothing in the frames it reads."""
    before = {name: frame.copy() for name, frame in country.items()}
    compute(country, as_of=AS_OF, indicators=only("R03", "R10"))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, country[name])


def test_progress_is_told(country):
    """Each indicator is announced when it is done; one without its facts is left out."""
    heard = []
    frames = {name: country[name] for name in ("institution", "enrolment", "absence", "progress")}
    compute(frames, as_of=AS_OF, progress=lambda *step: heard.append(step))
    assert heard == [(1, 2, "R02"), (2, 2, "R03")]


def test_priors_stand_beside_the_values(country, values):
    """Each stage and period with thirty institutions has its prior; asked again it gives the stored answer."""
    found, priors = compute_with_priors(country, as_of=AS_OF, indicators=only("R03"))
    key = {"stage": "basic", "school_year": 2016, "semester": 1}
    (prior,) = priors.loc[np.logical_and.reduce([priors[k] == v for k, v in key.items()])].to_dict("records")
    row = institutions(found)
    row = row[np.logical_and.reduce([row[k] == v for k, v in key.items()])].iloc[0]
    asked = levels.Prior(family=prior["family"], first=prior["first"], second=prior["second"]).probability(
        *(np.array([row[name]]) for name in ("numerator", "denominator")),
        np.array([np.nan]),
        np.array([row["boundary_medium"]]),
        np.array([True]),
    )
    assert asked[0] == pytest.approx(row["probability_medium"])


def test_rows_are_ready_for_a_database(values):
    """Plain Python numbers, texts and None; whole numbers stay whole."""
    found = rows(values.iloc[:200])
    assert len(found) == 200
    kinds = {type(cell) for row in found for cell in row}
    assert kinds <= {int, float, str, type(None)}
    assert not any(cell != cell for row in found for cell in row)


# --- roll-ups ------------------------------------------------------------------------------------


def test_distribution_has_the_columns_of_its_table(values):
    """One row per indicator, stage and period, with the country's own value beside the percentiles."""
    table = distribution(values)
    assert {*table.columns, "release_id"} == {c.name for c in indicator_distribution.columns}
    assert not table.duplicated(["indicator_id", "stage", "school_year", "semester"]).any()
    shown = table[table["institutions"] > 0]
    assert (shown["p05"] <= shown["p50"]).all()
    assert (shown["p50"] <= shown["p95"]).all()
    assert len(table) == (values["unit_kind"] == "country").sum()


def test_level_counts_add_up(values):
    """Every institution with a level or a reason is counted once, in its municipality and in the country."""
    table = level_counts(values)
    assert {*table.columns, "release_id"} == {c.name for c in indicator_level_count.columns}
    keys = ["indicator_id", "stage", "school_year", "semester"]
    counted = institutions(values)
    counted = counted[counted["level"].notna() | counted["reason"].notna()].groupby(keys).size()
    for kind in ("country", "municipality"):
        total = table[table["area_kind"] == kind].groupby(keys)["institutions"].sum()
        pd.testing.assert_series_equal(total, counted, check_names=False)


def test_expected_by_chance_is_the_sum_over_the_flags(values):
    """The noise of a list is the sum of 1 - P over its flags."""
    table = level_counts(values)
    row = table[(table["area_kind"] == "country") & (table["indicator_id"] == "R03")]
    row = row[(row["stage"] == "basic") & (row["level"] == "high") & (row["school_year"] == 2021)].iloc[0]
    part = institutions(values)
    for key in ("indicator_id", "stage", "school_year", "semester", "level"):
        part = part[part[key] == row[key]]
    assert row["institutions"] == len(part)
    assert row["expected_by_chance"] == pytest.approx(
        levels.expected_by_chance(part["probability_high"].to_numpy())
    )
    assert row["certain"] == (part["certainty"] == "certain").sum()
    assert table.loc[table["level"].isin(["u", "x"]), "expected_by_chance"].isna().all()
