"""Graduate pages at full size: 10 x 10 cohorts, 60 institutions, 400 programmes of both systems.

`python -m benchmarks.graduates` makes two databases of its own (a seventh of the size and the full one), publishes the
roll-ups of graduates and reads how much processor time a whole page takes inside the application, without the network:
medians. "Kept" is a page whose parts another reader asked for before, "drawn" one that nobody asked for yet.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from data_access import engine as engines
from data_access import migrations_runner, releases, schema
from data_access.bulk import insert_rows
from data_access.demo import graduate_ages
from data_access.demo.vocabulary import NACE_SECTIONS, OCCUPATION_GROUPS
from data_access.importing import reference
from data_access.importing.batches import open_batch
from data_access.rollups_graduates import roll_up_graduates
from data_access.scope import Scope
from indicators import graduates as method

SEED = 20_241_231
LAST = 2023  # the last finished year
COHORTS = range(LAST - 19, LAST - 9)  # ten cohorts, each followed for ten years
OFFERED = 20  # programmes of an institution
REGIONS = ("LV003", "LV005", "LV007", "LV008", "LV009", "LV00A")
FIELDS = ("education", "humanities_arts", "social_business_law", "science_maths_it",
          "engineering_manufacturing_construction", "agriculture", "health_welfare", "services")  # fmt: skip
LEVELS = {
    "higher": ("college", "bachelor", "master", "doctor"),
    "vocational": ("basic_vocational", "trade", "secondary_vocational"),
}
FIRST = {"higher": 1, "vocational": 1_001}  # ids of institutions
GOAL_MS, GOAL_GROWTH = 25.0, 1.2


@dataclass(frozen=True)
class Size:
    """How large a system is."""

    institutions: int
    programmes: int


SMALL = {"higher": Size(5, 39), "vocational": Size(4, 21)}
FULL = {"higher": Size(35, 260), "vocational": Size(25, 140)}


def _facts(system: str, first_id: int, size: Size) -> tuple[dict, dict]:
    """Columns of fact_graduate and fact_graduate_sector of one system; ages follow from the first."""
    rng = np.random.default_rng([SEED, first_id])
    number = size.institutions * OFFERED
    programme = np.concatenate([np.arange(size.programmes), rng.integers(0, size.programmes, number)])
    pairs = np.unique(np.stack([np.arange(number) // OFFERED, programme[:number]]), axis=1)
    place, programme = pairs
    number = len(place)
    field = np.array(FIELDS, dtype=object)[programme % len(FIELDS)]
    level = np.array(LEVELS[system], dtype=object)[programme // len(FIELDS) % len(LEVELS[system])]
    name = np.array([f"{10_000 + code} Programma {code}" for code in range(size.programmes)], dtype=object)
    usual = rng.gamma(2.0, 10.0, number) + 1
    main, sectors = [], []
    for cohort in COHORTS:
        women = rng.poisson(usual)
        groups = np.stack([women, rng.poisson(usual)], axis=1)
        for k in method.K:
            status = rng.multinomial(groups, (0.80, 0.04, 0.03, 0.06, 0.05, 0.02))
            keys = {
                "institution_id": first_id + place,
                "graduation_year": np.full(number, cohort),
                "monitoring_year": np.full(number, cohort + k),
                "programme": name[programme],
            }
            for sex, n, counts in (
                ("all", groups.sum(axis=1), status.sum(axis=1)),
                ("women", groups[:, 0], status[:, 0]),
                ("men", groups[:, 1], status[:, 1]),
            ):
                here = n > 0
                median = np.round(9_000 + 600 * k + 40 * (programme % 97), 0).astype(float)
                earning = counts[:, 0] > 0
                columns = {
                    **keys,
                    "sex": np.full(number, sex, dtype=object),
                    "system": np.full(number, system, dtype=object),
                    "field": field,
                    "level": level,
                    "graduates": n,
                    **{status_: counts[:, at] for at, status_ in enumerate(method.STATUSES)},
                    "skilled": counts[:, 0] * 3 // 4,
                    "earners": counts[:, 0],
                    "founded": n // 30,
                    "income_median": np.where(earning, median, np.nan),
                    "income_lower_quartile": np.where(earning, median * 0.7, np.nan),
                    "income_upper_quartile": np.where(earning, median * 1.45, np.nan),
                    "load_batch_id": np.ones(number, dtype=int),
                }
                main.append({key: values[here] for key, values in columns.items()})
            if k in method.FLOW_K:
                together = status.sum(axis=1)
                for kind, names, people in (
                    ("sector", NACE_SECTIONS, together[:, 0]),
                    ("occupation", OCCUPATION_GROUPS, together[:, 0]),
                    ("region", REGIONS, together[:, :4].sum(axis=1)),
                ):
                    table = rng.multinomial(people, np.full(len(names), 1 / len(names)))
                    i, c = np.nonzero(table)
                    sectors.append(
                        {
                            **{key: values[i] for key, values in keys.items()},
                            "kind": np.full(len(i), kind, dtype=object),
                            "category": np.array(names, dtype=object)[c],
                            "graduates": table[i, c],
                            "load_batch_id": np.ones(len(i), dtype=int),
                        }
                    )
    return tuple(
        {key: np.concatenate([one[key] for one in parts]) for key in parts[0]} for parts in (main, sectors)
    )


def build(path: Path, sizes: dict[str, Size]) -> tuple[int, int, float]:
    """A database with graduates and a release; fact rows, rows of groups, processor seconds of the roll-up."""
    engine = engines.create(f"sqlite:///{path}")
    migrations_runner.upgrade(engine)
    rows = 0
    with engine.begin() as connection:
        reference.load_all(connection)
        for table in (schema.deflator, schema.labour_market):
            connection.execute(table.delete())
        said = {"citation": "benchmark", "origin": "demo", "load_batch_id": 1}
        years = range(COHORTS[0], LAST + 1)
        connection.execute(
            insert(schema.deflator), [{"year": y, "value": 60.0 + 3 * (y - 2004), **said} for y in years]
        )
        connection.execute(
            insert(schema.labour_market),
            [
                {"year": y, "area_code": area, "measure": measure, "value": value, **said}
                for y in years
                for area in ("LV", *REGIONS)
                for measure, value in (
                    ("monthly_gross_wage", 700.0 + 40 * (y - 2004)),
                    ("registered_unemployment", 0.07),
                )
            ],
        )
        open_batch(
            connection, schema.fact_graduate.name, "graduates", "benchmark.csv", "0" * 64, "2024-12-31", 1
        )
        for system, size in sizes.items():
            first = FIRST[system]
            connection.execute(
                insert(schema.institution),
                [
                    {
                        "id": first + n, "reg_no": f"{9_800_000_000 + first + n}", "name": f"Iestāde {first + n:03d}",
                        "type": system, "founder_kind": "state", "urbanity": "city", "in_transition": 0,
                        "municipality_code": ("LV0001000", "LV0003000")[n % 2], "valid_from": "2000-09-01",
                        "valid_to": None, "sort_key": f"{first + n:03d}", "search_key": f"iestade {first + n:03d}",
                        "load_batch_id": 1,
                    }
                    for n in range(size.institutions)
                ],
            )  # fmt: skip
            main, sectors = _facts(system, first, size)
            rows += insert_rows(connection, schema.fact_graduate, main)
            rows += insert_rows(connection, schema.fact_graduate_sector, sectors)
            ages = graduate_ages.rows(SEED + first, main)
            ages["load_batch_id"] = np.ones(len(ages["graduates"]), dtype=int)
            rows += insert_rows(connection, schema.fact_graduate_age, ages)
    taken = [0.0]

    def timed(connection, release_id: int) -> None:
        started = time.process_time()
        roll_up_graduates(connection, release_id)
        taken[0] = time.process_time() - started

    with engine.begin() as connection:
        releases.publish(connection, reason="bench", author="bench", steps=(timed,))
        groups = connection.exec_driver_sql("SELECT count(*) FROM graduate_group").scalar_one()
    engines.tidy(engine)
    engine.dispose()
    return rows, groups, taken[0]


def views() -> dict[str, str]:
    """Addresses of pages: country, institution and programme of both systems, and the career page."""
    found = {}
    for system, page in (("higher", "augstaka"), ("vocational", "profesionala")):
        reg_no = 9_800_000_000 + FIRST[system]
        here = f"/absolventi/{page}"
        found[f"{system}, country"] = here
        found[f"{system}, country, income"] = f"{here}?raditajs=ienakumi&k=5"
        found[f"{system}, institution"] = f"{here}?iestade={reg_no}"
        found[f"{system}, programme"] = f"{here}?iestade={reg_no}&programma=10000"
    found["career"] = "/absolventi/karjera"
    return found


def read(path: Path, repeats: int = 15) -> dict[tuple[str, str], float]:
    """Median ms of each view: (view, "public kept" | "public drawn" | "ministry kept" | "ministry drawn")."""
    import settings
    from app import create_app
    from pages import kept

    app = create_app(
        settings.Settings(
            DATABASE_URL=f"sqlite:///{path}",
            secret_key="benchmark-only-0123456789-abcdefghij",
            log_level="ERROR",
            rate_callbacks=0,
            rate_callbacks_address=0,
            rate_pages=0,
            rate_pages_address=0,
        )
    )
    app.server.extensions["ikms_demo_accounts"]["ministry"] = Scope(
        role="ministry", label="Ministry", user="demo-ministry"
    )
    ministry = app.server.test_client()
    ministry.post("/pieslegties", data={"account": "ministry"}, headers={"Sec-Fetch-Site": "same-origin"})

    def forget() -> None:
        for one in (kept._kept, app.site.renderer._public, app.site.renderer._public_html):
            one.clear()

    found = {}
    for who, reader in (("public", app.server.test_client()), ("ministry", ministry)):
        for name, address in views().items():

            def ask(reader=reader, address=address) -> None:
                answer = reader.get(address, headers={"Accept-Encoding": "zstd"})
                assert answer.status_code == 200, (address, answer.status_code)

            found[name, f"{who} drawn"] = _median(ask, max(3, repeats // 3), forget)
            found[name, f"{who} kept"] = _median(ask, repeats)
    return found


def _median(ask: Callable[[], None], repeats: int, before: Callable[[], None] | None = None) -> float:
    """Median processor milliseconds, after one call that is not counted."""
    ask()
    times = []
    for _ in range(repeats):
        if before is not None:
            before()
        started = time.process_time()
        ask()
        times.append(1000 * (time.process_time() - started))
    return statistics.median(times)


def main(console: Console | None = None, row: Callable[..., None] | None = None) -> bool:
    """Print the table; True when pages that were asked for before keep the goals. row: of `make bench`."""
    console = console or Console(width=150)
    sizes: dict[str, dict] = {}
    with tempfile.TemporaryDirectory(prefix="ikms-graduates-") as folder:
        for word, size in (("small", SMALL), ("full", FULL)):
            path = Path(folder) / f"{word}.sqlite"
            rows, groups, seconds = build(path, size)
            institutions = sum(one.institutions for one in size.values())
            programmes = sum(one.programmes for one in size.values())
            console.print(
                f"graduates, {word}: {institutions} institutions, {programmes} programmes, "
                f"{rows} fact rows, {groups} groups; roll-up {seconds:.1f} s of CPU",
                highlight=False,
            )
            sizes[word] = read(path)
            if row is not None and size is FULL:
                row(
                    "graduates: roll-up of 10 x 10 cohorts, 60 institutions, 400 programmes, CPU s",
                    "",
                    f"{seconds:.1f}",
                )
    kinds = ("public kept", "public drawn", "ministry kept", "ministry drawn")
    table = Table("view, ms of CPU", *kinds, title="Absolventi | graduates: a page, full (growth)")
    good = True
    for name in views():
        cells = []
        for kind in kinds:
            full, small = sizes["full"][name, kind], sizes["small"][name, kind]
            cells.append(f"{full:.1f} ({full / small:.2f})")
            if kind.endswith("kept"):
                good &= full <= GOAL_MS and full <= max(GOAL_GROWTH * small, small + 1.0)
        table.add_row(name, *cells)
    console.print(table)
    console.print(
        f"kept pages within {GOAL_MS:.0f} ms and {GOAL_GROWTH} times: {'yes' if good else 'NO'}",
        highlight=False,
    )
    if row is not None:
        for name in ("higher, country", "higher, institution", "higher, programme"):
            slow = max(sizes["full"][name, kind] for kind in kinds if kind.endswith("kept"))
            growth = max(sizes["full"][name, kind] / sizes["small"][name, kind] for kind in kinds)
            row(
                f"graduates, {name}: CPU ms of a page (growth with 7 times the size)",
                "<= 25 (1.2)",
                f"{slow:.0f} ({growth:.2f})",
            )
    return good


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
