"""What gunicorn does at start (docs/operations.md): import the code once, before the workers are forked from it.

Only code is shared: each worker reads the settings, opens the database and builds its own application. The garbage
collector rests until that is done, and afterwards leaves alone what lives as long as the process.
"""

import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
gc.disable()

# No header of a request names the path or the scheme, not even from this machine: IKMS_PROXIES alone says whom to
# believe (app.py). gunicorn would take SCRIPT_NAME and X-Forwarded-Proto from every local address.
forwarded_allow_ips = ""
forwarder_headers = ""

import lean  # noqa: E402

lean.import_libraries()

with lean.late_methods():
    import app  # noqa: F401
    import pages

    pages.load_all()


def when_ready(server):
    """The first process only watches from here on, and starts workers anew."""
    gc.freeze()
    gc.enable()


def post_fork(server, worker):
    """In the worker, before it builds the application."""
    gc.disable()


def post_worker_init(worker):
    """In the worker, before it answers."""
    gc.freeze()
    gc.enable()
