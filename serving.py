"""Becomes the web server: `python -m serving`, which `make run` and `manage.py serve` call.

Checks what every worker would refuse, once and in words, then goes on as gunicorn in the same process, so that
Python starts once and nothing is imported twice. `manage.py` is run only where there is work for it.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main(demo_first: bool = False) -> None:
    """Serve until stopped; exit code 1 with the cure when something is wrong. demo_first: make the demonstration
    database when there is none."""
    gc.disable()  # until the workers are ready: gunicorn.conf.py
    import lean

    lean.import_libraries()
    with lean.late_methods():
        import settings as configuration
        from data_access import engine as engines
        from data_access import migrations_runner

    try:
        settings = configuration.load()
        if demo_first and settings.environment == "demo" and not _ready(settings):
            made = subprocess.run([sys.executable, str(ROOT / "manage.py"), "ensure-demo"], check=False)
            if made.returncode:
                raise SystemExit(made.returncode)
        engine = engines.create(settings.database_url, read_only=True)
        migrations_runner.verify(engine)
    except (configuration.SettingsError, engines.EngineError, migrations_runner.SchemaMismatch) as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
    engine.dispose()
    print(f"IKMS panelis: http://{settings.host}:{settings.port}/  (Ctrl+C beidz | stops)", flush=True)
    _become_gunicorn(settings)


def _ready(settings) -> bool:
    """Whether the database is there, of this program's schema and with a release."""
    from sqlalchemy.exc import DBAPIError

    from data_access import engine as engines
    from data_access import migrations_runner
    from data_access.reading import NoRelease, current_release

    try:
        engine = engines.create(settings.database_url, read_only=True)
    except engines.EngineError:
        return False
    try:
        migrations_runner.verify(engine)
        with engine.begin() as connection:
            current_release(connection)
    except (NoRelease, DBAPIError, migrations_runner.SchemaMismatch):
        return False
    finally:
        engine.dispose()
    return True


def _become_gunicorn(settings) -> None:
    import gunicorn
    from gunicorn.app.wsgiapp import run

    # argv[0] as `python -m gunicorn` has it: gunicorn starts itself again by it when it is told to upgrade.
    sys.argv = [
        str(Path(gunicorn.__file__).with_name("__main__.py")), "app:server",
        "--config", str(ROOT / "gunicorn.conf.py"),
        "--bind", f"{settings.host}:{settings.port}",
        "--workers", str(settings.workers),
        "--worker-class", "gthread", "--threads", "4",
        "--timeout", "30", "--max-requests", "20000", "--max-requests-jitter", "2000",
        "--no-control-socket", "--log-level", "warning",
    ]  # fmt: skip
    run()


if __name__ == "__main__":
    main("--demo-first" in sys.argv[1:])
