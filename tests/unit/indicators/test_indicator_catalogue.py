"""What every indicator file promises; a thirteenth is held to the same."""

from __future__ import annotations

import dataclasses
import doctest
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.schema import FACTS
from indicators import model, published_rules, stages
from indicators.catalogue import INDICATORS, DuplicateIndicator, build
from indicators.compute import compute, default_thresholds
from language import numbers

ROOT = Path(__file__).resolve().parents[3]

OFFICIAL_NAMES = {
    "R01": "Izglītojamo ar zemiem rezultātiem pārsvars pār izglītojamajiem ar augstiem rezultātiem eksāmenos, "
    "centralizētajos eksāmenos (vispārīgajā, optimālā vai augstākajā līmenī) vai profesionālās kvalifikācijas "
    "eksāmenos",
    "R02": "Izglītojamo īpatsvars, kuri ir atstāti uz otru gadu tajā pašā klasē",
    "R03": "Izglītojamo īpatsvars, kuri ilgstoši bez attaisnojoša iemesla neapmeklē izglītības iestādi",
    "R04": "Absolventu proporcija (izglītību ieguvušo īpatsvars no attiecīgā izglītības posma jeb līmeņa pirmā "
    "mācību gada sākumā uzņemtajiem izglītojamajiem)",
    "R05": "Pedagogu likmju un izglītojamo proporcija (pedagogu slodžu skaits pret izglītojamo skaitu)",
    "R06": "Profesionālās izglītības programmu absolventu īpatsvars, kuri ir nodarbināti vai turpina izglītību "
    "gada laikā pēc izglītības programmas beigām",
    "R07": "Izglītojamo un atbalsta personāla proporcija (izglītojamo skaits pret iestādē nodarbināto atbalsta "
    "personu likmju skaitu)",
    "R08": "Pedagogu un izglītojamo mainība",
    "R09": "Sūdzības par izglītības iestādi",
    "R10": "Mācību priekšmetu vērtējumu ikgadējā dinamika",
    "R11": "Atšķirība starp valsts pārbaudes darbu un priekšmetu gala vērtējumiem",
    "R12": "Eksāmenu nekārtošanas īpatsvars",
}

every_indicator = pytest.mark.parametrize("indicator", INDICATORS.values(), ids=list(INDICATORS))


def test_the_twelve_are_there_in_order():
    """The catalogue holds R01 to R12, in order, under their official Latvian names."""
    assert {code: one.text("lv").name for code, one in INDICATORS.items()} == OFFICIAL_NAMES
    assert list(INDICATORS) == sorted(INDICATORS)


def test_the_catalogue_loads_without_pandas():
    """A page may print a definition without loading pandas, numpy or scipy."""
    code = (
        "import sys; from indicators.catalogue import INDICATORS; from indicators import sentences; "
        "assert len(INDICATORS) >= 12; "
        "assert not {'pandas', 'numpy', 'scipy'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@every_indicator
def test_words_in_both_languages(indicator):
    """Every text is there in Latvian and English, and the two differ."""
    for lang in model.LANGUAGES:
        for text in dataclasses.asdict(indicator.text(lang)).values():
            assert text.strip()
            assert text == text.strip()
    assert indicator.text("lv").question != indicator.text("en").question


@every_indicator
def test_thresholds_rise_towards_risk(indicator):
    """The high boundary lies further towards risk than the medium one, with origin and citation in both."""
    assert indicator.thresholds
    for threshold in indicator.thresholds:
        falls = indicator.direction == "low_bad" and threshold.basis != "band"
        assert threshold.high < threshold.medium if falls else threshold.high > threshold.medium
        assert threshold.origin in model.ORIGINS
        assert threshold.citation_lv.strip()
        assert threshold.citation_en.strip()
        date.fromisoformat(threshold.valid_from)


@every_indicator
def test_defaults_are_called_provisional(indicator):
    """No default pretends to be official: the service has published no boundary."""
    for threshold in indicator.thresholds:
        assert threshold.origin == "provisional"
        assert "pagaidu" in threshold.citation_lv
        assert "provisional" in threshold.citation_en


@every_indicator
def test_the_worked_example_runs(indicator):
    """The example in the function's docstring gives what it says."""
    test = doctest.DocTestParser().get_doctest(
        indicator.function.__doc__, dict(indicator.function.__globals__), indicator.id, None, 0
    )
    result = doctest.DocTestRunner().run(test)
    assert result.attempted
    assert not result.failed


@every_indicator
def test_the_worked_example_holds_in_words(indicator):
    """Numerator, denominator and value of the example agree and stand in both texts."""
    example = indicator.example
    assert example.numerator / example.denominator == pytest.approx(example.value, abs=1e-12)
    unit = model.UNITS[indicator.unit]
    for lang in model.LANGUAGES:
        printed = numbers.decimal(example.value * unit.scale, lang, unit.digits)
        plain = indicator.text(lang).example.replace("−", numbers.MINUS)
        assert printed.lstrip(numbers.MINUS) in plain, (printed, plain)


@every_indicator
def test_needs_exist(indicator):
    """The function asks for fact tables of the schema (or the institutions) and nothing else."""
    assert indicator.needs
    assert set(indicator.needs) <= {*FACTS, "institution"}


@every_indicator
def test_works_without_any_fact(indicator, make_frame):
    """Empty tables give an empty result, not an error."""
    frames = {name: make_frame(name, []) for name in indicator.needs}
    assert indicator.compute(frames).empty
    whole = {name: make_frame(name, []) for name in (*indicator.needs, "enrolment", "institution")}
    assert compute(whole, as_of="2024-12-31", indicators={indicator.id: indicator}).empty


@every_indicator
def test_lifecycle(indicator):
    """Author, review dates, version and its line in the history are there."""
    assert indicator.authored_by.strip()
    assert date.fromisoformat(indicator.next_review) > date.fromisoformat(indicator.reviewed)
    assert indicator.version in {change.version for change in indicator.changelog}
    assert all(change.lv.strip() and change.en.strip() for change in indicator.changelog)
    assert indicator.sources


@every_indicator
def test_references_to_others_exist(indicator):
    """Stages, other indicators, published rules and breaks that are named exist and are explained."""
    assert set(indicator.stages) <= set(stages.TYPES)
    assert set(indicator.not_comparable_with) <= set(INDICATORS)
    assert indicator.fixed_rule is None or indicator.fixed_rule in published_rules.RULES
    assert all(found.lv.strip() and found.en.strip() for found in indicator.breaks)
    assert all(stage in indicator.stages for stage in indicator.excluded_types)


def test_applies_to_types():
    """Preschools and universities are outside all twelve; a primary school has no exams."""
    for one in INDICATORS.values():
        assert not one.applies_to("preschool")
        assert not one.applies_to("higher")
    assert not INDICATORS["R12"].applies_to("primary")
    assert INDICATORS["R06"].applies_to("vocational")
    assert not INDICATORS["R06"].applies_to("secondary")
    assert INDICATORS["R03"].stages_of("secondary") == ("basic", "special_basic", "upper_secondary")


@every_indicator
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_changes_nothing(indicator, country, seed):
    """Shuffled facts give the same counts."""
    plain = {name: country[name] for name in indicator.needs}
    shuffled = {
        name: frame.sample(frac=1, random_state=seed).reset_index(drop=True) for name, frame in plain.items()
    }
    keys = ["institution_id", "stage", "school_year", "semester"]
    first, second = (
        indicator.compute(frames).sort_values(keys, ignore_index=True) for frames in (plain, shuffled)
    )
    pd.testing.assert_frame_equal(first[list(second.columns)], second, rtol=1e-9, atol=1e-12)


@every_indicator
def test_missing_data_are_never_low(indicator, country):
    """An institution that did not deliver has no level and the reason x, whatever the indicator."""
    (fact, *_rest) = [name for name in indicator.needs if name != "institution"]
    full = compute(country, as_of="2022-12-31", indicators={indicator.id: indicator})
    full = full[full["unit_kind"] == "institution"]
    year = int(full["school_year"].max())
    level = full[(full["school_year"] == year) & full["level"].notna()]
    unit = int(level["unit_id"].iloc[0])
    column = "year" if "year" in country[fact].columns else "school_year"
    drop = "enrolment" if fact == "complaint" else fact  # no complaint is no complaint, not a gap
    column = "school_year" if drop == "enrolment" else column
    gone = country[drop]
    gone = gone[~((gone["institution_id"] == unit) & (gone[column] >= year - (drop == "enrolment")))]
    partly = compute({**country, drop: gone}, as_of="2022-12-31", indicators={indicator.id: indicator})
    rows = partly[(partly["unit_id"] == str(unit)) & (partly["school_year"] == year)]
    rows = rows[rows["unit_kind"] == "institution"]
    assert rows["level"].isna().all() or (rows.loc[rows["reason"].notna(), "level"].isna().all())
    delivered = rows[rows["value"].notna()]
    assert len(rows) - len(delivered) == (rows["reason"] == "x").sum()
    assert (rows["reason"] == "x").any()


THIRTEENTH = '''
"""R13: late arrivals."""

from dataclasses import replace

from indicators.catalogue import INDICATORS
from indicators.model import indicator

_like = INDICATORS["R02"]
_taken = {field: getattr(_like, field) for field in _like.__dataclass_fields__ if field not in ("id", "function")}


@indicator(id="R13", **_taken)
def late(progress):
    """Half as many."""
    return progress[["institution_id", "stage", "school_year"]].assign(
        semester=0, numerator=progress["repeaters"] // 2, denominator=progress["repeat_eligible"]
    )
'''


def test_a_thirteenth_indicator_is_one_file(country, tmp_path):
    """One new file is enough for the catalogue, the computation and the default thresholds."""
    (tmp_path / "r13_late.py").write_text(THIRTEENTH, encoding="utf-8")
    more = build(extra=[tmp_path])
    assert list(more) == [*INDICATORS, "R13"]
    assert "R13" in {row["indicator_id"] for row in default_thresholds(more)}
    values = compute(country, as_of="2022-12-31", indicators=more)
    assert set(values["indicator_id"]) == set(more)
    assert values.loc[values["indicator_id"] == "R13", "level"].notna().any()


def test_two_files_with_one_id_are_refused(tmp_path):
    """A duplicate id names both files."""
    (tmp_path / "r13_again.py").write_text(THIRTEENTH.replace("R13", "R12"), encoding="utf-8")
    with pytest.raises(DuplicateIndicator, match=r"R12.*r12_exams_not_taken.*r13_again"):
        build(extra=[tmp_path / "r13_again.py"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "late"}, "a letter and two digits"),
        ({"direction": "up"}, "'up' is not one of"),
        ({"family": "size_band"}, "'band' belongs to"),
        ({"stages": ("evening",)}, "unknown stages evening"),
        ({"words": {}}, "words are needed in lv and en"),
        ({"direction": "low_bad"}, "further towards risk"),
    ],
)
def test_a_wrong_definition_is_refused(change, message):
    """A definition that contradicts itself does not load."""
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(INDICATORS["R02"], **change)


def test_a_function_without_the_promised_columns_is_refused(country):
    """A counting function that forgets a column is named."""
    broken = dataclasses.replace(INDICATORS["R02"], function=lambda progress: progress)
    with pytest.raises(ValueError, match="R02: the function returned no column semester, numerator"):
        broken.compute(country)
