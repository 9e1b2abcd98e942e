"""The released tables: what they hold and how their rows are read. Only the released plane and registers are read.

Values are rounded to the precision that the pages print: the digits behind it would give small counts back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from itertools import chain, islice
from math import log10

from sqlalchemy import Connection, Row, Select, select

from indicators.catalogue import INDICATORS
from indicators.model import UNITS
from language import reasons

from .. import schema
from .model import Cell, Column, OpenTable, missing

C = Column
LEVELS = ("high", "medium", "low", "u", "x")
PART = 100

COLUMNS = {
    column.name: column
    for column in (
        C("indicator", "text", "rādītāja kods (tabula indicators)", "code of the indicator (table indicators)"),
        C("stage", "text", "izglītības posms (tabula stages)", "stage of education (table stages)"),
        C("period", "period", "mācību gads vai kalendārais gads", "school year or calendar year"),
        C("school_year", "period", "mācību gads", "school year"),
        C("year", "integer", "kalendārais gads", "calendar year"),
        C("semester", "integer", "semestris: 1 vai 2; 0 = viss gads", "semester: 1 or 2; 0 = the whole year"),
        C("reg_no", "text", "iestādes reģistrācijas numurs (tabula institutions)", "registration number of the institution (table institutions)"),
        C("institution_name", "text", "iestādes nosaukums", "name of the institution"),
        C("municipality", "text", "pašvaldības kods (tabula municipalities)", "code of the municipality (table municipalities)"),
        C("municipality_name", "text", "pašvaldības nosaukums", "name of the municipality"),
        C("area_kind", "text", "teritorijas veids: country, region, municipality; institution = viena iestāde", "kind of area: country, region, municipality; institution = one institution"),
        C("area", "text", "teritorijas kods: LV, reģiona vai pašvaldības kods, iestādes reģistrācijas numurs", "code of the area: LV, of the region or municipality, registration number of the institution"),
        C("area_name", "text", "teritorijas nosaukums", "name of the area"),
        C("source", "text", "avota kods (tabula sources)", "code of the source (table sources)"),
        C("numerator", "number", "skaitītājs; personu skaits noapaļots līdz 5", "numerator; counts of persons rounded to 5"),
        C("denominator", "number", "saucējs; personu skaits noapaļots līdz 5", "denominator; counts of persons rounded to 5"),
        C("value", "number", "vērtība; īpatsvars ir daļa no 1", "value; a share is a fraction of 1"),
        C("value_low", "number", "vērtības apakšējā robeža; ja vienāda ar value_high, vērtība ir zināma precīzi", "lower end of the value; equal to value_high where the value itself is given"),
        C("value_high", "number", "vērtības augšējā robeža (mazām grupām dots tikai intervāls)", "upper end of the value (small groups are given as a band only)"),
        C("lower", "number", "95 % ticamības intervāla apakšējā robeža", "lower end of the 95% confidence interval"),
        C("upper", "number", "95 % ticamības intervāla augšējā robeža", "upper end of the 95% confidence interval"),
        C("trend", "text", "virziens: improving, worsening, increasing, decreasing, no_change, cannot_tell", "direction: improving, worsening, increasing, decreasing, no_change, cannot_tell"),
        C("institutions", "integer", "iestāžu skaits", "number of institutions"),
        C("delivered", "integer", "iestādes vai pašvaldības, kas iesniedza datus", "institutions or municipalities that delivered data"),
        C("expected", "integer", "iestādes vai pašvaldības, no kurām dati gaidīti", "institutions or municipalities that were expected to deliver"),
        C("topic", "text", "temats; all = visi", "topic; all = all of them"),
        C("level", "text", "vērtējuma līmenis; all = visi", "level of the rating; all = all of them"),
        C("criterion", "text", "kritērijs; any = jebkurš", "criterion; any = any of them"),
        C("name_lv", "text", "nosaukums latviski", "name in Latvian"),
        C("name_en", "text", "nosaukums angliski", "name in English"),
        C("code", "text", "kods", "code"),
        C("valid_from", "date", "spēkā no", "valid from"),
        C("valid_to", "date", "spēkā līdz; [z] = joprojām", "valid to; [z] = still"),
    )
}  # fmt: skip
CLOCK = C("created_at", "text", "laiks (UTC)", "time (UTC)")


def _columns(*parts: str | Column) -> tuple[Column, ...]:
    return tuple(COLUMNS[part] if isinstance(part, str) else part for part in parts)


@cache
def _period(indicator_id: str, year: int) -> str:
    indicator = INDICATORS.get(indicator_id)
    if indicator is not None and indicator.period == "calendar_year":
        return str(year)
    return f"{year}/{year + 1}"


def _school_year(year: int) -> str:
    return f"{year}/{year + 1}"


# Decimals of released values as the pages print them, in the stored unit: 0,1 % and whole points.
RELEASED_DIGITS = {"share": 3, "share_difference": 2}


def _released_digits() -> dict[str, int]:
    """Decimals of values, by indicator."""
    return {indicator.id: RELEASED_DIGITS.get(indicator.unit, 1) for indicator in INDICATORS.values()}


def _interval_digits() -> dict[str, int]:
    """Decimals of the intervals of the country, by indicator."""
    return {
        indicator.id: UNITS[indicator.unit].digits + round(log10(UNITS[indicator.unit].scale))
        for indicator in INDICATORS.values()
    }


def _number(value: float | None, digits: int, reason: str | None) -> Cell:
    return missing(reason) if value is None else _rounded(float(value), digits)


@lru_cache(maxsize=4096)  # a file has few different numbers: they are rounded already, or small counts
def _rounded(value: float, digits: int) -> int | float:
    rounded = float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    return int(rounded) if rounded == int(rounded) else rounded


def _whole(value: float | None, reason: str | None) -> Cell:
    return missing(reason) if value is None else int(value)


def _text(value: str | None) -> str:
    return value if value else missing("z")


def _stream(connection: Connection, statement: Select) -> Iterator:
    """All rows at once: the web process may not keep one statement open for long."""
    return iter(connection.execute(statement).all())


def _in_parts(
    connection: Connection, statement: Select, column, wanted: Sequence[str], size: int = PART
) -> Iterator:
    """Rows of a few units at a time, in the order of `wanted`: a large table never lies in memory, and no
    statement takes long."""
    units = iter(wanted)
    while part := list(islice(units, size)):
        place = {unit: number for number, unit in enumerate(part)}
        rows = connection.execute(statement.where(column.in_(part))).all()
        yield from sorted(rows, key=lambda row: place[row._mapping[column]])


def _area_names(connection: Connection) -> dict[tuple[str, str], tuple[str, str]]:
    """(kind, id in the database) to (code in the files, name)."""
    names = {("country", "LV"): ("LV", "Latvija")}
    for row in connection.execute(select(schema.municipality.c.code, schema.municipality.c.name_full)):
        names["municipality", row.code] = (row.code, row.name_full)
    for row in connection.execute(select(schema.region.c.code, schema.region.c.name_lv)):
        names["region", row.code] = (row.code, row.name_lv)
    table = schema.institution
    for row in connection.execute(select(table.c.id, table.c.reg_no, table.c.name)):
        names["institution", str(row.id)] = (row.reg_no, row.name)
    return names


# --- indicator values ---------------------------------------------------------------------------


def _values(kind: str) -> Select:
    table = schema.indicator_released
    return (
        select(table)
        .where(table.c.unit_kind == kind)
        .order_by(table.c.unit_id, table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester)
    )


def _country_values(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    digits, printed = _interval_digits(), _released_digits()
    for row in _stream(connection, _values("country").where(_of(schema.indicator_released, release_id))):
        places = digits[row.indicator_id]
        yield (
            row.indicator_id, row.stage, _period(row.indicator_id, row.school_year), row.semester,
            _number(row.numerator, 2, row.reason or "c"), _number(row.denominator, 2, row.reason or "c"),
            _number(row.value, printed[row.indicator_id], row.reason), _number(row.lower, places, row.reason),
            _number(row.upper, places, row.reason), _text((row.trend or "").partition(":")[0]),
        )  # fmt: skip


def _municipality_values(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    digits, names = _released_digits(), _area_names(connection)
    table = schema.indicator_released
    statement = _values("municipality").where(_of(table, release_id))
    codes = sorted(code for kind, code in names if kind == "municipality")
    for row in _in_parts(connection, statement, table.c.unit_id, codes, 10):
        code, name = names["municipality", row.unit_id]
        places = digits[row.indicator_id]
        if row.value_text:
            low, _, high = row.value_text.rpartition("-")
            ends = [_number(float(end) / 100, 4, None) for end in (low, high)]
        else:
            ends = [_number(row.value, places, row.reason)] * 2
        yield (
            code, name, row.indicator_id, row.stage, _period(row.indicator_id, row.school_year), row.semester,
            _number(row.numerator, 2, row.reason or "c"), _number(row.denominator, 2, row.reason or "c"),
            *ends,
            _text((row.trend or "").partition(":")[0]) if row.value is not None else missing(row.reason),
        )  # fmt: skip


def _institution_values(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    """Values of single institutions: a number or a band, never a level, never a numerator."""
    digits = _released_digits()
    table, unit = schema.indicator_released, schema.institution
    units = {
        str(row.id): row
        for row in connection.execute(
            select(unit.c.id, unit.c.reg_no, unit.c.name, unit.c.municipality_code).order_by(unit.c.reg_no)
        )
    }
    statement = (
        select(
            table.c.unit_id, table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester,
            table.c.denominator, table.c.value, table.c.value_text, table.c.reason,
        )
        .where(_of(table, release_id), table.c.unit_kind == "institution")
        .order_by(table.c.unit_id, table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester)
    )  # fmt: skip
    for unit_id, indicator, stage, year, semester, n, value, band, reason in _in_parts(
        connection, statement, table.c.unit_id, list(units)
    ):
        if value is None:
            low = high = n = missing(reason)
        else:
            n = _number(n, 2, "c")
            if band:
                low, _, high = band.rpartition("-")
                low, high = _number(float(low) / 100, 4, None), _number(float(high) / 100, 4, None)
            else:
                low = high = _number(value, digits[indicator], reason)
        one = units[unit_id]
        yield (
            one.reg_no, one.name, one.municipality_code, indicator, stage, _period(indicator, year), semester,
            n, low, high,
        )  # fmt: skip


def _level_counts(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    """Institutions of the country by level: sums over hundreds, the same as on the pages of the country."""
    table = schema.indicator_level_count
    keys = (table.c.indicator_id, table.c.stage, table.c.school_year, table.c.semester)
    groups: dict[tuple, dict] = {}
    for row in connection.execute(
        select(table).where(_of(table, release_id), table.c.area_kind == "country").order_by(*keys)
    ):
        found = groups.setdefault((row.indicator_id, row.stage, row.school_year, row.semester), {})
        found[row.level] = row
    for (indicator, stage, year, semester), found in groups.items():
        counts = [found[level].institutions if level in found else 0 for level in LEVELS]
        high = found.get("high")
        chance = high.expected_by_chance if high else 0.0
        yield (
            indicator, stage, _period(indicator, year), semester, *counts,
            high.certain if high else 0, _number(chance, 1, "u"),
        )  # fmt: skip


def _of(table, release_id: int):
    return table.c.release_id == release_id


# --- roll-ups of areas --------------------------------------------------------------------------


def _area_rollup(table, keys: Sequence[str], counts: Sequence[str], years: str | None = "school_year"):
    """Rows of a roll-up with a plane: area, keys, counts or the reason why there are none."""

    def rows(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
        names = _area_names(connection)
        kinds = ("country", "municipality")
        statement = (
            select(table)
            .where(_of(table, release_id), table.c.plane == "released", table.c.area_kind.in_(kinds))
            .order_by(table.c.area_kind, table.c.area_id, *[table.c[key] for key in keys])
        )
        for row in _stream(connection, statement):
            values = row._mapping
            cells = [
                _school_year(values[key])
                if key == years and key == "school_year"
                else values[key]
                if isinstance(values[key], int)
                else _text(values[key])
                for key in keys
            ]
            found = [
                _number(values[name], 2, values["reason"])
                if isinstance(values[name], float)
                else _whole(values[name], values["reason"])
                for name in counts
            ]
            yield (row.area_kind, *names[row.area_kind, row.area_id], *cells, *found)

    return rows


def _absence(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    table, names = schema.absence_count, _area_names(connection)
    keys = ("area_kind", "area_id", "stage", "source_code", "school_year", "semester")
    statement = (
        select(table)
        .where(
            _of(table, release_id),
            table.c.plane == "released",
            table.c.area_kind.in_(("country", "municipality")),
        )
        .order_by(*[table.c[key] for key in keys])
    )
    for row in _stream(connection, statement):
        shares = [_number(share, 3, row.reason) for share in (row.share_low, row.share_high)]
        others = (row.any_excused, row.any_illness, row.any_unexcused)
        yield (
            row.area_kind, *names[row.area_kind, row.area_id], row.stage, row.source_code,
            _school_year(row.school_year), row.semester, row.institutions, row.expected,
            _whole(row.pupils, row.reason or "x"), _whole(row.long_unexcused, row.reason), *shares,
            *[_whole(value, row.any_reason) for value in others],
        )  # fmt: skip


def _unregistered(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    table, names = schema.unregistered_count, _area_names(connection)
    statement = (
        select(table)
        .where(_of(table, release_id), table.c.plane == "released")
        .order_by(table.c.area_kind, table.c.area_id, table.c.year, table.c.status)
    )
    for row in _stream(connection, statement):
        yield (
            row.area_kind, *names[row.area_kind, row.area_id], row.year, row.status,
            _whole(row.children, row.reason or "x"), row.delivered, row.expected,
        )  # fmt: skip


# --- graduates ----------------------------------------------------------------------------------

_GRADUATE_SHARES = tuple(f"{name}_{end}" for name in schema.GRADUATE_SHARES for end in ("low", "high"))
_GRADUATE_COUNTS = ("graduates", "in_latvia")
_INCOMES = ("earners", "income_lower_quartile", "income_median", "income_upper_quartile")
_RELATIVE_UNEMPLOYMENT = (
    "relative_unemployment",
    "relative_unemployment_lower",
    "relative_unemployment_upper",
)


def _graduates(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    table, names = schema.graduate_group, _area_names(connection)
    order = [table.c[key] for key in ("sex", "cohort", "programme", "field", "level", "k")]
    released = [_of(table, release_id), table.c.plane == "released"]
    groups: dict[tuple[str, str], list[str]] = {}
    areas = select(table.c.system, table.c.area_kind, table.c.area_id).where(*released).distinct()
    for system, kind, area_id in sorted(connection.execute(areas).all()):
        groups.setdefault((system, kind), []).append(area_id)
    parts = (
        _in_parts(
            connection,
            select(table)
            .where(*released, table.c.system == system, table.c.area_kind == kind)
            .order_by(*order),
            table.c.area_id,
            sorted(ids, key=lambda one: names[kind, one][0]),
        )
        for (system, kind), ids in groups.items()
    )
    for row in chain.from_iterable(parts):
        value = row._mapping
        yield (
            row.system, row.area_kind, *names[row.area_kind, row.area_id], row.sex,
            str(row.cohort) if row.cohort else "last_three",
            *[value[name] or "all" for name in ("programme", "field", "level")],
            row.k, *_of_graduates(row),
        )  # fmt: skip


def _graduates_by_age(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    table, names = schema.graduate_age, _area_names(connection)
    keys = ("system", "area_kind", "area_id", "age_group", "field", "level", "k")
    statement = select(table).where(_of(table, release_id), table.c.plane == "released")
    for row in _stream(connection, statement.order_by(*[table.c[key] for key in keys])):
        yield (
            row.system, row.area_kind, *names[row.area_kind, row.area_id], row.age_group,
            row.field or "all", row.level or "all", row.k, *_of_graduates(row),
        )  # fmt: skip


def _of_graduates(row: Row) -> tuple[Cell, ...]:
    """What is told of a group of graduates, after its keys."""
    value = row._mapping
    income = row.income_reason or row.reason
    return (
        row.cohorts, row.year_from, row.year_to,
        *[_whole(value[name], row.reason) for name in _GRADUATE_COUNTS],
        *[_number(value[name], 3, row.reason or "c") for name in _GRADUATE_SHARES],
        *[_number(value[name], 0, income) for name in _INCOMES],
        _number(row.income_mean, 0, income or "z"),
        _number(row.relative_income, 2, row.relative_reason or income),
        *[_number(value[name], 1, row.unemployment_reason or row.reason) for name in _RELATIVE_UNEMPLOYMENT],
        row.income_basis or "", _number(row.local_wage, 0, row.relative_reason or row.reason or "c"),
        row.unemployment_basis or "", _number(row.local_rate, 3, row.unemployment_reason or row.reason or "c"),
    )  # fmt: skip


def _destinations(connection: Connection, release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.graduate_flow
    statement = (
        select(table)
        .where(_of(table, release_id))
        .order_by(table.c.system, table.c.kind, table.c.k, table.c.field, table.c.category)
    )
    for row in _stream(connection, statement):
        yield (
            row.system, row.kind, row.k, row.field or "all", row.category or "all",
            _whole(row.graduates, row.reason), _number(row.share, 3, row.reason),
        )  # fmt: skip


# --- published figures, definitions, registers -----------------------------------------------------


def _published(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.figure_published
    texts = (
        "collection", "table_id", "figure_key", "label_lv", "label_en", "period_label", "period", "stage",
        "category",
    )  # fmt: skip
    for row in _stream(connection, select(table).order_by(table.c.id)):
        value = row._mapping
        yield (
            *[_text(value[name]) for name in texts],
            _number(row.value, 6, "z"), _text(row.value_text), _text(row.unit), _text(row.denominator),
            _text(row.citation), _text(row.note), _text(row.precision),
        )  # fmt: skip


def _checks(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.figure_check
    for row in connection.execute(select(table).order_by(table.c.id)):
        yield tuple(_text(row._mapping[column.name]) for column in table.c if column.name != "load_batch_id")


def _indicators(_connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    for indicator in sorted(INDICATORS.values(), key=lambda one: one.id):
        lv, en = indicator.words["lv"], indicator.words["en"]
        yield (
            indicator.id, lv.name, en.name, lv.short_name, en.short_name, f"{lv.numerator} ÷ {lv.denominator}",
            f"{en.numerator} ÷ {en.denominator}", indicator.unit, indicator.direction, indicator.period,
            " ".join(indicator.stages), ", ".join(indicator.sources),
        )  # fmt: skip


def _thresholds(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.threshold
    statement = (
        select(table)
        .where(table.c.status == "in_force")
        .order_by(table.c.indicator_id, table.c.stage, table.c.territory_kind, table.c.valid_from, table.c.id)
    )
    for row in connection.execute(statement):
        yield (
            row.id, row.indicator_id, row.stage, row.territory_kind, row.operator, row.basis, row.medium,
            row.high, row.valid_from, row.origin, row.citation,
        )  # fmt: skip


def _register(table, names: Sequence[str], order: Sequence[str]):
    """Rows of a register with `[z]` where a cell is empty by its nature."""

    def rows(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
        statement = select(*[table.c[name] for name in names]).order_by(*[table.c[name] for name in order])
        for row in _stream(connection, statement):
            yield tuple(missing("z") if value is None or value == "" else value for value in row)

    return rows


def _school_years_of_stage(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.stage
    for row in connection.execute(select(table).order_by(table.c.position)):
        yield row.code, row.name_lv, row.name_en, row.position


def _lineage(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.institution_lineage
    before, after = schema.institution.alias(), schema.institution.alias()
    statement = (
        select(before.c.reg_no, after.c.reg_no, table.c.date, table.c.kind, table.c.share)
        .select_from(table)
        .join(before, before.c.id == table.c.from_id)
        .join(after, after.c.id == table.c.to_id)
        .order_by(before.c.reg_no, after.c.reg_no)
    )
    for from_no, to_no, date, kind, share in connection.execute(statement):
        yield from_no, to_no, date, kind, _number(share, 3, "z")


def _reason_codes(_connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    for code in reasons.CODES:
        yield missing(code), reasons.meaning(code, "lv"), reasons.meaning(code, "en")


def _batches(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.load_batch
    names = (
        "dataset", "source_code", "as_of", "loaded_at", "loader_version", "sha256", "rows_read", "rows_loaded",
        "rows_quarantined", "rows_declared", "synthetic",
    )  # fmt: skip
    yield from connection.execute(select(*[table.c[name] for name in names]).order_by(table.c.id))


def _releases(connection: Connection, _release_id: int) -> Iterator[Sequence[Cell]]:
    table = schema.release
    names = ("id", "created_at", "as_of", "reason", "code_version", "facts_hash", "synthetic")
    yield from connection.execute(select(*[table.c[name] for name in names]).order_by(table.c.id))


_AREA = ("area_kind", "area", "area_name")
_SYSTEM = C(
    "system",
    "text",
    "higher = augstākā, vocational = profesionālā izglītība",
    "higher or vocational education",
)
_FIELD = C(
    "field", "text", "izglītības tematiskā grupa; all = visas", "field of education; all = all of them"
)
_LEVEL = C(
    "level_of_study", "text", "izglītības līmenis; all = visi", "level of education; all = all of them"
)
_YEARS_AFTER = C("years_after", "integer", "gadi pēc absolvēšanas", "years after graduation")
_GRADUATE_NUMBERS = (
    C("cohorts", "integer", "saskaitīto izlaidumu skaits", "number of cohorts added up"),
    C("year_from", "integer", "pirmais novērojuma gads", "first year of observation"),
    C("year_to", "integer", "pēdējais novērojuma gads", "last year of observation"),
    C("graduates", "integer", "absolventi, noapaļoti līdz 5", "graduates, rounded to 5"),
    C("in_latvia", "integer", "no tiem Latvijā, noapaļoti līdz 5", "of them in Latvia, rounded to 5"),
    *[
        C(
            f"{name}_{end}",
            "share",
            f"{lv}: īpatsvara {'apakšējā' if end == 'low' else 'augšējā'} robeža",
            f"{en}: {'lower' if end == 'low' else 'upper'} end of the share",
        )
        for name, lv, en in (
            ("employed", "nodarbināti", "employed"),
            ("unemployed", "reģistrēti bezdarbnieki", "registered unemployed"),
            ("studying", "mācās", "studying"),
            ("inactive", "ekonomiski neaktīvi", "inactive"),
            ("emigrated", "izceļojuši", "emigrated"),
            ("unknown", "nav ziņu", "without information"),
            ("employed_local", "nodarbināti no Latvijā esošajiem, par kuriem ir ziņas", "employed of those in Latvia whose status is known"),
            ("skilled", "no nodarbinātajiem kvalificētā darbā", "of the employed, in skilled work"),
        )
        for end in ("low", "high")
    ],
    C("earners", "integer", "absolventi ar darba ienākumiem, noapaļoti līdz 5", "graduates with income from work, rounded to 5"),
    C("income_lower_quartile", "number", "gada ienākumu apakšējā kvartile, EUR 2015. gada cenās", "lower quartile of yearly income, EUR in prices of 2015"),
    C("income_median", "number", "gada ienākumu mediāna, EUR 2015. gada cenās", "median yearly income, EUR in prices of 2015"),
    C("income_upper_quartile", "number", "gada ienākumu augšējā kvartile, EUR 2015. gada cenās", "upper quartile of yearly income, EUR in prices of 2015"),
    C("income_mean", "number", "vidējie gada ienākumi, EUR 2015. gada cenās; tikai tad, ja mediānas nav", "mean yearly income, EUR in prices of 2015; only where there is no median"),
    C("relative_income", "number", "mediāna pret tā paša gada vidējo algu dzīvesvietā (1 = vienāda)", "median against the average wage, in the same year, of where the earners live (1 = equal)"),
    C("relative_unemployment", "number", "bezdarbs pret dzīvesvietas līmeni (1 = vienāds)", "unemployment against the rate of where the graduates live (1 = equal)"),
    C("relative_unemployment_lower", "number", "tā 95 % intervāla apakšējā robeža", "lower end of its 95% interval"),
    C("relative_unemployment_upper", "number", "tā 95 % intervāla augšējā robeža", "upper end of its 95% interval"),
    C("wage_of", "text", "kā alga: municipality = dzīvesvietas pašvaldību, country = valsts, part = jaukta", "whose wage: municipality = of the municipalities of residence, country = of the country, part = mixed"),
    C("local_wage", "number", "šī alga, EUR gadā 2015. gada cenās; no 100 absolventiem", "that wage, EUR a year in prices of 2015; from 100 graduates on"),
    C("unemployment_of", "text", "kā bezdarba līmenis: municipality, region, country vai part = jaukts", "whose rate of unemployment: municipality, region, country or part = mixed"),
    C("local_unemployment", "share", "šis līmenis, noapaļots līdz 0,5 %; no 100 absolventiem", "that rate, rounded to 0.5%; from 100 graduates on"),
)  # fmt: skip
_GRADUATE_COLUMNS = (
    _SYSTEM, *_AREA,
    C("sex", "text", "dzimums: all, women, men", "sex: all, women, men"),
    C("cohort", "text", "absolvēšanas gads; last_three = pēdējie trīs izlaidumi kopā", "year of graduation; last_three = the last three cohorts together"),
    C("programme", "text", "programma vai kvalifikācija; all = visas", "programme or qualification; all = all of them"),
    _FIELD, _LEVEL, _YEARS_AFTER, *_GRADUATE_NUMBERS,
)  # fmt: skip

TABLES: dict[str, OpenTable] = {
    table.name: table
    for table in (
        OpenTable(
            name="indicator-values-country",
            group="indicators",
            title_lv="Rādītāju vērtības valstī",
            title_en="Indicator values of the country",
            about_lv="Visi risku rādītāji pa izglītības posmiem un periodiem, aprēķināti no skaitiem.",
            about_en="All risk indicators by stage and period, computed from counts.",
            columns=_columns("indicator", "stage", "period", "semester", "numerator", "denominator", "value", "lower", "upper", "trend"),
            key=("indicator", "stage", "period", "semester"),
            rows=_country_values,
        ),
        OpenTable(
            name="indicator-values-municipalities",
            group="indicators",
            title_lv="Rādītāju vērtības pašvaldībās",
            title_en="Indicator values of municipalities",
            about_lv="Vērtības pēc izglītības iestādes pašvaldības; bez līmeņiem.",
            about_en="Values by the municipality of the institution; without levels.",
            columns=_columns("municipality", "municipality_name", "indicator", "stage", "period", "semester", "numerator", "denominator", "value_low", "value_high", "trend"),
            key=("municipality", "indicator", "stage", "period", "semester"),
            rows=_municipality_values,
        ),
        OpenTable(
            name="indicator-values-institutions",
            group="indicators",
            title_lv="Rādītāju vērtības iestādēs",
            title_en="Indicator values of institutions",
            about_lv="Vērtības vai intervāli ar mazo skaitu aizsardzību. Atsevišķu iestāžu riska līmeņi nav atvērtie dati.",
            about_en="Values or bands, small numbers protected. Risk levels of single institutions are not open data.",
            columns=_columns("reg_no", "institution_name", "municipality", "indicator", "stage", "period", "semester", "denominator", "value_low", "value_high"),
            key=("reg_no", "indicator", "stage", "period", "semester"),
            rows=_institution_values,
        ),
        OpenTable(
            name="indicator-level-counts",
            group="indicators",
            title_lv="Iestāžu skaits pa riska līmeņiem valstī",
            title_en="Institutions of the country by risk level",
            about_lv="Cik iestāžu valstī ir katrā līmenī un cik augstu līmeņu būtu nejaušības dēļ.",
            about_en="How many institutions stand at each level, and how many high ones chance alone would give.",
            columns=_columns(
                "indicator", "stage", "period", "semester",
                C("high", "integer", "iestādes ar augstu risku", "institutions at high risk"),
                C("medium", "integer", "iestādes ar vidēju risku", "institutions at medium risk"),
                C("low", "integer", "iestādes ar zemu risku", "institutions at low risk"),
                C("too_few", "integer", "iestādes ar pārāk maz gadījumiem", "institutions with too few cases to judge"),
                C("not_delivered", "integer", "iestādes bez iesniegtiem datiem", "institutions without data"),
                C("high_certain", "integer", "no augsta riska iestādēm: droši", "of those at high risk: certain"),
                C("high_by_chance", "number", "augsti līmeņi, kādi būtu nejaušības dēļ", "high levels that chance alone would give"),
            ),
            key=("indicator", "stage", "period", "semester"),
            rows=_level_counts,
        ),
        OpenTable(
            name="absence",
            group="topics",
            title_lv="Kavējumi",
            title_en="Absence",
            about_lv="Kavētāji valstī un pašvaldībās pa semestriem. E-žurnāli un VIIS ieraksti ir divi avoti; tos nesaskaita.",
            about_en="Absentees of the country and municipalities by semester. E-journals and VIIS entries are two sources; never add them.",
            columns=_columns(
                *_AREA,
                C("stage", "text", "izglītības posms; total = kopā bez speciālās, basic_all = pamatizglītība ar speciālo", "stage; total = all without special education, basic_all = basic with special education"),
                "source", "school_year", "semester", "delivered", "expected",
                C("pupils", "integer", "izglītojamie iestādēs, kas iesniedza datus", "learners of the institutions that delivered"),
                C("long_unexcused", "integer", "ilgstoši neattaisnoti kavējuši izglītojamie", "learners with long unexcused absence"),
                C("share_low", "share", "to īpatsvara apakšējā robeža", "lower end of their share"),
                C("share_high", "share", "to īpatsvara augšējā robeža", "upper end of their share"),
                C("any_excused", "integer", "ar vismaz vienu attaisnotu kavējumu", "with at least one excused lesson missed"),
                C("any_illness", "integer", "no tiem slimības dēļ", "of them because of illness"),
                C("any_unexcused", "integer", "ar vismaz vienu neattaisnotu kavējumu", "with at least one unexcused lesson missed"),
            ),
            key=("area_kind", "area", "stage", "source", "school_year", "semester"),
            rows=_absence,
        ),
        OpenTable(
            name="unregistered-children",
            group="topics",
            title_lv="Nereģistrētie bērni",
            title_en="Children not registered",
            about_lv="Obligātā izglītības vecuma bērni, kas nav reģistrēti izglītības iestādē, gada beigās.",
            about_en="Children of compulsory age without a place in an institution, at the end of the year.",
            columns=_columns(
                *_AREA, "year",
                C("status", "text", "statuss; total = pārskata 5. tabulas deviņi statusi kopā", "status; total = the nine of table 5 of the report"),
                C("children", "integer", "bērni", "children"),
                "delivered", "expected",
            ),
            key=("area_kind", "area", "year", "status"),
            rows=_unregistered,
        ),
        OpenTable(
            name="graduates",
            group="topics",
            title_lv="Absolventi",
            title_en="Graduates",
            about_lv="Nodarbinātība, ienākumi un mācību turpināšana pēc absolvēšanas; visi skaitļi ir aizsargāti.",
            about_en="Employment, income and further study after graduation; all numbers are protected.",
            columns=_columns(*_GRADUATE_COLUMNS),
            key=("system", "area_kind", "area", "sex", "cohort", "programme", "field", "level_of_study", "years_after"),
            rows=_graduates,
        ),
        OpenTable(
            name="graduates-by-age",
            group="topics",
            title_lv="Absolventi pēc vecuma",
            title_en="Graduates by age",
            about_lv="Nodarbinātība, ienākumi un mācību turpināšana pēc vecuma absolvējot, valstī, pēdējie trīs izlaidumi kopā; visi skaitļi ir aizsargāti.",
            about_en="Employment, income and further study by age at graduation, in the country, the last three cohorts together; all numbers are protected.",
            columns=_columns(
                _SYSTEM, *_AREA,
                C("age_group", "text", "vecums absolvējot: up_to_24, 25_29, 30_39, 40_over", "age at graduation: up_to_24, 25_29, 30_39, 40_over"),
                _FIELD, _LEVEL, _YEARS_AFTER, *_GRADUATE_NUMBERS,
            ),
            key=("system", "area_kind", "area", "age_group", "field", "level_of_study", "years_after"),
            rows=_graduates_by_age,
        ),
        OpenTable(
            name="graduate-destinations",
            group="topics",
            title_lv="Absolventu nozares, profesijas, reģioni un uzņēmumi",
            title_en="Sectors, occupations, regions and enterprises of graduates",
            about_lv="Kur absolventi strādā un dzīvo 1, 3, 5 un 10 gadus pēc absolvēšanas un cik no viņiem ir dibinājuši uzņēmumu.",
            about_en="Where graduates work and live 1, 3, 5 and 10 years after graduation, and how many have founded an enterprise.",
            columns=_columns(
                C("system", "text", "higher = augstākā, vocational = profesionālā izglītība", "higher or vocational education"),
                C("kind", "text", "sector = nozare, occupation = profesija, region = reģions, founded = vai dibināts uzņēmums", "sector, occupation, region, or founded = whether an enterprise was founded"),
                C("years_after", "integer", "gadi pēc absolvēšanas", "years after graduation"),
                C("field", "text", "izglītības tematiskā grupa; all = visas", "field of education; all = all of them"),
                C("category", "text", "nozares, profesiju grupas vai reģiona kods vai yes, no; all = visi", "code of the sector, occupation group or region, or yes, no; all = all of them"),
                C("graduates", "integer", "absolventi, noapaļoti līdz 5", "graduates, rounded to 5"),
                C("share", "share", "īpatsvars tematiskajā grupā", "share of the field"),
            ),
            key=("system", "kind", "years_after", "field", "category"),
            rows=_destinations,
        ),
        OpenTable(
            name="unified-school-visits",
            group="quality",
            title_lv="Vienotas skolas vizītes pa līmeņiem",
            title_en="Unified-school visits by level",
            about_lv="Apmeklētās iestādes pēc vadītāja darba vērtējuma līmeņa.",
            about_en="Visited institutions by the level of the head's work.",
            columns=_columns(*_AREA, "school_year", C("visit_no", "integer", "vizītes kārta", "round of the visit"), "stage", "level", "institutions"),
            key=("area_kind", "area", "school_year", "visit_no", "stage", "level"),
            rows=_area_rollup(schema.visit_count, ("school_year", "visit_no", "stage", "level"), ("institutions",)),
        ),
        OpenTable(
            name="unified-school-criteria",
            group="quality",
            title_lv="Vienotas skolas vizīšu kritēriji",
            title_en="Criteria of the unified-school visits",
            about_lv="Cik iestādēs vizītē apstiprināts katrs kritērijs.",
            about_en="In how many institutions the visit confirmed each criterion.",
            columns=_columns(
                *_AREA, "school_year", C("visit_no", "integer", "vizītes kārta", "round of the visit"),
                C("level_group", "text", "all = visas, optimal = labi un augstāk, lagging = jāpilnveido vai nepietiekami", "all, optimal (good and higher) or lagging (needs improvement, insufficient)"),
                "criterion",
                C("yes", "integer", "iestādes ar atbildi “jā”", "institutions with the answer yes"),
                C("rated", "integer", "novērtētās iestādes", "institutions rated"),
            ),
            key=("area_kind", "area", "school_year", "visit_no", "level_group", "criterion"),
            rows=_area_rollup(schema.visit_criterion_count, ("school_year", "visit_no", "level_group", "criterion"), ("yes", "rated")),
        ),
        OpenTable(
            name="unified-school-changes",
            group="quality",
            title_lv="Vienotas skolas atkārtotās vizītes",
            title_en="Repeated unified-school visits",
            about_lv="Līmenis pirmajā un atkārtotajā vizītē.",
            about_en="Level of the first and of the repeated visit.",
            columns=_columns(
                *_AREA,
                C("from_level", "text", "līmenis pirmajā vizītē", "level of the first visit"),
                C("to_level", "text", "līmenis atkārtotajā vizītē", "level of the repeated visit"),
                C("change", "text", "izmaiņa: up, same, down, unknown", "change: up, same, down, unknown"),
                "institutions",
            ),
            key=("area_kind", "area", "from_level", "to_level"),
            rows=_area_rollup(schema.visit_change_count, ("from_level", "to_level", "change"), ("institutions",)),
        ),
        OpenTable(
            name="unified-school-funding",
            group="quality",
            title_lv="Vienotas skolas papildu finansējums",
            title_en="Additional funding of the unified school",
            about_lv="Piešķirtais un izlietotais valsts finansējums apmeklētajās iestādēs.",
            about_en="State funding granted to and used by the visited institutions.",
            columns=_columns(
                *_AREA, "school_year", "institutions",
                C("unused", "integer", "iestādes, kas neizlietoja neko", "institutions that used nothing"),
                C("granted", "number", "piešķirts, EUR", "granted, EUR"),
                C("used", "number", "izlietots, EUR", "used, EUR"),
            ),
            key=("area_kind", "area", "school_year"),
            rows=_area_rollup(schema.visit_funding, ("school_year",), ("institutions", "unused", "granted", "used")),
        ),
        OpenTable(
            name="evaluations",
            group="quality",
            title_lv="Akreditācija un vadītāju vērtēšana",
            title_en="Accreditation and assessment of heads",
            about_lv="Vērtētās iestādes pēc kritērija un līmeņa.",
            about_en="Assessed institutions by criterion and level.",
            columns=_columns(
                *_AREA, "year",
                C("kind", "text", "accreditation = akreditācija, head = vadītāja vērtēšana", "accreditation or head (assessment of the head)"),
                C("type_group", "text", "iestāžu grupa; all = visas", "group of institutions; all = all of them"),
                "criterion", "level", "institutions",
            ),
            key=("area_kind", "area", "year", "kind", "type_group", "criterion", "level"),
            rows=_area_rollup(schema.evaluation_count, ("year", "kind", "type_group", "criterion", "level"), ("institutions",)),
        ),
        OpenTable(
            name="tasks",
            group="quality",
            title_lv="Vērtēšanā noteiktie uzdevumi",
            title_en="Tasks set in evaluations",
            about_lv="Noteiktie, izpildītie un nokavētie uzdevumi.",
            about_en="Tasks set, done and overdue.",
            columns=_columns(
                *_AREA, "year", C("quality_area", "text", "kvalitātes joma", "area of quality"), "topic",
                C("tasks", "integer", "uzdevumi", "tasks"), C("done", "integer", "izpildīti", "done"),
                C("overdue", "integer", "nokavēti datu datumā", "overdue at the as-of date"),
            ),
            key=("area_kind", "area", "year", "quality_area", "topic"),
            rows=_area_rollup(schema.task_count, ("year", "area", "topic"), ("tasks", "done", "overdue")),
        ),
        OpenTable(
            name="supervision",
            group="quality",
            title_lv="Uzraudzība: iesniegumi un pārbaudes",
            title_en="Supervision: complaints and inspections",
            about_lv="Iesniegumi pēc iznākuma un pārbaudes.",
            about_en="Complaints by outcome, and inspections.",
            columns=_columns(
                *_AREA, "year", "topic",
                C("received", "integer", "saņemti", "received"), C("confirmed", "integer", "apstiprināti", "confirmed"),
                C("not_confirmed", "integer", "neapstiprināti", "not confirmed"), C("explained", "integer", "sniegti skaidrojumi", "answered with an explanation"),
                C("forwarded", "integer", "nodoti dibinātājam vai citām iestādēm", "passed to the founder or others"),
                C("inspections", "integer", "pārbaudes", "inspections"), C("violations_found", "integer", "pārbaudes ar konstatētu pārkāpumu", "inspections that found a violation"),
            ),
            key=("area_kind", "area", "year", "topic"),
            rows=_area_rollup(
                schema.supervision_count, ("year", "topic"),
                ("received", "confirmed", "not_confirmed", "explained", "forwarded", "inspections", "violations_found"),
            ),
        ),
        OpenTable(
            name="published-figures",
            group="published",
            title_lv="Publicētie skaitļi",
            title_en="Published figures",
            about_lv="2024. gada pārskata un valsts laikrindu skaitļi tā, kā tie publicēti, ar atsauci.",
            about_en="Figures of the annual report 2024 and of national series as they were printed, with citation.",
            columns=_columns(
                C("collection", "text", "krājums", "collection"), C("table", "text", "pārskata tabula", "table of the report"),
                C("figure", "text", "skaitļa atslēga", "key of the figure"), C("label_lv", "text", "nosaukums, kā publicēts", "label as printed"),
                C("label_en", "text", "nosaukums angliski", "label in English"), C("period_label", "text", "periods, kā publicēts", "period as printed"),
                C("period_part", "text", "perioda daļa", "part of the period"), "stage", C("category", "text", "kategorija", "category"),
                C("value", "number", "vērtība publicētajā mērvienībā", "value in the printed unit"), C("value_text", "text", "vērtība, kā publicēta", "value as printed"),
                C("unit", "text", "mērvienība", "unit"), C("denominator_text", "text", "kam attiecināts", "what it relates to"),
                C("citation", "text", "avots un vieta tajā", "source and place in it"), C("note", "text", "piezīme", "note"), C("precision", "text", "precizitāte", "precision"),
            ),
            key=(),
            rows=_published,
            of_release=False,
            licence="cited",
        ),
        OpenTable(
            name="published-checks",
            group="published",
            title_lv="Publicēto skaitļu pārbaudes",
            title_en="Checks of published figures",
            about_lv="Kur 2024. gada pārskats ir pretrunā pats ar sevi un kā panelis rīkojas.",
            about_en="Where the annual report 2024 disagrees with itself, and what this dashboard does.",
            columns=_columns(
                C("check", "text", "pārbaudes numurs", "number of the check"),
                *[
                    C(f"{name}_{lang}", "text", f"{lv}{' (angliski)' if lang == 'en' else ''}", f"{en}{' (in Latvian)' if lang == 'lv' else ''}")
                    for name, lv, en in (
                        ("place", "vieta pārskatā", "place in the report"), ("printed", "publicēts", "printed"),
                        ("recomputed", "pārrēķināts vai citur publicēts", "recomputed or printed elsewhere"),
                        ("kind", "pretrunas veids", "kind of disagreement"), ("handling", "ko rādām", "what is shown here"),
                    )
                    for lang in ("lv", "en")
                ],
            ),
            key=("check",),
            rows=_checks,
            of_release=False,
            licence="cited",
        ),
        OpenTable(
            name="indicators",
            group="registers",
            title_lv="Rādītāju definīcijas",
            title_en="Definitions of indicators",
            about_lv="Kas tiek skaitīts pret ko, kādā mērvienībā un periodā.",
            about_en="What is counted by what, in which unit and period.",
            columns=_columns(
                C("indicator", "text", "rādītāja kods", "code of the indicator"), "name_lv", "name_en",
                C("short_name_lv", "text", "īsais nosaukums latviski", "short name in Latvian"), C("short_name_en", "text", "īsais nosaukums angliski", "short name in English"),
                C("formula_lv", "text", "formula latviski", "formula in Latvian"), C("formula_en", "text", "formula angliski", "formula in English"),
                C("unit", "text", "mērvienība; share = daļa no 1", "unit; share = fraction of 1"),
                C("direction", "text", "kas ir risks: high_bad, low_bad, both, none", "what is a risk: high_bad, low_bad, both, none"),
                C("period_kind", "text", "perioda veids", "kind of period"), C("stages", "text", "izglītības posmi", "stages"), C("sources", "text", "avoti", "sources"),
            ),
            key=("indicator",),
            rows=_indicators,
            of_release=False,
        ),
        OpenTable(
            name="thresholds",
            group="registers",
            title_lv="Robežvērtības",
            title_en="Thresholds",
            about_lv="Spēkā esošās robežvērtības ar izcelsmi un atsauci.",
            about_en="Thresholds in force with origin and citation.",
            columns=_columns(
                C("threshold", "integer", "numurs", "number"), "indicator", C("stage", "text", "izglītības posms; * = visi", "stage; * = all"),
                C("territory_kind", "text", "teritorijas veids; * = visi", "kind of territory; * = all"), C("operator", "text", "salīdzinājums riska virzienā", "comparison in the direction of risk"),
                C("basis", "text", "kas ir robeža: absolute, times_national, plus_national, band", "what the boundary is: absolute, times_national, plus_national, band"),
                C("medium", "number", "vidēja riska robeža", "boundary of medium risk"), C("high", "number", "augsta riska robeža", "boundary of high risk"), "valid_from",
                C("origin", "text", "izcelsme: official, published_rule, provisional", "origin: official, published_rule, provisional"),
                C("citation", "text", "atsauce (latviski | angliski)", "citation (Latvian | English)"),
            ),
            key=("threshold",),
            rows=_thresholds,
            of_release=False,
        ),
        OpenTable(
            name="institutions",
            group="registers",
            title_lv="Izglītības iestādes",
            title_en="Institutions",
            about_lv="Atvērtās un slēgtās iestādes, kas minētas šajos datos.",
            about_en="Open and closed institutions that these data name.",
            columns=_columns(
                C("reg_no", "text", "reģistrācijas numurs", "registration number"), C("name", "text", "nosaukums", "name"), C("type", "text", "iestādes tips", "type of institution"),
                C("founder_kind", "text", "dibinātājs: municipality, state, private", "founder: municipality, state, private"), "municipality",
                C("urbanity", "text", "vietas veids: city, town, rural, border", "kind of place: city, town, rural, border"),
                C("in_transition", "integer", "1 = pāriet uz vienotu skolu", "1 = moves to the unified school"), "valid_from", "valid_to",
            ),
            key=("reg_no",),
            rows=_register(
                schema.institution,
                ("reg_no", "name", "type", "founder_kind", "municipality_code", "urbanity", "in_transition", "valid_from", "valid_to"),
                ("reg_no",),
            ),
            of_release=False,
        ),
        OpenTable(
            name="institution-changes",
            group="registers",
            title_lv="Iestāžu pārmaiņas",
            title_en="Changes of institutions",
            about_lv="Apvienošana, pārdēvēšana un sadalīšana.",
            about_en="Mergers, renamings and splits.",
            columns=_columns(
                C("from_reg_no", "text", "iestāde pirms pārmaiņas", "institution before the change"), C("to_reg_no", "text", "iestāde pēc pārmaiņas", "institution after the change"),
                C("date", "date", "datums", "date"), C("kind", "text", "veids: merged, renamed, split", "kind: merged, renamed, split"), C("share", "share", "pārgājušo izglītojamo īpatsvars", "share of the learners that moved"),
            ),
            key=("from_reg_no", "to_reg_no"),
            rows=_lineage,
            of_release=False,
        ),
        OpenTable(
            name="municipalities",
            group="registers",
            title_lv="Pašvaldības",
            title_en="Municipalities",
            about_lv="CSP kodi, reģioni, iedzīvotāji un spēkā esības datumi.",
            about_en="CSP codes, regions, population and dates of validity.",
            columns=_columns(
                "code", C("name", "text", "pilnais nosaukums", "full name"), "name_en", C("kind", "text", "state_city = valstspilsēta, county = novads", "state_city or county (novads)"),
                C("region", "text", "reģiona kods", "code of the region"), C("population", "integer", "iedzīvotāji", "population"), C("population_year", "integer", "iedzīvotāju skaita gads", "year of the population"),
                "valid_from", "valid_to", C("successor", "text", "pēctecis", "successor"),
            ),
            key=("code",),
            rows=_register(
                schema.municipality,
                ("code", "name_full", "name_en", "kind", "region_code", "population", "population_year", "valid_from", "valid_to", "successor_code"),
                ("code",),
            ),
            of_release=False,
            licence="cited",
        ),
        OpenTable(
            name="regions",
            group="registers",
            title_lv="Reģioni",
            title_en="Regions",
            about_lv="Plānošanas reģioni.",
            about_en="Planning regions.",
            columns=_columns("code", "name_lv", "name_en"),
            key=("code",),
            rows=_register(schema.region, ("code", "name_lv", "name_en"), ("code",)),
            of_release=False,
        ),
        OpenTable(
            name="stages",
            group="registers",
            title_lv="Izglītības posmi",
            title_en="Stages of education",
            about_lv="Posmu kodi šajās tabulās.",
            about_en="Codes of stages in these tables.",
            columns=_columns("code", "name_lv", "name_en", C("position", "integer", "kārta", "order")),
            key=("code",),
            rows=_school_years_of_stage,
            of_release=False,
        ),
        OpenTable(
            name="reason-codes",
            group="registers",
            title_lv="Iemeslu kodi",
            title_en="Reason codes",
            about_lv="Kas stāv šūnā, kurā nav vērtības.",
            about_en="What stands in a cell without a value.",
            columns=_columns("code", C("meaning_lv", "text", "nozīme latviski", "meaning in Latvian"), C("meaning_en", "text", "nozīme angliski", "meaning in English")),
            key=("code",),
            rows=_reason_codes,
            of_release=False,
        ),
        OpenTable(
            name="sources",
            group="registers",
            title_lv="Avoti",
            title_en="Sources",
            about_lv="Reģistri un pārskati, no kuriem nāk dati.",
            about_en="Registers and reports that the data come from.",
            columns=_columns("code", "name_lv", "name_en", C("publisher", "text", "publicētājs", "publisher"), C("licence", "text", "izmantošanas noteikumi", "terms of use")),
            key=("code",),
            rows=_register(schema.source, ("code", "name_lv", "name_en", "publisher", "licence"), ("code",)),
            of_release=False,
        ),
        OpenTable(
            name="loads",
            group="registers",
            title_lv="Datu ielādes",
            title_en="Loads of data",
            about_lv="Katra ielādētā datne: avots, datu datums, kontrolsumma, rindas.",
            about_en="Each file loaded: source, as-of date, checksum, rows.",
            columns=_columns(
                C("dataset", "text", "datu kopa", "data set"), "source", C("as_of", "date", "dati uz", "data as of"), C("loaded_at", "text", "ielādēts (UTC)", "loaded at (UTC)"),
                C("loader_version", "text", "ielādētāja versija", "version of the loader"), C("sha256", "text", "datnes SHA-256", "SHA-256 of the file"), C("rows_read", "integer", "nolasītas rindas", "rows read"),
                C("rows_loaded", "integer", "ielādētas rindas", "rows loaded"), C("rows_quarantined", "integer", "atliktas rindas", "rows set aside"),
                C("rows_declared", "integer", "tukšas un kopsavilkuma rindas", "blank and total lines"), C("synthetic", "integer", "1 = sintētiski dati", "1 = synthetic data"),
            ),
            key=("dataset", "sha256"),
            rows=_batches,
            of_release=False,
        ),
        OpenTable(
            name="releases",
            group="registers",
            title_lv="Versijas",
            title_en="Releases",
            about_lv="Visas publicētās versijas ar iemeslu.",
            about_en="All releases with their reason.",
            columns=_columns(
                C("release", "integer", "versijas numurs", "number of the release"), CLOCK, C("as_of", "date", "dati uz", "data as of"), C("reason", "text", "iemesls", "reason"),
                C("code_version", "text", "programmas versija", "version of the program"), C("facts_hash", "text", "ielādēto datņu kopējā kontrolsumma", "common checksum of the files loaded"), C("synthetic", "integer", "1 = sintētiski dati", "1 = synthetic data"),
            ),
            key=("release",),
            rows=_releases,
            of_release=False,
        ),
    )
}  # fmt: skip
