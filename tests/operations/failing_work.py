"""Work for a real worker that fails with somebody's words in its mouth."""

from typing import Any

from socialcare.kernel import outbox

TOPIC = "tests.fail-with-words"


@outbox.handler(TOPIC)
def fail(*, by: int | None, **payload: Any) -> None:
    address = "ada@example.org"
    raise ValueError(f"cannot write to {address} at S72 7AA")
