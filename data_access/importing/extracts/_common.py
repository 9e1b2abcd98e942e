"""Fields and arithmetic that the kinds share."""

from __future__ import annotations

from decimal import Decimal
from math import isqrt

from ..datasets._vocabulary import STAGES
from .model import FIRST_YEAR, LAST_YEAR, Field

PERSON = Field(
    code="person_code",
    kind="person",
    name_lv="Personas kods vai pseidonīms",
    name_en="Personal code or pseudonym",
    synonyms=("Personas kods", "P.k.", "Pseidonīms", "Izglītojamā kods", "person_id", "pseudonym"),
    note_lv="Netiek glabāts un netiek rādīts; labāk sūtiet pseidonīmu.",
    note_en="Neither kept nor shown; a pseudonym is better.",
    example="P0000001",
)
REG_NO = Field(
    code="reg_no",
    kind="reg_no",
    name_lv="Iestādes reģistrācijas numurs",
    name_en="Registration number of the institution",
    synonyms=("Reģistrācijas numurs", "Reģ. nr.", "Reg. nr.", "Reģistrācijas Nr."),
    example="9900000003",
)
SCHOOL_YEAR = Field(
    code="school_year",
    kind="school_year",
    name_lv="Mācību gads",
    name_en="School year",
    synonyms=("Māc. gads", "M. g."),
    low=FIRST_YEAR,
    high=LAST_YEAR,
    example="2023/2024",
)
STAGE = Field(
    code="stage",
    kind="choice",
    name_lv="Izglītības posms",
    name_en="Stage of education",
    synonyms=("Posms", "Izglītības pakāpe"),
    choices=STAGES,
    example="basic",
)


def year_text(start: int) -> str:
    """A school year as the templates write it: 2023 -> "2023/2024"."""
    return f"{start}/{start + 1}"


def mean_and_sd(n: int, total: int, squares: int, *, unit: int = 1) -> tuple[Decimal | None, Decimal | None]:
    """Mean and sample standard deviation to four decimals, exactly, from whole-number sums.

    n, total, squares: count, sum and sum of squares of the values in parts of 1/unit (hundredths: unit = 100).
    The mean is None without values and the deviation is None below two.

    >>> mean_and_sd(3, 18, 118)  # 3, 5 and 10 would have the sum 18 and the squares 134; here 4, 6, 8 -> 116
    (Decimal('6.0000'), Decimal('2.2361'))
    """
    if n == 0:
        return None, None
    mean = _quotient(total, n * unit)
    if n < 2:
        return mean, None
    # sd^2 = (n * squares - total^2) / (n (n - 1)), all whole numbers; the root is taken of 10^10 times that.
    over, under = n * squares - total * total, n * (n - 1) * unit * unit
    root = isqrt(over * 10**10 // under)  # five decimals, floored
    return mean, _quotient(root, 100_000)


def _quotient(over: int, under: int) -> Decimal:
    scaled, rest = divmod(over * 10_000, under)
    return Decimal(scaled + (2 * rest >= under)).scaleb(-4)  # four decimals, also when they are noughts
