"""Generated sentences: grammar of numbers, what they say, and what they never say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from scipy.stats import beta

from indicators import comparison, sentences
from indicators.catalogue import INDICATORS
from indicators.comparison import Difference
from indicators.compute import rows
from indicators.levels import Prior
from indicators.simulator import Situation, outlook
from language import messages, plurals

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = ROOT / "locale" / "lv" / "LC_MESSAGES" / "sentences.po"
COUNTS = (0, 1, 2, 10, 11, 21, 101)
CLASSES = {0: "zero", 1: "one", 2: "other", 10: "zero", 11: "zero", 21: "one", 101: "one"}
AVOIDED = r"\bslikt|vājāk|reiting|\btop\b|sarkan|labākā skola|sliktākā|bad school|ranking|worst|best school"

with CATALOGUE.open("rb") as _file:
    MESSAGES = [message for message in read_po(_file, locale="lv") if message.id]
PLURALS = [message for message in MESSAGES if message.pluralizable]


@pytest.mark.parametrize("message", PLURALS, ids=[message.id[0][:40] for message in PLURALS])
@pytest.mark.parametrize("n", COUNTS)
def test_every_template_has_the_form_of_its_number(message, n):
    """0, 10 and 11 take the zero form, 1, 21 and 101 the one form, 2 the other; English has its two."""
    names = dict.fromkeys(re.findall(r"{(\w+)}", message.id[0]), "7")
    names.pop("n", None)
    found = messages.translate_plural(*message.id, n, "lv", **names)
    form = message.string[plurals.FORMS["lv"].index(CLASSES[n])]
    assert found == form.format(n=n, **names)
    assert str(n) in found
    english = messages.translate_plural(*message.id, n, "en", **names)
    assert english == message.id[0 if n == 1 else 1].format(n=n, **names)


def test_numbers_and_words_agree():
    """The words after 1, 2 and 10 differ, and 21 is as 1."""
    found = [sentences.noise(n, 0.0, "lv").split(".")[0] for n in COUNTS[1:]]
    assert found == [
        "Šajā sarakstā ir 1 risks",
        "Šajā sarakstā ir 2 riski",
        "Šajā sarakstā ir 10 risku",
        "Šajā sarakstā ir 11 risku",
        "Šajā sarakstā ir 21 risks",
        "Šajā sarakstā ir 101 risks",
    ]


def test_a_decimal_takes_the_form_of_its_digits():
    """1,5 is neither one nor zero."""
    assert (
        messages.translate_plural("{n} risk is new", "{n} risks are new", 1.5, "lv") == "1,5 riski ir jauni"
    )


def test_every_template_is_used_and_translated():
    """The reviewed file holds exactly the texts of the sentences: none missing, none dead."""
    places = messages.extract()
    used = {
        key for key, found in places.items() if any("indicators/sentences.py" in place for place in found)
    }
    assert {message.id for message in MESSAGES} == used


def test_templates_avoid_judging_words():
    """No text ranks, and none calls an institution good or bad."""
    for message in MESSAGES:
        for text in (*message.id, *message.string) if message.pluralizable else (message.id, message.string):
            assert not re.search(AVOIDED, text, re.IGNORECASE), text
    for one in INDICATORS.values():
        for lang in messages.LANGUAGES:
            words = one.text(lang)
            for text in (words.short_name, words.question, words.why, words.formula, words.missing):
                assert not re.search(AVOIDED, text, re.IGNORECASE), text


ROW = {
    "stage": "basic",
    "school_year": 2023,
    "semester": 2,
    "numerator": 24.0,
    "denominator": 212.0,
    "value": 24 / 212,
    "lower": 0.0773,
    "upper": 0.1629,
    "level": "medium",
    "certainty": "certain",
    "probability_medium": 0.9105,
    "probability_high": 0.07,
    "boundary_medium": 0.075,
    "boundary_high": 0.112,
    "pooled_numerator": 61.0,
    "pooled_denominator": 640.0,
    "pooled_periods": 3,
    "reason": None,
}


def test_is_it_chance():
    """Counts, interval, country, earlier periods, probability, and what it is not - in that order."""
    found = sentences.chance(INDICATORS["R03"], ROW, "lv", national=0.056).replace("\u00a0", " ")
    assert found == (
        "24 izglītojamie no 212 semestrī bez attaisnojoša iemesla kavējuši 20 un vairāk mācību stundu. "
        "Vērtība: 11,3 % (95 % ticamības intervāls: 7,7–16,3 %). Valstī: 5,6 %. Pēdējie 3 salīdzināmie periodi "
        "kopā: 61 no 640, t. i., 9,5 %. Maz ticams, ka tā ir nejaušība. Varbūtība, ka patiesais līmenis ir virs "
        "robežas (7,5 %), ir 91 %. Tas ir iemesls noskaidrot cēloņus, nevis iestādes vērtējums."
    )
    english = sentences.chance(INDICATORS["R03"], ROW, "en", national=0.056)
    assert "24 learners of 212 missed 20 or more lessons" in english
    assert "not a judgement of the institution" in english


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.95, "Maz ticams, ka tā ir nejaušība"),
        (0.73, "iespējams, nav nejaušība"),
        (0.26, "Tā var būt nejaušība"),
    ],
)
def test_the_probability_in_words(probability, text):
    """Certain, perhaps, and chance have three wordings."""
    found = sentences.verdict(INDICATORS["R03"], {**ROW, "probability_medium": probability}, "lv")
    assert text in found


def test_nothing_is_wholly_certain():
    """No probability is printed as 0 % or 100 %."""
    assert sentences.probability_text(0.9999, "lv").replace("\u00a0", " ") == "vairāk nekā 99 %"
    assert sentences.probability_text(0.0001, "en") == "less than 1%"
    assert sentences.probability_text(0.905, "en") == "91%"


def test_a_high_level_that_is_only_possible_tells_what_is_certain():
    """Above the high boundary by chance perhaps, above the medium one for certain."""
    row = {
        **ROW,
        "level": "high",
        "certainty": "possible",
        "probability_high": 0.6,
        "probability_medium": 0.97,
    }
    assert "Vidēja līmeņa robeža (7,5\u00a0%) ir šķērsota droši." in sentences.verdict(
        INDICATORS["R03"], row, "lv"
    )


def test_small_numbers_and_gaps_are_not_judged():
    """Too few cases and missing data have their own sentences, and no level."""
    few = {**ROW, "numerator": 1.0, "denominator": 9.0, "value": 1 / 9, "level": None, "reason": "u"}
    assert "apskatiet katru gadījumu atsevišķi" in sentences.chance(INDICATORS["R03"], few, "lv")
    gone = {**ROW, "value": None, "level": None, "reason": "x"}
    assert "trūkstoša vērtība nav zems līmenis" in sentences.chance(INDICATORS["R03"], gone, "lv")
    nobody = {**gone, "reason": "u"}
    assert sentences.chance(INDICATORS["R03"], nobody, "lv") == sentences.too_few("lv")


def test_low_proves_nothing():
    """A low level ends with what it does not prove, and never says certain."""
    found = sentences.chance(INDICATORS["R03"], {**ROW, "level": "low"}, "lv")
    assert found.endswith("Zems līmenis nepierāda, ka grūtību nav.")
    assert "droši" not in found


@pytest.mark.parametrize("code", INDICATORS)
@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_every_indicator_has_its_sentence(code, lang, values):
    """Real rows of every indicator, level and reason give a full sentence without gaps."""
    part = values[(values["unit_kind"] == "institution") & (values["indicator_id"] == code)]
    seen = part.groupby([part["level"].fillna("-"), part["stage"], part["certainty"].fillna("-")]).head(2)
    for row in rows(seen):
        given = dict(zip(seen.columns, row, strict=True))
        text = sentences.chance(INDICATORS[code], given, lang, national=0.1)
        assert text.endswith(".")
        assert not re.search(r"nan|None|\{|\}|  ", text), text
        if given["trend"]:
            assert sentences.trend(INDICATORS[code], given["trend"], lang).endswith(".")


def test_an_indicator_without_its_own_sentence_gets_a_plain_one():
    """A thirteenth indicator reads well before somebody writes its sentence."""
    import dataclasses

    more = dataclasses.replace(INDICATORS["R02"], id="R13")
    assert sentences.counted(more, ROW, "en") == "Repeating a grade: 11.3%."


def test_the_state_of_a_school_in_one_line():
    """Numbers of indicators, what is certain, what is new, what is missing."""
    assert sentences.state(2, 1, 3, 1, 1, "lv") == (
        "Augsts risks 2 rādītājos (no tiem 1 droši); vidējs risks 3 rādītājos; 1 risks ir jauns; par 1 rādītāju "
        "nav datu."
    )
    assert sentences.state(0, 0, 0, 0, 0, "lv") == "Neviena rādītāja līmenis nav augsts vai vidējs."
    assert sentences.state(1, 0, 0, 0, 2, "en") == "High risk in 1 indicator; no data for 2 indicators."


def test_the_line_of_a_municipality():
    """How many institutions, how many with a certain high risk, how many of the risks are new."""
    assert sentences.municipality(23, 4, 7, 2, "lv") == (
        "23 iestādes. 4 iestādēs ir vismaz viens droši noteikts augsts risks; 2 no šiem riskiem ir jauni."
    )
    assert sentences.municipality(18, 1, 1, 1, "lv").startswith("18 iestāžu. 1 iestādē ir")
    assert sentences.municipality(18, 1, 1, 1, "lv").endswith("šis risks ir jauns.")
    assert sentences.municipality(5, 2, 2, 0, "en").endswith("none of these risks is new.")
    assert (
        sentences.municipality(5, 0, 0, 0, "lv")
        == "5 iestādes. Nevienā iestādē nav droši noteikta augsta riska."
    )


def test_the_noise_of_a_list():
    """Expected chance flags are rounded to whole ones; hardly any and none have their own wording."""
    assert "Aptuveni 9 no tiem, visticamāk, ir nejauši" in sentences.noise(37, 9.3, "lv")
    assert sentences.noise(37, 0.4, "en").endswith("Hardly any of them is likely to be chance.")
    assert sentences.noise(0, 0.0, "lv") == "Šajā sarakstā risku nav."


def test_trends_in_words():
    """Units are told against the country; the country against itself; both say when nothing can be told."""
    one = INDICATORS["R03"]
    assert sentences.trend(one, "worsening", "lv") == (
        "Salīdzinājumā ar valsti vērtība pieaug; situācija pasliktinās."
    )
    assert sentences.trend(INDICATORS["R04"], "worsening", "lv", country=True) == (
        "Vērtība samazinās; situācija pasliktinās."
    )
    assert sentences.trend(INDICATORS["R04"], "improving", "en").endswith("rises; the situation gets better.")
    assert sentences.trend(INDICATORS["R05"], "decreasing", "lv").endswith("samazinās (bez vērtējuma).")
    for reason in comparison.CANNOT_TELL:
        for lang in messages.LANGUAGES:
            assert comparison.CANNOT_TELL[reason][lang] in sentences.trend(one, reason, lang)


def test_a_difference_is_in_percentage_points_with_its_counts():
    """Never per cent for a difference of shares; the counts of both periods stand beside it."""
    before, now = {"numerator": 3, "denominator": 60}, {"numerator": 5, "denominator": 60}
    change = Difference(difference=2 / 60, lower=-0.06, upper=0.13)
    found = sentences.difference(INDICATORS["R03"], change, before, now, "lv").replace("\u00a0", " ")
    assert found == (
        "Pret iepriekšējo salīdzināmo periodu: +3,3 procentpunkti (no 5,0 % (3 no 60) uz 8,3 % (5 no 60)). "
        "Tik liela atšķirība var būt nejauša."
    )
    census = Difference(difference=1.0, lower=float("nan"), upper=float("nan"))
    assert "nejauš" not in sentences.difference(INDICATORS["R05"], census, before, now, "lv")


def test_the_compared_period_is_named():
    """Semester, school year and calendar year each in their own form."""
    assert sentences.compared_with(INDICATORS["R03"], 2022, 2, "lv").replace("\u00a0", " ") == (
        "Salīdzināts ar 2022./2023. m. g. 2. semestri."
    )
    assert sentences.compared_with(INDICATORS["R02"], 2022, 0, "en") == "Compared with 2022/23."
    assert sentences.compared_with(INDICATORS["R09"], 2024, 0, "lv") == "Salīdzināts ar 2024. gadu."
    assert sentences.period_text(INDICATORS["R09"], 2024, 0, "lv") == "2024. gads"


def test_what_would_change_ends_with_what_it_is_not():
    """The nearest change first; the last sentence is the lesson."""
    found = outlook(
        Situation(indicator=INDICATORS["R03"], numerator=9, denominator=60, medium=0.10, high=0.14)
    )
    told = sentences.what_would_change(INDICATORS["R03"], found, "lv")
    assert told == [
        "Līmenis vairs nebūtu augsts, ja būtu 8 (par 1 mazāk).",
        "Līmenis būtu zems, ja būtu 6 (par 3 mazāk).",
        "Rādītājs nav mērķis: pierakstīt gadījumus citādi nozīmē neredzēt grūtības.",
    ]


def test_what_would_change_names_only_numbers_that_give_the_level():
    """1 of 31 with boundaries 3.9% and 5.2%: 2 of 31 is 6.5%, so no number of learners makes the level medium."""
    found = outlook(
        Situation(indicator=INDICATORS["R12"], numerator=1, denominator=31, medium=0.039, high=0.052)
    )
    assert sentences.what_would_change(INDICATORS["R12"], found, "lv")[:-1] == [
        "Līmenis būtu augsts, ja būtu 2 (par 1 vairāk)."
    ]


def test_what_would_change_tells_the_way_to_certainty():
    """Beta(1, 19) and 5% as boundary: from 6 of 60 on the posterior Beta(1 + x, 79 - x) is beyond with 0.90 or more."""
    found = outlook(
        Situation(
            indicator=INDICATORS["R03"],
            numerator=4,
            denominator=60,
            medium=0.05,
            high=0.20,
            prior=Prior(family="share", first=1.0, second=19.0),
        )
    )
    by_hand = next(x for x in range(4, 61) if beta.sf(0.05, 1 + x, 19 + 60 - x) >= 0.90)
    assert (
        f"Droši aiz vidēja riska robežas vērtība būtu, ja būtu {by_hand} (par {by_hand - 4} vairāk)."
        in sentences.what_would_change(INDICATORS["R03"], found, "lv")
    )


def test_position_and_persistence():
    """Position is a comparison and says so; persistence counts periods."""
    assert "salīdzinājums, nevis vērtējums" in sentences.position(0.88, "lv")
    assert sentences.persistence(3, "lv") == "Līmenis saglabājas 3 periodus pēc kārtas."
    assert sentences.persistence(1, "en") == "The level has lasted for 1 period."


def test_values_print_with_their_units():
    """Shares in per cent, surpluses in percentage points with a sign, the rest with its unit word."""
    printed = {
        code: sentences.value_text(INDICATORS[code], value, "lv").replace("\u00a0", " ")
        for code, value in {
            "R03": 0.125,
            "R01": 0.25,
            "R09": 0.75,
            "R05": 12.0,
            "R10": -0.6,
            "R11": 12.0,
        }.items()
    }
    assert printed == {
        "R03": "12,5 %",
        "R01": "+25,0 procentpunkti",
        "R09": "0,75 uz 100 izglītojamiem",
        "R05": "12,00 likmes uz 100 izglītojamiem",
        "R10": "−0,60 balles",
        "R11": "+12,0 procentiļu punkti",
    }
