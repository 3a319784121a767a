"""One of several processes that post to the ledger at once, through the product's action.

Reads the purses from its first line of input, says that it is ready, then takes one order a line,
`{"world": …, "seconds": …, "batch": …, "within_an_act": …}`, and answers with how many movements it posted in that time.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from contextlib import nullcontext
from typing import Any

import django


def post_for(
    seconds: float, *, purses: list[dict[str, Any]], batch: int, within_an_act: bool, by: int
) -> int:
    """Posts `batch` movements a transaction, of a penny each, to accounts chosen by chance.

    `within_an_act`: in a transaction that says who acts, as an act does that writes something else too.
    """
    from budgets.ledger import MovementSpec, post
    from budgets.models import Movement
    from socialcare.kernel.acting import acting_as

    chance = random.Random(os.getpid())  # noqa: S311 -- nothing secret is chosen
    name, posted = f"bench:{os.getpid()}:{time.time_ns()}", 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        purse = chance.choice(purses)
        specs = [
            MovementSpec(
                source=purse["pot"],
                destination=chance.choice(purse["accounts"]),
                amount_pence=1,
                purpose=Movement.Purpose.ALLOCATE,
                key=f"{name}:{posted + number}",
                decision=purse["decision"],
            )
            for number in range(batch)
        ]
        with acting_as(by) if within_an_act else nullcontext():
            post(specs, by=by)
        posted += batch
    return posted


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcare.settings")
    django.setup()
    from django.db import connection

    given = json.loads(sys.stdin.readline())
    connection.ensure_connection()
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        purses = given["worlds"][order["world"]]
        print(
            post_for(
                order["seconds"],
                purses=purses,
                batch=order["batch"],
                within_an_act=order["within_an_act"],
                by=given["by"],
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
