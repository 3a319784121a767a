"""What the web server loads before it has visitors, once for all its processes, so that nobody waits for it.

Nothing depends on it: what cannot be loaded now (the database does not answer yet, nothing was shared out) is loaded by
whoever asks for it first.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError, connections
from django.template.loader import get_template
from django.urls import get_resolver

from budgets import queries
from budgets.sharing import posted_result
from socialcare.kernel.acting import acting_as

logger = logging.getLogger(__name__)


def warm() -> None:
    """Imports every view, compiles our templates, and works out the shares that pages about places explain."""
    _ = get_resolver().url_patterns
    folder = settings.BASE_DIR / "templates"
    for path in folder.rglob("*.html"):
        get_template(str(path.relative_to(folder)))
    try:
        with acting_as(None):
            nation = queries.the_nation()
            run = queries.current_run(nation) if nation else None
            if run is not None:
                posted_result(run.public_id)
    except DatabaseError as error:
        logger.warning("shares not loaded ahead", exc_info=error)
    finally:
        # The processes that are made now must not share a connection.
        connections.close_all()
