"""What would change the level: whole numbers that agree with the levels themselves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indicators import levels
from indicators.catalogue import INDICATORS
from indicators.compute import rows
from indicators.simulator import Situation, outlook

ABSENCE = {"indicator": INDICATORS["R03"], "medium": 0.10, "high": 0.20}


def test_the_example_of_the_page():
    """9 of 60 against 10 %: at most 6, three fewer, is low; 13 would be high."""
    found = outlook(Situation(**ABSENCE, numerator=9, denominator=60))
    assert found.level == "medium"
    assert (found.below_medium.numerator, found.below_medium.by) == (6, -3)
    assert (found.to_high.numerator, found.to_high.by) == (13, 4)
    assert found.below_high is None
    assert found.to_medium is None


def test_the_operator_decides_on_the_boundary():
    """With >= the boundary itself is beyond: 5 of 60 is low, 6 is not."""
    found = outlook(Situation(**ABSENCE, numerator=9, denominator=60, operator=">="))
    assert found.below_medium.numerator == 5
    assert found.to_high.numerator == 12


@given(n=st.integers(1, 600), boundary=st.integers(1, 99), operator=st.sampled_from([">", ">="]))
def test_the_whole_number_is_the_floor_of_the_boundary(n, boundary, operator):
    """The largest number not beyond T is floor(T n), or ceil(T n) - 1 when the boundary itself counts."""
    limit = boundary / 100
    x = n
    assume(x / n > limit)
    situation = Situation(
        indicator=INDICATORS["R03"], numerator=x, denominator=n, medium=limit, high=2.0, operator=operator
    )
    found = outlook(situation).below_medium
    product = boundary * n  # in hundredths, exact
    expected = product // 100 if operator == ">" else math.ceil(product / 100) - 1
    if expected < 0:
        assert found is None
    else:
        assert found.numerator == expected


def test_low_is_bad_moves_the_other_way():
    """30 of 50 graduates against 72 and 62 %: 31 is no longer high, 36 is low."""
    found = outlook(
        Situation(indicator=INDICATORS["R04"], numerator=30, denominator=50, medium=0.72, high=0.62)
    )
    assert found.level == "high"
    assert found.below_high.numerator == 31
    assert found.below_medium.numerator == 36
    assert found.below_medium.by == 6


def test_loads_move_by_tenths():
    """24 loads for 150 learners, usual up to 14 and high from 17 per hundred: 21.0 and 25.6 loads."""
    found = outlook(
        Situation(
            indicator=INDICATORS["R05"],
            numerator=24.0,
            denominator=1.5,
            medium=14.0,
            high=17.0,
            previous_level="high",
        )
    )
    assert (found.level, found.certain, found.probability) == ("medium", True, None)
    assert found.below_medium.numerator == 21.0
    assert found.to_high.numerator == 25.6
    assert found.not_certain.numerator == 21.0


def test_a_band_on_the_lower_side():
    """Too few loads: more of them are the way back."""
    found = outlook(
        Situation(indicator=INDICATORS["R05"], numerator=9.0, denominator=1.5, medium=7.0, high=5.5)
    )
    assert (found.level, found.certain) == ("medium", False)
    assert found.below_medium.numerator == 10.5
    assert found.to_high.numerator == 8.2


def test_means_move_in_the_unit_that_can_be_pictured():
    """-15 percentile points against -10 and -20: a tenth of a point at a time, on its own side."""
    found = outlook(
        Situation(
            indicator=INDICATORS["R11"],
            numerator=-300.0,
            denominator=20,
            medium=-10.0,
            high=-20.0,
            prior=levels.Prior(family="mean", first=0.0, second=25.0),
            variance=25.0,
        )
    )
    assert found.level == "medium"
    assert found.below_medium.value == pytest.approx(-10.0)
    assert found.to_high.value == pytest.approx(-20.1)
    assert found.to_certain.value < -20


def test_results_move_one_at_a_time():
    """R01: 12 more low than high of 40 is +30 points; 8 is +20, not beyond the boundary."""
    found = outlook(
        Situation(indicator=INDICATORS["R01"], numerator=12, denominator=40, medium=0.20, high=0.40)
    )
    assert found.below_medium.numerator == 8
    assert found.to_high.numerator == 17


PRIOR = levels.Prior(family="share", first=4.26, second=73.35)


def test_the_flag_stops_being_certain_before_it_goes():
    """24 of 212 is certain at 7.5 %; a few fewer and it is only possible, still above the boundary."""
    found = outlook(
        Situation(
            indicator=INDICATORS["R03"], numerator=24, denominator=212, medium=0.075, high=0.15, prior=PRIOR
        )
    )
    assert found.certain
    assert found.not_certain.numerator == 23
    assert found.below_medium.numerator == 15


def test_earlier_periods_keep_a_flag_certain():
    """With the pooled periods certain, this year's number must fall to the boundary before certainty goes."""
    situation = Situation(
        indicator=INDICATORS["R03"],
        numerator=24,
        denominator=212,
        medium=0.075,
        high=0.15,
        prior=PRIOR,
        earlier_numerator=70,
        earlier_denominator=430,
    )
    found = outlook(situation)
    assert found.not_certain.numerator == found.below_medium.numerator == 15


def test_without_a_prior_nothing_is_certain():
    """Fewer than thirty institutions: possible, and no number makes it certain."""
    found = outlook(Situation(**ABSENCE, numerator=9, denominator=60))
    assert (found.certain, found.probability, found.to_certain, found.not_certain) == (
        False,
        None,
        None,
        None,
    )


def test_no_denominator_is_refused():
    """Nothing to divide by, nothing to change."""
    with pytest.raises(ValueError, match="denominator"):
        outlook(Situation(**ABSENCE, numerator=0, denominator=0))


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(5, 300),
    share=st.floats(0, 1),
    earlier=st.integers(0, 100),
    code=st.sampled_from(["R03", "R04"]),
)
def test_every_answer_is_true_and_the_nearest(n, share, earlier, code):
    """Put the answered number in: the level is as promised; one step back it is not yet."""
    medium, high = (0.10, 0.20) if code == "R03" else (0.75, 0.65)

    def at(x):
        return outlook(
            Situation(
                indicator=INDICATORS[code],
                numerator=x,
                denominator=n,
                medium=medium,
                high=high,
                prior=PRIOR if code == "R03" else levels.Prior(family="share", first=80.0, second=20.0),
                earlier_numerator=earlier,
                earlier_denominator=200,
            )
        )

    now = round(share * n)
    order = list(levels.LEVELS)
    found = at(now)
    for change, promised in (
        (found.below_high, lambda o: order.index(o.level) < 2),
        (found.below_medium, lambda o: o.level == "low"),
        (found.to_medium, lambda o: order.index(o.level) >= 1),
        (found.to_high, lambda o: o.level == "high"),
        (found.not_certain, lambda o: order.index(o.level) < order.index(found.level) or not o.certain),
    ):
        if change is None:
            continue
        assert change.by == change.numerator - now
        assert promised(at(change.numerator))
        before = change.numerator - math.copysign(1, change.by)
        if before != now:
            assert not promised(at(before))


def test_the_answer_agrees_with_the_computed_row(values):
    """A situation read from a computed row has the level of the row."""
    part = values[(values["unit_kind"] == "institution") & values["level"].notna()]
    part = part[part["boundary_medium"].notna()]
    for code, found in part.groupby("indicator_id"):
        some = found.iloc[:: max(1, len(found) // 10)]
        for row in (dict(zip(some.columns, cells, strict=True)) for cells in rows(some)):
            now = Situation.of_row(INDICATORS[code], row)
            assert outlook(now).level == row["level"], (code, row["unit_id"])


def test_a_row_gives_back_its_earlier_periods_and_the_spread_of_a_mean():
    """Pooled minus own are the earlier periods; the interval of a mean gives its variance."""
    row = {
        "numerator": 6.0,
        "denominator": 30.0,
        "value": 0.2,
        "lower": 0.2 - 2.0452 * 0.1,
        "upper": 0.2 + 2.0452 * 0.1,
        "boundary_medium": -0.5,
        "boundary_high": -1.0,
        "pooled_numerator": 10.0,
        "pooled_denominator": 90.0,
        "pooled_periods": 3,
    }
    found = Situation.of_row(INDICATORS["R10"], row)
    assert (found.earlier_numerator, found.earlier_denominator) == (4.0, 60.0)
    assert found.variance == pytest.approx(0.01, rel=1e-3)
    assert found.pooled_variance == pytest.approx(0.01 / 3, rel=1e-3)
    assert not np.isnan(found.variance)
