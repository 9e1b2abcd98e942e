"""The pages of one institution: every notable case for every reader, levels only in scope, numbers that agree."""

from __future__ import annotations

import gzip
import math
import random
import re

import pandas as pd
import pytest
from sqlalchemy import literal, select

from access.pages import Request, match
from data_access import engine as engines
from data_access.demo import NOTABLE
from data_access.facts import frame
from data_access.queries import institution as queries
from data_access.reading import current_release, reading
from data_access.schema import FACTS, indicator_value, institution
from data_access.scope import Scope
from indicators import published_rules
from indicators.catalogue import INDICATORS
from language import numbers, reasons
from language.messages import translate
from pages import institution as page
from pages import provenance, what_if

CASES = {case: key for case, key in NOTABLE.items() if key.isdigit()}
MINISTRY = Scope(role="ministry")
LEVEL_WORDS = re.compile(
    r"(augsts|vidējs|zems) risks|\((droši|iespējams)\)|(high|medium|low) risk\b|\((certain|possible)\)"
    r"|periods</span>|in a row|m-mk m-(high|medium|low)|m-limit-",
    re.IGNORECASE,
)


def address(reg_no: str, lang: str = "lv", tail: str = "") -> str:
    return f"{'/en' if lang == 'en' else ''}/skola/{reg_no}{tail}"


@pytest.fixture(scope="module")
def engine(demo_settings):
    made = engines.create(demo_settings.database_url, read_only=True)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def school_account(demo_app):
    """Registration number of the school of the demo account."""
    (own,) = demo_app.server.extensions["ikms_demo_accounts"]["school"].institutions
    return f"99{own:08d}"


def rows(engine, count: int, *conditions) -> list:
    """Random exact values, one of each of so many random institutions; always the same ones."""
    chance = random.Random(7)
    table = indicator_value
    found: list = []
    with engine.begin() as connection:
        release_id = current_release(connection).id
        schools = connection.execute(
            select(institution.c.id, institution.c.reg_no)
            .where(institution.c.type.not_in(("preschool", "higher")))
            .order_by(institution.c.id)
        ).all()
        for one in chance.sample(schools, len(schools)):
            own = connection.execute(
                select(table, literal(one.reg_no).label("reg_no"))
                .where(
                    table.c.release_id == release_id,
                    table.c.unit_kind == "institution",
                    table.c.unit_id == str(one.id),
                    table.c.value.is_not(None),
                    *conditions,
                )
                .order_by(*table.primary_key.columns)
            ).all()
            found += chance.sample(own, min(1, len(own)))
            if len(found) == count:
                break
    return found


# --- every case, every reader ----------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["public", "school", "municipality", "ministry"])
def test_every_case_renders_in_both_languages(reader, client, signed_in):
    visitor = client if reader == "public" else signed_in(reader)
    for case, reg_no in CASES.items():
        for lang in ("lv", "en"):
            answer = visitor.get(address(reg_no, lang))
            assert answer.status_code == 200, case
            html = answer.get_data(as_text=True)
            assert 'id="page-title"' in html
            assert len(gzip.compress(html.encode())) < 30_000, case


def test_unknown_institution_is_not_found(client):
    assert client.get("/skola/0000000000").status_code == 404
    assert client.get("/skola/123").status_code == 404


@pytest.mark.parametrize("lang", ["lv", "en"])
def test_public_pages_have_no_level(lang, client):
    for case, reg_no in CASES.items():
        for tail in ("", "?raditajs=R03", "?raditajs=R08&vesture=kopa", "?tikai=1"):
            html = client.get(address(reg_no, lang, tail)).get_data(as_text=True)
            found = LEVEL_WORDS.search(html)
            assert not found, f"{case}{tail}: {found and found.group()}"


def test_a_school_sees_levels_on_its_own_page_only(signed_in, school_account):
    reader = signed_in("school")
    assert LEVEL_WORDS.search(reader.get(address(school_account)).get_data(as_text=True))
    other = reader.get(address(CASES["high_absence_school"])).get_data(as_text=True)
    assert not LEVEL_WORDS.search(other)
    assert "Atsevišķas iestādes līmeni šeit nerāda" in other


def test_what_a_level_does_not_mean_is_always_there(signed_in):
    html = signed_in("ministry").get(address(CASES["median_school"])).get_data(as_text=True)
    assert translate("What a level does not mean.", "lv") in html


@pytest.mark.parametrize("case", ["high_absence_school", "median_school"])
def test_published_signs_stand_beside_the_levels(case, engine, signed_in):
    """The five signs of the service, without a panel opened, as the rules find them in the facts of the newest year."""
    number = int(CASES[case][2:])
    with reading(engine, MINISTRY) as reader:
        kind = reader.connection.execute(
            select(institution.c.type).where(institution.c.id == number)
        ).scalar_one()
        frames = {name: frame(reader.connection, name) for name in ("institution", "staff", "absence")}
    group = published_rules.GROUP_BY_TYPE[kind]
    html = signed_in("ministry").get(address(CASES[case])).get_data(as_text=True)
    told = dict(
        re.findall(
            r'<span class="i-id">(A\d)</span>[^<]*<strong>([^<]*)</strong>', html.partition("i-signs")[2]
        )
    )
    assert list(told) == [
        code for code, rule in published_rules.RULES.items() if group in {one.group for one in rule.shares}
    ]
    for code in ("A1", "A2", "A3", "A4"):
        found = published_rules.evaluate(code, frames)
        found = found[found["institution_id"] == number]
        newest = found.loc[found["school_year"].idxmax(), "exceeded"]
        word = "nav zināms" if pd.isna(newest) else "konstatēta" if newest else "nav konstatēta"
        assert told[code] == word, code


def test_published_signs_are_for_the_scope_only(client, signed_in):
    for reader in (client, signed_in("school")):
        assert "i-signs" not in reader.get(address(CASES["high_absence_school"])).get_data(as_text=True)


# --- state, order, cases ------------------------------------------------------------------------------


def school(engine, case: str, scope: Scope = MINISTRY, **params: str):
    """What the page of a case is made of, inside an open transaction."""
    found = match(address(CASES[case]))
    with reading(engine, scope) as reader:
        return page.School(Request(reader, "lv", {**found.params, **params}, "institution", None))


def test_certain_high_levels_come_first(engine):
    found = school(engine, "high_absence_school")
    entries = found.entries(found.stage)
    assert len(entries) == 12
    certain = [one.certain_high for one in entries]
    assert certain == sorted(certain, reverse=True)
    assert any(certain)
    runs = [one.row.persistence for one in entries if one.certain_high]
    assert runs == sorted(runs, reverse=True)
    assert entries[-1].why_not == "z", "what does not concern the institution comes last"


def test_main_stage_is_where_most_learners_are(engine):
    found = school(engine, "high_absence_school")
    assert found.stage == "basic"
    assert found.stages == ["basic", "upper_secondary"]
    assert school(engine, "high_absence_school", posms="upper_secondary").stage == "upper_secondary"
    assert school(engine, "high_absence_school", posms="vocational").stage == "basic"


def test_of_two_parts_the_less_favourable_one_is_shown(engine, demo_app):
    found = school(engine, "high_absence_school")
    entry = found.entry(INDICATORS["R08"], "basic")
    assert entry.other is not None
    assert entry.order <= entry.other.order
    html = str(
        demo_app.site.renderer.view(address(CASES["high_absence_school"]), "raditajs=R08", MINISTRY).to_html()
    )
    assert html.count("pedagogi)") >= 1
    assert html.count("izglītojamie)") >= 1


def test_missing_journals_are_told_as_no_data(client, signed_in):
    html = signed_in("ministry").get(address(CASES["no_journal_delivery"])).get_data(as_text=True)
    assert reasons.meaning("x", "lv") in html


def test_protected_values_are_told_as_protected(client):
    html = client.get(address(CASES["small_school"])).get_data(as_text=True)
    assert reasons.meaning("c", "lv") in html


def test_a_withheld_number_of_learners_cannot_be_worked_out(engine, client):
    """Where a stage has fewer than ten learners, the public gets no sum of the stages."""
    with engine.begin() as connection:
        enrolment = frame(connection, "enrolment").query("school_year == 2023 and semester == 2")
    counts = enrolment.groupby("institution_id")["pupils"]
    small = counts.min().between(1, 9) & (counts.size() > 1)
    chosen = small[small].index[:3]
    assert len(chosen)
    for number in chosen:
        html = client.get(address(f"99{number:08d}", "en")).get_data(as_text=True)
        facts = html[html.index('class="i-facts"') : html.index("</dl>")]
        assert "in all" not in facts
        assert reasons.meaning("c", "en") in facts


def test_a_stage_without_learners_says_so(signed_in):
    html = (
        signed_in("ministry")
        .get(address(CASES["zero_pupil_stage"], tail="?posms=upper_secondary"))
        .get_data(as_text=True)
    )
    assert translate("There are no learners in this stage now: {stage}.", "lv", stage="")[:20] in html
    assert reasons.meaning("u", "lv") in html


def test_closed_and_merged_schools_say_where_they_went(client):
    closed = client.get(address(CASES["closed_school"], "en")).get_data(as_text=True)
    assert f"closed on {numbers.date_short('2019-08-31', 'en')}" in closed
    merged = client.get(address(CASES["merged_school"], "en")).get_data(as_text=True)
    assert f"merged on {numbers.date_short('2020-09-01', 'en')} into" in merged
    assert f'/en/skola/{CASES["successor_school"]}"' in merged
    successor = client.get(address(CASES["successor_school"], "en")).get_data(as_text=True)
    assert f'/en/skola/{CASES["merged_school"]}"' in successor


def test_one_year_tells_no_change(signed_in):
    html = signed_in("ministry").get(address(CASES["one_year_school"], "en")).get_data(as_text=True)
    assert "two years are needed" in html
    assert "There are data for one school year only" in html


@pytest.mark.parametrize("case", ["preschool", "higher_institution"])
def test_institutions_outside_the_tool_have_no_indicators(case, client):
    html = client.get(address(CASES[case], "en")).get_data(as_text=True)
    assert "risk identification tool does not cover" in html
    assert "m-spine" not in html


def test_history_of_a_predecessor_stands_beside_without_level(demo_app, engine):
    """Its exact values up to the merger for who may see them, drawn and in the table; never a level, never joined."""
    path, query = address(CASES["successor_school"]), "vesture=kopa&raditajs=R02"
    with engine.begin() as connection:
        unit, name = connection.execute(
            select(institution.c.id, institution.c.name).where(institution.c.reg_no == CASES["merged_school"])
        ).one()
        expected = connection.execute(
            select(indicator_value.c.numerator, indicator_value.c.denominator, indicator_value.c.value)
            .where(
                indicator_value.c.unit_kind == "institution", indicator_value.c.unit_id == unit,
                indicator_value.c.indicator_id == "R02", indicator_value.c.stage == "basic",
                indicator_value.c.school_year < 2020, indicator_value.c.value.is_not(None),
            )
            .order_by(indicator_value.c.school_year.desc())
        ).all()  # fmt: skip
    assert len(expected) >= 4
    view = demo_app.site.renderer.view(path, query, MINISTRY)
    label = f"{name}, līdz 2020"
    html = str(view.to_html())
    assert label in html
    assert html.count("m-p-other m-hollow") >= len(expected)
    rows = view.table("R02").rows
    older = [row for row in rows if label in row["period"]]
    assert [(row["numerator"], row["denominator"], row["value"]) for row in older] == expected
    assert {row["level"].code for row in older} == {"z"}
    assert len({row["period"] for row in rows}) == len(rows)
    alone = demo_app.site.renderer.view(path, "raditajs=R02", MINISTRY).table("R02").rows
    assert [row for row in rows if row not in older] == alone
    public = demo_app.site.renderer.view(path, query, Scope.public()).table("R02").rows
    assert not {row["numerator"] for row in public if label in row["period"]} & {1, 2, 3, 4}


def test_only_unusual_hides_the_rest_and_counts_it(demo_app):
    path = address(CASES["high_absence_school"])
    everything = str(demo_app.site.renderer.view(path, "", MINISTRY).to_html())
    unusual = str(demo_app.site.renderer.view(path, "tikai=1", MINISTRY).to_html())
    assert unusual.count("m-spine-row") < everything.count("m-spine-row")
    assert "Paslēpti" in unusual


# --- numbers agree ----------------------------------------------------------------------------------


def test_a_hundred_values_are_those_of_the_release(engine, signed_in):
    reader = signed_in("ministry")
    chosen = rows(engine, 100)
    for row in chosen:
        stage = "" if row.stage.startswith("all_") else f"&posms={row.stage}"
        path = f"/eksports/json/{row.indicator_id}/skola/{row.reg_no}?raditajs={row.indicator_id}{stage}"
        answer = reader.get(path)
        if (
            answer.status_code == 404
        ):  # an open institution that no longer teaches the stage has no tab for it
            continue
        period = page.words.period_text(INDICATORS[row.indicator_id], row.school_year, row.semester, "lv")
        shown = [one for one in answer.get_json()["rows"] if one["period"] == period]
        if not shown or INDICATORS[row.indicator_id].id == "R08":  # of two parts the other one may be shown
            continue
        assert shown[0]["value"] == pytest.approx(row.value, abs=1e-12)
        assert shown[0]["denominator"] == pytest.approx(row.denominator, abs=1e-3)


def test_public_exports_hold_released_values_only(client):
    path = f"/eksports/json/R03/skola/{CASES['small_school']}?raditajs=R03"
    for row in client.get(path).get_json()["rows"]:
        assert row["numerator"] is None
        assert "level" not in row


def test_a_withheld_value_was_received(client, school_account):
    """To the public the number of complaints of a school is withheld; that is not a gap in the deliveries."""
    html = client.get(address(school_account)).get_data(as_text=True)
    first, second = re.search(r"pārklājums (\d+) no (\d+)", html).groups()
    assert first == second == "11"


# --- simulator ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["public", "school"])
def test_simulator_is_not_found_for_others(reader, client, signed_in):
    visitor = client if reader == "public" else signed_in(reader)
    assert visitor.get(address(CASES["high_absence_school"], tail="/kas-butu")).status_code == 404


def test_simulator_for_the_own_school(signed_in, school_account):
    reader = signed_in("school")
    for lang in ("lv", "en"):
        answer = reader.get(
            address(school_account, lang, "/kas-butu?R03=5&R03n=100&R05=20&R10=-0.7&R09=2&R01=-3")
        )
        assert answer.status_code == 200
        html = answer.get_data(as_text=True)
        assert 'value="5"' in html
        # The slider stands where the number was typed; it has no name, so only the number is sent.
        slider = re.search(r'<input class="i-slide" id="s-R03"[^>]*>', html).group()
        assert 'value="5"' in slider
        assert 'data-sets="i-R03"' in slider
        assert " name=" not in slider
        assert (
            translate("If next year it is {value} ({count}):", lang, value="|", count="").split("|")[0]
            in html
        )
        assert "nav mērķis" in html or "not a target" in html


def test_simulator_agrees_with_the_stored_levels(engine):
    newest = (indicator_value.c.school_year >= 2022, indicator_value.c.level.is_not(None))
    agreed = 0
    for row in rows(engine, 150, *newest):
        found = match(address(row.reg_no))
        with reading(engine, MINISTRY) as reader:
            school = page.School(Request(reader, "lv", found.params, "institution", None))
            series = school.values.series[row.indicator_id, row.stage]
            kept = [
                one for one in series if (one.school_year, one.semester) <= (row.school_year, row.semester)
            ]
            entry = page.Entry(INDICATORS[row.indicator_id], row.stage, kept, kept[-1])
            answer = what_if.situation(school, entry)
        if answer is None:
            continue
        now, told = answer
        assert told.level == row.level
        if now.prior is not None or now.indicator.family == "size_band":
            assert told.certain == (row.certainty == "certain"), (row.reg_no, row.indicator_id, row.stage)
            agreed += 1
        if now.indicator.family in ("share", "rate"):
            assert now.prior is not None, "certainty of a share or rate can always be told"
    assert agreed > 100


def test_a_change_by_the_number_given_changes_the_level(engine):
    row = rows(engine, 1, indicator_value.c.level == "high", indicator_value.c.indicator_id == "R03")[0]
    found = match(address(row.reg_no))
    with reading(engine, MINISTRY) as reader:
        school = page.School(Request(reader, "lv", found.params, "institution", None))
        series = school.values.series["R03", row.stage]
        kept = [one for one in series if (one.school_year, one.semester) <= (row.school_year, row.semester)]
        _now, told = what_if.situation(school, page.Entry(INDICATORS["R03"], row.stage, kept, kept[-1]))
    change = told.below_high
    assert change.numerator / row.denominator <= row.boundary_high
    assert (change.numerator + 1) / row.denominator > row.boundary_high


# --- origin of a value ----------------------------------------------------------------------------------


def origin(row, lang: str = "en") -> str:
    prefix = "/en" if lang == "en" else ""
    return f"{prefix}/izcelsme/iestade/{row.reg_no}/{row.indicator_id}/{row.stage}/{row.school_year}-{row.semester}"


def shown_frames(renderer, row, connection) -> dict[str, pd.DataFrame]:
    """The rows that the page shows, as the counting function wants them."""
    one = INDICATORS[row.indicator_id]
    codes = {translate(label, "en"): code for code, label in provenance.CODES.items()}
    view = renderer.view(origin(row), "", MINISTRY)
    frames = {"institution": frame(connection, "institution").query("id == @row.unit_id_number")}
    for name in one.needs:
        if name == "institution":
            continue
        table = view.table(name)
        records = []
        for record in table.values() if table is not None else []:
            cells = {key: value for key, value in record.items() if not key.endswith("_reason")}
            if "school_year" in cells:
                cells["school_year"] = int(cells["school_year"][:4])
            if "stage" in cells and not row.stage.startswith("all_"):
                cells["stage"] = row.stage
            for key in ("source_code", "subject", "exam_level", "qualification_group", "topic"):
                if key in cells:
                    cells[key] = codes.get(cells[key], cells[key])
            records.append({**cells, "institution_id": row.unit_id_number})
        frames[name] = pd.DataFrame(records, columns=None if records else FACTS[name].columns.keys())
    if one.id == "R09" and frames["complaint"].empty:  # the register of the year came, without this one
        other = dict.fromkeys(frames["complaint"].columns, 0) | {"institution_id": 0, "year": row.school_year}
        frames["complaint"] = pd.DataFrame([other])
    if one.id == "R10":  # the rest of the country, so that the national change comes out
        own = frames["mark"]
        rest = []
        for record in view.table("national_marks").values():
            year, subject = int(record["school_year"][:4]), codes[record["subject"]]
            mine = own[(own["school_year"] == year) & (own["subject"] == subject)]
            n, points = mine["pupils"].sum(), (mine["pupils"] * mine["mean"]).sum()
            others = record["pupils"] - n
            rest.append(
                {
                    "institution_id": 0,
                    "school_year": year,
                    "stage": row.stage,
                    "subject": subject,
                    "pupils": others,
                    "mean": (record["mean"] * record["pupils"] - points) / others,
                    "sd": 1.0,
                }
            )
        frames["mark"] = pd.concat([own, pd.DataFrame(rest)], ignore_index=True)
    return frames


class Shown:
    """A row with its institution's id as a number."""

    def __init__(self, row) -> None:
        self.__dict__.update(row._mapping)
        self.unit_id_number = int(row.unit_id)


@pytest.mark.parametrize("indicator_id", [code for code in INDICATORS if code.startswith("R")])
def test_value_can_be_recomputed_from_the_rows_shown(indicator_id, engine, demo_app):
    one = INDICATORS[indicator_id]
    for found in rows(engine, 6, indicator_value.c.indicator_id == indicator_id):
        row = Shown(found)
        with engine.begin() as connection:
            frames = shown_frames(demo_app.site.renderer, row, connection)
        counted = one.compute(frames)
        counted = counted[
            (counted["institution_id"] == row.unit_id_number)
            & (counted["stage"] == row.stage)
            & (counted["school_year"] == row.school_year)
            & (counted["semester"] == row.semester)
        ]
        assert len(counted) == 1, origin(row)
        if one.family == "mean":
            value, size = float(counted["mean"].iloc[0]), float(counted["n"].iloc[0])
        else:
            size = float(counted["denominator"].iloc[0])
            value = float(counted["numerator"].iloc[0]) / size
        assert math.isclose(value, row.value, rel_tol=1e-9, abs_tol=1e-9), origin(row)
        assert math.isclose(size, row.denominator, rel_tol=1e-9), origin(row)


def test_origin_shows_file_release_and_threshold(engine, signed_in):
    row = rows(engine, 1, indicator_value.c.indicator_id == "R03", indicator_value.c.school_year == 2023)[0]
    html = signed_in("ministry").get(origin(row, "lv")).get_data(as_text=True)
    assert "SHA-256" in html
    assert re.search(r"<code>[0-9a-f]{64}</code>", html)
    assert "pagaidu" in html
    assert "÷" in html


def test_origin_hides_rows_from_others(engine, client):
    row = rows(engine, 1, indicator_value.c.indicator_id == "R04", indicator_value.c.school_year == 2023)[0]
    answer = client.get(origin(row, "lv"))
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    assert not LEVEL_WORDS.search(html)
    assert "<table" not in html
    assert client.get(f"/eksports/csv/cohort{origin(row, 'lv')}").status_code == 404


def test_unknown_origin_is_not_found(client):
    for path in (
        "/izcelsme/iestade/9900000009/R03/basic/1999-2",
        "/izcelsme/iestade/0000000000/R03/basic/2023-2",
        "/izcelsme/iestade/9900000009/R99/basic/2023-2",
        "/izcelsme/valsts/LV0001000/R03/basic/2023-2",
        "/izcelsme/skola/9900000009/R03/basic/2023-2",
    ):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("kind", [("valsts", "LV", "country"), ("pasvaldiba", "LV0055000", "municipality")])
def test_areas_are_added_up_from_their_parts(kind, engine, demo_app):
    word, key, stored = kind
    view = demo_app.site.renderer.view(f"/izcelsme/{word}/{key}/R03/basic/2023-2", "", MINISTRY)
    assert view.status == 200
    with reading(engine, MINISTRY) as reader:
        table = indicator_value
        whole = reader.connection.execute(
            select(table.c.numerator, table.c.denominator).where(
                table.c.release_id == reader.release.id,
                table.c.unit_kind == stored,
                table.c.unit_id == key,
                table.c.indicator_id == "R03",
                table.c.stage == "basic",
                table.c.school_year == 2023,
                table.c.semester == 2,
            )
        ).one()
    parts = view.table("parts").values()
    assert sum(part["numerator"] or 0 for part in parts) == whole.numerator
    assert sum(part["denominator"] or 0 for part in parts) == whole.denominator


def test_area_parts_are_for_those_who_see_the_area(client, demo_app):
    answer = client.get("/izcelsme/valsts/LV/R03/basic/2023-2")
    assert answer.status_code == 200
    assert "<table" not in answer.get_data(as_text=True)
    assert (
        demo_app.site.renderer.view("/izcelsme/valsts/LV/R03/basic/2023-2", "", Scope.public()).table("parts")
        is None
    )


def test_facts_are_read_in_scope_only(engine):
    """The query of the facts itself gives rows of one institution and one period."""
    row = rows(engine, 1, indicator_value.c.indicator_id == "R03")[0]
    with reading(engine, MINISTRY) as reader:
        found = queries.fact_rows(
            reader, int(row.unit_id), INDICATORS["R03"], row.stage, row.school_year, row.semester
        )
    assert {one.name for one in found} == {"absence", "enrolment"}
    for one in found:
        for values in one.rows:
            record = dict(zip(one.columns, values, strict=True))
            assert record["institution_id"] == int(row.unit_id)
            assert (record["school_year"], record["semester"]) == (row.school_year, row.semester)
