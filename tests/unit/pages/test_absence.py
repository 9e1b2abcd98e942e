"""/kavejumi and /neregistretie: the report's numbers, refusals, protection, every kind of unit and reader."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from markupsafe import Markup
from scipy.optimize import linprog
from scipy.sparse import csr_array

from data_access.demo.build import NOTABLE
from indicators.unregistered import BESIDE, NINE
from language import numbers

REFERENCE = Path(__file__).resolve().parents[3] / "reference"
ACCOUNTS = ("public", "school", "municipality", "ministry")
TABS = ("attistiba", "kur", "iemesli", "saskana")
STAGE_WORDS = {
    "preschool": "Pirmsskola",
    "basic": "Pamatizglītība (bez speciālās izglītības)",
    "basic_all": "Pamatizglītība (ar speciālo izglītību)",
    "upper_secondary": "Vispārējā vidējā izglītība",
    "vocational": "Profesionālā izglītība",
    "total": "Visi posmi (bez speciālās pamatizglītības)",
}
KIND_WORDS = {
    "excused": "Attaisnoti",
    "illness": "Slimības dēļ (daļa no attaisnotajiem)",
    "unexcused": "Neattaisnoti",
}


def report(key: str, *tables: str) -> list[dict[str, str]]:
    """Rows of the annual report with this key."""
    with (REFERENCE / "annual_report_2024.csv").open(encoding="utf-8", newline="") as stream:
        return [
            row
            for row in csv.DictReader(stream)
            if row["indicator_key"] == key and (not tables or row["table_id"] in tables)
        ]


@pytest.fixture
def reader_of(client, signed_in):
    """Function of an account, 'public' among them: a client."""
    return lambda account: client if account == "public" else signed_in(account)


def screen(html: str, table_id: str) -> list[list[str]]:
    """Cells of a table as they stand in the page."""
    found = re.search(rf'<table[^>]*id="t-{table_id}".*?</table>', html, re.S)
    assert found, table_id
    body = found.group(0).split("<tbody", 1)[1]
    rows = re.findall(r"<tr.*?</tr>", body, re.S)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def export(client, kind: str, table_id: str, address: str):
    """An export of a table of a page."""
    path, _, query = address.partition("?")
    return client.get(f"/eksports/{kind}/{table_id}{path}{'?' + query if query else ''}")


def csv_rows(client, table_id: str, address: str) -> list[list[str]]:
    """Data rows of the CSV, without the lines of provenance and the heading."""
    answer = export(client, "csv", table_id, address)
    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert any(line[0].startswith("# ") for line in lines)
    return [line for line in lines if not line[0].startswith("# ")][1:]


def json_rows(client, table_id: str, address: str) -> list[dict]:
    """Rows of the JSON export."""
    answer = export(client, "json", table_id, address)
    assert answer.status_code == 200, (table_id, address)
    return answer.get_json()["rows"]


def period(row: dict[str, str]) -> str:
    """A printed semester as the page writes it."""
    return numbers.period(row["school_year_or_date"], int(row["period"][-1]), "lv")


# --- the report's numbers -------------------------------------------------------------------------------


def same_everywhere(client, table_id: str, address: str, expected: dict[tuple, int]) -> None:
    """Printed and computed are the report's number, on the screen and in the CSV, and said to be equal."""
    shown = {tuple(row[:-3]): row[-3:] for row in screen(client.get(address).text, table_id)}
    told = {tuple(row[:-3]): row[-3:] for row in csv_rows(client, table_id, address)}
    for key, value in expected.items():
        text = numbers.integer(value, "lv")
        assert shown[key] == [text, text, "sakrīt"], key
        assert told[key] == [str(value), str(value), "sakrīt"], key


def test_table_6(client):
    """All twenty numbers of table 6 are printed and made again from institutions."""
    expected = {
        (STAGE_WORDS[row["stage"]], period(row)): int(row["value"])
        for row in report("long_unexcused_absentees")
    }
    assert len(expected) == 20
    same_everywhere(client, "absence-table6", "/kavejumi?skats=saskana", expected)


def test_table_7(client):
    """All twenty-four numbers of table 7, with special programmes in basic education."""
    expected = {
        (
            STAGE_WORDS["basic_all" if row["stage"] == "basic" else row["stage"]],
            KIND_WORDS[row["category"]],
            period(row),
        ): int(row["value"])
        for row in report("absent_at_least_one_lesson")
    }
    assert len(expected) == 24
    same_everywhere(client, "absence-table7", "/kavejumi?skats=saskana", expected)


def test_reasons(client):
    """The seven numbers of the text on reasons; the eighth was not printed and is no number."""
    names = {
        "motivation": "Mācību motivācijas trūkums",
        "health_without_note": "Ar ārsta zīmi neattaisnotas veselības problēmas",
        "family": "Ģimenes apstākļi",
        "other": "Citi iemesli",
    }
    expected = {
        (names[row["category"]], period(row)): int(row["value"]) for row in report("long_absence_reason")
    }
    assert len(expected) == 7
    same_everywhere(client, "absence-printed-reasons", "/kavejumi?skats=saskana", expected)
    rows = csv_rows(client, "absence-printed-reasons", "/kavejumi?skats=saskana")
    assert [row[2] for row in rows].count("[x]") == 1


def test_table_5(client):
    """The nine statuses, their sum of 4545, and the groups beside it; abroad is not inside."""
    names = {row["category"]: int(row["value"]) for row in report("unregistered_children", "T5")}
    assert len(names) == 9
    rows = json_rows(client, "unregistered-status", "/neregistretie")
    by_number = sorted(row["children"] for row in rows[:-1])
    assert by_number == sorted(names.values())
    assert rows[0]["children"] == rows[0]["printed"] == names["no_information"] == 4291
    assert rows[-1]["children"] == rows[-1]["printed"] == sum(names.values()) == 4545
    assert all(row["equal"] == "sakrīt" for row in rows)
    shown = screen(client.get("/neregistretie").text, "unregistered-status")
    assert {row[1] for row in shown} == {numbers.integer(n, "lv") for n in (*names.values(), 4545)}
    beside = json_rows(client, "unregistered-beside", "/neregistretie")
    printed = {
        row["category"]: int(row["value"]) for row in report("unregistered_children", "S_unregistered_text")
    }
    assert printed["left_country"] == 10809
    for line in beside[:2]:  # as printed, and as computed for the same year
        assert {status: line[status] for status in BESIDE} == {status: printed[status] for status in BESIDE}


def test_the_answer_comes_first(client):
    """The first sentence has the number, the change against the same semester, and the trend."""
    html = client.get("/kavejumi").text
    lead = re.search(r'<p class="lead-sentence">(.*?)</p>', html, re.S).group(1)
    assert "8873" in lead
    assert "par 877 (9,0\u00a0%) mazāk" in lead
    assert "2. semestrī" in lead
    assert "Tendence" in lead


def test_the_stages_add_up_to_the_report(client):
    """The long table of a stage has the report's numbers of both years."""
    for row in report("long_unexcused_absentees"):
        address = f"/kavejumi?posms={row['stage']}"
        wanted = numbers.school_year(row["school_year_or_date"], "lv")
        (found,) = [
            line
            for line in json_rows(client, "absence-long", address)
            if line["year"] == wanted and line["semester"] == int(row["period"][-1])
        ]
        assert found["count"] == int(row["value"])


def test_earlier_points_are_marks_and_percentages_are_never_drawn(client, demo_app):
    """Counts published earlier are crosses; no percentage of theirs is in the drawing."""
    html = client.get("/kavejumi?skats=saskana").text
    frame = re.search(r'<section[^>]*id="f-absence-earlier".*?</section>', html, re.S).group(0)
    drawing = frame.split("</figure>")[0]
    assert drawing.count("ab-cross") == 4 + 1  # the fifth explains the sign
    assert "4,2" not in drawing
    assert "2,4" not in drawing
    rows = json_rows(client, "absence-earlier", "/kavejumi?skats=saskana")
    assert all(row["caveat"] and "http" in row["source"] for row in rows)
    assert {row["count"] for row in rows if row["count"]} >= {1553, 5630, 9309, 8301}


# --- the refusal ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/kavejumi?salidzinat=1", "Pirmo semestri salīdzina tikai ar pirmo"),
        ("/en/kavejumi?salidzinat=1", "A first semester is compared with a first one only"),
        ("/kavejumi?semestris=1&salidzinat=2", "Pirmo semestri salīdzina tikai ar pirmo"),
        ("/kavejumi?pasvaldiba=LV0001000&salidzinat=1", "Pirmo semestri salīdzina tikai ar pirmo"),
    ],
)
def test_another_semester_is_refused(client, address, words):
    """A request to compare semester 2 with semester 1 gets a refusal with its reason."""
    html = client.get(address).text
    box = re.search(r'<div class="warn" role="alert">.*?</div>', html, re.S)
    assert box
    assert words in unescape(box.group(0))


@pytest.mark.parametrize("address", ["/kavejumi", "/kavejumi?salidzinat=2", "/kavejumi?salidzinat=9"])
def test_the_same_semester_is_not_refused(client, address):
    """The same semester, nothing at all, or nonsense: no refusal."""
    assert 'role="alert"' not in client.get(address).text


# --- protection --------------------------------------------------------------------------------------------

SCHOOLS = {case: key for case, key in NOTABLE.items() if key.isdigit()}


@pytest.mark.parametrize("case", sorted(SCHOOLS))
def test_public_sees_no_count_of_an_institution(client, case):
    """No table that the public may export of an institution has a count; no sentence has one either."""
    for tab in TABS:
        address = f"/kavejumi?iestade={SCHOOLS[case]}&skats={tab}"
        html = client.get(address).text
        for table_id in set(re.findall(r'id="t-(absence-[a-z0-9-]+)"', html)):
            for row in json_rows(client, table_id, address):
                for key in ("count", "count0", "count1", "entered", "primary", "n1", "n2"):
                    assert row.get(key) is None, (table_id, key)
        own = html.split('class="m-line-labels"')[0]
        assert not re.search(r"%\s*\(\d[\d\s\u00a0]*\u00a0no\u00a0", own)
    for table_id in ("absence-lessons", "absence-stages", "absence-reasons", "absence-projection"):
        assert export(client, "json", table_id, f"/kavejumi?iestade={SCHOOLS[case]}").status_code == 404


def test_public_counts_of_municipalities_are_rounded(client):
    """Counts of every municipality and stage are hidden, zero, or at least ten and multiples of five."""
    seen = 0
    for stage in ("total", "basic", "upper_secondary", "vocational"):
        for row in json_rows(client, "absence-municipalities", f"/kavejumi?skats=kur&posms={stage}"):
            if row["count"] is None:
                assert row["count_reason"] == "c"
                continue
            seen += 1
            assert row["count"] == 0 or (row["count"] >= 10 and row["count"] % 5 == 0)
            assert row["share"] == pytest.approx(row["count"] / row["pupils"])
    assert seen > 40


@pytest.mark.parametrize("stage", ["preschool", "special_basic", "basic_all"])
def test_sensitive_stages_are_not_shown_by_municipality(client, stage):
    """Preschool and special programmes: a sentence in place of the map."""
    address = f"/kavejumi?skats=kur&posms={stage}"
    assert export(client, "json", "absence-municipalities", address).status_code == 404
    assert client.get(address).status_code == 200


def test_levels_and_names_stay_within_the_scope(reader_of):
    """Names stand in the matrix only for the ministry and for the municipality itself."""
    own = "/kavejumi?pasvaldiba=LV0031000&skats=kur"
    for account in ACCOUNTS:
        client = reader_of(account)
        country = client.get("/kavejumi?skats=kur").text
        matrix = re.search(r'<section[^>]*id="f-absence-matrix".*?</section>', country, re.S).group(0)
        assert ("/skola/" in matrix) == (account != "public")
        inside = account in ("municipality", "ministry")
        assert (export(client, "json", "absence-matrix", own).status_code == 200) == inside
        listed = json_rows(client, "absence-institutions", own)
        assert ("level" in listed[0]) == inside


def test_silent_institutions_are_told_to_those_in_charge(reader_of):
    """The list of high levels without an entry is for the municipality and the ministry."""
    title = "Kur līmenis ir augsts un nekas nav pierakstīts?"
    for account in ACCOUNTS:
        client = reader_of(account)
        assert (title in client.get("/kavejumi?skats=kur").text) == (account == "ministry")
        own = client.get("/kavejumi?pasvaldiba=LV0031000&skats=kur").text
        assert (title in own) == (account in ("ministry", "municipality"))
        other = client.get("/kavejumi?pasvaldiba=LV0001000&skats=kur").text
        assert (title in other) == (account == "ministry")


def test_reasons_of_a_unit_stay_within_the_scope(reader_of):
    """Reasons and VIIS entries below the country are for those in charge."""
    for account in ACCOUNTS:
        client = reader_of(account)
        answer = export(client, "json", "absence-reasons", "/kavejumi?pasvaldiba=LV0031000&skats=iemesli")
        assert (answer.status_code == 200) == (account in ("municipality", "ministry"))
        assert len(json_rows(client, "absence-reasons", "/kavejumi?skats=iemesli")) == 4


def test_exact_and_protected_planes(reader_of):
    """The municipality reads its own exact counts, everybody else rounded ones."""
    address = "/kavejumi?pasvaldiba=LV0031000"
    exact = json_rows(reader_of("ministry"), "absence-long", address)
    assert json_rows(reader_of("municipality"), "absence-long", address) == exact
    public = json_rows(reader_of("public"), "absence-long", address)
    assert public != exact
    known = {(row["year"], row["semester"]): row["count"] for row in exact}
    for row in public:
        if row["count"]:
            assert abs(row["count"] - known[row["year"], row["semester"]]) <= 2


# --- hidden numbers of children -------------------------------------------------------------------------------


def attack(rows: list[dict], nation: dict[str, float | None]) -> dict[tuple[str, str], tuple[float, float]]:
    """What a careful reader can infer of every hidden number: its smallest and largest possible value.

    Known: each shown number to within two, national numbers exactly, the sum of the nine in every row.
    """
    names = [row["name"] for row in rows]
    statuses = [*NINE, *BESIDE, "total"]
    index = {
        (name, status): i * len(statuses) + j
        for i, name in enumerate(names)
        for j, status in enumerate(statuses)
    }
    bounds = []
    for row in rows:
        for status in statuses:
            value = row[status]
            if value is not None:
                bounds.append((max(value - 2, 0), value + 2))
            else:
                bounds.append((0, None))
    equal, right = [], []
    for name in names:
        line = np.zeros(len(bounds))
        for status in NINE:
            line[index[name, status]] = 1
        line[index[name, "total"]] = -1
        equal.append(line)
        right.append(0.0)
    for status, total in nation.items():
        if total is not None:
            line = np.zeros(len(bounds))
            for name in names:
                line[index[name, status]] = 1
            equal.append(line)
            right.append(total)
    matrix = csr_array(np.array(equal))
    hidden = [key for key in index if next(r for r in rows if r["name"] == key[0])[key[1]] is None]
    ranges = {}
    for key in hidden:
        ends = []
        for sign in (1, -1):
            cost = np.zeros(len(bounds))
            cost[index[key]] = sign
            found = linprog(cost, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
            assert found.status == 0
            ends.append(sign * found.fun)
        ranges[key] = (ends[0], ends[1])
    return ranges


@pytest.mark.parametrize("year", [2024, 2019])
def test_no_hidden_number_can_be_inferred(client, year):
    """With every sum on the page no hidden number is pinned down, and nobody can tell that it is above zero."""
    address = f"/neregistretie?gads={year}"
    rows = json_rows(client, "unregistered-municipalities", address)
    rows = [row for row in rows if row.get("total_reason") != "x"]
    status_rows = json_rows(client, "unregistered-status", address)
    beside = next(
        row for row in json_rows(client, "unregistered-beside", address) if row["year"] == str(year)
    )
    words = {name: status for status, name in STATUS_WORDS.items()}
    nation = {words[row["status"]]: row["children"] for row in status_rows if row["status"] in words}
    nation |= {status: beside[status] for status in BESIDE if beside.get(f"{status}_reason") != "z"}
    for row in rows:
        for status in BESIDE:
            if row.get(f"{status}_reason") == "z":
                row[status] = 0
    ranges = attack(rows, nation)
    assert ranges
    for key, (low, high) in ranges.items():
        assert high - low >= 3, key
        assert low <= 1e-6 or high - low >= 4, key


STATUS_WORDS = {
    "no_information": "Pašvaldībai nav informācijas vai tā nav ievadīta",
    "starts_next_year": "Sāks mācības pamatizglītībā nākamajā mācību gadā",
    "lives_in_latvia_studies_abroad": "Dzīvo Latvijā, mācās citas valsts izglītības iestādē",
    "expelled_preschool": "Atskaitīts no pirmsskolas par neapmeklēšanu",
    "family_preschool": "Pirmsskolas izglītību apgūst ģimenē",
    "long_ill": "Ilgstoši slimo",
    "low_or_no_marks": "Nav vērtējuma vai tas ir nepietiekams (atskaitīts no tālmācības vai neklātienes)",
    "arrived": "Iebraucis no citas valsts",
    "disabled": "Bērns ar invaliditāti",
    "total": "Deviņu statusu summa",
}


def test_children_exact_only_in_scope(reader_of):
    """The municipality sees its own small numbers, and no other's."""
    own, others = None, []
    for row in json_rows(reader_of("municipality"), "unregistered-municipalities", "/neregistretie"):
        if row["name"] == "Jēkabpils novads":
            own = row
        else:
            others.append(row)
    assert all(own[status] is not None for status in NINE)
    for row in others:
        for status in (*NINE, *BESIDE, "total"):
            assert row[status] is None or (row[status] >= 10 and row[status] % 5 == 0)
    ministry = json_rows(reader_of("ministry"), "unregistered-municipalities", "/neregistretie")
    assert sum(row["total"] for row in ministry) == 4545


# --- every unit, language, reader ---------------------------------------------------------------------------------

UNITS = {
    "country": "",
    **{case: (f"iestade={key}" if key.isdigit() else f"pasvaldiba={key}") for case, key in NOTABLE.items()},
    "merged_municipality": "pasvaldiba=LV0038001",
}


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("unit", sorted(UNITS))
def test_every_unit_renders(reader_of, account, unit):
    """Each tab of each kind of unit answers every reader in both languages, with nothing left unsaid."""
    client = reader_of(account)
    for prefix in ("", "/en"):
        for tab in TABS:
            answer = client.get(f"{prefix}/kavejumi?{UNITS[unit]}&skats={tab}")
            assert answer.status_code == 200
            text = Markup(answer.text.split("<main", 1)[1].split("</main>", 1)[0]).striptags()
            assert not re.search(r"\b(None|nan|NaN|Markup)\b", text), (unit, tab)
            assert "{" not in text


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(
    "query",
    ["", "gads=2015", "pasvaldiba=LV0001000", "pasvaldiba=LV0055000&gads=2016", "pasvaldiba=LV0038001"],
)
def test_unregistered_renders(reader_of, account, query):
    """The page of children answers every reader in both languages."""
    client = reader_of(account)
    for prefix in ("", "/en"):
        answer = client.get(f"{prefix}/neregistretie?{query}")
        assert answer.status_code == 200
        text = Markup(answer.text.split("<main", 1)[1].split("</main>", 1)[0]).striptags()
        assert not re.search(r"\b(None|nan|NaN)\b", text)
        assert "{" not in text


@pytest.mark.parametrize(
    "address",
    ["/kavejumi?iestade=0000000000", "/kavejumi?pasvaldiba=LV9999999", "/neregistretie?pasvaldiba=LV9999999"],
)
def test_unknown_units_are_not_found(client, address):
    """A unit that does not exist is a 404."""
    assert client.get(address).status_code == 404


def test_every_frame_has_its_parts(client):
    """Each frame has a heading, a finding, a table and its source line."""
    for address in ("/kavejumi", *(f"/kavejumi?skats={tab}" for tab in TABS[1:]), "/neregistretie"):
        html = client.get(address).text
        frames = re.findall(r'<section class="frame" id=".*?</section>', html, re.S)
        assert frames
        for frame in frames:
            assert 'class="finding"' in frame
            assert "<table" in frame
            assert 'class="source-line"' in frame
            assert 'class="how-to-read"' in frame


def test_two_lines_and_never_one(client):
    """The main chart has a line for each semester, and the projection is drawn apart."""
    html = client.get("/kavejumi").text
    frame = re.search(r'<section[^>]*id="f-absence-long".*?</section>', html, re.S).group(0)
    assert len(re.findall(r'class="m-line ab-line ab-first"', frame)) >= 1
    assert len(re.findall(r'class="m-line ab-line ab-second"', frame)) >= 1
    assert frame.count("ab-hollow") == 3  # one a semester and one that explains the sign
    rows = json_rows(client, "absence-long", "/kavejumi")
    assert [row["semester"] for row in rows] == [1, 2] * (len(rows) // 2)
    assert rows[-1]["count_reason"] == "z"  # the projection has no count


def test_the_limit_is_printed_as_a_setting(client):
    """The limit with its operator comes from the setting, and the difference is explained."""
    from indicators.published_rules import ABSENCE_LIMIT

    html = unescape(client.get("/kavejumi").text)
    sign = "≥" if ABSENCE_LIMIT.operator == ">=" else ">"
    assert f"{sign}\u00a0{ABSENCE_LIMIT.lessons}" in html
    assert "tieši 20 stundas" in html
    assert "vairāk nekā 3 dienas" in html


def test_blocks_for_other_pages(demo_settings, demo_path):
    """The blocks render for an institution, a municipality and the country, in and out of scope."""
    from access.pages import Request
    from components.nodes import html_of
    from data_access import engine as engines
    from data_access.queries import units
    from data_access.reading import reading
    from data_access.scope import Scope
    from pages import absence_blocks, load_all

    load_all()
    made = engines.create(f"sqlite:///{demo_path}", read_only=True)
    for scope in (Scope.public(), Scope(role="ministry")):
        with reading(made, scope) as reader:
            request = Request(reader, "lv", {}, "home", demo_settings)
            for case, key in NOTABLE.items():
                if key.isdigit():
                    parts = absence_blocks.institution_block(
                        request, units.institution_by_reg_no(reader, key)
                    )
                else:
                    parts = absence_blocks.municipality_block(
                        request, units.municipality_by_code(reader, key)
                    )
                html = "".join(html_of(part) for part in parts)
                assert bool(html) or case in ("preschool", "orientation_school", "higher_institution")
            headline = absence_blocks.country_headline(request)
            assert "8873" in headline
            assert "4291" in headline
    made.dispose()
