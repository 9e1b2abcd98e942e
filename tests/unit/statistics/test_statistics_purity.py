"""The statistics stay free of the web, of the database and of costs at import time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MODULES = ("bayes", "charts", "funnel", "intervals", "multiplicity", "projection", "trend")


def test_import_is_light():
    """Importing every module loads neither SciPy nor pandas nor a web or database library."""
    code = "\n".join(f"import indicators.statistics.{name}" for name in MODULES)
    code += "\nimport sys\nprint(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"scipy", "pandas", "dash", "flask", "sqlalchemy", "plotly"}
