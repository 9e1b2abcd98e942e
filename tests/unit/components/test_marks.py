"""Small marks: values in, words and shapes out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from components import marks as M
from language import reasons

HOSTILE = "<script>alert('x')</script>\"&"
CSS = (Path(__file__).parents[3] / "assets" / "20-marks.css").read_text(encoding="utf-8")
VOID = {"br", "img", "input", "meta", "link", "hr"}


class Reader(HTMLParser):
    """Reads a fragment: its balance, its elements and the text of each table cell."""

    def __init__(self, markup):
        super().__init__()
        self.open, self.elements, self.cells, self.text = [], [], [], ""
        self._cell = None
        self.feed(str(markup))
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self._cell = ""
        if self._cell is not None:
            self._cell += dict(attrs).get("aria-label") or ""

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.cells.append(self._cell.strip())
            self._cell = None

    def handle_data(self, data):
        self.text += data
        if self._cell is not None:
            self._cell += data


def spine_fields(**changes):
    """A complete row of the spine."""
    row = {
        "id": "R03",
        "name": "Ilgstoši kavējumi",
        "href": "/raditajs/R03",
        "direction": "high_bad",
        "value": 0.125,
        "lower": 0.05,
        "upper": 0.26,
        "value_text": "12,5 %",
        "count_text": "5 no 40",
        "interval_text": "5,5–26,1 %",
        "p5": 0.0,
        "p25": 0.03,
        "p50": 0.061,
        "p75": 0.09,
        "p95": 0.16,
        "similar": 0.07,
        "medium": 0.09,
        "high": 0.1,
        "national_text": "6,1 %",
        "similar_text": "7,0 %",
        "trend": "up",
        "level": "high",
        "certainty": "possible",
        "tags": ["jauns"],
    }
    return {**row, **changes}


def marks_with(text):
    """Every mark with ``text`` wherever a name or a text may stand."""
    spine = spine_fields(name=text, href=text, tags=[text], value_text=text, count_text=text)
    dot = {"name": text, "href": text, "value": 1.0, "value_text": text, "note": text}
    pair = {
        "name": text,
        "before": 1,
        "after": 2,
        "before_text": text,
        "after_text": text,
        "change_text": text,
    }
    titles = {"label": text, "name_title": text}
    return {
        "spine": M.spine_block([spine], "lv", caption=text, own_label=text),
        "row": M.spine_row(spine, "lv"),
        "strip": M.strip(
            [1, 2], 1.5, "lv", own_text=text, own_label=text, low_text=text, high_text=text, level="low"
        ),
        "spark": M.sparkline([1, 2], "lv", label=text, texts=[text, text], periods=[text, text]),
        "dots": M.dot_plot([dot], "lv", value_title=text, reference=1, reference_text=text, **titles),
        "dumbbell": M.dumbbell([pair], "lv", before_title=text, after_title=text, **titles),
        "stack": M.stacked_bar([{"label": text, "value": 3, "text": text, "href": text}], "lv", label=text),
        "lines": M.line_chart(
            [text, text],
            [{"name": text, "kind": "school", "values": [1, 2], "texts": [text, text], "end_text": text}],
            "lv",
            label=text,
            y_title=text,
            bands=[{"name": text, "kind": "outer", "lower": [0, 0], "upper": [3, 3]}],
            breaks=[(1, text)],
        ),
        "heat": M.heat_grid(
            [{"name": text, "href": text, "cells": [{"level": "low", "value_text": text, "href": text}]}],
            [{"name": text, "title": text, "href": text}],
            "lv",
            caption=text,
            name_title=text,
        ),
        "matrix": M.matrix3(
            {("high", "worse"): {"items": [{"name": text, "href": text}]}}, "lv", caption=text
        ),
        "figure": M.key_figure(text, text, text, text),
    }


@pytest.mark.parametrize("name", sorted(marks_with("x")))
def test_hostile_names_are_escaped(name):
    """A name can never become markup."""
    markup = marks_with(HOSTILE)[name]
    assert isinstance(markup, Markup)
    assert "<script" not in markup
    assert all(tag != "script" for tag, _attributes in Reader(markup).elements)
    assert "script" in str(markup)


@pytest.mark.parametrize("name", sorted(marks_with("x")))
def test_marks_are_well_formed_and_have_no_empty_cells(name):
    """Every element is closed, every picture has a name or is hidden, every cell says something."""
    reader = Reader(marks_with("x")[name])
    for tag, attributes in reader.elements:
        if tag == "svg" and "aria-hidden" not in attributes and attributes.get("role"):
            assert attributes.get("aria-label")
    # The picture cell of ordered dots is hidden from screen readers: its numbers stand beside it.
    silent = 1 if name in ("dots", "dumbbell") else 0
    assert sum(cell == "" for cell in reader.cells) == silent


@pytest.mark.parametrize(
    ("level", "certainty", "words"),
    [
        ("high", "certain", "augsts risks (droši)"),
        ("high", "possible", "augsts risks (iespējams)"),
        ("medium", "certain", "vidējs risks (droši)"),
        ("medium", "possible", "vidējs risks (iespējams)"),
        ("low", None, "zems risks"),
        ("unknown", None, "nepietiek datu"),
        ("not_applicable", None, "nav piemērojams"),
        ("not_judged", None, "bez vērtējuma"),
    ],
)
def test_level_tag_has_word_shape_and_fill(level, certainty, words):
    """A level is always a word and a shape; only what is certain is filled."""
    tag = M.level_tag(level, certainty, "lv")
    assert Reader(tag).text == words
    assert 'aria-hidden="true"' in tag
    assert ("m-open" in tag) == (certainty == "possible" or level in ("unknown", "not_applicable"))


def test_shapes_of_levels_differ():
    """High, medium and low are told apart without colour."""
    shapes = {
        re.search(r' d="([^"]+)"', M.level_mark(level, "certain"))[1] for level in ("high", "medium", "low")
    }
    assert len(shapes) == 3


@pytest.mark.parametrize("level", ["high", "medium"])
def test_a_risk_without_certainty_is_refused(level):
    """No level of risk is shown without saying how certain it is."""
    with pytest.raises(ValueError, match="needs its certainty"):
        M.level_tag(level, None, "lv")
    with pytest.raises(ValueError, match="needs its certainty"):
        M.spine_block([spine_fields(level=level, certainty=None)], "lv")


def test_unknown_level_is_refused():
    """A level outside the list is an error, not a grey mark."""
    with pytest.raises(ValueError, match="unknown level"):
        M.level_tag("red", "certain", "lv")


@pytest.mark.parametrize("code", reasons.CODES)
def test_missing_values_show_their_sign_and_speak_their_meaning(code):
    """The sign is seen, the meaning is heard."""
    markup = str(M.missing(code, "lv"))
    assert f'<span aria-hidden="true">{reasons.sign(code)}</span>' in markup
    assert f'<span class="visually-hidden">{reasons.meaning(code, "lv")}</span>' in markup


def test_spine_row_prints_what_it_was_given():
    """Value, count, interval, comparisons, trend, level and tag are all text in the row."""
    text = Reader(M.spine_block([spine_fields()], "lv")).text
    for expected in (
        "12,5 %",
        "5 no 40",
        "5,5–26,1 %",
        "6,1 %",
        "7,0 %",
        "pieaug, situācija pasliktinās",
        "augsts risks (iespējams)",
        "jauns",
    ):
        assert expected in text


def bar_of(**changes):
    """The bar of one row of the spine."""
    row = M.spine_row(spine_fields(**changes), "lv")
    return re.search(r'<svg class="m-bar".*?</span></span>', str(row), re.S)[0]


def own_position(bar):
    """Where the own marker stands, in percent."""
    return float(re.findall(r'<svg class="m-at" x="([\d.]+)%"', bar)[-1])


def test_right_is_always_worse():
    """A value on the bad side of the median is right of it, whichever side that is."""
    assert own_position(bar_of()) > 50
    assert own_position(bar_of(direction="low_bad")) < 50
    assert "nelabvēlīgāk nekā 75\u00a0% iestāžu" in bar_of()
    assert "labvēlīgāk nekā 75\u00a0% iestāžu" in bar_of(direction="low_bad")
    assert "labāk" in bar_of()
    assert "sliktāk" in bar_of()


def test_bar_of_two_sided_and_neutral_indicators():
    """Two bad ends are hatched and named; an indicator without judgement has a grey round marker."""
    both = bar_of(direction="both", high=(0.01, 0.2), medium=(0.02, 0.15))
    assert both.count("m-hatch") == 2
    assert "par maz" in both
    assert "par daudz" in both
    neutral = bar_of(direction="none", level=None, medium=None, high=None)
    assert "m-not-judged" in neutral
    assert "sliktāk" not in neutral
    assert "augstāk nekā 75\u00a0% iestāžu" in neutral


def test_bar_alternative_tells_what_the_bar_shows():
    """The bar's name holds value, interval, place and both comparisons."""
    label = re.search(r'aria-label="([^"]+)"', bar_of())[1]
    assert label == (
        "iestādes vērtība: 12,5 % (95\u00a0% intervāls 5,5–26,1 %); nelabvēlīgāk nekā 75\u00a0% iestāžu; "
        "valsts mediāna: 6,1 %; līdzīgās iestādes: 7,0 %"
    )


@pytest.mark.parametrize("code", reasons.CODES)
def test_spine_row_without_value_says_why(code):
    """A row without a value shows the reason, keeps the country's band and draws no own marker."""
    row = spine_fields(value=0.99, value_text=None, reason=code, level=None, certainty=None, similar=None)
    markup = M.spine_row(row, "lv")
    assert reasons.meaning(code, "lv") in markup
    assert "m-band-inner" in markup
    assert "m-at" not in markup
    assert "12,5" not in markup
    expected = "nav piemērojams" if code == "z" else "nepietiek datu"
    assert expected in Reader(markup).text


def test_hidden_value_leaves_no_trace():
    """A protected value moves nothing in the drawing, whatever its position numbers are."""
    rows = [
        spine_fields(
            value=value,
            lower=value,
            upper=value,
            value_text=None,
            reason="c",
            level="unknown",
            certainty=None,
        )
        for value in (0.0, 0.3, 0.9)
    ]
    assert len({str(M.spine_row(row, "lv")) for row in rows}) == 1


def test_bare_row_has_no_empty_cells():
    """The least that a row can hold still fills every cell with words or signs."""
    reader = Reader(
        M.spine_block(
            [{"id": "R01", "name": "A", "direction": "high_bad", "reason": "x"}], "lv", legend=False
        )
    )
    assert all(reader.cells)
    assert "nevar noteikt" in reader.text


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=5),
    st.floats(-1e4, 1e4),
    st.sampled_from(M.DIRECTIONS),
)
def test_bar_positions_stay_on_the_bar(quantiles, value, direction):
    """Whatever the numbers, all positions lie between 0 and 100 percent with one decimal at most."""
    p5, p25, p50, p75, p95 = sorted(quantiles)
    bar = bar_of(
        p5=p5, p25=p25, p50=p50, p75=p75, p95=p95, value=value, lower=value - 1, upper=value + 1,
        direction=direction, similar=p75, medium=p75, high=p95,
    )  # fmt: skip
    for number in re.findall(r'"(-?[\d.]+)%"', bar):
        assert 0 <= float(number) <= 100
        assert re.fullmatch(r"\d+(\.\d)?", number)


def test_trend_words_know_the_good_side():
    """The same movement is good or bad by the direction of the indicator."""
    assert M.trend_words("up", "high_bad", "lv") == "pieaug, situācija pasliktinās"
    assert M.trend_words("up", "low_bad", "lv") == "pieaug, situācija uzlabojas"
    assert M.trend_words("down", "both", "lv") == "samazinās (bez vērtējuma)"
    assert M.trend_words("unknown", "high_bad", "lv") == "nevar noteikt"


def test_strip_compares_and_does_not_judge():
    """The strip counts who is below and above and always says that it is a comparison."""
    names = {"own_label": "Skola", "low_text": "mazāk", "high_text": "vairāk"}
    markup = M.strip([1, 2, 3, 4], 3.5, "lv", own_text="3,5", **names)
    assert "augstāk nekā 3 un zemāk nekā 1 no 4 līdzīgajām iestādēm" in markup
    assert "Tas ir salīdzinājums, nevis vērtējums." in markup
    hidden = M.strip([1, 2, 3, 4], 3.5, "lv", reason="c", **names)
    assert reasons.meaning("c", "lv") in hidden
    assert "m-own-tick" not in hidden
    assert "3,5" not in hidden
    assert "nav līdzīgu iestāžu" in M.strip([], 1, "lv", own_text="1", **names)
    assert M.strip([2, 2], 2, "lv", own_text="2", **names)


def test_sparkline_has_gaps_and_a_hollow_end():
    """Missing values interrupt the line and are spoken; nothing known at all is a reason sign."""
    markup = str(M.sparkline([1, 2, None, 3, None, 2], "lv", label="Kavējumi", reason="c"))
    path = re.search(r'<path d="([^"]+)"', markup)[1]
    assert path.count("M") == 3
    assert path.count("L") == 1
    assert markup.count("m-last") == 1
    assert markup.count("m-lone") == 2
    assert "Kavējumi: 1; 2; aizsargāts; 3; aizsargāts; 2" in markup
    assert M.sparkline([None, None], "lv", label="x", reason="c") == M.missing("c", "lv")


def test_dot_plot_keeps_order_and_marks_the_own():
    """Rows stay as given, the own one is marked in words too, a missing value has no dot."""
    rows = [
        {"name": "B", "value": 0.3, "lower": 0.2, "upper": 0.4, "value_text": "30 %", "own": True},
        {
            "name": "A",
            "value": 0.1,
            "value_text": "10 %",
            "level": "high",
            "certainty": "certain",
            "href": "/a",
        },
        {"name": "C", "value": 0.9, "reason": "c"},
    ]
    markup = str(M.dot_plot(rows, "lv", label="x", name_title="Skola", value_title="Īpatsvars"))
    reader = Reader(markup)
    assert [reader.text.index(name) for name in ("B", "A")] == sorted(
        reader.text.index(n) for n in ("B", "A")
    )
    assert "šī iestāde" in reader.text
    assert "augsts risks (droši)" in reader.text
    assert markup.count("m-at") == 2
    assert reasons.meaning("c", "lv") in reader.text


def test_hidden_values_do_not_stretch_the_scale():
    """The scale of dots is made from shown values only."""
    shown = {"name": "A", "value": 1.0, "value_text": "1"}
    texts = {"label": "x", "name_title": "y", "value_title": "z"}
    drawn = {
        str(M.dot_plot([shown, {"name": "B", "value": value, "reason": "c"}], "lv", **texts))
        for value in (0.5, 50.0)
    }
    assert len(drawn) == 1
    pairs = {
        str(
            M.dumbbell(
                [{"name": "B", "before": value, "after": 1, "after_text": "1", "before_reason": "c"}],
                "lv",
                label="x",
                name_title="y",
                before_title="a",
                after_title="b",
            )  # fmt: skip
        )
        for value in (0.5, 50.0)
    }
    assert len(pairs) == 1


def test_dumbbell_points_from_before_to_after():
    """Both values are text; the line is drawn only when both are known."""
    rows = [
        {
            "name": "A",
            "before": 2,
            "after": 1,
            "before_text": "2",
            "after_text": "1",
            "change_text": "uzlabojas",
        },
        {"name": "B", "before": 2, "before_text": "2", "after_reason": "c"},
    ]
    markup = str(M.dumbbell(rows, "lv", label="x", name_title="y", before_title="2019", after_title="2024"))
    assert markup.count('class="m-link"') == 1
    assert "uzlabojas" in markup
    assert reasons.meaning("c", "lv") in markup


def test_stacked_bar_names_every_part():
    """Widths are the shares, and a part too narrow for its number is named below the bar."""
    parts = [
        {"label": "augsts", "value": 1, "kind": "high"},
        {"label": "zems", "value": 99, "kind": "low"},
        {"label": "nav", "value": 0, "kind": "unknown"},
    ]
    markup = str(M.stacked_bar(parts, "lv", label="Skolas"))
    assert re.findall(r"width:([\d.]+)%", markup) == ["1", "99"]
    assert "augsts: <strong>1</strong>" in markup
    assert "nav: <strong>0</strong>" in markup
    assert 'aria-label="Skolas. augsts: 1; zems: 99; nav: 0"' in markup
    assert "zems: <strong>" not in str(M.stacked_bar(parts, "lv", label="Skolas", key=False))
    assert reasons.meaning("x", "lv") in M.stacked_bar([], "lv", label="Skolas")
    with pytest.raises(ValueError, match="unknown kind"):
        M.stacked_bar([{"label": "a", "value": 1, "kind": "pink"}], "lv", label="x")


def lines(values, **changes):
    """A line chart of one school."""
    given = {"label": "x", "y_title": "y", **changes}
    return str(
        M.line_chart(
            [str(year) for year in range(len(values))],
            [{"name": "skola", "kind": "school", "values": values, "reasons": ["c"] * len(values)}],
            "lv",
            **given,
        )
    )


def runs_of(markup):
    """How many separate lines the school's series is drawn as."""
    return re.search(r'm-s-school" d="([^"]*)"', markup)[1].count("M")


def test_line_chart_does_not_connect_gaps_breaks_or_semesters():
    """A gap, a break in the series and another semester each end a line."""
    assert runs_of(lines([1, 2, 3, 4])) == 1
    gap = lines([1, 2, None, 3, 4])
    assert runs_of(gap) == 2
    assert reasons.meaning("c", "lv") in gap
    broken = lines([1, 2, 3, 4], breaks=[(2, "mainīta metodika")])
    assert runs_of(broken) == 2
    assert "mainīta metodika" in broken
    halves = lines([1, 5, 2, 6], semesters=[1, 2, 1, 2])
    assert runs_of(halves) == 2
    assert halves.count("m-hollow") == 2


def test_line_chart_says_which_way_is_worse():
    """An arrow with a word stands where one side is worse, and nowhere else."""
    assert "↑ sliktāk" in lines([1, 2], direction="high_bad")
    assert "↓ sliktāk" in lines([1, 2], direction="low_bad")
    assert "sliktāk" not in lines([1, 2], direction="both")


@pytest.mark.parametrize("values", [[], [None], [5], [0, 0], [None, None, 3]])
def test_line_chart_survives_short_series(values):
    """One point, no points and flat zero are drawn without failing."""
    assert Reader(lines(values)).text


def test_labels_of_lines_do_not_cover_each_other():
    """Four lines that end at one place have four readable labels inside the chart."""
    series = [
        {"name": f"s{number}", "kind": "other", "values": [1, 1], "end_text": "1"} for number in range(4)
    ]
    markup = str(M.line_chart(["a", "b"], series, "lv", label="x", y_title="y"))
    tops = sorted(float(top) for top in re.findall(r"--y:([\d.]+)px", markup))
    assert all(b - a >= 18 for a, b in zip(tops, tops[1:], strict=False))
    assert tops[-1] <= 260


def test_heat_grid_has_a_word_in_every_cell():
    """Each cell holds a shape and its word, or a reason."""
    cells = [{"level": "high", "certainty": "certain", "value_text": "12,5 %"}, {"reason": "c"}]
    markup = M.heat_grid(
        [{"name": "A", "cells": cells}], [{"name": "R01"}, {"name": "R02"}], "lv", caption="x", name_title="y"
    )
    reader = Reader(markup)
    assert "augsts risks (droši)" in reader.text
    assert reasons.meaning("c", "lv") in reader.text
    with pytest.raises(ValueError, match="cells for 1 columns"):
        M.heat_grid([{"name": "A", "cells": cells}], [{"name": "R01"}], "lv", caption="x", name_title="y")


def test_matrix_names_five_and_counts_the_rest():
    """Nine cells with counts; five names and how many more; the worst cell is called first."""
    items = [{"name": f"Skola {number}", "href": "/s"} for number in range(12)]
    markup = M.matrix3({("high", "worse"): {"items": items}}, "lv", caption="x")
    reader = Reader(markup)
    assert "12 iestāžu" in reader.text
    assert "vēl 7" in reader.text
    assert "Skola 4" in reader.text
    assert "Skola 5" not in reader.text
    assert reader.text.count("nav iestāžu") == 8
    assert reader.text.count("Vispirms") == 1
    with pytest.raises(ValueError, match="unknown cell"):
        M.matrix3({("high", "sideways"): {}}, "lv", caption="x")


def test_key_figure_without_value_says_why():
    """A large number that is missing is its reason with a word."""
    text = Reader(M.key_figure(None, "Sūdzības", reason="c")).text
    assert "aizsargāts" in text
    assert "None" not in text


@pytest.mark.parametrize("lang", ["lv", "en"])
def test_marks_speak_one_language(lang):
    """No Latvian letter in English marks and no English word of ours in Latvian ones."""
    row = spine_fields(name="x", tags=[M.new_tag(lang), M.periods_tag(3, lang)])
    text = Reader(M.spine_block([row], lang)).text
    if lang == "en":
        assert not re.search("[āčēģīķļņšūž]", re.sub(r"5 no 40", "", text))
    else:
        assert not re.search(r"\b(risk|institution|median|worse|better|period|new)\b", text)


def _luminance(colour):
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """WCAG contrast of two colours."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colour(name):
    """A colour of the palette in the style sheet."""
    value = re.search(rf"--{name}: (#[0-9a-f]+);", CSS)[1]
    return value if len(value) == 7 else "#" + "".join(2 * letter for letter in value[1:])


def test_palette_is_the_published_one():
    """The style sheet holds the colours that were measured."""
    published = {
        "level-high": "#b3261e",
        "level-medium": "#c98500",
        "level-low": "#1f5fa8",
        "level-unknown": "#6b7280",
        "series-school": "#0072b2",
        "series-similar": "#d55e00",
        "series-municipality": "#009e73",
        "rating-1": "#8c2d04",
        "rating-2": "#d9772b",
        "rating-3": "#7fb3d5",
        "rating-4": "#3b82b8",
        "rating-5": "#08306b",
        "band-outer": "#e5e7eb",
        "band-inner": "#cbd5e1",
    }
    assert {name: colour(name) for name in published} == published


def test_text_and_marks_have_enough_contrast():
    """Texts reach 4.5 and marks 3 on white; numbers in parts reach 4.5 on their part."""
    white, black = "#ffffff", "#000000"
    for name in ("level-high", "level-medium-text", "level-low", "mark-quiet", "mark-ink"):
        assert contrast(colour(name), white) >= 4.5, name
    for name in ("level-medium", "level-unknown", "series-school", "series-similar", "series-municipality"):
        assert contrast(colour(name), white) >= 3, name
    own_row = re.search(r"\.m-is-own \{ background: (#[0-9a-f]{6})", CSS)[1]
    assert contrast(colour("series-school"), own_row) >= 4.5
    parts = re.findall(r"\.m-part-([\w-]+)[^{]*\{ background: var\(--([\w-]+)\); color: (#\w+)", CSS)
    assert len(parts) >= 14
    for part, background, text in parts:
        assert contrast(white if text == "#fff" else black, colour(background)) >= 4.5, part


def test_style_sheet_knows_every_class():
    """Every class that a mark uses for its looks stands in the style sheet."""
    used = set()
    for markup in (*marks_with("x").values(), M.spine_legend("lv"), M.missing("c", "lv", True)):
        for _tag, attributes in Reader(markup).elements:
            used |= set((attributes.get("class") or "").split())
    known = set(re.findall(r"\.(m-[\w-]+|visually-hidden)", CSS))
    hooks = {"m-c-low", "m-not-judged", "m-row-high"}  # names of kinds that need no look of their own
    assert used - known == hooks
