"""Shared fixtures: empty databases on both engines, one demonstration database, applications over it."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

for name in [key for key in os.environ if key.startswith("IKMS_")]:
    del os.environ[name]

from data_access import engine as engines  # noqa: E402
from data_access import migrations_runner, releases  # noqa: E402
from data_access.importing import reference  # noqa: E402
from tests.support.postgres import Server  # noqa: E402

_numbers = itertools.count(1)

# The same examples in every run; HYPOTHESIS_PROFILE=explore looks for new ones.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", derandomize=False, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL server for the whole run."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request, tmp_path) -> str:
    """Address of an empty database, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'monitoring.sqlite'}"
    return request.getfixturevalue("postgres_server").create(f"test_{next(_numbers)}")


@pytest.fixture
def engine(database_url):
    """A writing engine on an empty, migrated database, once on each engine."""
    made = engines.create(database_url)
    migrations_runner.upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def reference_engine(engine):
    """The same with the reference facts and one release."""
    with engine.begin() as connection:
        reference.load_all(connection)
        releases.publish(connection, reason="test", author="test")
    return engine


@pytest.fixture(scope="session")
def demo_path(tmp_path_factory) -> Path:
    """A SQLite file with the demonstration data and a release. TEST_DEMO_DATABASE names a ready one to copy."""
    path = tmp_path_factory.mktemp("demo") / "monitoring.sqlite"
    ready = os.environ.get("TEST_DEMO_DATABASE")
    if ready:
        shutil.copy(ready, path)
        return path
    # Built once, also when several processes share the tests: the first one builds, the others copy.
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-demo.sqlite"
    with FileLock(f"{shared}.lock"):
        if not shared.is_file():
            _build_demo(path)
            shutil.copy(path, shared)
            return path
    shutil.copy(shared, path)
    return path


def _build_demo(path: Path) -> None:
    from data_access.demo.build import build
    from data_access.publishing import steps

    made = engines.create(f"sqlite:///{path}")
    migrations_runner.upgrade(made)
    with made.begin() as connection:
        reference.load_all(connection)
        build(connection)
        releases.publish(connection, reason="Demonstrācijas dati", author="tests", steps=steps())
    engines.tidy(made)
    made.dispose()


@pytest.fixture(scope="session")
def demo_settings(demo_path):
    """Settings of an application over the demonstration database."""
    import settings

    return settings.Settings(
        DATABASE_URL=f"sqlite:///{demo_path}",
        secret_key="test-only-0123456789-abcdefghijklmnop",
        log_level="ERROR",
        rate_callbacks=0,
        rate_callbacks_address=0,
        rate_pages=0,
        rate_pages_address=0,
        rate_exports=0,
        rate_exports_address=0,
        rate_imports=0,
        rate_sign_ins=0,
    )


@pytest.fixture(scope="session")
def demo_app(demo_settings):
    """The application over the demonstration database."""
    from app import create_app

    return create_app(demo_settings)


@pytest.fixture
def client(demo_app):
    """A reader who is not signed in."""
    return demo_app.server.test_client()


@pytest.fixture
def signed_in(demo_app):
    """Function of an account key ('ministry', 'municipality', 'school'): a signed-in reader."""

    def make(account: str):
        reader = demo_app.server.test_client()
        answer = reader.post(
            "/pieslegties", data={"account": account, "next": "/"}, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 303
        return reader

    return make
