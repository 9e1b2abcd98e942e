"""Alembic without an ini file: bring a database to the newest schema, or say that it is not.

`verify` runs at every start of the web, so it reads the versions from the files and does not import Alembic.
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Engine, inspect, text

FOLDER = Path(__file__).resolve().parents[1] / "migrations"
_REVISION = re.compile(r"^revision = \"(\w+)\"", re.MULTILINE)
_BEFORE = re.compile(r"^down_revision = \"(\w+)\"", re.MULTILINE)


class SchemaMismatch(RuntimeError):
    """The database is older or newer than the program; the message says which, and the cure (lv | en)."""


def versions() -> tuple[frozenset[str], str]:
    """All versions of the schema that the program knows, and the newest."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / "versions").glob("*.py"))]
    known = {found[1] for one in texts if (found := _REVISION.search(one))}
    followed = {found[1] for one in texts if (found := _BEFORE.search(one))}
    [newest] = known - followed
    return frozenset(known), newest


def version_of(engine: Engine) -> str | None:
    """The database's own version; None when it has no schema yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(engine: Engine) -> None:
    """Apply the missing migrations in one transaction. Raises SchemaMismatch when the database is newer."""
    from alembic import command
    from alembic.config import Config

    _refuse_newer(version_of(engine))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def verify(engine: Engine) -> None:
    """Raise SchemaMismatch unless the database has exactly the program's schema version."""
    found, (_known, newest) = version_of(engine), versions()
    if found == newest:
        return
    _refuse_newer(found)
    raise SchemaMismatch(
        f"Datubāzes shēma ir {found or 'tukša'}, programmai vajag {newest}: izveidojiet kopiju un palaidiet "
        f"`python manage.py publish` (bez datiem: `python manage.py demo`) | the database schema is "
        f"{found or 'empty'}, the program needs {newest}: make a copy and run `python manage.py publish` "
        "(without data: `python manage.py demo`)"
    )


def _refuse_newer(found: str | None) -> None:
    known, newest = versions()
    if found is not None and found not in known:
        raise SchemaMismatch(
            f"Datubāzes shēma {found} ir jaunāka nekā programma ({newest}): atjauniniet programmu | "
            f"the database schema {found} is newer than the program ({newest}): update the program"
        )
