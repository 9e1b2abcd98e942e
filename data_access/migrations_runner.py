"""Alembic without an ini file: bring a database to the newest schema, or say that it is not."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

FOLDER = Path(__file__).resolve().parents[1] / "migrations"


class SchemaMismatch(RuntimeError):
    """The database is older or newer than the program."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def upgrade(engine: Engine) -> None:
    """Apply the missing migrations in one transaction."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def verify(engine: Engine) -> None:
    """Raise SchemaMismatch unless the database has exactly the program's schema version."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != head:
        raise SchemaMismatch(
            f"Datubāzes shēma ir {found}, programmai vajag {head}: palaidiet `python manage.py demo` vai atjauniniet | "
            f"the database schema is {found}, the program needs {head}: migrate or update"
        )
