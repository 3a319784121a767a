"""Which assessments another assessor is asked to look at: one in ten, drawn by a rule that anybody can work out again.

The draw reads the assessment's public id, which is random and which nobody chooses. Nobody can add an assessment to the
sample, or take one out of it; only the person says whether anybody may look.
"""

from __future__ import annotations

from hashlib import sha256

# One in so many is drawn.
ONE_IN = 10


def is_drawn(public_id: str) -> bool:
    """Is the assessment with that public id drawn? Its SHA-256, read as a number, is divisible by ten."""
    return int(sha256(public_id.encode()).hexdigest(), 16) % ONE_IN == 0
