"""One of several processes that post to the same ledger at once.

Run by test_races with the database's name. It says when it is ready, then reads its work from its input:
`{"user": …, "calls": [[movement, …], …]}`, one transaction a call; a movement without a key is one to reverse. Prints
the tally of what each call came to; any error but a refusal ends it with a traceback.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import django


def main() -> None:
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    django.setup()

    from django.db import connection, transaction

    from budgets import ledger
    from budgets.models import Movement
    from socialcare.kernel.errors import DomainError

    tally: Counter[str] = Counter()
    pence = 0
    connection.ensure_connection()
    print("ready", flush=True)
    work = json.load(sys.stdin)
    for call in work["calls"]:
        try:
            with transaction.atomic():
                if "key" not in call[0]:
                    movements = Movement.objects.filter(pk__in=[row["reverses"] for row in call])
                    posted = ledger.reverse(*movements, reason_code="wrong-amount", by=work["user"])
                else:
                    posted = ledger.post(
                        [ledger.MovementSpec(**row) for row in call], by=work["user"]
                    )
        except DomainError as refusal:
            tally[refusal.code] += 1
        else:
            tally["new"] += posted.new
            tally["already"] += posted.already
            pence += sum(row.get("amount_pence", 0) for row in call) if posted.new else 0
    print(json.dumps({"tally": tally, "pence": pence}))


if __name__ == "__main__":
    main()
