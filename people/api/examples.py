"""Examples for the OpenAPI document. Nobody in them is real."""

from typing import Any

from governance.api.examples import SPHERE

_PLACE = {key: SPHERE[key] for key in ("code", "name", "level")}
RECORD: dict[str, Any] = {
    "public_id": "9d3f7h2j5klm",
    "preferred_name": "Sam",
    "pronouns": "they and them",
    "parts": ["about-me", "plan", "needs", "budget", "spending", "contact", "address"],
    "acting": [],
    "support": [
        {
            "public_id": "7c8d9e0f1g2h",
            "part": "plan",
            "who": "My sister Jo",
            "what": "Choosing who helps me in the morning.",
            "how": "She reads it to me.",
        }
    ],
    "statement": {
        "written_on": "2026-11-21",
        "signs": "I stop answering.",
        "want": "Let me stay at home.",
        "avoid": "",
        "call": "My sister Jo",
    },
    "about_me": {
        "date_of_birth": "1985-03-27",
        "communication_needs": [
            {
                "public_id": "2b6c8d0f4g1h",
                "kind": "large-print",
                "words": "Yellow paper is best.",
                "is_flagged": True,
                "met": "sometimes",
                "recorded_on": "2026-11-21",
                "review_on": "2027-11-21",
            }
        ],
    },
    "contact": {
        "channel": "text",
        "reach": "07700 900123",
        "say": "It is about the gardening club.",
        "never": "No letters.",
    },
    "address": {"address": "1 Invented Row, Grimethorpe", "neighbourhood": _PLACE},
}
RECORD_IN_PART = RECORD | {
    "parts": ["contact"],
    "support": [],
    "statement": None,
    "about_me": None,
    "address": None,
}
CONSENT: dict[str, Any] = {
    "public_id": "6m1n3p5q7r9s",
    "code": "4t2v8w0x6yza",
    "known_as": "my sister Jo",
    "part": "contact",
    "purpose": "everyday",
    "starts_on": "2026-11-21",
    "ends_on": "2027-02-21",
    "state": "live",
}
GIVE = {
    "code": "4t2v8w0x6yza",
    "known_as": "my sister Jo",
    "parts": ["contact"],
    "purpose": "everyday",
    "ends_on": "2027-02-21",
}
CHANGE = {"purpose": "everyday", "ends_on": "2026-12-21"}
WITHDRAWN = {"withdrawn_on": "2026-11-21"}
LOOK = {
    "public_id": "8a5b2c9d6e3f",
    "at": "2026-11-21T18:30:00Z",
    "code": "4t2v8w0x6yza",
    "known_as": "my sister Jo",
    "parts": ["contact"],
    "purposes": ["everyday"],
    "authorities": [],
}
