"""Values of graduates that others published, beside ours."""

from __future__ import annotations

from collections.abc import Callable

from components import graduate_charts as charts
from components.chart_frame import ChartFrame, Provenance
from components.graduate_charts import Value
from components.tables import Column, Reason, Table
from data_access.queries import graduates as queries
from data_access.queries import published
from indicators import graduates as method
from language import numbers
from language.messages import _
from language.messages import translate as t

from .graduates_choice import LEVELS, Chosen

PUBLISHED = {
    "higher": (
        "graduates_higher_outcome",
        "graduates_higher_outcome_izm",
        "graduates_higher_employed_by_level",
        "graduates_higher_employed_by_sex",
        "graduates_higher_income",
    ),
    "vocational": ("graduates_vocational_outcome",),
}
_PRINTED_STATUS = {"employed": "employed", "registered_unemployed": "unemployed", "inactive": "inactive"}
_WORDS = {
    "registered_unemployed": _("registered unemployed"),
    "inactive": _("neither working nor studying"),
    "inactive_or_unemployed": _("inactive or unemployed"),
    "studying_and_working": _("studying, some of them working"),
    "first_year_after": _("first year after graduation"),
    "second_year_after": _("second year after graduation"),
    "national_average": _("average of the country"),
    "humanities_arts": _("Humanities and arts"),
    "women": _("women"),
    "men": _("men"),
    **LEVELS["higher"],
}


def anchors(chosen: Chosen) -> ChartFrame | None:
    """Published values beside ours, each with its source; None when nothing is loaded."""
    lang = chosen.lang
    printed = published.figures(chosen.reader, *PUBLISHED[chosen.system], collection="national_series")
    if not printed:
        return None
    computed = _computed(chosen)
    rows, pairs = [], []
    for row in printed:
        citation, _semi, link = row.citation.partition("; ")
        category = row.category.rpartition(": ")[2]
        cohort, sex, level = _printed_group(row)
        ours = computed(cohort, int(row.period_label), sex, level, _PRINTED_STATUS.get(category, ""))
        if row.figure_key.endswith(("_by_level", "_by_sex")):
            ours = computed(cohort, int(row.period_label), sex, level, "employed")
        local = (
            computed(cohort, int(row.period_label), sex, level, "employed_local")
            if ours is not None
            and (category == "employed" or row.figure_key.endswith(("_by_level", "_by_sex")))
            else None
        )
        percent = row.unit == "percent"
        if ours is not None and percent:
            pairs.append(abs(ours.x - row.value / 100) if ours.x is not None else 0)
        rows.append(
            {
                "what": row.label_lv if lang == "lv" else row.label_en,
                "year": row.period_label,
                "category": _anchor_word(category, lang),
                "value": row.value / 100 if percent else numbers.euro(row.value, lang),
                "ours": ours.cell if ours is not None else Reason("z"),
                "local": local.cell if local is not None else Reason("z"),
                "source": _publisher(citation, lang),
                "href": link,
            }
        )
    first = printed[0]
    synthetic = chosen.reader.release.synthetic
    notes = []
    if chosen.system == "higher":
        notes.append(
            t(
                "The same cohort of 2018 is 85.9% by CSP and 87.8% by the ministry one year after graduation: two "
                "denominators are in use, probably with and without those abroad. Here both are named.",
                lang,
            )
        )
        notes.append(
            t(
                "Published incomes are means before taxes of the year; a mean is not set beside a median, so there is no "
                "computed value.",
                lang,
            )
        )
    else:
        notes.append(
            t(
                "The three published shares add up to 101.8%: the categories overlap or the report is not exact.",
                lang,
            )
        )
    return chosen.frame(
        title=t("What has been published, and what do we compute?", lang),
        finding=(
            t(
                "Our values for the same cohorts come from invented data whose course follows the published one; they "
                "differ by at most {points} pp.",
                lang,
                points=numbers.decimal(max(pairs) * 100, lang),
            )
            if synthetic
            else t(
                "Our values for the same cohorts differ from the published ones by at most {points} pp.",
                lang,
                points=numbers.decimal(max(pairs) * 100, lang),
            )
        )
        if pairs
        else t("There are {n} published values.", lang, n=numbers.integer(len(rows), lang)),
        table=Table(
            "publicets",
            t("Published values and ours", lang),
            [
                Column("what", t("What", lang)),
                Column("year", t("At the end of", lang)),
                Column("category", t("Part", lang)),
                Column("value", t("Published", lang), "percent"),
                Column("ours", t("Computed, of all graduates", lang), "percent"),
                Column("local", t("Computed, of those in Latvia", lang), "percent"),
                Column("source", t("Published by", lang), href_key="href"),
            ],
            rows,
            lang,
            notes=notes,
            phone="stacked",
        ),
        provenance=Provenance(
            source=first.source_lv if lang == "lv" else first.source_en,
            as_of=max(row.as_of for row in printed),
            coverage=(len(printed), len(printed)),
            release_id=chosen.reader.release.id,
            counting=t("published values; the column “Computed” is of this release", lang),
            bodies=False,
            note=t("coverage of figures", lang),
        ),
    )


_PUBLISHERS = {
    "CSP (Central Statistical Bureau), as reported": _("CSP, as reported in the press"),
    "IZM graduate monitoring, as reported": _("IZM graduate monitoring, as reported in the press"),
    "IZM, at the tripartite council": _("IZM, at the tripartite council"),
}


def _publisher(name: str, lang: str) -> str:
    return t(_PUBLISHERS[name], lang) if name in _PUBLISHERS else name


def _anchor_word(category: str, lang: str) -> str:
    if category == "employed":
        return t("employed", lang)
    return t(_WORDS[category], lang) if category in _WORDS else category


def _printed_group(row) -> tuple[int, str, str]:
    """Cohort, sex and level of a published value."""
    cohort = 0
    for word in row.label_en.replace(":", " ").replace(",", " ").split():
        if word.isdigit() and len(word) == 4:
            cohort = int(word)
            break
    sex = row.category if row.figure_key.endswith("_by_sex") else "all"
    level = row.category if row.figure_key.endswith("_by_level") else ""
    return cohort, sex, level


def _computed(chosen: Chosen) -> Callable[[int, int, str, str, str], Value | None]:
    """Function of cohort, monitoring year, sex, level and status: our value of a cohort that others published."""
    cohorts = (2017, 2018) if chosen.system == "higher" else (2020,)
    rows = {
        (row.cohort, row.cohort + row.k, sex, row.level): row
        for sex in (("all", *method.SEXES) if chosen.system == "higher" else ("all",))
        for row in queries.groups(
            chosen.reader, chosen.system, sex=sex, cohorts=cohorts, level=None, ks=(1, 2, 3)
        )
    }

    def value(cohort: int, year: int, sex: str, level: str, status: str) -> Value | None:
        row = rows.get((cohort, year, sex, level))
        if row is None or not status:
            return None
        return charts.share(
            getattr(row, f"{status}_low"),
            getattr(row, f"{status}_high"),
            row.graduates,
            chosen.lang,
            row.reason or "c",
            exact=False,
        )

    return value
