"""The application over the canary database, one attacker per role, and everything that it logs."""

from __future__ import annotations

import io
import logging
import sqlite3

import pytest
import structlog

from tests.support import canary as canaries
from tests.support.attacker import Attack


@pytest.fixture(scope="session")
def canary(demo_path, tmp_path_factory):
    """The canary database, made once."""
    return canaries.build(demo_path, tmp_path_factory.mktemp("canary") / "monitoring.sqlite")


@pytest.fixture(scope="session")
def attack(canary, demo_settings):
    """The application over it, with a demo account for every role, its log caught."""
    from app import create_app
    from data_access.scope import Scope

    made = create_app(
        demo_settings.model_copy(update={"database_url": f"sqlite:///{canary.path}", "log_level": "DEBUG"})
    )
    made.server.extensions["ikms_demo_accounts"]["steward"] = Scope(
        role="steward", label="Steward", user="demo-steward"
    )
    with sqlite3.connect(canary.path) as database:  # as if this very code had drawn the stored pages
        database.execute("UPDATE stored_page SET mark = ?", (made.site.renderer._mark,))
    logged = io.StringIO()
    before = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(logged))
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    yield Attack(made, canary, logged)
    logging.getLogger().removeHandler(handler)
    structlog.configure(**before)
