"""Plural classes, catalogues and the collector of texts."""

from __future__ import annotations

from decimal import Decimal
from gettext import c2py

import pytest

from language import messages
from language.messages import CatalogueError, extract, load, missing, t, tn, unused
from language.plurals import FORMS, HEADERS, plural_class

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {}\\n"\n\n'
PAIR = 'msgid "{}"\nmsgstr "{}"\n'


@pytest.fixture
def folder(tmp_path):
    """An empty folder of Latvian catalogues and a way to write one."""
    place = tmp_path / "lv" / "LC_MESSAGES"
    place.mkdir(parents=True)

    def write(name, body, header=HEADERS["lv"]):
        (place / f"{name}.po").write_text(HEAD.format(header) + body, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "zero"),
        (1, "one"),
        (2, "other"),
        (9, "other"),
        (10, "zero"),
        (11, "zero"),
        (19, "zero"),
        (20, "zero"),
        (21, "one"),
        (22, "other"),
        (30, "zero"),
        (101, "one"),
        (111, "zero"),
        (1.5, "other"),
        (Decimal("1.5"), "other"),
        (Decimal("1.1"), "one"),
        (1.0, "one"),
    ],
)
def test_latvian_plural_classes(n, expected):
    """Latvian numbers fall into the CLDR classes, decimals included."""
    assert plural_class(n, "lv") == expected


def test_the_header_rule_agrees_with_the_classes():
    """The C expression in the catalogues' header picks the same form as CLDR for whole numbers."""
    rule = c2py(HEADERS["lv"].split("plural=")[1].rstrip(";"))
    for n in range(1000):
        assert FORMS["lv"][rule(n)] == plural_class(n, "lv"), n


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (0, "0 iestāžu"),
        (1, "1 iestāde"),
        (2, "2 iestādes"),
        (10, "10 iestāžu"),
        (11, "11 iestāžu"),
        (21, "21 iestāde"),
        (101, "101 iestāde"),
        (1.5, "1,5 iestādes"),
        (37984, "37\u00a0984 iestādes"),
    ],
)
def test_latvian_plural_texts(n, expected):
    """A counted noun takes the form of its number, and the number the writing of the language."""
    assert tn("{n} institution", "{n} institutions", n, "lv") == expected


@pytest.mark.parametrize(
    ("n", "expected"), [(1, "1 institution"), (0, "0 institutions"), (1.5, "1.5 institutions")]
)
def test_english_plural_texts(n, expected):
    """English needs no catalogue for its two forms."""
    assert tn("{n} institution", "{n} institutions", n, "en") == expected


def test_translate_fills_placeholders_and_keeps_unknown_texts():
    """Placeholders are filled in both languages; an untranslated text stays readable English."""
    assert t("{n} more", "lv", n=7) == "vēl 7"
    assert t("{n} more", "en", n=7) == "7 more"
    assert t("a text nobody wrote", "lv") == "a text nobody wrote"
    with pytest.raises(KeyError):
        t("{n} more", "lv")
    with pytest.raises(ValueError, match="unknown language"):
        t("new", "ru")


def test_two_files_that_disagree_are_refused(folder):
    """Two catalogues may share a text, but not with two translations."""
    folder("a", PAIR.format("new", "jauns"))
    assert load("lv", folder("b", PAIR.format("new", "jauns"))).texts == {"new": "jauns"}
    with pytest.raises(CatalogueError, match=r"b\.po: 'new' is translated otherwise in a\.po"):
        load("lv", folder("b", PAIR.format("new", "jauna")))


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (PAIR.format("{n} more", "vēl {m}"), "placeholders"),
        (PAIR.format("{n} more", "vēl"), "placeholders"),
        (PAIR.format("new", "jauns") + "\n" + PAIR.format("new", "jauna"), "stands twice"),
        ('msgctxt "x"\n' + PAIR.format("new", "jauns"), "msgctxt"),
    ],
)
def test_faulty_catalogues_are_refused(folder, body, complaint):
    """A wrong placeholder, a doubled msgid or a context is named with its file."""
    with pytest.raises(CatalogueError, match=complaint):
        load("lv", folder("a", body))


def test_another_order_of_plural_forms_is_refused(folder):
    """Forms are read by position, so a catalogue in another order cannot be merged."""
    other = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);"
    with pytest.raises(CatalogueError, match="Plural-Forms"):
        load("lv", folder("a", PAIR.format("new", "jauns"), header=other))


def test_empty_and_fuzzy_entries_count_as_missing(folder):
    """An entry without a finished translation is not used."""
    known = load("lv", folder("a", PAIR.format("new", "") + "\n#, fuzzy\n" + PAIR.format("more", "vairāk")))
    assert known.texts == {}
    assert set(known.ids) == {"new", "more"}


def test_collector_finds_texts_in_python_and_templates(tmp_path):
    """Texts of functions, markers and templates are found with their places; tests are passed over."""
    (tmp_path / "page.py").write_text(
        't("one", lang)\n_("two" " parts")\ntranslate_plural("{n} a", "{n} b", 2, lang)\n'
    )
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "x.html").write_text('{{ t("three", lang, n=1) }}{{ tn("{n} c", "{n} d", n, lang) }}')
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text('t("not me", lang)\n')
    assert extract(tmp_path) == {
        "one": ["page.py:1"],
        "two parts": ["page.py:2"],
        ("{n} a", "{n} b"): ["page.py:3"],
        "three": ["templates/x.html:1"],
        ("{n} c", "{n} d"): ["templates/x.html:1"],
    }


@pytest.fixture(scope="module")
def used():
    """Every text of the house."""
    return extract()


def test_every_text_of_the_house_is_translated(used):
    """No page shows an English text to a Latvian reader."""
    lacking = missing("lv", used)
    assert not lacking, "\n".join(f"{message!r} in {used[message][0]}" for message in lacking)


def test_no_translation_is_left_over(used):
    """Catalogues hold only texts that something shows."""
    ids = messages.catalogue("lv").ids
    assert not unused("lv", used), [(message, ids[message]) for message in unused("lv", used)]
