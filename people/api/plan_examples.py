"""Examples for the OpenAPI document, about needs and plans. Nobody in them is real."""

from typing import Any

from governance.api.examples import SPHERE

ASSESSOR: dict[str, Any] = {
    "public_id": "3c5d7f9g1h2j",
    "name": "Noor Ellis",
    "kind": "voluntary",
    "organisation": "Dearne Valley Voices",
    "scope": {key: SPHERE[key] for key in ("code", "name", "level")},
    "interests": "My brother has an advocate from the same organisation.",
    "starts_on": "2026-04-01",
    "ends_on": None,
}
CONVERSATION: dict[str, Any] = {
    "public_id": "7k9m1n3p5q7r",
    "state": "shared",
    "done_with": "family",
    "begun_at": "2026-11-21T18:30:00Z",
    "instrument": "conversation",
    "version": "1",
    "sha256": "0f" * 32,
    "points": None,
    "undisputed_points": 1,
    "settled_by": "",
    "agreed_at": None,
    "answers": [
        {
            "outcome": "eating",
            "is_cause": False,
            "answer": "most-days",
            "points": 5,
            "what_helps": "Robin cooks with me on Sundays.",
            "what_would_be_good": "Something warm at noon.",
            "first_assessor": {"answer": "some", "points": 1, "reason": "You cook most days."},
            "second_assessor": None,
            "undisputed_points": 1,
            "settled_points": None,
        }
    ],
}
ANSWER_SENT = {
    "outcome": "eating",
    "answer": "most-days",
    "what_helps": "Robin cooks with me on Sundays.",
    "what_would_be_good": "Something warm at noon.",
}
COMMENT: dict[str, Any] = {
    "public_id": "5t7v9w1x3y5z",
    "kind": "suggestion",
    "known_as": "Asha from the team",
    "is_mine": False,
    "is_professional": True,
    "said_at": "2026-11-21T18:30:00Z",
    "words": "Would a falls alarm in the garden help?",
    "reply": "No box round my neck.",
}
PLAN: dict[str, Any] = {
    "public_id": "1a3b5c7d9f1g",
    "number": 2,
    "state": "agreed",
    "begun_at": "2026-11-20T10:00:00Z",
    "agreed_at": "2026-11-21T18:30:00Z",
    "sections": [{"kind": "matters", "words": "My garden, and being asked first."}],
    "goals": [
        {"public_id": "2h4j6k8m1n3p", "words": "To get to Barnsley by bus.", "right": "UNCRPD 20"}
    ],
    "support": [
        {
            "public_id": "4q6r8s1t3v5w",
            "kind": "paid",
            "tag": "",
            "what_for": "Somebody beside me on the bus",
            "who": "Jamie",
            "minutes_a_week": 480,
            "weekly_pence": 14800,
            "starts_on": "2026-11-21",
            "ends_on": None,
        }
    ],
    "comments": [COMMENT],
}
SECTION_SENT = {"kind": "matters", "words": "My garden, and being asked first."}
GOAL_SENT = {"words": "To get to Barnsley by bus.", "right": "UNCRPD 20"}
SUPPORT_SENT = {
    "kind": "paid",
    "what_for": "Somebody beside me on the bus",
    "who": "Jamie",
    "minutes_a_week": 480,
    "weekly_pence": 14800,
}
COMMENT_SENT = {"kind": "suggestion", "words": "Would a falls alarm in the garden help?"}
