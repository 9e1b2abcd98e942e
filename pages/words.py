"""Names of classifiers that several pages print."""

from __future__ import annotations

from language.messages import _, translate

INSTITUTION_TYPES = {
    "preschool": _("Preschool"),
    "primary": _("Primary school"),
    "basic": _("Basic school"),
    "secondary": _("Secondary school"),
    "state_gymnasium": _("State gymnasium"),
    "special": _("Special school"),
    "vocational": _("Vocational school"),
    "orientation": _("Vocationally oriented school"),
    "higher": _("Higher education institution"),
}
FOUNDERS = {
    "municipality": _("municipal"),
    "state": _("state"),
    "private": _("private"),
}
STAGES = {
    "preschool": _("Preschool"),
    "basic": _("Basic education"),
    "special_basic": _("Special basic education"),
    "upper_secondary": _("General secondary education"),
    "vocational": _("Vocational education"),
    "orientation": _("Vocationally oriented education"),
    "higher": _("Higher education"),
    "total": _("Total"),
}
# Texts that stand as plain strings elsewhere: the navigation of `site`, the demonstration sign-ins of `accounts`.
LABELS = (
    _("Home"),
    _("Institution"),
    _("Municipality"),
    _("Latvia"),
    _("After graduation"),
    _("Topics"),
    _("Risks"),
    _("Absence"),
    _("Children not registered"),
    _("Unified school"),
    _("Graduates: higher education"),
    _("Graduates: vocational education"),
    _("Quality evaluation"),
    _("Supervision"),
    _("Data and method"),
    _("How to read"),
    _("Agreement with the report"),
    _("Accessibility"),
    _("Ministry"),
)


def institution_type(code: str, lang: str) -> str:
    """Type of an institution in words."""
    return translate(INSTITUTION_TYPES[code], lang)


def place_name(row, lang: str) -> str:
    """Official name of a municipality."""
    return row.name_full if lang == "lv" else row.name_en


def place_of(unit, lang: str) -> str:
    """Official name of the municipality of an institution."""
    return unit.municipality_name if lang == "lv" else unit.municipality_name_en


def founder(code: str, lang: str) -> str:
    """Founder of an institution in words."""
    return translate(FOUNDERS[code], lang)


def stage(code: str, lang: str) -> str:
    """Education stage in words."""
    return translate(STAGES[code], lang)
