"""The national demonstration release, read from its database as an attacker reads it."""

from __future__ import annotations

import functools
import hashlib
import json
import zlib
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import delete, select, text

from data_access import disclosure, facts, releases, schema
from data_access import engine as engines
from data_access.schema_disclosure import disclosure_ledger, disclosure_report, enrolment_released
from indicators import graduates
from indicators.catalogue import INDICATORS
from indicators.disclosure import RULES, attack, percentage_band, release, rules
from indicators.disclosure.cube import Builder

FAMILIES = {one.id: one.family for one in INDICATORS.values()}
UNITS = {one.id: one.unit for one in INDICATORS.values()}
SHARES = [one.id for one in INDICATORS.values() if one.family == "share"]


@pytest.fixture(scope="module")
def demo(demo_path):
    """A reading engine over the demonstration database."""
    made = engines.create(f"sqlite:///{demo_path}")  # not the readers' engine: whole tables take their time
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def built(demo):
    """The cube of what the demonstration release tells now."""
    with demo.begin() as connection:
        number = connection.execute(select(schema.release_pointer.c.release_id)).scalar_one()
        frames = disclosure.read_frames(connection, number)
        told = facts.read(
            connection,
            select(enrolment_released).where(enrolment_released.c.release_id == number),
        )
    key = ["institution_id", "school_year", "semester", "stage"]
    frames["enrolment"] = (
        frames["enrolment"]
        .drop(columns="shown")
        .merge(told[[*key, "pupils"]].rename(columns={"pupils": "shown"}), on=key, how="left")
    )
    return release.build(frames, FAMILIES, UNITS), frames


def test_report_of_the_release(demo):
    """P3, P4 printed: an outsider works out nothing; institutions' reach stands in the report."""
    with demo.begin() as connection:
        found = disclosure.report(connection)
    assert found["outsider_exact"] == 0
    assert found["narrowest"] >= RULES.interval - 1
    assert found["rules_sha256"] == rules.load().digest
    assert (
        found["payload"]["given_away_by_primary_alone"] > 0
    )  # the attack does find what rules alone leave open
    print(f"insiders before {found['payload']['insiders_before']}, after {found['insider_cells']}")
    assert found["insider_cells"] <= found["payload"]["insiders_before"]
    assert found["payload"]["insiders_exact"] <= found["insider_cells"]


def test_interval_attack_on_what_the_database_tells(built):
    """P3: hidden counts of the release as it lies in the database keep ten values, small told ones two."""
    made, _frames = built
    cube = made.cube
    low, high = attack.tighten(cube, *cube.boxes())
    bad = attack.violations(cube, low, high)
    cube.hidden[np.isfinite(cube.row_cost)] = True
    floor = attack.tighten(cube, *cube.boxes())
    cube.hidden[:] = cube.primary
    by_totals = attack.violations(cube, *floor)
    assert not np.setdiff1d(bad, by_totals).size


def test_no_hidden_count_follows_from_the_equations(built):
    """P2: in every piece of the cube the null space reaches every hidden count."""
    cube = built[0].cube
    low, high = attack.tighten(cube, *cube.boxes())
    unknown = high - low > attack.EPSILON
    hidden = np.flatnonzero(cube.secret & (cube.need > 1))
    known = hidden[~unknown[hidden]]
    # Only an exact national total of none leaves nothing to hide.
    assert (cube.truth[known] == 0).all()


def test_true_counts_lie_within_what_is_told(built):
    """What we model as told contains the truth: the attacker of these tests is not fighting a straw man."""
    cube = built[0].cube
    low, high = cube.boxes()
    known = np.isfinite(cube.truth)
    assert (cube.truth[known] >= low[known] - 1e-6).all()
    assert (cube.truth[known] <= high[known] + 1e-6).all()


def test_published_values_keep_the_rules(demo):
    """P1: scanned from the database, no published row breaks the rules."""
    table = "indicator_released r JOIN indicator_value v USING (release_id, unit_kind, unit_id, indicator_id, stage, school_year, semester)"
    shown = "r.value IS NOT NULL AND r.unit_kind <> 'country'"
    per_hundred = "CASE WHEN r.indicator_id IN ('R05','R07','R09') THEN 100 ELSE 1 END"
    broken = {
        "fewer than ten": f"{shown} AND v.denominator * {per_hundred} < 10",
        "fewer than twenty of a special category": f"{shown} AND r.stage = 'special_basic' AND v.denominator < 20",
        "value and reason": "r.value IS NOT NULL AND r.reason IS NOT NULL",
        "neither": "r.value IS NULL AND r.reason IS NULL",
        "numerator of an institution": "r.unit_kind = 'institution' AND r.numerator IS NOT NULL",
        "level of an institution": "r.unit_kind = 'institution' AND r.level IS NOT NULL",
        "small numerator": f"{shown} AND r.numerator IS NOT NULL AND (v.numerator < 10 OR r.numerator < 10)",
        "numerator not rounded": f"{shown} AND r.numerator IS NOT NULL AND r.numerator % 5 <> 0",
        "denominator not rounded": f"{shown} AND r.indicator_id IN ('R02','R03','R04','R08','R12') AND r.denominator % 5 <> 0",
        "complaints of an institution": "r.unit_kind = 'institution' AND r.indicator_id = 'R09' AND r.value IS NOT NULL",
        "exact share": "r.unit_kind <> 'country' AND r.value = v.value AND r.value_text IS NULL AND v.numerator BETWEEN 1 AND 9 AND r.indicator_id IN ('R02','R03','R04','R06','R08','R12')",
        "numbers of a hidden row": "r.reason = 'c' AND (r.numerator IS NOT NULL OR r.denominator IS NOT NULL OR r.value_text IS NOT NULL OR r.lower IS NOT NULL OR r.pooled_numerator IS NOT NULL)",
    }
    with demo.begin() as connection:
        counts = {
            name: connection.execute(text(f"SELECT count(*) FROM {table} WHERE {condition}")).scalar()
            for name, condition in broken.items()
        }
        rows = connection.execute(
            text(
                "SELECT count(*) FROM enrolment_released e JOIN fact_enrolment f USING (institution_id, school_year,"
                " semester, stage) WHERE e.pupils IS NOT NULL AND (f.pupils BETWEEN 1 AND 9 OR e.pupils % 5 <> 0)"
            )
        ).scalar()
    assert counts == dict.fromkeys(broken, 0)
    assert rows == 0


def test_headline_totals_are_never_hidden(demo):
    """P17: every value of the country stands."""
    with demo.begin() as connection:
        hidden = connection.execute(
            text("SELECT count(*) FROM indicator_released WHERE unit_kind = 'country' AND value IS NULL")
        ).scalar()
    assert hidden == 0


def told_as(n: int) -> Counter:
    """How many numerators of a group of n are told in each way: ends of a band, or a share."""
    low, high = percentage_band(np.arange(n + 1) / n, np.full(n + 1, n))
    return Counter(
        f"{round(a * 100, 1):g}-{round(b * 100, 1):g}" if b > a else round(a, 6)
        for a, b in zip(low.tolist(), high.tolist(), strict=True)
    )


def test_no_printed_share_gives_its_count_back(built):
    """P6: every printed share with its printed size fits at least two pairs of counts."""
    frames = built[1]
    shown = frames["shown"]
    here = (shown["unit_kind"] == "institution") & shown["indicator_id"].isin(SHARES) & shown["value"].notna()
    pairs = shown.loc[here, ["denominator", "value", "value_text"]].drop_duplicates()
    told = functools.cache(told_as)
    lonely = []
    for row in pairs.itertuples():
        printed = row.value_text if isinstance(row.value_text, str) else round(row.value, 6)
        size = int(row.denominator)
        if sum(told(n)[printed] for n in range(max(size - 2, 10), size + 3)) < 2:
            lonely.append(row)
    print(f"P6: {len(pairs)} printed shares, {len(lonely)} with one pair of counts")
    assert not lonely


def test_no_share_that_could_be_printed_gives_its_count_back():
    """P6: the same for every numerator of every size that is told as 10...60, 95...105, 290...310 and so on to 3000."""
    tried = 0
    for shown in (*range(10, 65, 5), 100, 105, 290, 295, 300, 305, 310, 315, 405, 620, 995, 1000, 1500, 3000):
        every = Counter()
        for n in range(max(shown - 2, 10), shown + 3):
            every += told_as(n)
        tried += len(every)
        assert [printed for printed, count in every.items() if count < 2] == [], shown
    assert tried > 1000


# --- fail closed, ledger ---------------------------------------------------------------------------------


@pytest.fixture
def small(engine):
    """A database with three municipalities, one year, a few schools; nothing published yet."""
    from tests.disclosure.country import fill

    with engine.begin() as connection:
        fill(connection)
    return engine


def publish(engine, **how):
    """Publish everything."""
    from data_access.publishing import steps

    with engine.begin() as connection:
        return releases.publish(connection, reason="tests", author="tests", steps=how.get("steps", steps()))


def serving(engine) -> int:
    """The release that readers get."""
    from data_access.reading import current_release

    with engine.begin() as connection:
        return current_release(connection).id


def test_without_a_report_nothing_is_published(small):
    """P15: a publication whose suppression was left out is refused; the old release keeps serving."""
    from data_access.publishing import steps

    first = publish(small).id
    without = [step for step in steps() if step.__name__ != "suppress_small_numbers"]
    with pytest.raises(releases.ReleaseError, match="no report"):
        publish(small, steps=without)
    assert serving(small) == first


def test_damaged_rules_stop_the_publication(small, tmp_path, monkeypatch):
    """P15: rules changed without approval refuse the publication, in both languages."""
    first = publish(small).id
    content = json.loads(rules.PATH.read_text(encoding="utf-8"))
    content["rules"]["minimum"] = 3
    broken = tmp_path / "rules.json"
    broken.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(rules, "PATH", broken)
    with pytest.raises(releases.ReleaseError, match=r"kontrolsumma .*\| .*digest"):
        publish(small)
    assert serving(small) == first


def test_failing_solver_stops_the_publication(small, monkeypatch):
    """P15: an attack that cannot be carried through is no proof of safety."""
    first = publish(small).id

    def fails(*_arguments, **_named):
        raise attack.AttackError("solver: time limit reached")

    monkeypatch.setattr(attack, "tighten", fails)
    with pytest.raises(releases.ReleaseError, match="publication refused"):
        publish(small)
    assert serving(small) == first


def test_release_without_its_report_is_not_rolled_back_to(small):
    """P15: a deleted report takes the release out of reach."""
    first = publish(small).id
    publish(small)
    with small.begin() as connection:
        connection.execute(delete(disclosure_report).where(disclosure_report.c.release_id == first))
    with pytest.raises(releases.ReleaseError, match="no report"), small.begin() as connection:
        releases.rollback(connection, first, reason="tests")


def test_ledger_keeps_what_was_told(small):
    """P7: the second publication of the same facts tells nothing new and hides the same; a damaged ledger is refused."""
    publish(small)
    publish(small)
    with small.begin() as connection:
        told = connection.execute(
            select(disclosure_ledger.c.statements).order_by(disclosure_ledger.c.release_id)
        ).scalars()
        first, second = told
        assert first > 0
        assert second == 0
        key = "unit_kind, unit_id, indicator_id, stage, school_year, semester, value, denominator, reason"
        one, two = (
            connection.execute(
                text(f"SELECT {key} FROM indicator_released WHERE release_id = :r ORDER BY {key}"),
                {"r": number},
            ).all()
            for number in (1, 2)
        )
        assert one == two
        connection.execute(disclosure_ledger.update().values(sha256="0"))
    with pytest.raises(releases.ReleaseError, match="damaged"):
        publish(small)


def graduates_of(printed: list[float], final: int):
    """All graduates of a field, its women and its men, cohorts together, and one cohort; with the ledger's names."""
    import pandas as pd

    shown = pd.DataFrame(
        {
            "system": "higher", "area_kind": "country", "area_id": "LV", "sex": ["all", "women", "men", "all"],
            "cohort": [0, 0, 0, 2020], "programme": "", "field": "06", "level": "", "k": 2, "age": "all",
            "graduates": [*printed, 40.0], "window": [2 - final] * 3 + [2020],
        }
    )  # fmt: skip
    line = graduates.Sums(np.array([0, 0, 0, -1]), np.array([True, False, False, False]))
    builder, tables, names = Builder(), {}, []
    release._graduates(builder, tables, names, shown, [line])
    return SimpleNamespace(cube=builder.cube(), names=names[0])


def test_a_pool_of_cohorts_is_another_one_next_year():
    """The ledger calls the same cohort the same for ever; cohorts together are other persons when a year has come."""
    one, two = (graduates_of([100.0, 60.0, np.nan], final).names.tolist() for final in (2023, 2024))
    assert [a == b for a, b in zip(one, two, strict=True)] == [False, False, False, True]


def test_statements_on_other_data_are_left_out(small):
    """Of a hidden group of men (100 - 60, each to the nearest five) an earlier 40 to 42 holds on; 10 to 14 cannot be
    of these data: it goes, and the publication is not refused for it."""
    publish(small)
    for low, high, kept in ((40.0, 42.0, True), (10.0, 14.0, False)):
        built = graduates_of([100.0, 60.0, np.nan], 2023)
        raw = np.array([(built.names.iloc[2], low, high)], dtype=np.dtype(list(disclosure._LEDGER))).tobytes()
        told = {"payload": zlib.compress(raw), "sha256": hashlib.sha256(raw).hexdigest(), "statements": 1}
        with small.begin() as connection:
            connection.execute(disclosure_ledger.update().values(told))
            boxes = disclosure._remember(connection, built)
        assert (boxes[2].tolist() == [low, high]) is kept
        least, most = attack.tighten(built.cube, *built.cube.boxes())
        assert [least[2], most[2]] == ([40.0, 42.0] if kept else [36.0, 44.0])


def test_swapping_hidden_schools_changes_nothing_told(small):
    """P14: two hidden schools of one municipality exchange their counts; every released row stays as it was."""
    from tests.disclosure.country import HIDDEN

    publish(small)
    one, two = HIDDEN
    with small.begin() as connection:
        pupils = dict(
            connection.execute(
                select(schema.fact_enrolment.c.institution_id, schema.fact_enrolment.c.pupils).where(
                    schema.fact_enrolment.c.institution_id.in_(HIDDEN)
                )
            ).all()
        )
        for number, other in ((one, two), (two, one)):
            connection.execute(
                schema.fact_enrolment.update()
                .where(schema.fact_enrolment.c.institution_id == number)
                .values(pupils=pupils[other])
            )
    publish(small)
    key = "unit_kind, unit_id, indicator_id, stage, school_year, semester, value, denominator, value_text, reason"
    with small.begin() as connection:
        before, after = (
            connection.execute(
                text(f"SELECT {key} FROM indicator_released WHERE release_id = :r ORDER BY {key}"),
                {"r": number},
            ).all()
            for number in (1, 2)
        )
        learners = [
            connection.execute(
                text(
                    "SELECT institution_id, school_year, semester, stage, pupils, reason FROM enrolment_released"
                    " WHERE release_id = :r ORDER BY 1, 2, 3, 4"
                ),
                {"r": number},
            ).all()
            for number in (1, 2)
        ]
    assert before == after
    assert learners[0] == learners[1]
