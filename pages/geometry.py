"""The boundaries that maps draw: the file that the settings name, served among the assets under one name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from components.static_files import fingerprint

NAME = "novadi.json"


@cache
def _fingerprint(path: Path) -> str:
    return fingerprint(path)


def geometry_url(settings) -> str:
    """Address of the boundaries with the hash of their content, so that they may be cached for a year."""
    return f"/assets/{NAME}?v={_fingerprint(settings.geometry)}"


def files(settings) -> dict[str, Path]:
    """What `static_files.install` has to serve beside the assets."""
    return {NAME: settings.geometry}
