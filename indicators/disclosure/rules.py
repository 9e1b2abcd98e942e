"""The rules of disclosure control: one dated file, approved by two persons and sealed with its own digest.

A file whose digest does not fit, or that two different persons have not approved, is refused: nothing is published
with it. Reading goes on with the last good release.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

PATH = Path(__file__).with_name("rules.json")


class RulesError(ValueError):
    """The file of rules is missing, damaged, unsigned or contradictory."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What may be said outside the own scope. Counts are persons unless told otherwise."""

    minimum: int = 10  # behind any figure
    minimum_sensitive: int = 20  # behind figures of special categories
    base: int = 5  # of rounded counts
    interval: int = 10  # least width of what an outsider can work out about a hidden count
    contributors: int = 3  # institutions with something to count behind the value of an area
    dominance: tuple[float, float] = (0.85, 0.95)  # most that one institution, and two, may contribute
    # Group size from, width of the band in percentage points (0 = one decimal), top and bottom code in points.
    bands: tuple[tuple[int, float, float], ...] = (
        (300, 0.0, 1.0),
        (100, 1.0, 2.0),
        (40, 5.0, 5.0),
        (20, 10.0, 10.0),
        (10, 20.0, 20.0),
    )
    broadest: int = (
        299  # shares of hidden counts are never told more exactly than those of a group of this size
    )
    minimum_earners: int = 10  # for a median income
    minimum_quartiles: int = 20  # earners, for quartiles
    minimum_flow: int = 100  # graduates of a field whose sectors are shown
    money: int = 10  # EUR to which incomes are rounded
    never_single: tuple[str, ...] = ("R09",)  # indicators that are never shown of a single institution
    sensitive_stages: tuple[str, ...] = ("special_basic",)
    persons_per_unit: dict[str, float] = field(
        default_factory=lambda: {"per_100_pupils": 100.0, "loads_per_100_pupils": 100.0}
    )
    results_per_learner: dict[str, float] = field(default_factory=lambda: {"R01": 3.0})
    # Decimals of values that are not shares: of single institutions, and of areas.
    decimals: dict[str, int] = field(
        default_factory=lambda: {
            "share_difference": 2,
            "grade_points": 1,
            "percentile_points": 0,
            "per_100_pupils": 1,
            "loads_per_100_pupils": 1,
        }
    )
    decimals_area: dict[str, int] = field(
        default_factory=lambda: {
            "share_difference": 3,
            "grade_points": 2,
            "percentile_points": 1,
            "per_100_pupils": 2,
            "loads_per_100_pupils": 2,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Signed:
    """Rules with what makes them binding."""

    version: str
    valid_from: str
    approved: tuple[str, ...]
    rules: Rules
    digest: str  # sha256 of everything above

    def seal(self, key: bytes | None) -> str | None:
        """HMAC of the digest under the operator's key, kept in every report; None without a key."""
        return hmac.new(key, self.digest.encode(), hashlib.sha256).hexdigest() if key else None


def digest(content: dict) -> str:
    """sha256 of the file's content without its digest, independent of spacing and order.

    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1, "sha256": "x"})
    True
    """
    bare = {key: value for key, value in content.items() if key != "sha256"}
    text = json.dumps(bare, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load(path: Path | None = None) -> Signed:
    """The signed rules. Raises RulesError in Latvian and English when they may not be used."""
    path = path or PATH
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        given = content["rules"]
        approved = tuple(str(one["name"]).strip() for one in content["approved"])
        found = content["sha256"]
        if set(given) != {one.name for one in fields(Rules)}:
            raise KeyError("rules")
        rules = Rules(**{name: _frozen(value) for name, value in given.items()})
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RulesError(
            f"Aizsardzības noteikumu datni {path.name} nevar nolasīt | the file of disclosure rules cannot be read"
        ) from fault
    if found != digest(content):
        raise RulesError(
            "Aizsardzības noteikumi mainīti bez apstiprinājuma: kontrolsumma nesakrīt | "
            "the disclosure rules were changed without approval: the digest does not fit"
        )
    if len({name.casefold() for name in approved if name}) < 2:
        raise RulesError(
            "Aizsardzības noteikumi jāapstiprina divām personām | disclosure rules need the approval of two persons"
        )
    _check(rules)
    return Signed(
        version=str(content["version"]),
        valid_from=str(content["valid_from"]),
        approved=approved,
        rules=rules,
        digest=found,
    )


def sign(path: Path, names: tuple[str, str], valid_from: str, version: str) -> Signed:
    """Write the approval of two persons and the digest into an edited file, and read it back."""
    content = json.loads(path.read_text(encoding="utf-8"))
    content |= {
        "version": version,
        "valid_from": valid_from,
        "approved": [{"name": name} for name in names],
    }
    content["sha256"] = digest(content)
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")
    return load(path)


def content_of(rules: Rules) -> dict:
    """Rules as the file holds them."""
    return json.loads(json.dumps(asdict(rules)))


def _frozen(value):
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    return value


def _check(rules: Rules) -> None:
    sizes = [size for size, _width, _code in rules.bands]
    faults = [
        rules.minimum < 3,
        rules.minimum_sensitive < rules.minimum,
        rules.base < 2,
        rules.interval < rules.base,
        rules.contributors < 2,
        sizes != sorted(sizes, reverse=True) or sizes[-1] != rules.minimum,
        not 0.5 <= rules.dominance[0] <= rules.dominance[1] <= 1,
    ]
    if any(faults):
        raise RulesError(
            "Aizsardzības noteikumi ir pretrunīgi vai par vāju | the disclosure rules are contradictory or too weak"
        )


def in_force() -> Rules:
    """The rules of the shipped file; the built-in ones when it cannot be used, so that reading goes on.

    Publication reads the file with `load` and refuses.
    """
    try:
        return load().rules
    except RulesError:
        return Rules()
