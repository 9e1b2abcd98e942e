"""/metodika : what is measured and how, in words: levels, missing values, protection, sources, terms."""

from __future__ import annotations

from functools import cache

from access.pages import REGISTRY, Request, page
from components import marks
from components.chart_frame import ChartFrame, Provenance
from components.nodes import Part
from components.tables import Column, Reason, Table
from components.templating import render
from components.view import Crumb, View
from data_access.queries import published
from indicators.catalogue import INDICATORS
from language import numbers, reasons, side
from language.bodies import bodies
from language.messages import _
from language.messages import translate as t
from language.sorting import collation_key

LEVELS = (
    (
        "high",
        "certain",
        _(
            "The value is beyond the upper boundary, and with a probability of at least 90% so is the true value."
        ),
    ),
    (
        "high",
        "possible",
        _("The value is beyond the upper boundary, but chance may explain it: look again next period."),
    ),
    (
        "medium",
        "certain",
        _("The value is between the two boundaries or on the upper one, and not by chance."),
    ),
    ("medium", "possible", _("The value is between the two boundaries; chance may explain it.")),
    (
        "low",
        None,
        _("The value is not beyond the lower boundary. It does not prove that there is no problem."),
    ),
    ("unknown", None, _("Too few learners or no data: no level is given, whatever the value.")),
)
TERMS = (
    (_("long unexcused absence"), _("more than 20 missed lessons in a semester without a valid reason (in preschool more than 3 days); the risk rules of the report say 20 and more")),
    (_("accreditation"), _("the state's assessment of an institution, once in six years, in four areas and twelve criteria")),
    (_("needs improvement"), _("a rating: substantial shortcomings that must be removed within a set time")),
    (_("unified school"), _("the move to teaching in the state language in all institutions, in three steps from 2023/24 to 2025/26")),
    (_("workload"), _("full-time equivalent of a teacher's or specialist's work; neither a person nor a post")),
    (_("vacancy"), _("an unfilled post of a teacher; long when open for more than a month")),
    (_("support staff"), _("speech therapist, psychologist, special teacher, social pedagogue, teacher's assistant and others")),
    (_("compulsory education age"), _("from 5 to 18 years")),
    (_("state city and municipality"), _("the two kinds of local government; they found most schools")),
    (_("founder"), _("who established the institution and answers for it: municipality, state or a private person")),
    (_("centralised examination"), _("a state examination that is marked in one place by one key")),
    (_("certain and possible"), _("whether a level is more than chance; see the section on levels")),
    (_("released values"), _("values to which the protection of small numbers has been applied; the public sees only these")),
    (_("release"), _("one numbered edition of all values; each page shows one release")),
    (_("State Education Quality Service (IKVD)"), _("evaluates, accredits, licenses and supervises; publishes the annual report")),
    (_("State Education Information System (VIIS)"), _("the national register of institutions, learners and teachers")),
)  # fmt: skip


@page("methodology", "/metodika")
def view(request: Request) -> View:
    """How the dashboard counts, in words."""
    reader, lang = request.reader, request.lang
    links = [
        (t(words, lang), request.url(name), t(about, lang))
        for name, words, about in (
            (
                "agreement",
                _("Agreement with the report"),
                _("where the annual report disagrees with itself, and our sums beside the printed ones"),
            ),
            ("open_data", _("Open data"), _("all released tables with dictionary, version and checksum")),
            (
                "data_quality",
                _("Data quality"),
                _(
                    "who delivered what, where sources differ, what was corrected and when the next data are due"
                ),
            ),
            ("help", _("How to read in three minutes"), _("the signs of this dashboard with examples")),
            ("accessibility", _("Accessibility statement"), _("what works for whom, and what does not yet")),
        )
        if name in REGISTRY
    ]
    sections = [
        ("raditaji", t("What is measured", lang)),
        ("limeni", t("Level and certainty", lang)),
        ("robezas", t("Where boundaries come from", lang)),
        ("laiks", t("Time and comparison", lang)),
        ("zimes", t("Signs of missing values", lang)),
        ("aizsardziba", t("Protection of small numbers", lang)),
        ("absolventi", t("Graduates", lang)),
        ("avoti", t("Where the data come from", lang)),
        ("termini", t("Terms", lang)),
    ]
    levels = [(marks.level_tag(level, certainty, lang), t(words, lang)) for level, certainty, words in LEVELS]
    signs = [(reasons.sign(code), reasons.meaning(code, lang), code) for code in reasons.CODES]
    body: list[Part] = [
        render("methodology_links.html", links=links, sections=sections, lang=lang),
        render("methodology_measured.html", heading=sections[0], lang=lang),
        _indicators(request),
        render("methodology_levels.html", heading=sections[1], levels=levels, lang=lang),
        _same_share(request),
        render("methodology_boundaries.html", headings=sections[2:4], lang=lang),
        render("methodology_protection.html", headings=sections[4:6], signs=signs, lang=lang),
        render("methodology_graduates.html", heading=sections[6], lang=lang),
        render("methodology_sources.html", heading=sections[7], lang=lang),
        _sources(request),
        render("methodology_terms.html", heading=sections[8], terms=_terms(lang), lang=lang),
    ]
    return View(
        title=t("How do we count, and where are the limits?", lang),
        window_title=t("Data and method", lang),
        description=t(
            "Indicators, levels and certainty, sources, missing values and protection of small numbers.", lang
        ),
        lead=t(
            "Each number comes from counts, not from persons; a level never stands without its certainty, and a "
            "boundary never without its origin.",
            lang,
        ),
        body=body,
        lang=lang,
        crumbs=[Crumb(t("Home", lang), request.url("home")), Crumb(t("Data and method", lang))],
        release_id=reader.release.id,
    )


def _terms(lang: str) -> list[dict[str, str]]:
    """The glossary in the order of the page's language; the English page names the Latvian term too."""
    terms = [
        {"term": t(term, lang), "latvian": t(term, "lv") if lang == "en" else "", "meaning": t(meaning, lang)}
        for term, meaning in TERMS
    ]
    return sorted(terms, key=lambda item: collation_key(item["term"]))


def _indicators(request: Request) -> ChartFrame:
    lang = request.lang
    named = "indicator" in REGISTRY
    rows = []
    for indicator in INDICATORS.values():
        words = indicator.words[lang]
        rows.append(
            {
                "id": indicator.id,
                "name": words.short_name,
                "question": words.question,
                "formula": f"{words.numerator} ÷ {words.denominator}",
                "href": request.url("indicator", id=indicator.id) if named else "",
            }
        )
    return ChartFrame(
        title=t("Which indicators are there?", lang),
        finding=t(
            "{n} indicators are defined; each has its formula, boundaries, missing-value rule and history of changes.",
            lang,
            n=len(rows),
        ),
        table=Table(
            "indicators",
            t("Indicators of this dashboard", lang),
            [
                Column("id", t("No.", lang)),
                Column("name", t("Indicator", lang), href_key="href"),
                Column("question", t("Question", lang)),
                Column("formula", t("What is counted by what", lang)),
            ],
            rows,
            lang,
        ),
        provenance=Provenance(
            source=t("definitions of this dashboard after the names published by the service", lang),
            as_of=max(
                (indicator.reviewed for indicator in INDICATORS.values()),
                default=request.reader.release.as_of,
            ),
            coverage=(len(rows), len(rows)),
            release_id=request.reader.release.id,
            counting=t("indicators defined", lang),
        ),
        lang=lang,
        address=request.address,
        level=3,
    )


SMALLEST = INDICATORS["R03"].min_denominator  # the example is like long absence


@cache
def _examples() -> tuple[tuple[int, int, float, float, float], ...]:
    """Count, size, ends of the 95 % interval and probability above 7.5 %, where the country has 5.6 %."""
    import numpy as np

    from indicators.statistics.bayes import BetaBinomial
    from indicators.statistics.intervals import wilson

    x, n = np.array([24, 12, 1, 3]), np.array([212, 106, 9, 24])
    above = BetaBinomial(0.0556 * 81, 0.9444 * 81, False, x, n).probability_beyond(0.075, "high")
    ends = wilson(x, n)
    rows = zip(x, n, ends.lower, ends.upper, above, strict=True)
    return tuple((int(a), int(b), float(low), float(high), float(p)) for a, b, low, high, p in rows)


def _same_share(request: Request) -> ChartFrame:
    """Nearly the same share in four institutions, and how sure one may be in each."""
    lang = request.lang
    rows = [
        {
            "count": numbers.counts(count, size, lang),
            "share": count / size,
            "interval": numbers.interval(low, high, lang),
            "probability": numbers.percent(above, lang, 0),
            "certainty": Reason("u")
            if size < SMALLEST
            else t("certain", lang)
            if above >= 0.9
            else t("possible", lang),
        }
        for count, size, low, high, above in _examples()
    ]
    return ChartFrame(
        title=t("Why can the same share be certain in one school and only possible in another?", lang),
        finding=t(
            "24 of 212, 12 of 106 and 1 of 9 are nearly the same share, but only the first is certainly above the "
            "boundary of 7.5%; 3 of 24 is an even higher share and still may be chance. Of fewer than {n} learners "
            "nothing is said at all.",
            lang,
            n=SMALLEST,
        ),
        table=Table(
            "same-share",
            t("Four institutions, one boundary of 7.5%", lang),
            [
                Column("count", t("Counts", lang)),
                Column("share", t("Share", lang), "percent"),
                Column("interval", t("95% interval", lang)),
                Column("probability", t("Probability of being above the boundary", lang)),
                Column("certainty", t("Certainty", lang)),
            ],
            rows,
            lang,
        ),
        provenance=Provenance(
            source=t("worked example", lang),
            as_of=request.reader.release.as_of,
            coverage=(len(rows), len(rows)),
            bodies=False,
            release_id=request.reader.release.id,
            counting=t("an invented indicator with a national share of 5.6%", lang),
        ),
        lang=lang,
        address=request.address,
        level=3,
    )


def _sources(request: Request) -> ChartFrame:
    reader, lang = request.reader, request.lang
    rows = [
        {
            "name": row.name_lv if lang == "lv" else row.name_en,
            "publisher": bodies(row.publisher, lang),
            "licence": side(row.licence, lang),
            "files": int(row.files),
            "rows": int(row.rows) if row.files else Reason("x"),
            "as_of": numbers.date_short(row.as_of, lang) if row.as_of else Reason("x"),
        }
        for row in published.sources(reader)
    ]
    loaded = sum(row["files"] > 0 for row in rows)
    return ChartFrame(
        title=t("Which sources does this release hold?", lang),
        finding=t(
            "{loaded} of {all} known sources are loaded.",
            lang,
            loaded=numbers.integer(loaded, lang),
            all=numbers.integer(len(rows), lang),
        ),
        table=Table(
            "sources",
            t("Sources and what was loaded from them", lang),
            [
                Column("name", t("Source", lang)),
                Column("publisher", t("Publisher", lang)),
                Column("licence", t("Terms of use", lang)),
                Column("files", t("Files", lang), "integer"),
                Column("rows", t("Rows", lang), "integer"),
                Column("as_of", t("Data as of", lang)),
            ],
            rows,
            lang,
        ),
        provenance=Provenance(
            source=t("register of load batches", lang),
            as_of=reader.release.as_of,
            coverage=(loaded, len(rows)),
            bodies=False,
            release_id=reader.release.id,
            counting=t("files and rows loaded", lang),
        ),
        lang=lang,
        address=request.address,
        level=3,
    )
