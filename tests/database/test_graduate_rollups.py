"""Roll-ups of graduates: sums of the facts on both engines, protected, finished years only; reference data refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, insert, select

from data_access import releases, schema
from data_access.bulk import insert_rows
from data_access.engine import create
from data_access.importing import graduates_reference, reference
from data_access.importing.receive import RefusedFile
from data_access.queries import graduates as queries
from data_access.reading import reading
from data_access.rollups_graduates import roll_up_graduates
from data_access.scope import Scope
from indicators import graduates as method

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
PLACES = ("LV0001000", "LV0003000", "LV0001000")
PROGRAMMES = (
    ("42481 Datorzinātne, bakalaurs", "science_maths_it", "bachelor"),
    ("42141 Izglītība, bakalaurs", "education", "bachelor"),
    ("47141 Izglītība, maģistrs", "education", "master"),
)


def _ages(row: dict) -> list[dict]:
    """The age groups of a row of all: half of every status is up to 24, the rest 30 to 39."""
    rows = []
    for age, take in (("up_to_24", lambda n: n // 2), ("30_39", lambda n: n - n // 2)):
        counts = {name: take(row[name]) for name in (*method.STATUSES, "skilled", "earners")}
        size = sum(counts[name] for name in method.STATUSES)
        keys = ("institution_id", "graduation_year", "monitoring_year", "programme", "load_batch_id")
        incomes = {
            name: row[name] if counts["earners"] else None for name in row if name.startswith("income_")
        }
        rows.append(
            {name: row[name] for name in keys} | {"age_group": age, "graduates": size} | counts | incomes
        )
    return [one for one in rows if one["graduates"]]


def _facts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three institutions, three programmes, cohorts 2017..2023; one programme is small, 2024 is not finished."""
    rng = np.random.default_rng(7)
    main, sectors = [], []
    for institution in (1, 2, 3):
        for number, (programme, field, level) in enumerate(PROGRAMMES):
            for cohort in range(2017, 2024):
                for monitored in range(cohort + 1, 2025):
                    size = 4 if (institution, number) == (2, 2) else 60 + 10 * institution + number
                    women = rng.multinomial(size // 2, (0.8, 0.03, 0.04, 0.06, 0.05, 0.02))
                    men = rng.multinomial(size - size // 2, (0.78, 0.05, 0.03, 0.06, 0.06, 0.02))
                    for sex, counts in (("all", women + men), ("women", women), ("men", men)):
                        main.append(
                            {
                                "institution_id": institution,
                                "graduation_year": cohort,
                                "monitoring_year": monitored,
                                "programme": programme,
                                "sex": sex,
                                "system": "higher",
                                "field": field,
                                "level": level,
                                "graduates": int(counts.sum()),
                                **dict(zip(method.STATUSES, map(int, counts), strict=True)),
                                "skilled": int(counts[0]) // 2,
                                "earners": int(counts[0]),
                                "founded": int(counts.sum()) // 8,
                                "income_median": 15_000.0 + 500 * number if counts[0] else None,
                                "income_lower_quartile": 11_000.0 if counts[0] else None,
                                "income_upper_quartile": 21_000.0 if counts[0] else None,
                                "load_batch_id": 1,
                            }
                        )
                    if monitored - cohort in method.FLOW_K:
                        stay = int((women + men)[:4].sum())
                        for kind, parts in (
                            ("sector", {"P": int((women + men)[0])}),
                            ("occupation", {"2": 9, "5": int((women + men)[0]) - 9} if stay > 20 else {}),
                            ("region", {"LV00A": stay // 2, "LV005": stay - stay // 2}),
                        ):
                            sectors += [
                                {
                                    "institution_id": institution,
                                    "graduation_year": cohort,
                                    "monitoring_year": monitored,
                                    "programme": programme,
                                    "kind": kind,
                                    "category": category,
                                    "graduates": count,
                                    "load_batch_id": 1,
                                }
                                for category, count in parts.items()
                            ]
    return pd.DataFrame(main), pd.DataFrame(sectors)


@pytest.fixture
def graduated(engine):
    """A database with graduates and a release of them; gives the engine and the facts."""
    main, sectors = _facts()
    with engine.begin() as connection:
        reference.load_all(connection)
        graduates_reference.load_deflator(connection, REFERENCE)
        graduates_reference.load_labour_market(connection, REFERENCE)
        connection.execute(
            insert(schema.institution),
            [
                {
                    "id": number,
                    "reg_no": f"990000000{number}",
                    "name": f"Augstskola {number}",
                    "type": "higher",
                    "founder_kind": "state",
                    "municipality_code": place,
                    "urbanity": "city",
                    "in_transition": 0,
                    "valid_from": "2009-09-01",
                    "valid_to": None,
                    "sort_key": str(number),
                    "search_key": f"augstskola {number}",
                    "load_batch_id": 1,
                }
                for number, place in enumerate(PLACES, start=1)
            ],
        )
        insert_rows(connection, schema.fact_graduate, main)
        insert_rows(connection, schema.fact_graduate_sector, sectors)
        everyone = main[main["sex"] == "all"].astype(object).to_dict("records")
        insert_rows(connection, schema.fact_graduate_age, [one for row in everyone for one in _ages(row)])
        releases.publish(connection, reason="test", author="test", steps=(roll_up_graduates,))
    return engine, main


def _groups(engine, plane="released", table=schema.graduate_group):
    with engine.begin() as connection:
        rows = connection.execute(select(table).where(table.c.plane == plane)).mappings().all()
    return pd.DataFrame(rows)


def test_groups_are_the_sums_of_the_facts(graduated):
    engine, main = graduated
    main = main[(main["sex"] == "all") & (main["monitoring_year"] <= 2023)].assign(
        k=main["monitoring_year"] - main["graduation_year"]
    )
    exact = _groups(engine, "detail")
    whole = main.groupby(["institution_id", "graduation_year", "k"])[["graduates", *method.STATUSES]].sum()
    own = exact[(exact["programme"] == "") & (exact["cohort"] != 0)]
    assert len(own) == len(whole)
    for row in own.itertuples():
        facts = whole.loc[(int(row.area_id), row.cohort, row.k)]
        assert row.graduates == facts["graduates"]
        for status in method.STATUSES:
            assert getattr(row, f"{status}_low") * row.graduates == pytest.approx(facts[status])
    country = main.groupby(["graduation_year", "k"])["graduates"].sum()
    shown = _groups(engine)
    shown = shown[
        (shown["area_kind"] == "country") & (shown["sex"] == "all") & (shown["cohort"] != 0)
        & (shown["field"] == "") & (shown["level"] == "")
    ]  # fmt: skip
    assert len(shown) == len(country)
    for row in shown.itertuples():
        assert row.graduates == method.rounded(country.loc[(row.cohort, row.k)])
    pooled = main[main["graduation_year"] > 2023 - main["k"] - 3].groupby("k")["graduates"].sum()
    table = _groups(engine)
    table = table[
        (table["area_kind"] == "country") & (table["sex"] == "all") & (table["cohort"] == 0)
        & (table["programme"] == "") & (table["field"] == "") & (table["level"] == "")
    ].set_index("k")  # fmt: skip
    assert {k: method.rounded(n) for k, n in pooled.items()} == table["graduates"].to_dict()


def test_incomes_and_unemployment_are_measured_by_the_municipality_of_residence(graduated):
    """Half of institution 1 lives in Rīga, half in Daugavpils; the year 2022 has series, 2023 of Rīga only."""
    engine, main = graduated
    sector, market = schema.fact_graduate_sector, schema.fact_local_market
    with engine.begin() as connection:
        rows = connection.execute(
            select(sector).where(sector.c.kind == "region", sector.c.institution_id == 1)
        )
        towns = {"LV00A": "LV0001000", "LV005": "LV0002000"}
        insert_rows(
            connection,
            sector,
            [{**row, "kind": "municipality", "category": towns[row["category"]]} for row in rows.mappings()],
        )
        connection.execute(
            insert(market),
            [
                {
                    "municipality_code": code,
                    "year": year,
                    "monthly_gross_wage": wage,
                    "registered_unemployment": rate,
                    "origin": "published",
                    "citation": "CSP; NVA",
                    "load_batch_id": 1,
                }
                for code, year, wage, rate in (
                    ("LV0001000", 2022, 1_500.0, 0.05),
                    ("LV0002000", 2022, 1_000.0, 0.09),
                    ("LV0001000", 2023, 1_600.0, 0.04),
                )
            ],
        )
        releases.publish(connection, reason="towns", author="test", steps=(roll_up_graduates,))
        prices = dict(connection.execute(select(schema.deflator.c.year, schema.deflator.c.value)).all())
        group = schema.graduate_group
        found = connection.execute(
            select(group).where(
                group.c.release_id == 2, group.c.plane == "detail", group.c.area_id == "1",
                group.c.cohort == 2021, group.c.programme == "", group.c.k.in_((1, 2)),
            )
        ).mappings()  # fmt: skip
        found = {row["k"]: row for row in found}
        regions = connection.execute(
            select(schema.graduate_flow).where(
                schema.graduate_flow.c.release_id == 2, schema.graduate_flow.c.kind == "region"
            )
        ).all()
        before = connection.execute(
            select(schema.graduate_flow).where(
                schema.graduate_flow.c.release_id == 1, schema.graduate_flow.c.kind == "region"
            )
        ).all()
    facts = main[
        (main["institution_id"] == 1) & (main["graduation_year"] == 2021) & (main["monitoring_year"] == 2022)
        & (main["sex"] == "all")
    ]  # fmt: skip
    stay = facts[list(method.STATUSES[:4])].sum(axis=1)
    riga = stay // 2 / stay
    wage, rate = 12 * (1_500 * riga + 1_000 * (1 - riga)), 0.05 * riga + 0.09 * (1 - riga)
    active = facts["employed"] + facts["unemployed"]
    one = found[1]
    assert (one["income_basis"], one["unemployment_basis"]) == ("municipality", "municipality")
    assert one["relative_unemployment"] == pytest.approx(
        facts["unemployed"].sum() / (active * rate).sum(), abs=0.006
    )
    assert one["local_rate"] == pytest.approx((active * rate).sum() / active.sum(), abs=0.0006)
    local = (facts["earners"] * wage).sum() / facts["earners"].sum()
    assert one["local_wage"] * prices[2022] / 100 == pytest.approx(local, abs=10)
    assert one["relative_income"] == pytest.approx(one["income_median"] / one["local_wage"], abs=0.01)
    assert found[2]["income_basis"] == "country"  # no residence is known of k = 2
    # Regions as delivered, once, although the municipalities tell them too.
    assert sorted(map(str, (row[1:] for row in regions))) == sorted(map(str, (row[1:] for row in before)))


def test_ages_add_up_to_the_groups_and_small_ones_are_hidden(graduated):
    """Half of every status is up to 24: the ages of the country are half of it, exact numbers only for institutions."""
    engine, main = graduated
    with reading(engine, Scope.public()) as reader:
        told = {row.age_group: row for row in queries.ages(reader, "higher", k=1, field="", level="")}
        inner = queries.ages(reader, "higher", k=1)
        assert not queries.ages(reader, "higher", area_kind="institution", area_id="1", plane="released")
    recent = main[(main["sex"] == "all") & main["monitoring_year"].between(2021, 2023)]
    recent = recent[recent["monitoring_year"] - recent["graduation_year"] == 1]
    young = sum((recent[name] // 2).sum() for name in method.STATUSES)
    assert told["up_to_24"].graduates == method.rounded(young)
    assert told["30_39"].graduates == method.rounded(recent["graduates"].sum() - young)
    assert {row.field for row in inner} == {"", "science_maths_it", "education"}
    assert all(row.graduates is None or row.graduates >= 10 for row in inner)
    with reading(engine, Scope(role="school", institutions=frozenset({2}))) as reader:
        own = queries.ages(reader, "higher", k=1, area_kind="institution", area_id="2", plane="detail")
    mine = recent[recent["institution_id"] == 2]
    assert [row.age_group for row in own] == ["30_39", "up_to_24"]
    assert sum(row.graduates for row in own) == mine["graduates"].sum()
    assert own[1].employed_low * own[1].graduates == pytest.approx((mine["employed"] // 2).sum())
    assert sum(getattr(own[0], f"{name}_low") for name in method.STATUSES) == pytest.approx(1)


def test_no_unfinished_year_has_a_number(graduated):
    engine, _main = graduated
    for plane in ("detail", "released"):
        rows = pd.concat([_groups(engine, plane), _groups(engine, plane, schema.graduate_age)])
        assert (rows["year_to"] <= 2023).all()
        single = rows[rows["cohort"].fillna(0) != 0]
        assert (single["cohort"] + single["k"] <= 2023).all()


def test_six_statuses_are_a_hundred_percent_in_every_exact_cell(graduated):
    engine, _main = graduated
    rows = pd.concat([_groups(engine, "detail"), _groups(engine, "detail", schema.graduate_age)])
    total = sum(rows[f"{status}_low"] for status in method.STATUSES)
    assert total.between(0.999, 1.001).all()


def test_small_groups_are_hidden_for_others_and_exact_for_their_own(graduated):
    engine, _main = graduated
    with reading(engine, Scope(role="school", institutions=frozenset({2}))) as reader:
        place = next(row for row in queries.institutions(reader, "higher") if row.id == 2)
        other = next(row for row in queries.institutions(reader, "higher") if row.id == 1)
        assert queries.institution_plane(reader, place) == "detail"
        assert queries.institution_plane(reader, other) == "released"
    released = _groups(engine)
    small = released[(released["area_id"] == "2") & (released["programme"] == PROGRAMMES[2][0])]
    under = small[small["cohorts"] * 4 < 10]
    assert len(under)
    assert (under["reason"] == "c").all()
    numbers = [name for name in released if name.endswith(("_low", "_high", "median", "quartile"))]
    assert released.loc[released["reason"] == "c", [*numbers, "graduates", "earners"]].isna().all().all()
    assert not released.loc[released["reason"].isna(), "graduates"].isna().any()
    assert not ((released["income_median"].notna()) & (released["earners"].isna())).any()


def test_an_institution_reads_its_own_occupations_and_founders_and_nobody_elses(graduated):
    engine, main = graduated
    main = main[(main["sex"] == "all") & main["monitoring_year"].between(2021, 2023)]
    main = main[main["monitoring_year"] - main["graduation_year"] == 1]
    facts = main.groupby("institution_id")[["graduates", "employed", "founded"]].sum()
    for scope, seen in (
        (Scope(role="school", institutions=frozenset({1})), {1}),
        (Scope(role="ministry"), {1, 2, 3}),
        (Scope.public(), set()),
    ):
        with reading(engine, scope) as reader:
            for place in queries.institutions(reader, "higher"):
                work = queries.own_flows(reader, place, "higher", "occupation")
                made = queries.own_flows(reader, place, "higher", "founded")
                if place.id not in seen:
                    assert work == made == {}
                    continue
                work, made = work[1], made[1]
                own = facts.loc[place.id]
                assert made[method.FOUNDED] == own["founded"]
                assert made[""] == own["graduates"] == made[method.FOUNDED] + made[method.NOT_FOUNDED]
                if place.id != 2:  # of its small programme no occupations are delivered
                    assert work[""] == own["employed"] == work["2"] + work["5"]


def test_occupations_and_founders_of_the_country_are_protected(graduated):
    engine, main = graduated
    with reading(engine, Scope.public()) as reader:
        work = queries.flows(reader, "higher", "occupation", 1)
        made = queries.flows(reader, "higher", "founded", 1)
    for rows in (work, made):
        counts = [row.graduates for row in rows.values() if row.graduates is not None]
        assert counts
        assert all(count >= 10 and count % 5 == 0 for count in counts)
        for (field, category), row in rows.items():
            if row.graduates is not None and category:
                assert rows[field, ""].graduates >= 100
    recent = main[(main["sex"] == "all") & main["monitoring_year"].between(2021, 2023)]
    recent = recent[recent["monitoring_year"] - recent["graduation_year"] == 1]
    assert made["", method.FOUNDED].graduates == method.rounded(recent["founded"].sum())
    assert made["", ""].graduates == method.rounded(recent["graduates"].sum())


def test_a_second_release_has_its_own_groups_and_the_same_values(graduated):
    engine, _main = graduated
    with engine.begin() as connection:
        releases.publish(connection, reason="again", author="test", steps=(roll_up_graduates,))
        table = schema.graduate_group
        counts = connection.execute(
            select(
                table.c.release_id, func.count(), func.sum(table.c.graduates), func.sum(table.c.income_median)
            )
            .group_by(table.c.release_id)
            .order_by(table.c.release_id)
        ).all()
    assert len(counts) == 2
    assert tuple(counts[0])[1:] == pytest.approx(tuple(counts[1])[1:])


def test_a_file_of_another_kind_does_not_move_the_cohorts(graduated):
    """A load dated five years later brings no graduates: their groups are those of the register's last year, as before."""
    engine, _main = graduated
    with engine.begin() as connection:
        for fact in (schema.fact_graduate, schema.fact_graduate_sector, schema.fact_graduate_age):
            connection.execute(fact.delete().where(fact.c.monitoring_year > 2023))
        batch = (
            connection.execute(select(schema.load_batch).order_by(schema.load_batch.c.id)).mappings().first()
        )
        number = connection.execute(select(func.max(schema.load_batch.c.id))).scalar_one() + 1
        later = {"id": number, "as_of": "2029-11-22", "sha256": "f" * 64}
        connection.execute(insert(schema.load_batch).values(dict(batch) | later))
        made = releases.publish(connection, reason="later", author="test", steps=(roll_up_graduates,))
    assert made.as_of == "2029-11-22"
    for table in (schema.graduate_group, schema.graduate_age):
        rows = _groups(engine, table=table).astype(str)
        before, after = (
            sorted(rows[rows["release_id"] == one].drop(columns="release_id").to_numpy().tolist())
            for one in ("1", str(made.id))
        )
        assert len(before) > 10
        assert before == after


def test_without_graduates_nothing_is_written(reference_engine):
    with reference_engine.begin() as connection:
        releases.publish(connection, reason="test", author="test", steps=(roll_up_graduates,))
        assert connection.execute(select(func.count()).select_from(schema.graduate_group)).scalar() == 0
    with reading(reference_engine, Scope.public()) as reader:
        assert queries.span(reader, "higher") is None


# --- reference data --------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(reference_engine):
    with reference_engine.begin() as connection:
        graduates_reference.load_deflator(connection, REFERENCE)
        graduates_reference.load_labour_market(connection, REFERENCE)
        assert graduates_reference.load_deflator(connection, REFERENCE) == 0
        assert graduates_reference.load_labour_market(connection, REFERENCE) == 0
        prices = dict(connection.execute(select(schema.deflator.c.year, schema.deflator.c.value)).all())
        wage = connection.execute(
            select(schema.labour_market.c.value).where(
                schema.labour_market.c.year == 2019, schema.labour_market.c.measure == "monthly_gross_wage"
            )
        ).scalar()
    assert prices[2015] == 100
    assert prices[2022] / prices[2021] == pytest.approx(1.1731, abs=1e-4)
    assert wage * 12 == 12_912  # the published average that graduates' incomes were set against


@pytest.mark.parametrize(
    ("old", "new"), [("100.0000", "-1"), ("100.0000", "nan"), (",computed,", ",guessed,"), ("2015,", "20x5,")]
)
def test_a_wrong_value_refuses_the_file(reference_engine, tmp_path, old, new):
    text = (REFERENCE / "deflator.csv").read_text(encoding="utf-8")
    (tmp_path / "deflator.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with reference_engine.begin() as connection, pytest.raises(RefusedFile, match="rinda"):
        graduates_reference.load_deflator(connection, tmp_path)


def test_every_reference_value_names_its_source():
    for name in ("deflator.csv", "labour_market.csv"):
        frame = pd.read_csv(REFERENCE / name)
        assert frame["citation"].str.len().gt(10).all()
        assert set(frame["origin"]) <= graduates_reference.ORIGINS
        published = frame["origin"] != "demo"
        assert frame.loc[published, "citation"].str.contains("http").all()


# --- the demonstration database, attacked ---------------------------------------------------------


@pytest.fixture(scope="module")
def released(demo_path):
    """Released groups of the demonstration database and the region of each institution."""
    made = create(f"sqlite:///{demo_path}", read_only=True)
    with made.begin() as connection:
        rows = connection.execute(
            select(schema.graduate_group).where(schema.graduate_group.c.plane == "released")
        )
        frame = pd.DataFrame(rows.mappings().all()).assign(age="all")
        table = schema.graduate_age
        rows = connection.execute(select(table).where(table.c.plane == "released")).mappings().all()
        ages = pd.DataFrame(rows).rename(columns={"age_group": "age"})
        frame = pd.concat([frame, ages.assign(sex="all", cohort=0, programme="")], ignore_index=True)
        home = connection.execute(
            select(schema.institution.c.id, schema.municipality.c.region_code).join(
                schema.municipality, schema.municipality.c.code == schema.institution.c.municipality_code
            )
        ).all()
        facts = pd.DataFrame(
            connection.execute(select(schema.fact_graduate).where(schema.fact_graduate.c.sex == "all"))
            .mappings()
            .all()
        )
    made.dispose()
    return frame, {str(row.id): row.region_code for row in home}, facts


def test_no_median_of_fewer_than_ten_earners_anywhere(released, demo_path):
    frame, _home, facts = released
    assert frame.loc[frame["income_median"].notna(), "earners"].ge(10).all()
    assert frame.loc[frame["income_lower_quartile"].notna(), "earners"].ge(20).all()
    made = create(f"sqlite:///{demo_path}", read_only=True)
    with made.begin() as connection:
        table = schema.graduate_group.c
        rows = connection.execute(
            select(table.earners, table.income_median, table.income_upper_quartile).where(
                table.plane == "detail"
            )
        ).all()
    made.dispose()
    assert all(row.earners >= 10 for row in rows if row.income_median is not None)
    assert all(row.earners >= 20 for row in rows if row.income_upper_quartile is not None)
    # Behind the rounded counts too.
    facts = facts.assign(k=facts["monitoring_year"] - facts["graduation_year"])
    whole = facts.groupby(["institution_id", "graduation_year", "k"])["earners"].sum()
    own = frame[(frame["area_kind"] == "institution") & (frame["programme"] == "") & (frame["cohort"] != 0)]
    shown = own[own["income_median"].notna()]
    assert all(whole.loc[(int(r.area_id), r.cohort, r.k)] >= 10 for r in shown.itertuples())


def test_no_count_under_ten_is_shown(released):
    frame, _home, _facts = released
    for name in ("graduates", "in_latvia", "earners"):
        known = frame[name].dropna()
        assert (known >= 10).all()
        assert (known % 5 == 0).all()
    assert frame.loc[frame["area_kind"] == "institution", "probability_higher"].isna().all()


def test_shares_sum_to_a_hundred_or_say_a_range(released):
    frame, _home, _facts = released
    shown = frame[frame["reason"].isna()]
    every = shown[[f"{status}_low" for status in method.STATUSES]].notna().all(axis=1)
    assert (~every).sum() < 5  # a share that no band saves is not told
    shown = shown[every]
    low = sum(shown[f"{status}_low"] for status in method.STATUSES)
    high = sum(shown[f"{status}_high"] for status in method.STATUSES)
    assert (low <= 1.001).all()
    assert (high >= 0.999).all()
    exact = np.all([shown[f"{s}_low"] == shown[f"{s}_high"] for s in method.STATUSES], axis=0)
    assert exact.sum() > 1_000
    assert low[exact].between(0.999, 1.001).all()


def test_no_hidden_group_is_determined_by_the_sums_that_are_shown(released):
    """Linear attack: a hidden cell is determined when it is constant over all solutions of the equations.

    No sum reaches over two systems or two k, so each of them is attacked by itself.
    """
    frame, home, _facts = released
    assert (frame["reason"] == "c").sum() > 100
    told = []
    for (_system, _k), cells in frame.groupby(["system", "k"]):
        cells = cells.reset_index(drop=True)
        hidden = (cells["reason"] == "c").to_numpy()
        if not hidden.any():
            continue
        place = np.cumsum(hidden) - 1
        lines = []
        for one in method.equations(cells, home, 2023):
            sign = np.where(one.whole, -1.0, 1.0)
            for line in np.unique(one.line[hidden & (one.line >= 0)]):
                members = np.flatnonzero(hidden & (one.line == line))
                equation = np.zeros(hidden.sum())
                equation[place[members]] = sign[members]
                lines.append(equation)
        _u, singular, directions = np.linalg.svd(np.array(lines), full_matrices=True)
        free = np.abs(directions[int((singular > 1e-9).sum()) :]).max(axis=0, initial=0.0)
        keys = ["system", "area_id", "sex", "age", "programme", "field", "level", "cohort", "k"]
        told += cells.loc[hidden, keys][free < 1e-9].to_dict("records")
    assert not told, json.dumps(told[:5])


def test_ages_hide_nothing_that_is_told_of_all_ages(released):
    """What is told of a field and level of all graduates does not suffer from its small ages."""
    frame, _home, _facts = released
    everybody = (frame["age"] == "all") & (frame["sex"] == "all") & (frame["area_kind"] == "country")
    whole = frame[everybody & (frame["programme"] == "")]
    assert (whole["reason"] != "c").all()
    assert (frame.loc[frame["age"] != "all", "reason"] == "c").mean() < 0.15
