"""Do the two keys keep their promises? Invented countries whose true levels are known, judged by the real code.

Three questions: how often a school that is beyond no boundary is called certain, how many of the certain flags
are right where one school in ten is troubled, and whether a small school is flagged more readily than a large one.
The plain rule "the share lies beyond the boundary" stands beside for contrast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from indicators.catalogue import INDICATORS
from indicators.compute import compute

YEARS = np.arange(2022, 2026)  # after the break of 2022, so that three years can be pooled
LAST = len(YEARS) - 1
AS_OF = "2026-12-31"
# Share of institutions by type, and how their learners divide into stages. Preschools are left out.
TYPES = {
    "primary": (0.08, {"basic": 1.0}),
    "basic": (0.27, {"basic": 1.0}),
    "secondary": (0.34, {"basic": 0.7, "upper_secondary": 0.3}),
    "state_gymnasium": (0.05, {"basic": 0.5, "upper_secondary": 0.5}),
    "special": (0.05, {"special_basic": 1.0}),
    "vocational": (0.10, {"vocational": 1.0}),
    "orientation": (0.11, {"orientation": 1.0}),
}
WHOLE = {"vocational": "all_vocational", "orientation": "all_orientation"}
MEDIAN_SIZE, SIZE_SPREAD = 190, 0.8
SIMULATED = ("R01", "R02", "R03", "R04", "R06", "R09", "R10", "R11", "R12")
# National shares about as large as the real ones: repeaters, long absent, not graduated, not placed, exams
# not taken; complaints per hundred learners.
USUAL = {"R02": 0.012, "R03": 0.05, "R04": 0.15, "R06": 0.22, "R09": 0.3, "R12": 0.04}
EXAMS = ("latvian", "mathematics", "english")
ALIKE = 0.6  # correlation between the results of one learner in two exams or subjects
QUARTILE = 0.6744897501960817
CLASS_SD, PERCENTILE_SD = 1.6, 20.0

STEADY, SUDDEN, RECOVERED = 1, 2, 3  # troubled in all years, in the last year only, until the year before


@dataclass(frozen=True, kw_only=True)
class World:
    """An invented country: its facts, and the true level of every institution in the last year."""

    frames: dict[str, pd.DataFrame]
    truth: pd.DataFrame  # unit_id, indicator_id, stage, truth, troubled


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How true levels differ: spread of the healthy, their limit, and the range of the troubled."""

    healthy: float
    limit: float
    troubled: tuple[float, float]
    wobble: float  # between years


# Multiples of the national value (R02, R03, R09, R12), points of a share (R04, R06) or of the scale.
SPREADS = {
    "R01": Spread(healthy=0.08, limit=0.18, troubled=(0.25, 0.65), wobble=0.03),
    "R02": Spread(healthy=0.25, limit=1.30, troubled=(2.0, 4.5), wobble=0.10),
    "R03": Spread(healthy=0.25, limit=1.30, troubled=(2.0, 4.5), wobble=0.10),
    "R04": Spread(healthy=0.045, limit=0.07, troubled=(0.15, 0.45), wobble=0.015),
    "R06": Spread(healthy=0.045, limit=0.07, troubled=(0.15, 0.45), wobble=0.015),
    "R09": Spread(healthy=0.35, limit=1.60, troubled=(3.0, 7.0), wobble=0.10),
    "R10": Spread(healthy=0.15, limit=0.45, troubled=(0.7, 1.8), wobble=0.0),
    "R11": Spread(healthy=4.0, limit=9.0, troubled=(13.0, 32.0), wobble=1.0),
    "R12": Spread(healthy=0.25, limit=1.15, troubled=(2.0, 4.5), wobble=0.10),
}
TIMES = ("R02", "R03", "R09", "R12")


def world(
    seed: int,
    *,
    troubled: float = 0.0,
    recovered: float = 0.0,
    institutions: int = 700,
    linked: bool = True,
    clumped: float = 0.0,
) -> World:
    """A country with a share of troubled institutions; 0 gives one where nobody is beyond a boundary.

    That is a boundary drawn from the true national level; a published one carries the chance of its own counts.
    recovered: share of institutions that were troubled until the year before the last.
    linked: one learner's exams resemble each other and an absent learner misses them all, as in life.
    clumped: extra spread of one year's counts (classes, siblings) that is no true level; 0 is plain chance.
    """
    rng = np.random.default_rng(seed)
    return _Builder(rng, troubled, recovered, institutions, linked, clumped).build()


class _Builder:
    """Draws the institutions, their true levels and their counts."""

    def __init__(
        self,
        rng: np.random.Generator,
        troubled: float,
        recovered: float,
        institutions: int,
        linked: bool,
        clumped: float,
    ) -> None:
        self.rng, self.share, self.linked, self.clumped = rng, troubled, linked, clumped
        kinds = list(TYPES)
        parts = np.array([TYPES[kind][0] for kind in kinds])
        self.kind = np.repeat(
            kinds, np.diff(np.round(np.append(0, parts.cumsum()) * institutions).astype(int))
        )
        self.count = len(self.kind)
        self.ids = np.arange(1, self.count + 1)
        size = rng.lognormal(np.log(MEDIAN_SIZE), SIZE_SPREAD, self.count)
        self.size = np.clip(np.round(size), 12, 2500).astype(int)
        # Half of the troubled have been so for years, half since the last one.
        steady, now, before = (round(part * self.count) for part in (troubled / 2, troubled, recovered))
        place = rng.permutation(self.count)
        self.role = np.select(
            (place < steady, place < now, place < now + before), (STEADY, SUDDEN, RECOVERED), default=0
        )
        # One row per institution and stage.
        pairs = [
            (place, stage, share)
            for place, kind in enumerate(self.kind)
            for stage, share in TYPES[kind][1].items()
        ]
        self.place = np.array([pair[0] for pair in pairs])
        self.stage = np.array([pair[1] for pair in pairs])
        self.pupils = np.maximum(6, np.round(self.size[self.place] * [pair[2] for pair in pairs])).astype(int)
        self.truth: list[pd.DataFrame] = []
        self.frames: dict[str, pd.DataFrame] = {}

    def build(self) -> World:
        self._institutions()
        self._shares()
        self._placed()
        self._complaints()
        self._exams()
        self._marks()
        self._gaps()
        return World(frames=self.frames, truth=pd.concat(self.truth, ignore_index=True))

    # --- true levels ------------------------------------------------------------------------------

    def _levels(self, indicator_id: str) -> np.ndarray:
        """True levels by institution and year: multiples of the usual, or distances towards risk."""
        rng, spread = self.rng, SPREADS[indicator_id]
        times, changes = indicator_id in TIMES, indicator_id == "R10"
        wobble = rng.normal(0, spread.wobble, (self.count, len(YEARS)))
        # A change of marks is drawn anew each year; everything else stays about where it is.
        healthy = rng.normal(0, spread.healthy, (self.count, len(YEARS) if changes else 1)) + wobble
        bad = rng.uniform(*spread.troubled, (self.count, 1))
        bad = bad * np.exp(wobble) if times else bad + wobble
        if indicator_id == "R11":  # marks too high or too low
            bad = bad * rng.choice((-1, 1), (self.count, 1))
        if times:
            healthy = np.exp(healthy)
        if not self.share and times:
            mean = np.average(healthy, axis=0, weights=self.size)
            return np.minimum(healthy / mean, spread.limit)
        if not self.share:
            return np.clip(healthy, -spread.limit, spread.limit)
        last, role = np.arange(len(YEARS)) == LAST, self.role[:, None]
        if changes:  # nobody's marks fall sharply every year
            troubled = np.isin(role, (STEADY, SUDDEN)) & last
        else:
            troubled = (role == STEADY) | ((role == SUDDEN) & last) | ((role == RECOVERED) & ~last)
        return np.where(troubled, bad, healthy)

    def _tell(self, indicator_id: str, rows: np.ndarray, stage: np.ndarray, truth: np.ndarray) -> None:
        self.truth.append(
            pd.DataFrame(
                {
                    "unit_id": self.ids[rows].astype(str),
                    "indicator_id": indicator_id,
                    "stage": stage,
                    "truth": truth,
                    "troubled": np.isin(self.role[rows], (STEADY, SUDDEN)),
                }
            )
        )

    def _events(self, size: np.ndarray, share: np.ndarray) -> np.ndarray:
        """Binomial counts, or with more spread when events come in clumps."""
        if self.clumped:
            grains = 1 / self.clumped - 1
            share = self.rng.beta(np.maximum(share * grains, 1e-6), (1 - share) * grains)
        return self.rng.binomial(size, share)

    # --- facts ------------------------------------------------------------------------------------

    def _long(self, rows: np.ndarray, stage: np.ndarray | None = None, **cells: np.ndarray) -> pd.DataFrame:
        """Rows of (units, years) cells, one line per unit and year."""
        years = len(YEARS)
        columns = {
            "institution_id": np.repeat(self.ids[rows], years),
            "school_year": np.tile(YEARS, len(rows)),
        }
        if stage is not None:
            columns["stage"] = np.repeat(stage, years)
        shape = (len(rows), years)
        return pd.DataFrame({**columns, **{k: np.broadcast_to(v, shape).ravel() for k, v in cells.items()}})

    def _institutions(self) -> None:
        self.frames["institution"] = pd.DataFrame(
            {
                "id": self.ids,
                "type": self.kind.astype(object),
                "municipality_code": np.where(self.ids % 4 == 0, "LV0001000", "LV0020000").astype(object),
                "urbanity": "town",
                "valid_from": "2000-09-01",
                "valid_to": None,
            }
        )
        pupils = self.pupils[:, None]
        self.frames["enrolment"] = pd.concat(
            [self._long(self.place, self.stage, semester=semester, pupils=pupils) for semester in (1, 2)],
            ignore_index=True,
        )

    def _shares(self) -> None:
        """R02, R03 and R04: every stage."""
        stage, pupils = self.stage, self.pupils[:, None]
        repeat = USUAL["R02"] * self._levels("R02")[self.place]
        absent = USUAL["R03"] * self._levels("R03")[self.place]
        failed = USUAL["R04"] + self._levels("R04")[self.place]
        shape = repeat.shape
        school = stage != "orientation"
        progress = self._long(
            self.place,
            stage,
            repeat_eligible=pupils,
            repeaters=self._events(np.broadcast_to(pupils, shape), np.minimum(repeat, 0.9)),
        )
        self.frames["progress"] = progress[progress["stage"] != "orientation"]
        absence = pd.concat(
            [
                self._long(
                    self.place,
                    stage,
                    semester=semester,
                    long_unexcused=self._events(np.broadcast_to(pupils, shape), np.minimum(absent, 0.9)),
                )
                for semester in (1, 2)
            ],
            ignore_index=True,
        ).assign(source_code="e_journals")
        self.frames["absence"] = absence[absence["stage"] != "orientation"]
        cohort_size = np.maximum(
            4, pupils // np.where(np.isin(stage, ("upper_secondary", "vocational")), 3, 9)[:, None]
        )
        entered = np.broadcast_to(cohort_size, shape)
        failed = np.clip(failed, 0.005, 0.95)
        graduated = entered - self._events(entered, failed)
        has = self.kind[self.place] != "primary"
        cohort = self._long(self.place, stage, entered=entered, graduated_on_time=graduated)
        self.frames["cohort"] = cohort[np.repeat(has, shape[1])]
        self._tell("R02", self.place[school], stage[school], repeat[school, LAST])
        self._tell("R03", self.place[school], stage[school], absent[school, LAST])
        self._tell("R04", self.place[has], stage[has], 1 - failed[has, LAST])

    def _placed(self) -> None:
        """R06: vocational institutions, two qualification groups alike."""
        rows = np.flatnonzero(self.kind == "vocational")
        lost = np.clip(USUAL["R06"] + self._levels("R06")[rows], 0.01, 0.95)
        graduates = np.broadcast_to(np.maximum(3, self.size[rows] // 10)[:, None], lost.shape)
        self.frames["vocational_outcome"] = pd.concat(
            [
                self._long(
                    rows,
                    graduates=graduates,
                    placed=graduates - self._events(graduates, lost),
                    unknown=np.zeros(1, int),
                ).assign(qualification_group=group)
                for group in ("services", "engineering")
            ],
            ignore_index=True,
        )
        self._tell("R06", rows, np.full(len(rows), "vocational"), 1 - lost[:, LAST])

    def _complaints(self) -> None:
        """R09: whole institutions; no row where there was no complaint."""
        rows = np.arange(self.count)
        rate = USUAL["R09"] * self._levels("R09")
        received = self.rng.poisson(rate * self.size[:, None] / 100)
        frame = self._long(rows, received=received).rename(columns={"school_year": "year"})
        self.frames["complaint"] = frame[frame["received"] > 0].assign(topic="ethics")
        stage = np.array([WHOLE.get(kind, "all_general") for kind in self.kind])
        self._tell("R09", rows, stage, rate[:, LAST])

    def _exams(self) -> None:
        """R01 and R12: three compulsory exams of the last grade, learner by learner."""
        rng, years = self.rng, len(YEARS)
        has = np.isin(self.stage, ("basic", "upper_secondary", "vocational")) & (
            self.kind[self.place] != "primary"
        )
        place, stage = self.place[has], self.stage[has]
        per_grade = np.where(stage == "basic", 9, 3)
        takers = np.repeat(np.maximum(4, self.pupils[has] // per_grade), years)
        missing = (USUAL["R12"] * self._levels("R12")[place]).ravel()
        # A school whose learners lie d standard deviations lower has a surplus of low results of `lows(d)`.
        wanted = self._levels("R01")[place].ravel()
        grid = np.linspace(-3, 3, 601)
        shift = np.interp(wanted, _surplus(grid), grid)
        learner = np.repeat(np.arange(len(takers)), takers)
        ability = rng.normal(size=len(learner))
        away = rng.random(len(learner)) < missing[learner]
        frames = []
        for exam in EXAMS:
            result = rng.normal(size=len(learner))
            if self.linked:
                result = np.sqrt(ALIKE) * ability + np.sqrt(1 - ALIKE) * result
            else:
                away = rng.random(len(learner)) < missing[learner]
            result, here = result - shift[learner], ~away
            sums = {
                name: np.bincount(learner, here & cells, len(takers)).astype(int)
                for name, cells in (("sat", here), ("low", result < -QUARTILE), ("high", result > QUARTILE))
            }
            cells = {name: values.reshape(-1, years) for name, values in sums.items()}
            frames.append(
                self._long(
                    place, stage, eligible=takers.reshape(-1, years), exempt=np.zeros(1, int), **cells
                ).assign(subject=exam, exam_level="state", compulsory=1, mean=55.0, sd=18.0)
            )
        self.frames["exam"] = pd.concat(frames, ignore_index=True)
        truth = _surplus(shift).reshape(-1, years)[:, LAST]
        self._tell("R01", place, stage, truth)
        self._tell("R12", place, stage, missing.reshape(-1, years)[:, LAST])

    def _marks(self) -> None:
        """R10: mean marks of three subjects, moving by the true change of each year."""
        rng = self.rng
        has = np.isin(self.stage, ("basic", "upper_secondary", "vocational"))
        place, stage, pupils = self.place[has], self.stage[has], self.pupils[has]
        change = -self._levels("R10")[place]
        change[:, 0] = 0
        level = 6.5 + rng.normal(0, 0.4, (len(place), 1)) + change.cumsum(axis=1)
        unit = CLASS_SD / np.sqrt(pupils)[:, None]
        common = rng.normal(size=level.shape)
        frames = []
        for subject in EXAMS:
            own = rng.normal(size=level.shape)
            noise = np.sqrt(ALIKE) * common + np.sqrt(1 - ALIKE) * own if self.linked else own
            frames.append(
                self._long(
                    place, stage, mean=level + unit * noise, pupils=pupils[:, None], sd=np.array([CLASS_SD])
                ).assign(subject=subject)
            )
        self.frames["mark"] = pd.concat(frames, ignore_index=True)
        nation = pd.Series(change[:, LAST] * pupils).groupby(stage).transform("sum") / pd.Series(
            pupils
        ).groupby(stage).transform("sum")
        self._tell("R10", place, stage, change[:, LAST] - nation.to_numpy())

    def _gaps(self) -> None:
        """R11: mean difference of percentile ranks of pairs."""
        rng = self.rng
        has = np.isin(self.stage, ("basic", "upper_secondary")) & (self.kind[self.place] != "primary")
        place, stage = self.place[has], self.stage[has]
        pairs = np.maximum(4, self.pupils[has] // np.where(stage == "basic", 9, 3))[:, None]
        level = self._levels("R11")[place]
        mean = level + rng.normal(size=level.shape) * PERCENTILE_SD / np.sqrt(pairs)
        sd = PERCENTILE_SD * np.sqrt(rng.chisquare(np.broadcast_to(pairs - 1, level.shape)) / (pairs - 1))
        self.frames["exam_mark_gap"] = self._long(place, stage, pairs=pairs, mean_difference=mean, sd=sd)
        self._tell("R11", place, stage, level[:, LAST])


def _surplus(shift: np.ndarray) -> np.ndarray:
    """Low results less high ones where the learners' results lie `shift` standard deviations lower."""
    from scipy.special import ndtr

    return ndtr(shift - QUARTILE) - ndtr(-shift - QUARTILE)


# --- judging --------------------------------------------------------------------------------------


def tiles(country: World, codes: Iterable[str] = SIMULATED) -> pd.DataFrame:
    """Every judged tile of the last year beside the truth, as the real computation judges it.

    Columns: the value row, and `troubled`, `flagged` (medium or high), `sure` (certain, too), `right` (the true
    level is beyond the boundary of the tile's level), `real` (it is beyond the medium boundary), `own`
    (probability of the tile's level), `third` (0 smallest, 2 largest denominators of the series).
    """
    chosen = {code: INDICATORS[code] for code in codes}
    values = compute(country.frames, as_of=AS_OF, indicators=chosen)
    here = (
        (values["unit_kind"] == "institution")
        & (values["school_year"] == YEARS[LAST])
        & values["level"].notna()
    )
    rows = values[here].merge(
        country.truth, on=["unit_id", "indicator_id", "stage"], how="left", validate="m:1"
    )
    if rows["truth"].isna().any():
        raise ValueError("a tile without a truth")
    direction = rows["indicator_id"].map({code: one.direction for code, one in chosen.items()})
    falls = (direction == "low_bad") | ((direction == "both") & (rows["value"] < 0))
    sign = np.where(falls, -1.0, 1.0)
    high = rows["level"] == "high"
    limit = rows["boundary_high"].where(high, rows["boundary_medium"])
    rows["flagged"] = rows["level"].isin(("medium", "high"))
    rows["sure"] = rows["flagged"] & (rows["certainty"] == "certain")
    rows["right"] = sign * rows["truth"] > sign * limit
    rows["real"] = sign * rows["truth"] > sign * rows["boundary_medium"]
    rows["own"] = rows["probability_high"].where(high, rows["probability_medium"])
    order = rows.groupby(["indicator_id", "stage", "semester"])["denominator"].rank(method="first", pct=True)
    rows["third"] = np.minimum((order * 3).to_numpy().astype(int), 2)
    return rows


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What became of the tiles of one indicator, or of all."""

    tiles: int
    plain: int  # flags of the plain rule
    plain_right: int
    certain: int
    right: int
    promised_false: float  # sum of 1 - P over the certain flags
    troubled: int  # tiles whose true level is beyond the medium boundary
    found: int  # of these, called certain
    small: float  # share of the smallest third called certain
    large: float
    small_plain: float
    large_plain: float

    @property
    def observed_false(self) -> int:
        """Certain flags whose true level is not beyond the boundary."""
        return self.certain - self.right

    @property
    def precision(self) -> float:
        """Share of the certain flags that are right; NaN without a flag."""
        return self.right / self.certain if self.certain else float("nan")

    @property
    def plain_precision(self) -> float:
        """The same for the plain rule."""
        return self.plain_right / self.plain if self.plain else float("nan")


def summary(rows: pd.DataFrame) -> Summary:
    """Counts over the tiles."""
    sure = rows[rows["sure"]]
    small, large = rows[rows["third"] == 0], rows[rows["third"] == 2]
    return Summary(
        tiles=len(rows),
        plain=int(rows["flagged"].sum()),
        plain_right=int((rows["flagged"] & rows["right"]).sum()),
        certain=len(sure),
        right=int(sure["right"].sum()),
        promised_false=float((1 - sure["own"]).sum()),
        troubled=int(rows["real"].sum()),
        found=int((rows["real"] & rows["sure"]).sum()),
        small=float(small["sure"].mean()),
        large=float(large["sure"].mean()),
        small_plain=float(small["flagged"].mean()),
        large_plain=float(large["flagged"].mean()),
    )


def by_indicator(rows: pd.DataFrame) -> dict[str, Summary]:
    """A summary of each indicator and, last, of all together under the key ``all``."""
    found = {str(code): summary(part) for code, part in rows.groupby("indicator_id", sort=True)}
    return {**found, "all": summary(rows)}


def tiles_of_many(seeds: Iterable[int], **properties: object) -> pd.DataFrame:
    """Tiles of several countries of one kind."""
    return pd.concat(
        [tiles(world(seed, **properties)).assign(seed=seed) for seed in seeds], ignore_index=True
    )


# --- report ---------------------------------------------------------------------------------------


def _percent(share: float) -> str:
    return "–" if share != share else f"{share:.1%}"


def _table(title: str, columns: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def main(seeds: Iterable[int] = range(1, 6), console: Console | None = None) -> None:
    """Print what was promised and what was found."""
    console, seeds = console or Console(width=150), list(seeds)
    many = f"{len(seeds)} countries of 700 institutions"
    table = _table(
        f"Nobody is beyond a boundary ({many})",
        ("indicator", "tiles", "plain rule flags", "certain", "certain (<= 0.5 %)", "false: promised"),
    )
    for code, one in by_indicator(tiles_of_many(seeds)).items():
        table.add_row(
            code,
            str(one.tiles),
            f"{one.plain} ({_percent(one.plain / one.tiles)})",
            str(one.certain),
            f"{one.certain / one.tiles:.2%}",
            f"{one.promised_false:.1f}",
        )
    console.print(table)
    found = by_indicator(tiles_of_many(seeds, troubled=0.1))
    console.print(_flags(f"One institution in ten is troubled ({many})", found))
    console.print(_fairness(found))
    console.print(_flags("What strains the promise, all indicators together", dict(_strains(seeds))))


def _strains(seeds: list[int]) -> Iterator[tuple[str, Summary]]:
    """Countries that are harder than the model supposes, or easier."""
    for name, properties in (
        ("one in fifty has just recovered", {"recovered": 0.02}),
        ("learners resemble others of their class, 0.005", {"clumped": 0.005}),
        ("learners resemble others of their class, 0.01", {"clumped": 0.01}),
        ("every exam of a learner by chance", {"linked": False}),
    ):
        yield name, summary(tiles_of_many(seeds, troubled=0.1, **properties))


def _flags(title: str, found: dict[str, Summary]) -> Table:
    table = _table(
        title,
        (
            "indicator", "tiles", "plain flags", "right", "certain", "right (>= 90 %)", "false: promised", "observed",
            "truly beyond", "found certain",
        ),
    )  # fmt: skip
    for code, one in found.items():
        table.add_row(
            code,
            str(one.tiles),
            str(one.plain),
            _percent(one.plain_precision),
            str(one.certain),
            _percent(one.precision),
            f"{one.promised_false:.1f}",
            str(one.observed_false),
            str(one.troubled),
            f"{one.found} ({_percent(one.found / max(one.troubled, 1))})",
        )
    return table


def _fairness(found: dict[str, Summary]) -> Table:
    table = _table(
        "Flagged in the smallest and the largest third of denominators",
        ("indicator", "certain: smallest", "largest", "plain: smallest", "largest"),
    )
    for code, one in found.items():
        table.add_row(
            code, *(_percent(share) for share in (one.small, one.large, one.small_plain, one.large_plain))
        )
    return table


if __name__ == "__main__":
    main()
