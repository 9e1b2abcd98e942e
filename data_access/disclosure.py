"""Step of a publication: complementary suppression over everything that outsiders may see, its report and its ledger.

The published rows are read back from the database, not taken from the code that wrote them. Whatever goes wrong,
the publication is refused and the old release keeps serving.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from . import aside, facts, schema
from .bulk import insert_rows
from .schema_disclosure import disclosure_ledger, disclosure_report, enrolment_released
from .writing import stamp

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from indicators.disclosure.release import Release
    from indicators.disclosure.suppress import Outcome

Progress = Callable[[str], None]

_VALUE_KEY = ("unit_kind", "unit_id", "indicator_id", "stage", "school_year", "semester")
_VALUE_NUMBERS = (
    "numerator", "denominator", "value", "lower", "upper", "pooled_numerator", "pooled_denominator", "value_text",
    "trend",
)  # fmt: skip
_ABSENCE_NUMBERS = (
    "pupils", "long_unexcused", "share", "share_low", "share_high", "any_excused", "any_illness", "any_unexcused",
    "trend",
)  # fmt: skip
_SUPERVISION_NUMBERS = (
    "received", "confirmed", "not_confirmed", "explained", "forwarded", "inspections", "violations_found",
)  # fmt: skip


def protect_release(connection: Connection, release_id: int, progress: Progress = lambda text: None) -> None:
    """Suppress what could be worked out, write the report and the ledger. Raises ReleaseError."""
    from indicators.disclosure import rules
    from indicators.disclosure.attack import AttackError
    from indicators.disclosure.suppress import SuppressionError

    from .releases import ReleaseError

    started = time.perf_counter()
    try:
        signed = rules.load()
        _protect(connection, release_id, signed, started, progress)
    except rules.RulesError as fault:
        raise ReleaseError(str(fault)) from fault
    except (SuppressionError, AttackError) as fault:
        raise ReleaseError(
            f"Publicēšana atteikta: mazos skaitļus nevar pasargāt ({fault}) | "
            f"publication refused: small numbers cannot be protected ({fault})"
        ) from fault


def _protect(connection: Connection, release_id: int, signed, started: float, progress: Progress) -> None:
    from indicators.catalogue import INDICATORS
    from indicators.disclosure import release, suppress

    families = {indicator.id: indicator.family for indicator in INDICATORS.values()}
    units = {indicator.id: indicator.unit for indicator in INDICATORS.values()}
    frames = read_frames(connection, release_id)
    built = release.build(frames, families, units)
    cube = built.cube
    outcome = suppress.Outcome()
    if len(cube.truth):
        earlier = _remember(connection, built)
        progress(f"aizsardzība | disclosure: {len(cube.row_cost)} / {len(cube.truth)} / {cube.equations}")
        outcome = suppress.protect(
            cube, progress=lambda text: progress(f"aizsardzība | disclosure: {text}"), each=aside.spread
        )
        _take_back(connection, release_id, built, frames)
        _write_ledger(connection, release_id, built, earlier)
    elif not _due(connection, release_id):
        return  # a release without values needs no report
    seconds = time.perf_counter() - started
    _report(connection, release_id, signed, built, outcome, seconds)
    progress(
        f"aizsardzība | disclosure: {outcome.complementary} + {int(cube.primary.sum())}, {seconds:.1f} s"
    )


# --- what is published -----------------------------------------------------------------------------------


def read_frames(connection: Connection, release_id: int) -> dict[str, pd.DataFrame]:
    """Exact rows and the published rows in their place, of every table in the cube."""

    def frame(table: Table, names: tuple[str, ...], *conditions) -> pd.DataFrame:
        columns = [table.c[name] for name in names]
        return facts.read(
            connection,
            select(*columns).where(table.c.release_id == release_id, *conditions).order_by(*columns[:6]),
        )

    exact, shown = schema.indicator_value, schema.indicator_released
    numbers = ("numerator", "denominator", "value")
    frames = {
        "exact": frame(exact, (*_VALUE_KEY, "municipality_code", *numbers)),
        "shown": frame(shown, (*_VALUE_KEY, *numbers, "value_text", "reason")),
        "enrolment": _enrolment(connection),
    }
    counts = schema.absence_count
    names = ("area_id", "stage", "school_year", "semester", "pupils", "long_unexcused")
    for plane, name, columns in (
        ("detail", "absence", names),
        ("released", "absence_shown", (*names, "share_low", "share_high")),
    ):
        frames[name] = frame(
            counts,
            columns,
            counts.c.plane == plane,
            counts.c.area_kind == "municipality",
            counts.c.source_code == "e_journals",
        ).sort_values(list(names[:4]), ignore_index=True)
    delivered = frames["absence"]["long_unexcused"].notna()
    for name in ("absence", "absence_shown"):
        frames[name] = frames[name][delivered].reset_index(drop=True)
    children = schema.unregistered_count
    for plane, name in (("detail", "children"), ("released", "children_shown")):
        frames[name] = frame(
            children, ("area_kind", "area_id", "year", "status", "children"), children.c.plane == plane
        ).sort_values(["area_kind", "area_id", "year", "status"], ignore_index=True)
    flow = schema.graduate_flow
    frames["flows"] = frame(flow, ("system", "kind", "k", "field", "category", "graduates"))
    final = _final(connection, release_id)
    frames["flows"]["window"] = final
    group = schema.graduate_group
    names = (
        "system",
        "area_kind",
        "area_id",
        "sex",
        "cohort",
        "programme",
        "field",
        "level",
        "k",
        "graduates",
    )
    frames["graduates"] = frame(group, names, group.c.plane == "released").assign(age="all")
    if len(frames["graduates"]):
        frames["graduates"] = _with_ages(frame, frames["graduates"])
        frames["lines"] = graduate_sums(connection, release_id, frames["graduates"])
        # Cohorts together are those up to the newest one: next year the same words mean other persons.
        cohort = frames["graduates"]["cohort"]
        frames["graduates"]["window"] = cohort.where(cohort != 0, frames["graduates"]["k"] - final)
    supervision = schema.supervision_count
    for plane, name in (("detail", "supervision"), ("released", "supervision_shown")):
        frames[name] = frame(
            supervision,
            ("area_kind", "area_id", "year", *_SUPERVISION_NUMBERS),
            supervision.c.plane == plane,
            supervision.c.topic == "all",
            supervision.c.area_kind != "institution",
        ).sort_values(["area_kind", "area_id", "year"], ignore_index=True)
    return frames


def _final(connection: Connection, release_id: int) -> int:
    """The last monitoring year of the groups of graduates of a release; 0 when there are none."""
    group = schema.graduate_group
    found = connection.execute(
        select(group.c.year_to)
        .where(group.c.release_id == release_id, group.c.plane == "released")
        .order_by(group.c.year_to.desc())
        .limit(1)
    ).scalar_one_or_none()
    return int(found or 0)


def graduate_sums(connection: Connection, release_id: int, groups: pd.DataFrame) -> list:
    """The sums among groups of graduates (`indicators.graduates.equations`) of a release."""
    from indicators import graduates

    places = connection.execute(
        select(schema.institution.c.id, schema.municipality.c.region_code).join(
            schema.municipality, schema.municipality.c.code == schema.institution.c.municipality_code
        )
    )
    regions = {str(row.id): row.region_code for row in places}
    return graduates.equations(groups, regions, _final(connection, release_id))


def _with_ages(frame: Callable[..., pd.DataFrame], groups: pd.DataFrame) -> pd.DataFrame:
    """Groups of graduates and those of single ages in one frame."""
    import pandas as pd

    table = schema.graduate_age
    names = ("system", "area_kind", "age_group", "field", "level", "k", "area_id", "graduates")
    ages = frame(table, names, table.c.plane == "released").rename(columns={"age_group": "age"})
    if not len(ages):
        return groups
    ages = ages.assign(sex="all", cohort=0, programme="")[list(groups.columns)]
    return pd.concat([groups, ages], ignore_index=True)


def _enrolment(connection: Connection) -> pd.DataFrame:
    """Learners by stage and together with what may be told of them before the cube is looked at."""
    import numpy as np
    import pandas as pd

    from indicators.disclosure import release, rounded

    fact, place = schema.fact_enrolment.c, schema.institution.c
    rows = facts.read(
        connection,
        select(
            fact.institution_id,
            fact.school_year,
            fact.semester,
            fact.stage,
            fact.pupils,
            place.municipality_code,
        )
        .join(schema.institution, place.id == fact.institution_id)
        .order_by(fact.institution_id, fact.school_year, fact.semester, fact.stage),
    )
    rows["area"] = release.area_numbers(rows.pop("municipality_code"))
    keys = ["institution_id", "school_year", "semester"]
    least = release.least_persons(rows["stage"])
    rows["shown"] = np.where(
        (rows["pupils"] >= least) | (rows["pupils"] == 0), rounded(rows["pupils"].to_numpy()), np.nan
    )
    groups = rows.groupby(keys, as_index=False)
    total = groups.agg(
        pupils=("pupils", "sum"), area=("area", "first"), told=("shown", "count"), n=("shown", "size")
    )
    # With the sum a withheld part could be worked out.
    total["shown"] = np.where(
        (total["told"] == total["n"]) & ((total["pupils"] >= release.RULES.minimum) | (total["pupils"] == 0)),
        rounded(total["pupils"].to_numpy()),
        np.nan,
    )
    total = total.assign(stage=release.TOTAL)[list(rows.columns)]
    return pd.concat([rows, total], ignore_index=True)


# --- what is taken back ----------------------------------------------------------------------------------


def _take_back(
    connection: Connection, release_id: int, built: Release, frames: dict[str, pd.DataFrame]
) -> None:
    """Put the reason `c` in place of the numbers of rows that are hidden now."""
    import numpy as np

    cube = built.cube

    def newly(name: str) -> pd.DataFrame:
        table = built.tables[name]
        return table.keys[cube.hidden[table.rows] & ~cube.primary[table.rows]]

    if "values" in built.tables:
        rows = newly("values")
        target = schema.indicator_released
        loads = rows["loads"].to_numpy(dtype=bool)
        _hide(connection, target, release_id, rows[~loads].drop(columns="loads"), _VALUE_NUMBERS)
        _hide(
            connection, target, release_id, rows[loads].drop(columns="loads"), ("denominator",), reason=None
        )
    if "absence" in built.tables:
        rows = newly("absence").assign(plane="released", area_kind="municipality", source_code="e_journals")
        _hide(connection, schema.absence_count, release_id, rows, _ABSENCE_NUMBERS, also={"any_reason": "c"})
    if "children" in built.tables:
        rows = newly("children").assign(plane="released")
        _hide(connection, schema.unregistered_count, release_id, rows, ("children",))
    if "flows" in built.tables:
        _hide(connection, schema.graduate_flow, release_id, newly("flows"), ("graduates", "share"))
    if "graduates" in built.tables:
        from indicators.graduates import RELEASED_NUMBERS

        rows = newly("graduates").assign(plane="released")
        reasons = dict.fromkeys(("income_reason", "relative_reason", "unemployment_reason"), "c")
        by_age = (rows["age"] != "all").to_numpy()
        ages = rows[by_age].drop(columns=["sex", "cohort", "programme"]).rename(columns={"age": "age_group"})
        for target, part in (
            (schema.graduate_group, rows[~by_age].drop(columns="age")),
            (schema.graduate_age, ages),
        ):
            _hide(connection, target, release_id, part, RELEASED_NUMBERS, also=reasons)
    if "supervision" in built.tables:
        rows = newly("supervision").assign(plane="released", topic="all")
        _hide(connection, schema.supervision_count, release_id, rows, _SUPERVISION_NUMBERS)
    table = built.tables["enrolment"]
    hidden = cube.hidden[table.rows]
    shown = frames["enrolment"]["shown"].to_numpy(dtype=float)
    rows = table.keys.assign(
        release_id=release_id,
        pupils=np.where(hidden, np.nan, shown),
        reason=np.where(hidden, "c", None),
    )
    insert_rows(connection, enrolment_released, rows)


def _hide(
    connection: Connection,
    table: Table,
    release_id: int,
    keys: pd.DataFrame,
    numbers: tuple[str, ...],
    *,
    reason: str | None = "c",
    also: dict[str, str] | None = None,
) -> None:
    if not len(keys):
        return
    statement = update(table).where(
        table.c.release_id == release_id,
        *[table.c[name] == bindparam(f"key_{name}") for name in keys.columns],
    )
    told = {"reason": reason} if reason else {}
    statement = statement.values({**dict.fromkeys(numbers), **told, **(also or {})})
    columns = [f"key_{name}" for name in keys.columns]
    values = [keys[name].astype(object).tolist() for name in keys.columns]
    plain = [
        dict(zip(columns, (getattr(one, "item", lambda one=one: one)() for one in row), strict=True))
        for row in zip(*values, strict=True)
    ]
    connection.execute(statement, plain)


# --- the ledger ------------------------------------------------------------------------------------------

_LEDGER = (("name", "<u8"), ("low", "<f4"), ("high", "<f4"))


def _remember(connection: Connection, built: Release) -> np.ndarray:
    """Add what earlier releases told to the cube as statements for good; returns the boxes by variable.

    A statement that the count does not fit any more belongs to an older value and is left out. Of counts whose exact
    value is not kept (graduates) that is not known one by one: where their statements contradict the new release, they
    are of other data and all of them are left out.
    """
    import numpy as np

    from indicators.disclosure import attack
    from indicators.disclosure.cube import ALWAYS, LIMIT

    cube = built.cube
    boxes = np.tile([0.0, LIMIT], (len(cube.truth), 1))
    names = built.names.to_numpy(dtype="uint64")
    order = np.argsort(names, kind="stable")
    for row in connection.execute(select(disclosure_ledger).order_by(disclosure_ledger.c.release_id)):
        raw = zlib.decompress(row.payload)
        if hashlib.sha256(raw).hexdigest() != row.sha256:
            from indicators.disclosure.attack import AttackError

            raise AttackError(f"the ledger of release {row.release_id} is damaged")
        told = np.frombuffer(raw, dtype=np.dtype(list(_LEDGER)))
        place = np.searchsorted(names[order], told["name"])
        place = np.minimum(place, len(order) - 1)
        found = order[place]
        fits = names[found] == told["name"]
        truth = cube.truth[found]
        fits &= ~((truth < told["low"] - 0.5) | (truth > told["high"] + 0.5))
        at = found[fits]
        boxes[at, 0] = np.maximum(boxes[at, 0], told["low"][fits])
        boxes[at, 1] = np.minimum(boxes[at, 1], told["high"][fits])
    known = np.flatnonzero((boxes[:, 0] > 0) | (boxes[:, 1] < LIMIT))
    known = known[boxes[known, 0] <= boxes[known, 1]]
    own = (cube.statement_row, cube.statement_variable, cube.statement_low, cube.statement_high)

    def say(known: np.ndarray) -> None:
        told = (np.full(len(known), ALWAYS), known, boxes[known, 0], boxes[known, 1])
        (
            cube.statement_row,
            cube.statement_variable,
            cube.statement_low,
            cube.statement_high,
        ) = (np.concatenate(pair) for pair in zip(own, told, strict=True))

    say(known)
    unsure = known[np.isnan(cube.truth[known])]
    if len(unsure):
        try:
            attack.tighten(cube, *cube.boxes())
        except attack.AttackError:
            boxes[unsure] = 0.0, LIMIT
            say(np.setdiff1d(known, unsure))
    return boxes


def _write_ledger(connection: Connection, release_id: int, built: Release, earlier: np.ndarray) -> None:
    """Keep what this release tells beyond the earlier ones."""
    import numpy as np

    low, high = built.cube.boxes()
    new = (low > earlier[:, 0] + 1e-3) | (high < earlier[:, 1] - 1e-3)
    told = np.empty(int(new.sum()), dtype=np.dtype(list(_LEDGER)))
    told["name"] = built.names.to_numpy(dtype="uint64")[new]
    told["low"], told["high"] = low[new], high[new]
    raw = told.tobytes()
    connection.execute(
        insert(disclosure_ledger).values(
            release_id=release_id,
            statements=len(told),
            payload=zlib.compress(raw, 1),
            sha256=hashlib.sha256(raw).hexdigest(),
        )
    )


def municipal_reach(connection: Connection, release_id: int) -> int:
    """Pairs of a hidden count and a foreign municipality that pins it down with its own exact counts; slow.

    Counted on what the release tells in the database, without the counts that headline totals tell everybody.
    """
    from indicators.catalogue import INDICATORS
    from indicators.disclosure import attack, release

    frames = read_frames(connection, release_id)
    told = facts.read(
        connection, select(enrolment_released).where(enrolment_released.c.release_id == release_id)
    ).rename(columns={"pupils": "shown"})
    key = ["institution_id", "school_year", "semester", "stage"]
    frames["enrolment"] = (
        frames["enrolment"].drop(columns="shown").merge(told[[*key, "shown"]], on=key, how="left")
    )
    families = {indicator.id: indicator.family for indicator in INDICATORS.values()}
    units = {indicator.id: indicator.unit for indicator in INDICATORS.values()}
    cube = release.build(frames, families, units).cube
    low, high = attack.tighten(cube, *cube.boxes())
    cube.secret[attack.violations(cube, low, high)] = False
    return attack.municipal_insiders(cube, low, high)


# --- the report ------------------------------------------------------------------------------------------


def _report(
    connection: Connection, release_id: int, signed, built: Release, outcome: Outcome, seconds: float
) -> None:
    from .releases import CODE_VERSION

    cube = built.cube
    by_table = {
        name: {
            "rows": len(table.keys),
            "primary": int(cube.primary[table.rows].sum()),
            "complementary": int((cube.hidden[table.rows] & ~cube.primary[table.rows]).sum()),
        }
        for name, table in sorted(built.tables.items())
    }
    payload = {
        "tables": by_table,
        "variables": len(cube.truth),
        "equations": cube.equations,
        "rounds": outcome.rounds,
        "given_away_by_primary_alone": outcome.first_attack,
        "given_away_to_the_number": outcome.first_exact,
        "insiders_before": outcome.insiders_before,
        "insiders_exact": outcome.insiders_exact,
        "insider_pairs": outcome.insider_pairs,
        "linear_programs": outcome.programs,
        "whole_number_programs": outcome.whole_programs,
        "approved": list(signed.approved),
    }
    key = os.environ.get("IKMS_SECRET_KEY", "").encode() or None
    connection.execute(
        insert(disclosure_report).values(
            release_id=release_id,
            created_at=stamp(),
            rules_version=signed.version,
            rules_valid_from=signed.valid_from,
            rules_sha256=signed.digest,
            rules_hmac=signed.seal(key),
            code_version=CODE_VERSION,
            cells=len(cube.row_cost),
            primary_hidden=int(cube.primary.sum()),
            complementary_hidden=outcome.complementary,
            secrets=outcome.secrets,
            outsider_exact=outcome.exact,
            narrowest=None if outcome.narrowest != outcome.narrowest else outcome.narrowest,
            insider_cells=outcome.insiders,
            told_for_good=outcome.told_for_good,
            seconds=round(seconds, 1),
            payload=json.dumps(payload, sort_keys=True),
        )
    )


def report(connection: Connection, release_id: int | None = None) -> dict | None:
    """The report of a release (the newest one by default) with its payload read; None when there is none."""
    table = disclosure_report
    query = select(table).order_by(table.c.release_id.desc()).limit(1)
    if release_id is not None:
        query = query.where(table.c.release_id == release_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else {**row, "payload": json.loads(row["payload"])}


_DUE = "disclosure_report_due"


def expect_report(connection: Connection, release_id: int) -> None:
    """Values have been computed: the release may not be published without a report."""
    connection.info[_DUE] = release_id


def reported(connection: Connection, release_id: int) -> bool:
    """Whether the release has its report, or no values that would need one."""
    if report(connection, release_id) is not None:
        return True
    kept = select(disclosure_ledger.c.release_id).where(disclosure_ledger.c.release_id == release_id)
    return not _due(connection, release_id) and connection.execute(kept).first() is None


def _due(connection: Connection, release_id: int) -> bool:
    return connection.info.get(_DUE) == release_id
