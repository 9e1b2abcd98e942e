"""Pages of graduates: published values with source, states, denominators, roles, odd parameters, both languages."""

from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select

from data_access import schema
from data_access.engine import create

ADDRESSES = ("/absolventi/augstaka", "/absolventi/profesionala", "/absolventi/karjera")
TAGS = re.compile(r"<[^>]+>")


def _text(answer) -> str:
    """The words of a page, with plain spaces."""
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    return re.sub(r"\s+", " ", TAGS.sub(" ", html).replace("\xa0", " "))


def _rows(client, page, table, query="", lang=""):
    answer = client.get(f"/eksports/json/{table}{lang}{page}{query}")
    assert answer.status_code == 200, (page, table, query)
    payload = json.loads(answer.get_data(as_text=True))
    return payload["rows"] if "rows" in payload else payload["values"]


@pytest.fixture(scope="module")
def place(demo_path):
    """Registration numbers: a university, a vocational school and the vocational school with the fewest graduates."""
    made = create(f"sqlite:///{demo_path}", read_only=True)
    group, institution = schema.graduate_group.c, schema.institution.c
    with made.begin() as connection:
        rows = connection.execute(
            select(institution.reg_no, group.system, group.graduates)
            .join(schema.graduate_group, group.area_id == institution.id.cast(group.area_id.type))
            .where(
                group.plane == "detail",
                group.area_kind == "institution",
                group.cohort == 0,
                group.programme == "",
                group.k == 1,
            )
            .order_by(group.graduates)
        ).all()
    made.dispose()
    found = {
        system: [row.reg_no for row in rows if row.system == system] for system in ("higher", "vocational")
    }
    return {
        "higher": found["higher"][-1],
        "vocational": found["vocational"][-1],
        "small": found["vocational"][0],
    }


@pytest.mark.parametrize("lang", ["", "/en"])
@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("account", [None, "ministry", "municipality", "school"])
def test_every_page_answers_every_role(client, signed_in, address, lang, account):
    reader = signed_in(account) if account else client
    text = _text(reader.get(f"{lang}{address}"))
    assert "None" not in text
    assert "nan" not in re.findall(r"\w+", text)


def test_published_cohorts_stand_on_the_page_with_their_source(client):
    rows = _rows(client, "/absolventi/augstaka", "publicets", lang="/en")
    shown = {
        (row["year"], row["category"], round(row["value"], 3))
        for row in rows
        if isinstance(row["value"], float)
    }
    for year, employed, unemployed in (
        ("2018", 0.814, 0.029),
        ("2019", 0.828, 0.037),
        ("2020", 0.819, 0.044),
    ):
        assert (year, "employed", employed) in shown
        assert (year, "registered unemployed", unemployed) in shown
    assert {("2020", "women", 0.826), ("2020", "men", 0.81), ("2019", "Doctor", 0.904)} <= shown
    assert {("2019", "employed", 0.859), ("2019", "employed", 0.878)} <= shown
    assert all(row["source"] for row in rows)
    html = client.get("/absolventi/augstaka").get_data(as_text=True)
    for value in ("81,4\xa0%", "82,8\xa0%", "81,9\xa0%", "2,9\xa0%", "3,7\xa0%", "4,4\xa0%"):
        assert value in html
    assert "https://stat.gov.lv/" in html


def test_the_trap_of_two_denominators_is_told_and_both_are_offered(client):
    text = _text(client.get("/absolventi/augstaka"))
    assert "85,9 %" in text
    assert "87,8 %" in text
    everybody = _rows(client, "/absolventi/augstaka", "kohortas")
    local = _rows(client, "/absolventi/augstaka", "kohortas", "?no=latvija")
    pooled = [row for row in everybody if not row["cohort"].isdigit()][0]
    pooled_local = [row for row in local if not row["cohort"].isdigit()][0]
    assert pooled_local["k1"] > pooled["k1"]
    assert "no Latvijā esošajiem" in _text(client.get("/absolventi/augstaka?no=latvija"))


@pytest.mark.parametrize("page", ADDRESSES[:2])
@pytest.mark.parametrize(
    "measure", ["nodarbinati", "ienakumi", "relativi", "atbilst", "bezdarbs", "arzemes", "macas"]
)
def test_no_unfinished_year_has_a_number(client, page, measure):
    for row in _rows(client, page, "kohortas", f"?raditajs={measure}"):
        if not row["cohort"].isdigit():
            continue
        for k in range(1, 11):
            if int(row["cohort"]) + k > 2023 and f"k{k}" in row:
                assert row[f"k{k}"] is None
                assert row[f"k{k}_reason"] == "z"


def test_another_base_year_scales_every_income_by_one_factor(client):
    first = _rows(client, "/absolventi/augstaka", "kohortas", "?raditajs=ienakumi&cenas=2015")
    second = _rows(client, "/absolventi/augstaka", "kohortas", "?raditajs=ienakumi&cenas=2023")
    ratios = [
        b[f"k{k}"] / a[f"k{k}"]
        for a, b in zip(first, second, strict=True)
        for k in range(1, 11)
        if isinstance(a[f"k{k}"], (int, float)) and a[f"k{k}"] > 0
    ]
    assert len(ratios) > 50
    assert max(ratios) - min(ratios) < 0.003  # rounding to 10 EUR
    assert min(ratios) == pytest.approx(1.437, abs=0.003)


def test_nominal_income_is_never_the_default_and_has_no_pooled_number(client):
    default = _rows(client, "/absolventi/augstaka", "kohortas", "?raditajs=ienakumi")
    nominal = _rows(client, "/absolventi/augstaka", "kohortas", "?raditajs=ienakumi&cenas=faktiskas")
    assert default != nominal
    pooled = [row for row in nominal if not row["cohort"].isdigit()][0]
    assert pooled["k1"] is None
    assert pooled["k1_reason"] == "z"
    assert "2023. gada cenās" in _text(client.get("/absolventi/augstaka?raditajs=ienakumi"))
    # What adds up cohorts of several years stays in the prices of one year.
    query = "?raditajs=ienakumi"
    programmes = _rows(client, "/absolventi/augstaka", "programmas", query)
    assert programmes == _rows(client, "/absolventi/augstaka", "programmas", query + "&cenas=faktiskas")
    assert any(row["value"] for row in programmes)


def test_k_is_aligned_in_the_triangle(client):
    rows = {row["cohort"]: row for row in _rows(client, "/absolventi/augstaka", "trijsturis")}
    assert isinstance(rows["2017"]["k2"], float)  # graduates of 2017 at the end of 2019
    assert isinstance(rows["2013"]["k10"], float)
    assert rows["2022"]["k2"] == "vēl nav novērots"
    text = _text(client.get("/absolventi/augstaka"))
    for words in ("vēl nav novērots", "aizsargāts: pārāk maz absolventu", "tādu absolventu nav"):
        assert words in text


def test_a_school_is_reached_from_its_risk_page(client, signed_in, place):
    """R06 of the vocational school leads to its graduates; those in scope find the answers too."""
    for system, page in (("vocational", "profesionala"), ("higher", "augstaka")):
        html = client.get(f"/skola/{place[system]}").get_data(as_text=True)
        assert f'href="/absolventi/{page}?iestade={place[system]}"' in html
        assert "/atbildes" not in html
    assert f'href="/skola/{place["vocational"]}/atbildes"' in signed_in("ministry").get(
        f"/skola/{place['vocational']}"
    ).get_data(as_text=True)
    secondary = client.get("/skola/9900000827").get_data(as_text=True)
    assert not re.search(r"/absolventi/\w+\?iestade=", secondary)
    text = _text(client.get(f"/absolventi/profesionala?iestade={place['vocational']}"))
    assert "valstī:" in text
    assert _rows(client, "/absolventi/profesionala", "programmas", f"?iestade={place['vocational']}")


def test_others_get_no_comparison_of_single_programmes_and_small_ones_are_hidden(client, signed_in, place):
    query = f"?iestade={place['small']}"
    public = _rows(client, "/absolventi/profesionala", "programmas", query)
    inside = _rows(signed_in("ministry"), "/absolventi/profesionala", "programmas", query)
    assert "word" not in public[0]
    assert "word" in inside[0]
    assert all(row["n"] is None or (row["n"] >= 10 and row["n"] % 5 == 0) for row in public)
    assert all(row["n"] is not None for row in inside)


def test_a_programme_of_an_institution_stands_beside_the_same_field(client, place):
    rows = _rows(client, "/absolventi/augstaka", "programmas", f"?iestade={place['higher']}")
    code = rows[0]["programme"][:5]
    text = _text(client.get(f"/en/absolventi/augstaka?iestade={place['higher']}&programma={code}"))
    assert "country, field and level of the chosen programme:" in text
    assert "country, all programmes:" not in text
    assert "country, same field and level" in text
    assert "Names of programmes exist in Latvian only." in text


@pytest.mark.parametrize("address", ADDRESSES[:2])
@pytest.mark.parametrize(
    "query",
    [
        "?joma=nav&limenis=xx&k=11&raditajs=alga&cenas=1900&no=citi&kohorta=1800",
        "?k=10&raditajs=bezdarbs",
        "?joma=agriculture&limenis=doctor&k=9",
        "?joma=agriculture&limenis=trade&k=6&raditajs=ienakumi",
        "?programma=99999",
        "?cenas=2099&raditajs=ienakumi",
        "?kohorta=2013",
    ],
)
def test_odd_parameters_answer(client, address, query):
    assert _text(client.get(address + query))


@pytest.mark.parametrize("address", ADDRESSES[:2])
def test_an_unknown_institution_is_not_found(client, address, place):
    assert client.get(f"{address}?iestade=9999999999").status_code == 404
    other = place["vocational"] if "augstaka" in address else place["higher"]
    assert client.get(f"{address}?iestade={other}").status_code == 404


def test_a_small_school_shows_reasons_instead_of_numbers(client, place):
    html = client.get(f"/absolventi/profesionala?iestade={place['small']}&raditajs=ienakumi").get_data(
        as_text=True
    )
    assert "Aizsargāts" in html


def test_flow_needs_a_hundred_graduates(client):
    for row in _rows(client, "/absolventi/augstaka", "nozares"):
        assert row["n"] is None or row["n"] >= 100


def test_career_compares_three_in_plain_sentences(client):
    text = _text(client.get("/absolventi/karjera?pirmais=a-education&otrais=a42481&tresais=p33811"))
    assert "no 100" in text
    assert "pirms nodokļiem nopelna vairāk nekā" in text
    assert "Tik ilgi vēl neviens nav novērots." in text
    rows = _rows(
        client, "/absolventi/karjera", "karjera", "?pirmais=a-education&otrais=a42481&tresais=p33811"
    )
    assert len({row["name"] for row in rows}) == 3
    assert _text(client.get("/absolventi/karjera?pirmais=x&otrais=a99999"))


def test_every_frame_names_source_coverage_and_demonstration(client):
    html = client.get("/absolventi/augstaka").get_data(as_text=True)
    frames = html.count('class="frame-title"')
    assert frames >= 8
    assert html.count('class="source-line"') == frames
    assert html.count("Demonstrācijas dati.</strong>") >= frames - 1


def test_career_names_the_system_and_leaves_nobody_out(client):
    """A field of the same name in both systems is told apart, and the six statuses of a sentence add up to all."""
    text = _text(client.get("/en/absolventi/karjera"))
    assert "science, mathematics and IT (higher education) – " in text
    assert "engineering, manufacturing and construction (vocational education) – " in text
    assert "Higher and vocational education are different beginnings" in text
    sentence = re.search(r"Working: [^.]*no information: [^.]*\.", text).group()
    parts = [float(number) for number in re.findall(r"(\d+) of 100", sentence)]
    assert len(parts) == 6
    assert sum(parts) == pytest.approx(100, abs=3)  # six rounded numbers
    for row in _rows(client, "/absolventi/karjera", "karjera", lang="/en"):
        shares = [
            row[status]
            for status in ("employed", "unemployed", "studying", "inactive", "emigrated", "unknown")
        ]
        if all(isinstance(share, float) for share in shares):
            assert sum(shares) == pytest.approx(1, abs=0.003)  # from counts rounded to 5


def test_latvian_names_are_marked_on_english_pages(client, place):
    """Programme names exist in Latvian only (WCAG 3.1.2); the export has the name alone."""
    name = re.compile(r'<span lang="lv">\d{5} [^<]+</span>')
    for address in (
        "/en/absolventi/augstaka",
        f"/en/absolventi/augstaka?iestade={place['higher']}",
        f"/en/absolventi/profesionala?iestade={place['vocational']}",
    ):
        html = client.get(address).get_data(as_text=True)
        assert len(name.findall(html)) >= 4, address
        tags = re.findall(r"(<[^>]*>)\d{5} [^<]*, (?:bakalaurs|koledža|maģistrs|arodizglītība)<", html)
        assert all('lang="lv"' in tag for tag in tags), address
    assert 'lang="lv">Datorzinātne, bakalaurs</option>' in client.get("/en/absolventi/karjera").get_data(
        as_text=True
    )
    assert '<span lang="lv">' not in client.get("/absolventi/augstaka").get_data(as_text=True)
    rows = _rows(client, "/absolventi/augstaka", "programmas", lang="/en")
    assert all("<" not in row["programme"] for row in rows)


def test_an_institution_page_says_what_is_of_the_country(client, signed_in, place):
    """What is not the institution's own stands under a heading; exact numbers say that they are not to be published."""
    address = f"/absolventi/profesionala?iestade={place['vocational']}"
    html = client.get(address).get_data(as_text=True)
    assert html.index("Salīdzinājumam – visa valsts") < html.index("Kā atšķiras jomas un līmeņi")
    assert "Vai vienas jomas sievietēm un vīriešiem" not in html
    inside = "ne publicēšanai"
    assert inside not in html
    own = signed_in("ministry")
    assert own.get(address).get_data(as_text=True).count(inside) == 6
    assert inside in own.get(f"/eksports/csv/kohortas{address}").get_data(as_text=True)
    assert inside not in own.get(f"/eksports/csv/jomas{address}").get_data(as_text=True)


def test_extremes_are_told_with_their_chance(client):
    """A difference between bands or small groups is not named as a finding."""
    text = _text(client.get("/en/absolventi/profesionala"))
    told = re.search(r"All fields together: women .*?(?=women men|How to read)", text).group()
    assert "60–80%" not in told
    assert "more than chance" in text
    rows = _rows(client, "/absolventi/profesionala", "dzimums", lang="/en")
    health = next(row for row in rows if row["field"] == "Health and welfare")
    assert isinstance(health["men"], str), "a band in the demonstration data"


@pytest.mark.parametrize("page", ADDRESSES[:2])
@pytest.mark.parametrize("measure", ["nodarbinati", "relativi", "bezdarbs"])
def test_ages_stand_beside_the_sexes_and_are_protected(client, page, measure):
    """Four ages in every field with their number; counts rounded to 5 from 10 up, a small group has a reason."""
    ages = ("up_to_24", "25_29", "30_39", "40_over")
    rows = _rows(client, page, "vecums", f"?raditajs={measure}")
    sexes = _rows(client, page, "dzimums", f"?raditajs={measure}")
    assert [row["field"] for row in rows] == [row["field"] for row in sexes]
    counts = [row[f"n_{age}"] for row in rows for age in ages]
    assert all(n is None or (n >= 10 and n % 5 == 0) for n in counts)
    for row in rows:
        for age in ages:
            assert row[age] is not None or row[f"{age}_reason"] in ("c", "u", "x")
            assert row[f"n_{age}"] is not None or row[age] is None
    # All fields: the four rounded ages are the women and men of the other table, but for rounding.
    whole, other = rows[-1], sexes[-1]
    both = other["n_women"] + other["n_men"]
    assert sum(whole[f"n_{age}"] for age in ages) == pytest.approx(both, abs=6 * 2.5)
    text = _text(client.get(f"/en{page}?raditajs={measure}"))
    assert "Do graduates of different ages of the same field do equally well?" in text


def test_an_institution_reads_its_own_ages_exactly_and_nobody_else_does(client, signed_in, place):
    query = f"?iestade={place['higher']}&k=3"
    address = f"/absolventi/augstaka{query}"
    assert "Kā klājas dažāda vecuma absolventiem" not in client.get(address).get_data(as_text=True)
    assert client.get(f"/eksports/json/vecums{address}").status_code == 404
    for row in _rows(signed_in("ministry"), "/absolventi/augstaka", "vecums", query):
        assert row["n"] >= 0
        if row["n"]:
            assert row["value"] == pytest.approx(row["count"] / row["n"], abs=0.0005)


def test_pages_of_the_country_are_made_once_for_all_readers(client, signed_in):
    """Signed-in readers get the public's tables; only the links to their own institutions are theirs."""
    body = re.compile(r'<table class="data-table".*?</table>', re.DOTALL)
    for address in ADDRESSES:
        public = body.findall(client.get(address).get_data(as_text=True))
        assert public
        for account in ("ministry", "municipality", "school"):
            assert body.findall(signed_in(account).get(address).get_data(as_text=True)) == public


def test_occupations_are_shown_by_field_with_the_work_that_fits(client):
    """Groups 1 to 3 of the field are the work that fits higher education: told twice, from the same counts."""
    rows = _rows(client, "/absolventi/augstaka", "profesijas", lang="/en")
    compared = 0
    for row in rows:
        parts = [row[code] for code in "123"]
        if all(isinstance(part, float) for part in (*parts, row["fit"])):
            assert sum(parts) == pytest.approx(row["fit"], abs=0.02)  # counts rounded to 5
            compared += 1
    assert compared >= 5
    for page in ADDRESSES[:2]:
        for row in _rows(client, page, "profesijas"):
            assert row["n"] is None or row["n"] >= 100
    assert "vecākajiem speciālistiem vai speciālistiem (1.–3. pamatgrupa)" in _text(
        client.get("/absolventi/augstaka")
    )
    text = _text(client.get("/en/absolventi/profesionala"))
    assert "told by the sector of the qualification, not by the group" in text


@pytest.mark.parametrize("page", ADDRESSES[:2])
def test_founders_are_told_per_hundred_with_their_number(client, page):
    rows = _rows(client, page, "uznemumi", "?k=3")
    told = [row for row in rows if row["founders"] is not None]
    assert len(told) >= 3
    for row in told:
        assert row["founders"] >= 10
        assert row["founders"] % 5 == 0
        assert row["graduates"] >= 100
        assert row["rate"] == pytest.approx(100 * row["founders"] / row["graduates"], abs=0.06)
    assert "uzņēmumu dibinājuši" in _text(client.get(f"{page}?k=3"))


def test_an_institution_sees_its_own_occupations_and_founders_exactly(client, signed_in):
    """The demonstration university and vocational school read their own, and of others what everybody reads."""
    for account, page in (("university", "augstaka"), ("vocational", "profesionala")):
        reader = signed_in(account)
        html = reader.get(f"/absolventi/{page}").get_data(as_text=True)
        (reg_no,) = set(re.findall(rf'href="/absolventi/{page}\?iestade=(\d{{10}})"', html))
        here = f"?iestade={reg_no}"
        work = _rows(reader, f"/absolventi/{page}", "profesijas", here)
        total = sum(row["n"] for row in work)
        assert sum(row["share"] for row in work) == pytest.approx(1)
        assert all(row["share"] == pytest.approx(row["n"] / total) for row in work)
        made = _rows(reader, f"/absolventi/{page}", "uznemumi", here)
        assert all(row["founders"] <= row["graduates"] for row in made if row["founders"] is not None)
        assert "ne publicēšanai" in reader.get(f"/absolventi/{page}{here}").get_data(as_text=True)
        for outsider in (client, signed_in("school")):
            assert outsider.get(f"/eksports/json/profesijas/absolventi/{page}{here}").status_code == 404
            assert outsider.get(f"/eksports/json/uznemumi/absolventi/{page}{here}").status_code == 404
        assert reader.get(f"/skola/{reg_no}").status_code == 200


def test_a_mean_is_named_as_one():
    """A group without a median, as pages show it in prices of a year 10 % dearer."""
    from types import SimpleNamespace

    from pages.graduates_choice import yearly

    row = SimpleNamespace(income_median=None, income_mean=10_000.0)
    value = yearly(row, 1.1, "en", "x")
    assert value.text.replace("\xa0", " ") == "mean 11,000 EUR"
    assert value.cell == value.text
    assert yearly(row, 1.1, "lv", "x").text.startswith("vidēji 11")
    assert yearly(SimpleNamespace(income_median=None, income_mean=None), 1.1, "lv", "c").reason == "c"


def test_a_closed_institution_opens_at_the_first_year_that_is_told(client, demo_path):
    """Closed in 2018: of the last three cohorts nobody is one year out of it. Asked for that year, nothing applies."""
    made = create(f"sqlite:///{demo_path}", read_only=True)
    group, institution = schema.graduate_group.c, schema.institution.c
    with made.begin() as connection:
        rows = connection.execute(
            select(institution.reg_no, group.k, group.reason)
            .join(schema.graduate_group, group.area_id == institution.id.cast(group.area_id.type))
            .where(
                institution.valid_to.is_not(None),
                group.plane == "released",
                group.area_kind == "institution",
                group.system == "higher",
                group.cohort == 0,
                group.programme == "",
            )
        ).all()
    made.dispose()
    observed = {
        reg_no: [row.k for row in rows if row.reg_no == reg_no] for reg_no in {r.reg_no for r in rows}
    }
    told = {reg_no: [row.k for row in rows if row.reg_no == reg_no and not row.reason] for reg_no in observed}
    reg_no = next(one for one in sorted(observed) if 1 not in observed[one] and told[one])
    page = f"/en/absolventi/augstaka?iestade={reg_no}"
    assert f"Employed, after {min(told[reg_no])} years" in _text(client.get(page))
    asked = _text(client.get(f"{page}&k=1"))
    assert "Employed, after 1 year" in asked
    assert "the data have not been received" not in asked.split("How many graduates are employed?")[0]


def test_key_figures_name_their_own_denominators(client):
    """Asked for those in Latvia, only the employed are a share of them; the unemployed stay a share of all graduates."""
    told = _text(client.get("/en/absolventi/augstaka?no=latvija")).split("Years after graduation")[0]
    employed, rest = told.split("Income and the average wage, after 1 year")
    assert "share of those in Latvia whose status is known" in employed
    assert "share of those in Latvia" not in rest
    unemployed = rest.split("Unemployed, after 1 year")[1].split("Abroad, after 1 year")[0]
    assert re.search(r"share of all graduates · [\d,]+ graduates", unemployed)
