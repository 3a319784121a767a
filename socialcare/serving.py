"""How gunicorn serves the product; the demo and the container both start it with `--config python:socialcare.serving`.

It keeps no access log (that would hold addresses and what people typed); each request's one line comes from
ObservingMiddleware. The address to listen on is the caller's to give.
"""

import os
from pathlib import Path
from typing import Any

from socialcare.kernel import logs

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
os.environ.setdefault(SHARED_FOLDER, str(Path(os.environ.get("STATE_DIR") or ".local") / "metrics"))

worker_class = "gthread"
# Loaded once, before the worker processes are made: they share it, and no first visitor waits for an import.
preload_app = True
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
# A stop waits so long, in seconds, for the pages that people are waiting for.
graceful_timeout = int(os.environ.get("GRACEFUL_SECONDS") or 20)
control_socket_disable = True  # it would be written to the home folder
logconfig_dict = logs.config(level=os.environ.get("LOG_LEVEL") or "INFO")


def on_starting(server: Any) -> None:
    """Counts of an earlier life would be added to this one's: they go."""
    folder = Path(os.environ[SHARED_FOLDER])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for counts in folder.glob("*.db"):
        counts.unlink()


def when_ready(server: Any) -> None:
    """The last step before there are workers."""
    from django.apps import apps

    if apps.ready:  # tests serve another application with this configuration
        from socialcare.warming import warm

        warm()


def child_exit(server: Any, worker: Any) -> None:
    """What a process that ended had counted is kept; what it was doing just then is not."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)
