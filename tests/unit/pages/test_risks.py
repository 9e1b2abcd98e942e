"""Risk pages: what each reader sees, counts that can be recounted, the laboratory, the definitions."""

from __future__ import annotations

import dataclasses
import json
import shutil
from types import MappingProxyType

import pytest
from sqlalchemy import select

from access.pages import Request
from data_access import engine as engines
from data_access.laboratory import Laboratory, NothingToTest
from data_access.queries import risks, values
from data_access.reading import reading
from data_access.schema import indicator_released, indicator_value, institution, threshold
from data_access.scope import Scope
from data_access.thresholds import Proposal, Writer
from indicators.catalogue import INDICATORS
from pages import indicator as indicator_page
from pages import national_risk, risk_series, risk_words, threshold_lab

ACCOUNTS = ("public", "school", "municipality", "ministry")
ALL = Scope(role="ministry", user="tests")
SERIES = [(one.id, stage) for one in INDICATORS.values() for stage in one.stages if one.id.startswith("R")]


@pytest.fixture(scope="module")
def engine(demo_path):
    """A reading engine over the demonstration data."""
    made = engines.create(f"sqlite:///{demo_path}", read_only=True)
    yield made
    made.dispose()


@pytest.fixture
def as_account(client, signed_in):
    """Function of an account, 'public' among them: a reader."""
    return lambda account: client if account == "public" else signed_in(account)


def scope_of(app, account: str) -> Scope:
    return Scope.public() if account == "public" else app.server.extensions["ikms_demo_accounts"][account]


def view_of(app, account: str, path: str):
    address, _, query = path.partition("?")
    return app.site.renderer.view(address, query, scope_of(app, account))


def latest(reader, indicator_id: str, stage: str):
    return next(reversed(risks.level_counts(reader).get((indicator_id, stage), {})), None)


# --- pages render for everybody -------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_indicator_has_its_pages(as_account, account, lang):
    """The list, each indicator and each definition answer in both languages for every reader."""
    reader = as_account(account)
    paths = ["/riski", "/riski?posms=vocational"]
    paths += [f"/{part}/{code}" for code in INDICATORS for part in ("riski", "raditajs")]
    for path in paths:
        answer = reader.get(lang + path)
        assert answer.status_code == 200, path
        assert b"<h1" in answer.data, path


def test_an_unknown_indicator_is_not_found(client):
    """No page for an id that no file defines."""
    assert client.get("/riski/R99").status_code == 404
    assert client.get("/raditajs/R99").status_code == 404
    assert client.get("/riski/..").status_code == 404


def test_every_stage_and_period_answers(demo_app, engine):
    """Each stage of each indicator, and an older period of it."""
    for code, stage in SERIES:
        view = view_of(demo_app, "ministry", f"/riski/{code}?posms={stage}")
        assert view.status == 200, (code, stage)
        with reading(engine, ALL) as reader:
            periods = list(risks.level_counts(reader).get((code, stage), {}))
        if len(periods) > 1:
            older = risk_words.period_key(periods[-2])
            assert view_of(demo_app, "ministry", f"/riski/{code}?posms={stage}&periods={older}").status == 200


@pytest.mark.parametrize("account", ACCOUNTS)
def test_the_national_sections_render(engine, demo_app, account):
    """Headlines come first and carry numbers; every frame has a finding, a table and its provenance."""
    for lang in ("lv", "en"):
        with reading(engine, scope_of(demo_app, account)) as reader:
            request = Request(reader, lang, {}, "national", demo_app.site.settings)
            sentences = national_risk.headlines(request)
            parts = national_risk.sections(request)
            html = str(parts[0].to_html())
        assert len(sentences) >= 4
        assert all(any(sign.isdigit() for sign in one) for one in (sentences[0], sentences[1]))
        assert html.index("r-headlines") < html.index("frame-title")
        for table in ("riska-limeni", "riska-gadi", "riska-pasvaldibas", "riska-piltuve", "riska-parklajums"):
            assert f'id="f-{table}"' in html


# --- who sees what --------------------------------------------------------------------------------


def test_the_public_reads_protected_values_and_no_levels(demo_app, engine):
    """Every value in the public list is the released one; small groups, levels and counts are not there."""
    for code in ("R03", "R04", "R10", "R09"):
        indicator = INDICATORS[code]
        view = view_of(demo_app, "public", f"/riski/{code}?visas=1")
        table = view.table("iestades")
        assert {column.key for column in table.columns} == {"name", "place", "type", "value", "size"}
        stage = indicator.stages[0]
        with reading(engine, ALL) as reader:
            period = latest(reader, code, stage)
            released = reader.connection.execute(
                select(indicator_released, institution.c.name)
                .join(institution, institution.c.id == indicator_released.c.unit_id)
                .where(
                    indicator_released.c.release_id == reader.release.id,
                    indicator_released.c.unit_kind == "institution",
                    indicator_released.c.indicator_id == code,
                    indicator_released.c.stage == stage,
                    indicator_released.c.school_year == period[0],
                    indicator_released.c.semester == period[1],
                )
            ).all()
        hidden = {row.name for row in released if row.value is None}
        shown = [row for row in table.values() if row["value"] is not None]
        assert not hidden & {row["name"] for row in shown}
        by_name = {row.name: row for row in released}
        for row in shown:
            assert by_name[row["name"]].denominator >= 10
            if not isinstance(row["value"], str):
                assert row["value"] == pytest.approx(
                    risk_words.table_value(indicator, by_name[row["name"]].value)
                )


def test_the_public_funnel_names_nobody(demo_app, engine):
    """Dots carry no name and no level; the page has no institution in a drawing."""
    with reading(engine, ALL) as reader:
        names = {row.name for row in reader.connection.execute(select(institution.c.name))}
    for path in ("/riski/R03", "/riski/R01", "/riski/R05"):
        view = view_of(demo_app, "public", path)
        for frame in view.frames():
            if frame.table.id == "iestades":
                continue
            drawn = json.dumps(frame.figure or {}) + str(frame.mark or "") + json.dumps(frame.table.values())
            assert not [name for name in names if name in drawn], frame.table.id
            assert "triangle" not in json.dumps(frame.figure or {})


def test_a_municipality_sees_names_of_its_own_only(demo_app, engine):
    """Matrix, list and funnel name the institutions of the reader's scope and no others."""
    scope = scope_of(demo_app, "municipality")
    with reading(engine, ALL) as reader:
        rows = reader.connection.execute(select(institution.c.name, institution.c.municipality_code)).all()
    own = {row.name for row in rows if row.municipality_code in scope.municipalities}
    others = {row.name for row in rows} - own
    view = view_of(demo_app, "municipality", "/riski/R03?visas=1")
    listed = {row["name"] for row in view.table("iestades").values()}
    assert listed
    assert listed <= own
    for frame in view.frames():
        drawn = json.dumps(frame.figure or {}) + str(frame.mark or "")
        assert not [name for name in others if f">{name}<" in drawn or f'"{name}: ' in drawn]


def test_the_list_is_sorted_by_certainty_then_duration(demo_app):
    """Certain high first, then what lasts, then what is new; never by the value."""
    rows = view_of(demo_app, "ministry", "/riski/R03?limenis=all&visas=1").table("iestades").rows
    ranks = [
        (
            0
            if "augsts risks (droši)" in row["level"].striptags()
            else 1
            if "augsts risks" in row["level"].striptags()
            else 2
        )
        for row in rows
    ]
    assert ranks == sorted(ranks)
    certain = [row["periods"] for row, rank in zip(rows, ranks, strict=True) if rank == 0]
    assert certain == sorted(certain, reverse=True)


# --- numbers that can be recounted ----------------------------------------------------------------


def test_level_counts_equal_a_recount(engine):
    """The roll-up and the matrix hold exactly the institutions of the detail plane."""
    with reading(engine, ALL) as reader:
        for code, stage in SERIES:
            period = latest(reader, code, stage)
            if period is None:
                continue
            counts = risks.level_counts(reader)[code, stage][period]
            rows = reader.connection.execute(
                select(indicator_value.c.level, indicator_value.c.certainty, indicator_value.c.reason).where(
                    indicator_value.c.release_id == reader.release.id,
                    indicator_value.c.unit_kind == "institution",
                    indicator_value.c.indicator_id == code,
                    indicator_value.c.stage == stage,
                    indicator_value.c.school_year == period[0],
                    indicator_value.c.semester == period[1],
                )
            ).all()
            for level in ("low", "medium", "high"):
                assert getattr(counts, level) == sum(row.level == level for row in rows)
            assert counts.certain_high == sum(
                row.level == "high" and row.certainty == "certain" for row in rows
            )
            assert counts.too_few == sum(row.level is None and row.reason == "u" for row in rows)
            assert counts.missing == sum(row.level is None and row.reason == "x" for row in rows)
            picture = risks.picture(reader, INDICATORS[code], stage, period)
            assert sum(picture.matrix.values()) + picture.undetermined == counts.judged


def test_the_country_is_the_sum_of_its_institutions(engine):
    """National values come from counts, never from the values of institutions."""
    with reading(engine, ALL) as reader:
        national = risks.national(reader)
        for code, stage in SERIES:
            period = latest(reader, code, stage)
            if period is None:
                continue
            rows = risks.institutions(reader, code, stage, period)
            known = [row for row in rows if row.value is not None]
            point = next(one for one in national[code, stage] if one.period == period)
            assert point.numerator == pytest.approx(sum(row.numerator for row in known))
            assert point.denominator == pytest.approx(sum(row.denominator for row in known))
            assert point.value == pytest.approx(point.numerator / point.denominator)


def test_the_funnel_is_that_of_the_statistics(engine):
    """Dispersion and variance agree with the tested functions of indicators.statistics."""
    from indicators.statistics import funnel

    with reading(engine, ALL) as reader:
        rows = risks.institutions(reader, "R03", "basic", latest(reader, "R03", "basic"))
    known = [row for row in rows if row.value is not None and row.denominator]
    ours = risks.funnel("share", rows)
    theirs = funnel.proportion([row.numerator for row in known], [row.denominator for row in known])
    assert ours.target == pytest.approx(theirs.target)
    assert ours.phi == pytest.approx(theirs.phi)
    assert ours.tau2 == pytest.approx(theirs.tau2)
    for row in known:
        lower, upper = ours.limits(row.denominator, 3.09)
        beyond = row.value < lower - 1e-12 or row.value > upper + 1e-12
        assert beyond == (abs(ours.score(row.value, row.denominator)) > 3.09)
    size = known[0].denominator
    assert ours.limits(size, 3.0902)[1] == pytest.approx(theirs.upper_overdispersed[0], abs=1e-4)


def test_a_change_is_told_by_trend_or_interval(engine):
    """Without a trend the difference counts only when its interval leaves out zero."""

    class Row:
        def __init__(self, **fields):
            self.__dict__.update({"trend": None, "boundary_medium": 1.0, "boundary_high": 2.0, **fields})

    falls, rises = INDICATORS["R04"], INDICATORS["R03"]
    before = Row(value=0.10, lower=0.08, upper=0.12)
    more = Row(value=0.20, lower=0.17, upper=0.23)
    near = Row(value=0.11, lower=0.08, upper=0.14)
    assert risks.change_of(rises, more, before) == "worse"
    assert risks.change_of(falls, more, before) == "better"
    assert risks.change_of(rises, near, before) == "same"
    assert risks.change_of(rises, more, None) is None
    assert risks.change_of(rises, Row(**{**more.__dict__, "trend": "improving"}), before) == "better"
    both = INDICATORS["R11"]
    below = Row(value=-15, lower=-18, upper=-12, boundary_medium=-10, boundary_high=-20, trend="decreasing")
    assert risks.change_of(both, below, None) == "worse"


# --- the laboratory -------------------------------------------------------------------------------


def in_force(lab: Laboratory, stage: str, **changes) -> Proposal:
    rule = lab.in_force[0]
    given = {
        "indicator_id": lab.indicator.id,
        "stage": stage,
        "operator": rule.operator,
        "basis": rule.basis,
        "medium": rule.medium,
        "high": rule.high,
    }
    return Proposal(**{**given, **changes})


@pytest.mark.parametrize(("code", "stage"), SERIES)
def test_the_thresholds_in_force_change_nothing(engine, code, stage):
    """Unchanged numbers repeat every published level and every published certainty."""
    with reading(engine, ALL) as reader:
        lab = Laboratory(reader, code, stage, latest(reader, code, stage))
        result = lab.run(in_force(lab, stage))
    assert not result.changed
    assert all(one.before_certain == one.after_certain for one in result.outcomes)
    assert result.chance_after == pytest.approx(result.chance_before, abs=0.05)


@pytest.mark.parametrize(
    ("code", "medium", "high"),
    [("R03", 1.2, 1.8), ("R04", -0.05, -0.12), ("R01", 0.15, 0.30), ("R10", -0.2, -0.4)],
)
@pytest.mark.parametrize("operator", [">", ">="])
def test_moving_a_boundary_changes_the_institutions_between(engine, code, medium, high, operator):
    """A recount by hand: the value against the boundary, and nothing else."""
    indicator, stage = INDICATORS[code], "basic"
    with reading(engine, ALL) as reader:
        period = latest(reader, code, stage)
        lab = Laboratory(reader, code, stage, period)
        result = lab.run(in_force(lab, stage, medium=medium, high=high, operator=operator))
        national = risk_words.national_value(risks.national(reader), indicator, stage, period)
        rows = {row.name: row for row in risks.institutions(reader, code, stage, period) if row.level}
    basis = lab.in_force[0].basis

    def level(value: float) -> str:
        found = "low"
        for number, name in ((medium, "medium"), (high, "high")):
            place = {"times_national": number * national, "plus_national": number + national}.get(
                basis, number
            )
            if indicator.direction == "low_bad":
                beyond = value < place if operator == ">" else value <= place
            else:
                beyond = value > place if operator == ">" else value >= place
            found = name if beyond else found
        return found

    assert {one.name: one.after for one in result.outcomes} == {
        name: level(row.value) for name, row in rows.items()
    }
    assert {one.name for one in result.changed} == {
        name for name, row in rows.items() if level(row.value) != row.level
    }
    assert result.changed


def test_a_band_that_widens_flags_fewer(engine):
    """Size bands move as a whole: twice the distance leaves a part of the institutions beyond."""
    with reading(engine, ALL) as reader:
        lab = Laboratory(reader, "R05", "all_general", latest(reader, "R05", "all_general"))
        wide = lab.run(in_force(lab, "all_general", medium=2.0, high=3.0))
        narrow = lab.run(in_force(lab, "all_general", medium=0.5, high=0.8))
    now, more, fewer = (wide.counts("before"), narrow.counts("after"), wide.counts("after"))
    assert more["low"][0] < now["low"][0] < fewer["low"][0]
    assert all(not one.worse for one in wide.changed)


def test_a_proposal_for_state_cities_leaves_counties_alone(engine):
    """The territory of a proposal limits what it changes."""
    with reading(engine, ALL) as reader:
        lab = Laboratory(reader, "R03", "basic", latest(reader, "R03", "basic"))
        result = lab.run(in_force(lab, "basic", medium=0.5, high=0.8, territory_kind="state_city"))
    assert result.changed
    assert all(int(one.municipality_code[2:6]) < 20 for one in result.changed)


def test_three_periods_together_are_another_value(engine):
    """Pooling compares the value of three periods; small institutions change most."""
    with reading(engine, ALL) as reader:
        lab = Laboratory(reader, "R03", "basic", latest(reader, "R03", "basic"))
        result = lab.run(in_force(lab, "basic"), periods=3)
    assert result.changed


def test_the_laboratory_is_for_officials(client, signed_in, engine):
    """Everybody else gets the same answer as for a page that does not exist."""
    assert signed_in("ministry").get("/latvija/robezas").status_code == 200
    for reader in (client, signed_in("municipality"), signed_in("school")):
        assert reader.get("/latvija/robezas").status_code == 404
        assert reader.get("/eksports/csv/robezas-limeni/latvija/robezas").status_code == 404
    with reading(engine, Scope.public()) as reader, pytest.raises(NothingToTest):
        Laboratory(reader, "R03", "basic", (2023, 2))


def test_the_laboratory_refuses_a_wrong_order_and_says_so(demo_app):
    """The page shows the thresholds in force and what is wrong."""
    view = view_of(demo_app, "ministry", "/latvija/robezas?raditajs=R03&videja=2&augsta=1,5")
    html = str(view.to_html())
    assert 'role="alert"' in html
    assert not view.table("robezas-iestades").rows


@pytest.mark.parametrize(("code", "stage"), [("R01", "basic"), ("R04", "basic"), ("R05", "all_general")])
def test_typed_numbers_survive(demo_app, code, stage):
    """The numbers in the form are the ones in force, in both languages; typing them changes nothing."""
    for lang in ("", "/en"):
        view = view_of(demo_app, "ministry", f"{lang}/latvija/robezas?raditajs={code}&posms={stage}")
        assert not view.table("robezas-iestades").rows
        indicator = INDICATORS[code]
        rule = indicator.thresholds[0]
        scale = threshold_lab.scale_of(indicator, rule.basis)
        for typed in ("lv", "en"):
            medium = threshold_lab.typed_number(rule.medium, scale, typed)
            again = view_of(
                demo_app,
                "ministry",
                f"{lang}/latvija/robezas?raditajs={code}&posms={stage}&videja={medium}",
            )
            assert not again.table("robezas-iestades").rows


@pytest.fixture
def writing_app(demo_path, tmp_path):
    """An application over a copy of the database, with the route that stores proposals."""
    import settings
    from app import create_app

    path = tmp_path / "monitoring.sqlite"
    shutil.copy(demo_path, path)
    url = f"sqlite:///{path}"
    app = create_app(
        settings.Settings(
            DATABASE_URL=url, secret_key="test-only-0123456789-abcdefghijklmnop", log_level="ERROR"
        )
    )
    if "save_threshold_proposal" not in app.server.view_functions:
        threshold_lab.install(app.server, Writer(url))
    return app, url


FORM = {
    "lang": "lv",
    "raditajs": "R03",
    "posms": "basic",
    "teritorija": "all",
    "zime": "ge",
    "videja": "1,6",
    "augsta": "2,2",
    "pamats": "times_national",
    "pamatojums": "Robeža pārāk bieži rāda nejaušību",
}
SAME = {"Sec-Fetch-Site": "same-origin"}


def sign_in(app, account: str):
    reader = app.server.test_client()
    reader.post("/pieslegties", data={"account": account, "next": "/"}, headers=SAME)
    return reader


def stored(url: str) -> list:
    made = engines.create(url, read_only=True)
    with made.begin() as connection:
        rows = connection.execute(select(threshold).where(threshold.c.status == "proposal")).all()
    made.dispose()
    return rows


def test_an_official_saves_a_proposal(writing_app):
    """It is stored with author and reason, shown below the laboratory, and changes no level."""
    app, url = writing_app
    reader = sign_in(app, "ministry")
    answer = reader.post("/latvija/robezas/priekslikums", data=FORM, headers=SAME)
    assert answer.status_code == 303
    (row,) = stored(url)
    assert (row.author, row.reason) == ("demo-ministry", FORM["pamatojums"])
    assert (row.medium, row.high, row.operator) == (1.6, 2.2, ">=")
    page = reader.get(answer.headers["Location"]).get_data(as_text=True)
    assert FORM["pamatojums"] in page
    assert f"Nr. {row.id}" in page
    assert FORM["pamatojums"] not in app.server.test_client().get("/raditajs/R03").get_data(as_text=True)


def test_a_refused_proposal_is_not_stored(writing_app):
    """No reason, a wrong order, a foreign site, a reader without the role, nonsense."""
    app, url = writing_app
    reader = sign_in(app, "ministry")
    for changes, code in (({"pamatojums": ""}, "reason"), ({"augsta": "1,5"}, "order")):
        answer = reader.post("/latvija/robezas/priekslikums", data={**FORM, **changes}, headers=SAME)
        assert f"kluda={code}" in answer.headers["Location"]
        assert 'role="alert"' in reader.get(answer.headers["Location"]).get_data(as_text=True)
    address = "/latvija/robezas/priekslikums"
    for field, value in (("videja", "1e9"), ("raditajs", "R99"), ("zime", "<"), ("lang", "de")):
        assert reader.post(address, data={**FORM, field: value}, headers=SAME).status_code == 400
    assert reader.post(address, data=FORM, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    for account in ("municipality", "school"):
        assert sign_in(app, account).post(address, data=FORM, headers=SAME).status_code == 404
    assert app.server.test_client().post(address, data=FORM, headers=SAME).status_code == 404
    assert not stored(url)


# --- definitions ----------------------------------------------------------------------------------


def test_a_definition_names_the_origin_of_every_threshold(demo_app, engine):
    """Origin, citation and date of each threshold in force, and the words of the file."""
    with reading(engine, ALL) as reader:
        rows = {code: risks.threshold_history(reader, code) for code in INDICATORS}
    for lang, prefix in (("lv", ""), ("en", "/en")):
        for code, indicator in INDICATORS.items():
            view = view_of(demo_app, "public", f"{prefix}/raditajs/{code}")
            html = str(view.to_html())
            words = indicator.text(lang)
            for text in (words.formula, words.missing, words.example, words.numerator):
                assert text.split(" – ")[0].split("'")[0][:40] in html.replace("&#39;", "'"), (code, text)
            listed = view.table("robezas").values()
            assert len(listed) == len(rows[code])
            for cells, row in zip(listed, rows[code], strict=True):
                assert (
                    cells["origin"]
                    == {
                        ("provisional", "lv"): "pagaidu, nav oficiāla",
                        ("provisional", "en"): "provisional, not official",
                    }[row.origin, lang]
                )
                assert cells["citation"] in row.citation


def test_an_overdue_review_is_said(monkeypatch, demo_app):
    """A definition past its review date says so."""
    late = dataclasses.replace(INDICATORS["R03"], next_review="2020-01-31")
    changed = MappingProxyType({**INDICATORS, "R03": late})
    monkeypatch.setattr(indicator_page, "INDICATORS", changed)
    html = str(view_of(demo_app, "ministry", "/raditajs/R03").to_html())
    assert "Pārskatīšanas termiņš nokavēts" in html
    assert "31.01.2020." in html
    assert not risk_words.overdue(INDICATORS["R03"], __import__("datetime").date(2026, 12, 1))


def test_the_latest_period_is_shown_first(engine, demo_app):
    """A page without a period shows the newest one of its stage."""
    with reading(engine, ALL) as reader:
        assert latest(reader, "R03", "basic") == values.latest(reader, "R03", "basic")
    view = view_of(demo_app, "ministry", "/riski/R03")
    assert "2.\u00a0semestris" in str(view.lead)


@pytest.mark.parametrize(
    ("low", "high", "lang", "told"),
    [
        ("1,1\u00a0%", "2,3\u00a0%", "lv", "1,1–2,3\u00a0%"),
        ("1.1%", "2.3%", "en", "1.1–2.3%"),
        ("0,5", "1,25", "lv", "0,5–1,25"),
        ("−5", "−2,5", "lv", "no −5 līdz −2,5"),
    ],
)
def test_class_of_a_map_is_one_range(low, high, lang, told):
    """The sign of a percentage stands once, and a minus never behind a dash."""
    assert risk_series._between(low, high, lang) == told
