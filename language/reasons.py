"""Why a value is missing: one code in the data, one sign in the cell, one meaning that is spoken.

The sign is never a number and never nothing. ``c`` keeps its letter on the screen: an ``x`` there
would be read as the code ``x`` (not delivered) of the same figure in the CSV.
"""

from __future__ import annotations

from language.messages import _, translate

# code: (sign, word for a cell, meaning for a tooltip and a screen reader)
_REASONS = {
    "c": (
        "c",
        _("protected"),
        _("Protected: the count is small and is not shown, so that no person can be recognised"),
    ),
    "x": ("…", _("no data"), _("No data: the data have not been received")),
    "z": ("–", _("not applicable"), _("Not applicable: there is nothing to measure here")),
    "low": ("0*", _("rounds to 0"), _("Rounds to zero, but is not zero")),
    "u": ("○", _("too few to judge"), _("Too few to judge: there are too few cases for a fair assessment")),
}

CODES = tuple(_REASONS)


def _entry(code: str) -> tuple[str, str, str]:
    try:
        return _REASONS[code]
    except KeyError:
        raise ValueError(f"unknown reason code {code!r}; known: {', '.join(CODES)}") from None


def sign(code: str) -> str:
    """What stands in the cell."""
    return _entry(code)[0]


def word(code: str, lang: str) -> str:
    """One or two words for a narrow place."""
    return translate(_entry(code)[1], lang)


def meaning(code: str, lang: str) -> str:
    """The whole meaning, for a tooltip, a legend and a screen reader."""
    return translate(_entry(code)[2], lang)
