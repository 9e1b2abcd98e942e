"""Do those of the same field do equally well? Women and men, and graduates of different ages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.chart_frame import ChartFrame
from components.published_charts import bars
from components.tables import Column, Reason, Table
from data_access.queries import graduates as queries
from language import numbers
from language.messages import _
from language.messages import translate as t

from .graduates_choice import Chosen, after, apart, field_name, lower, notes_of
from .kept import once


@dataclass(frozen=True)
class Side:
    """One of those that are compared: key, words in a sentence, words of its columns, kind of its bars."""

    key: str
    word: str
    column: str
    counted: str
    kind: str


SEXES = (
    Side("women", _("women"), _("Women"), _("Women, graduates"), "one"),
    Side("men", _("men"), _("Men"), _("Men, graduates"), "two"),
)
AGES = (
    Side("up_to_24", _("aged up to 24"), _("Up to 24"), _("Up to 24, graduates"), "step-1"),
    Side("25_29", _("aged 25–29"), _("25–29"), _("25–29, graduates"), "step-2"),
    Side("30_39", _("aged 30–39"), _("30–39"), _("30–39, graduates"), "step-3"),
    Side("40_over", _("aged 40 and over"), _("40 and over"), _("40 and over, graduates"), "step-4"),
)


def sexes(chosen: Chosen) -> ChartFrame:
    """Women and men in the same field."""
    lang = chosen.lang
    both = queries.sexes(chosen.reader, chosen.system, [chosen.k])
    return _compared(
        chosen,
        SEXES,
        {(sex, row.field): row for sex, rows in both.items() for row in rows if not row.level},
        table_id="dzimums",
        title=t("Do women and men of the same field do equally well?", lang),
        caption=t("Women and men", lang),
        reading=t(
            "Bars from zero, the last three cohorts together. A difference counts where the 95% intervals lie apart. Women and men choose different programmes within a field, so "
            "a difference is a question, not a proof of unequal treatment.",
            lang,
        ),
    )


def ages(chosen: Chosen) -> ChartFrame | None:
    """Ages at graduation in the same field; None where no ages were delivered."""
    lang = chosen.lang
    found = {
        (row.age_group, row.field): row
        for row in queries.ages(chosen.reader, chosen.system, k=chosen.k)
        if not row.level
    }
    if not found:
        return None
    return _compared(
        chosen,
        AGES,
        found,
        table_id="vecums",
        title=t("Do graduates of different ages of the same field do equally well?", lang),
        caption=t("Age at graduation", lang),
        reading=t(
            "Bars from zero, the last three cohorts together, by age on the day of graduation. A difference counts where the "
            "95% intervals lie apart. Ages choose different programmes and levels within a field, so a difference is a "
            "question, not a proof of unequal treatment.",
            lang,
        ),
        notes=_near_notes(chosen),
    )


def _near_notes(chosen: Chosen) -> list[str]:
    """Whose wage the incomes of an age are set against."""
    if chosen.measure.kind != "ratio" or not chosen.near:
        return []
    return [
        t(
            "Where graduates of one age live is not delivered; the wage is that of where all graduates of their programmes "
            "live.",
            chosen.lang,
        )
    ]


def _compared(
    chosen: Chosen,
    sides: Sequence[Side],
    found: Mapping[tuple[str, str], object],
    *,
    table_id: str,
    title: str,
    caption: str,
    reading: str,
    notes: Sequence[str] = (),
) -> ChartFrame:
    """The sides in every field. found: groups by side and field, "" = all fields."""
    lang = chosen.lang
    groups, rows, gaps = [], [], []
    for field in (*chosen.fields, ""):
        own = [found.get((side.key, field)) for side in sides]
        values = [chosen.value(row) for row in own]
        groups.append(
            {
                "name": field_name(field, lang),
                "total": not field,
                "bars": [
                    {
                        "value": value.x,
                        "text": value.text or "",
                        "kind": side.kind,
                        "name": t(side.word, lang),
                        "reason": value.reason or "x",
                    }
                    for side, value in zip(sides, values, strict=True)
                ],
            }
        )
        rows.append(
            {
                "field": field_name(field, lang),
                **{side.key: value.cell for side, value in zip(sides, values, strict=True)},
                **{f"n_{side.key}": _size(row) for side, row in zip(sides, own, strict=True)},
            }
        )
        if field:
            gaps += _gaps(chosen, field, own, values)
    return chosen.frame(
        title=title,
        finding=_finding(chosen, sides, [chosen.value(found.get((side.key, ""))) for side in sides], gaps),
        mark=bars(
            groups,
            lang,
            caption=f"{caption}, {after(chosen.k, lang)}",
            name_title=t("Field", lang),
            value_title=chosen.label(),
            legend=[(side.kind, t(side.word, lang)) for side in sides],
        ),
        how_to_read=reading,
        table=Table(
            table_id,
            f"{caption}, {after(chosen.k, lang)}: {chosen.label()}",
            [
                Column("field", t("Field", lang)),
                *(Column(side.key, t(side.column, lang), chosen.kind()) for side in sides),
                *(Column(f"n_{side.key}", t(side.counted, lang), "integer") for side in sides),
            ],
            rows,
            lang,
            notes=[*notes, *notes_of(chosen)],
        ),
        provenance=chosen.provenance(note=chosen.market_note),
    )


def _size(row) -> object:
    """How many graduates a group has, or why that is not told."""
    if row is not None and row.graduates is not None:
        return row.graduates
    return Reason((row.reason if row is not None else None) or "x")


def _gaps(chosen: Chosen, field: str, rows: Sequence, values: Sequence) -> list[tuple]:
    """Every two sides of a field that are both told: difference, field, higher and lower side, whether chance hardly makes it."""
    known = [at for at, value in enumerate(values) if value.x is not None]
    spans = {at: chosen.span_of(rows[at]) for at in known}
    result = []
    for place, one in enumerate(known):
        for other in known[place + 1 :]:
            difference = abs(values[one].x - values[other].x)
            result.append((difference, field, (one, other), values, apart(spans[one], spans[other])))
    return result


def _finding(chosen: Chosen, sides: Sequence[Side], total: Sequence, gaps: Sequence[tuple]) -> str:
    lang = chosen.lang

    def told(places: Sequence[int], values: Sequence) -> str:
        return ", ".join(
            t("{who} {value}", lang, who=t(sides[at].word, lang), value=values[at].text) for at in places
        )

    known = [at for at, value in enumerate(total) if value.text is not None]
    if len(known) < 2:
        return t("Nothing has been observed {after} yet.", lang, after=after(chosen.k, lang))
    finding = t("All fields together: {parts}.", lang, parts=told(known, total))
    clear = [gap for gap in gaps if gap[4]]
    if clear:
        _difference, field, places, values, _clear = max(clear, key=lambda gap: gap[0])
        finding += " " + t(
            "The widest difference that chance hardly makes: {field} ({parts}).",
            lang,
            field=lower(field_name(field, lang)),
            parts=told(places, values),
        )
    elif gaps:
        finding += " " + t("In no field do they differ by more than chance.", lang)
    return finding


def own_ages(chosen: Chosen) -> ChartFrame | None:
    """Ages at graduation in an institution, exact, beside the country; None for readers in whose scope it is not."""
    lang, k = chosen.lang, chosen.k
    if chosen.plane != "detail":
        return None
    mine = {
        row.age_group: row
        for row in queries.ages(
            chosen.reader,
            chosen.system,
            k=k,
            area_kind="institution",
            area_id=str(chosen.place.id),
            plane="detail",
        )
    }
    if not mine:
        return None
    nation = _nation(chosen)
    share = chosen.measure.kind == "share"
    groups, rows, told = [], [], []
    for side in AGES:
        row = mine.get(side.key)
        value, other = chosen.value(row), chosen.value(nation.get((side.key, k)))
        name = t(side.column, lang)
        base = _base(chosen, row) if share else 0
        count = round(value.x * base) if base and value.x is not None else 0
        text = value.text or ""
        if base:
            text += f" ({numbers.integer(count, lang)}/{numbers.integer(round(base), lang)})"
        groups.append(
            {
                "name": name,
                "bars": [
                    {
                        "value": value.x,
                        "text": text,
                        "kind": "one",
                        "name": t("this institution", lang),
                        "reason": value.reason or "x",
                    },
                    {
                        "value": other.x,
                        "text": other.text or "",
                        "kind": "two",
                        "name": t("country", lang),
                        "reason": other.reason or "x",
                    },
                ],
            }
        )
        if value.text is not None:
            told.append(t("{who} {value}", lang, who=t(side.word, lang), value=value.text))
        rows.append(
            {
                "age": name,
                "n": row.graduates if row is not None else 0,
                **({"count": count} if share else {}),
                "value": value.cell if row is not None else Reason("z"),
                "nation": other.cell,
            }
        )
    counted = [Column("count", t(chosen.measure.tab, lang), "integer")] if share else []
    return chosen.frame(
        title=t("How do the graduates of different ages do?", lang),
        finding=t(
            "{field}, {after}: {parts}.", lang, field=chosen.who, after=after(k, lang), parts=", ".join(told)
        )
        if told
        else t("Nothing has been observed {after} yet.", lang, after=after(k, lang)),
        mark=bars(
            groups,
            lang,
            caption=t("Age at graduation", lang) + f", {after(k, lang)}: {chosen.whom}",
            name_title=t("Age at graduation", lang),
            value_title=chosen.label(),
            legend=[("one", t("this institution", lang)), ("two", t("country", lang))],
        ),
        how_to_read=t(
            "Bars from zero, the last three cohorts together, by age on the day of graduation; the country beside them. Few "
            "graduates of an age say little: the table has their number.",
            lang,
        ),
        table=Table(
            "vecums",
            t("Age at graduation", lang) + f", {after(k, lang)}: {chosen.label()}",
            [
                Column("age", t("Age at graduation", lang)),
                Column("n", t("Graduates", lang), "integer"),
                *counted,
                Column("value", t("This institution", lang), chosen.kind()),
                Column("nation", t("Country", lang), chosen.kind()),
            ],
            rows,
            lang,
            notes=[*_near_notes(chosen), *notes_of(chosen)],
        ),
        provenance=chosen.provenance(note=chosen.market_note, own=True),
    )


def _nation(chosen: Chosen) -> dict[tuple[str, int], object]:
    """The country by age and k, read once a release."""

    def read() -> dict[tuple[str, int], object]:
        found = queries.ages(chosen.reader, chosen.system, field="", level="")
        return {(row.age_group, row.k): row for row in found}

    return once(chosen.request, f"graduates {chosen.system} ages", read, everywhere=True)


def _base(chosen: Chosen, row) -> float:
    """How many persons the share of an exact group is of."""
    if row is None:
        return 0
    if chosen.measure.column == "skilled":
        return row.graduates * (row.employed_low or 0)
    return row.in_latvia if chosen.local else row.graduates
