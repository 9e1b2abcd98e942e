"""Invented countries with known truth: the two keys keep what they promise, for small schools too."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from benchmarks import simulation

pytestmark = pytest.mark.slow

SEEDS = (1, 2, 3)
NULL, RIGHT = 0.005, 0.90
EXAMS = ("R01", "R12")
OTHERS = tuple(code for code in simulation.SIMULATED if code not in EXAMS)


def of(rows: pd.DataFrame, codes) -> pd.DataFrame:
    return rows[rows["indicator_id"].isin(codes)]


@pytest.fixture(scope="module")
def healthy() -> pd.DataFrame:
    """Tiles of countries where nobody is beyond a boundary."""
    return simulation.tiles_of_many(SEEDS)


@pytest.fixture(scope="module")
def troubled() -> pd.DataFrame:
    """Tiles of countries where one institution in ten is troubled."""
    return simulation.tiles_of_many(SEEDS, troubled=0.1)


@pytest.fixture(scope="module")
def by_chance() -> dict[str, pd.DataFrame]:
    """The same for the exams alone, each exam of a learner drawn by itself."""
    return {
        name: pd.concat(
            [simulation.tiles(simulation.world(seed, troubled=share, linked=False), EXAMS) for seed in SEEDS]
        )
        for name, share in (("healthy", 0.0), ("troubled", 0.1))
    }


# --- the invented countries -------------------------------------------------------------------------


def test_a_country_is_as_large_as_latvia():
    """Seven hundred institutions with a median of about 190 learners and no preschool."""
    frames = simulation.world(1).frames
    pupils = frames["enrolment"].query("semester == 1 and school_year == 2025")
    size = pupils.groupby("institution_id")["pupils"].sum()
    assert len(size) == 700
    assert 170 < size.median() < 210
    assert "preschool" not in set(frames["institution"]["type"])
    assert "preschool" not in set(frames["enrolment"]["stage"])


def test_one_seed_is_one_country():
    """The same seed gives the same facts and truths; another gives others."""
    one, same, other = (simulation.world(seed, institutions=100, troubled=0.1) for seed in (5, 5, 6))
    for name, frame in one.frames.items():
        pd.testing.assert_frame_equal(frame, same.frames[name])
    pd.testing.assert_frame_equal(one.truth, same.truth)
    assert not one.frames["absence"].equals(other.frames["absence"])


def test_healthy_countries_are_spread_but_below_the_boundaries(healthy):
    """True levels differ between schools, and none is beyond one and a half times the national share."""
    for code in ("R02", "R03", "R12"):
        rows = of(healthy, [code])
        times = rows["truth"] / simulation.USUAL[code]
        assert times.std() > 0.1, code
        assert times.max() < 1.5, code
    assert of(healthy, ["R01"])["truth"].max() < 0.2
    assert of(healthy, ["R11"])["truth"].abs().max() < 10
    assert healthy["real"].mean() < 0.005, "published boundaries carry the chance of the national counts"


def test_troubled_institutions_are_beyond_a_boundary(troubled):
    """One in ten is troubled whatever its size, and nearly all of these are truly beyond the medium boundary."""
    marked = troubled[troubled["troubled"]]
    assert len(marked) / len(troubled) == pytest.approx(0.1, abs=0.02)
    assert marked["real"].mean() > 0.95
    thirds = troubled.groupby("third")["troubled"].mean()
    assert np.ptp(thirds) < 0.04


def test_counts_that_clump_vary_more():
    """Classes and families add spread to the counts of one year, and nothing to their mean."""
    plain, clumped = (
        pd.concat([simulation.world(seed, clumped=grain).frames["progress"] for seed in SEEDS])
        for grain in (0.0, 0.05)
    )
    share = [frame["repeaters"].sum() / frame["repeat_eligible"].sum() for frame in (plain, clumped)]
    assert share[0] == pytest.approx(share[1], rel=0.1)
    assert clumped["repeaters"].var() > plain["repeaters"].var()


# --- the promises -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", OTHERS)
def test_where_nobody_is_beyond_a_boundary_nobody_is_certain(code, healthy):
    """At most 0.5 % of the tiles are called certain medium or high, where the plain rule flags many more."""
    found = simulation.summary(of(healthy, [code]))
    assert found.tiles > 150
    assert found.certain / found.tiles <= NULL
    assert found.plain / found.tiles > 5 * NULL


def test_certain_flags_are_right(troubled):
    """At least 90 % of the certain flags are beyond their boundary, and more than by the plain rule."""
    found = simulation.summary(of(troubled, OTHERS))
    assert found.certain > 300
    assert found.precision >= RIGHT
    assert found.precision > found.plain_precision + 0.2


@pytest.mark.parametrize("code", OTHERS)
def test_certain_flags_of_each_indicator_are_right(code, troubled):
    """The same for each indicator alone, as far as so few flags can tell."""
    found = simulation.summary(of(troubled, [code]))
    assert found.certain > 0
    assert found.observed_false <= max(2, (1 - RIGHT) * found.certain)


def test_the_number_by_chance_is_what_was_promised(troubled):
    """The sum of 1 - P over the certain flags is about the number of false ones."""
    found = simulation.summary(of(troubled, OTHERS))
    chance = 3 * np.sqrt(found.promised_false)
    assert abs(found.observed_false - found.promised_false) <= chance


def test_some_of_the_troubled_are_found(troubled):
    """A quarter of those truly beyond a boundary is found with certainty, and most of the largest of them."""
    rows = of(troubled, ["R03"])
    found = simulation.summary(rows)
    assert found.found / found.troubled > 0.25
    large = simulation.summary(rows[rows["third"] == 2])
    assert large.found / large.troubled > 0.5


@pytest.mark.parametrize("code", OTHERS)
def test_small_institutions_are_not_flagged_more(code, troubled):
    """The smallest third is called certain no more often than the largest; the plain rule does the reverse."""
    found = simulation.summary(of(troubled, [code]))
    assert found.small <= found.large
    if code != "R10":
        assert found.small_plain > found.large_plain


@pytest.mark.parametrize("code", EXAMS)
def test_exams_by_chance_keep_the_promises(code, by_chance):
    """Were every exam a case of its own, the exam indicators would keep all three promises."""
    none = simulation.summary(of(by_chance["healthy"], [code]))
    some = simulation.summary(of(by_chance["troubled"], [code]))
    assert none.certain / none.tiles <= NULL
    assert some.precision >= RIGHT
    assert some.small <= some.large


@pytest.mark.parametrize("code", EXAMS)
def test_exams_of_one_learner_make_nobody_certain(code, healthy):
    """An absent learner misses all exams: still at most 0.5 % of the tiles are called certain."""
    found = simulation.summary(of(healthy, [code]))
    assert found.certain / found.tiles <= NULL


def test_exams_not_taken_by_one_learner_give_right_flags(troubled):
    """An absent learner misses all exams: still at least 90 % of the certain flags are right."""
    found = simulation.summary(of(troubled, ["R12"]))
    assert found.precision >= RIGHT


@pytest.mark.parametrize("code", EXAMS)
def test_exams_of_one_learner_give_as_many_false_flags_as_promised(code, troubled):
    """A learner's exams resemble each other: still no more flags are false than the sum of 1 - P."""
    found = simulation.summary(of(troubled, [code]))
    assert found.observed_false <= found.promised_false + 3 * np.sqrt(found.promised_false)


# --- the report -------------------------------------------------------------------------------------


def test_the_report_prints_every_table(healthy, troubled, monkeypatch):
    """The tables name every indicator and both promises."""
    monkeypatch.setattr(
        simulation, "tiles_of_many", lambda seeds, **properties: troubled if properties else healthy
    )
    stream = io.StringIO()
    simulation.main(SEEDS, Console(width=150, file=stream))
    text = stream.getvalue()
    for code in (*simulation.SIMULATED, "all"):
        assert text.count(f"│ {code} ") == 3, code
    assert "<= 0.5 %" in text
    assert ">= 90 %" in text
    assert "recovered" in text
