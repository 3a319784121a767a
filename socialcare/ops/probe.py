"""Whether one part of the product is well, for a container's health check.

    python -m socialcare.ops.probe web 8000       the web server on this port is ready
    python -m socialcare.ops.probe worker         a worker of this host answers over the broker
    python -m socialcare.ops.probe beat FILE      beat has written its schedule FILE lately

Exit status: 0 well, 1 not. It says why in a word, and nothing of what it was answered.
"""

import http.client
import os
import socket
import sys
import time
from pathlib import Path

PATIENCE = 5  # seconds
LATELY = 10 * 60  # seconds: beat writes its schedule every three minutes


def web(port: str) -> bool:
    """Asks /readyz as the service's own name, which it insists on."""
    host = (os.environ.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip()
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz", headers={"Host": host.lstrip(".")})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def worker() -> bool:
    """Pings the worker that Celery names after this host."""
    from socialcare.celery import app

    name = f"celery@{socket.gethostname()}"
    return bool(app.control.ping(destination=[name], timeout=PATIENCE))


def beat(schedule: str) -> bool:
    """Looks at the age of beat's schedule, whatever ending its format has given the file."""
    path = Path(schedule)
    ages = [time.time() - file.stat().st_mtime for file in path.parent.glob(f"{path.name}*")]
    return bool(ages) and min(ages) < LATELY


def main(words: list[str]) -> int:
    parts = {"web": (web, 1), "worker": (worker, 0), "beat": (beat, 1)}
    probe, count = parts.get(words[0] if words else "", (None, 0))
    if probe is None or len(words) != count + 1:
        print(__doc__, file=sys.stderr)
        return 2
    well = probe(*words[1:])  # type: ignore[operator]
    print("well" if well else "not well")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
