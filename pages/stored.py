"""Draws the usual page of each institution once, after a publication, so that a change of view draws nothing.

Exact pages in Latvian are drawn for every open institution that the risk tool covers: they are what signed-in
readers go through one after another, and nothing that these readers see may be kept in memory. Released pages
are kept by release when they are first asked for, and English exact pages are drawn when they are asked for.
A page that is not stored, or was drawn by other code, is simply drawn: nothing depends on this table.
"""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from access.pages import REGISTRY, Request, url
from data_access import engine as engines
from data_access import stored_pages
from data_access.reading import Reader, reading
from data_access.scope import Scope

from . import institution, specimen

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("pages", "components", "indicators", "language", "locale", "data_access/queries", "access")
LANG = "lv"
CHUNK = 24
MINISTRY = Scope(role="ministry")
VARIANTS = ("", "unusual")


@cache
def code_mark(contact: str) -> str:
    """What tells pages drawn by this code and with this contact address from all others."""
    digest = hashlib.sha256(contact.encode())
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            if path.suffix in (".py", ".html", ".po"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def drawn(reader: Reader, units: Sequence, settings) -> Iterator[dict]:
    """Rows of `stored_page` for these institutions, one for each usual view, from the release of the reader."""
    entry = REGISTRY["institution"]
    mark = code_mark(settings.contact)
    dictionary = specimen.dictionary(LANG)
    own = Reader(reader.connection, reader.release, MINISTRY)
    for unit in units:
        params = {"reg_no": unit.reg_no}
        request = Request(own, LANG, params, entry.name, settings)
        for variant, html in institution.usual_views(request).items():
            yield {
                "release_id": reader.release.id,
                "plane": "detail",
                "address": url(entry.name, LANG, **params),
                "variant": variant,
                "institution_id": unit.id,
                "municipality_code": unit.municipality_code,
                "mark": mark,
                "answer_id": unit.answer_id,
                "html": dictionary.pack(html),
            }


def complete(settings) -> bool:
    """Whether this code has drawn every page of the current release, and no school has answered since."""
    engine = engines.create(settings.database_url, wait_seconds=engines.PATIENT)
    with reading(engine, MINISTRY) as reader:
        units = {unit.reg_no: unit.answer_id for unit in stored_pages.institutions(reader.connection)}
        drawn_now = stored_pages.drawn_by(reader, code_mark(settings.contact))
    engine.dispose()
    variants = len(VARIANTS)
    return drawn_now == {
        (url("institution", LANG, reg_no=number), answer): variants for number, answer in units.items()
    }


def write(settings) -> int:
    """Draw and store the pages of the current release; how many. Uses all processors."""
    engine = engines.create(settings.database_url, wait_seconds=engines.PATIENT)
    with reading(engine, MINISTRY) as reader:
        release_id = reader.release.id
        units = stored_pages.institutions(reader.connection)
    parts = [(settings, units[at : at + CHUNK]) for at in range(0, len(units), CHUNK)]
    written = 0
    # Forked, so that nothing has to be imported again; each child opens a connection of its own.
    processes = min(os.cpu_count() or 1, 8)
    engine.dispose()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        with engine.begin() as connection:
            stored_pages.clear(connection, release_id)
        for rows in pool.imap_unordered(_chunk, parts):
            rows = [row for row in rows if row["release_id"] == release_id]
            with engine.begin() as connection:  # short, so that sign-ins and records need not wait
                stored_pages.write(connection, rows)
            written += len(rows)
    engine.dispose()
    return written


_engine = None


def _chunk(part: tuple) -> list[dict]:
    global _engine
    settings, units = part
    if _engine is None:
        import pages
        from components.templating import environment

        pages.load_all()
        environment().globals["contact"] = settings.contact
        gc.freeze()
        gc.disable()
        _engine = engines.create(settings.database_url, read_only=True, wait_seconds=engines.PATIENT)
    with reading(_engine, MINISTRY) as reader:
        rows = list(drawn(reader, units, settings))
    gc.collect()  # once for many pages, not again and again within each
    return rows
