"""Examples for the OpenAPI document. A test holds each against the shape that it is an example of."""

from typing import Any

NATION = {"code": "E92000001", "name": "England", "level": "national"}
LOCAL = {"code": "E08000016", "name": "Barnsley", "level": "local"}
SPHERE: dict[str, Any] = {
    "code": "E02001514",
    "name": "Grimethorpe & Brierley",
    "level": "neighbourhood",
    "parent": "E08000016",
    "starts_on": "2026-04-01",
    "ends_on": None,
}
SPHERE_DETAIL = SPHERE | {"ancestors": [LOCAL, NATION]}
POWER = {
    "slug": "fund-a-project",
    "name": "Fund a project",
    "home": "neighbourhood",
    "method": "majority",
    "core": False,
    "rights": ["UDHR 27"],
}
SEAT = {
    "power": "fund-a-project",
    "about": {key: SPHERE[key] for key in ("code", "name", "level")},
    "on": "2026-11-21",
    "sphere": {key: SPHERE[key] for key in ("code", "name", "level")},
    "home": {key: SPHERE[key] for key in ("code", "name", "level")},
    "is_at_home": True,
    "loan": None,
}
BODY = {"sphere": "E92000001", "kind": "national-council", "name": "National Council"}
MATTER: dict[str, Any] = {
    "public_id": "7k2m9q4x0abc",
    "power": "set-the-pot",
    "sphere": "E92000001",
    "seat": "E92000001",
    "body": BODY,
    "subject": "pot:2027-04-01",
    "question": "Shall the national pot from 2027-04-01 be £41,200,000,000.00?",
    "state": "open",
    "raised_at": "2026-11-20T09:30:00Z",
    "opened_at": "2026-11-20T10:00:00Z",
    "closes_at": "2026-11-27T10:00:00Z",
    "decision": None,
}
MATTER_DETAIL = MATTER | {
    "background": "An invented sum.",
    "roll": 3,
    "votes": [
        {
            "voter": "Ruth Adeyemi",
            "choice": "for",
            "reason": "It is what we can raise.",
            "cast_at": "2026-11-20T12:00:00Z",
        }
    ],
}
DECISION = {
    "public_id": "3w8r5t1y6def",
    "matter": "7k2m9q4x0abc",
    "power": "set-the-pot",
    "seat": "E92000001",
    "question": "Shall the national pot from 2027-04-01 be £41,200,000,000.00?",
    "method": "majority",
    "roll": 3,
    "votes_for": 2,
    "votes_against": 1,
    "abstentions": 0,
    "quorate": True,
    "carried": True,
    "reasons": "An invented sum.",
    "dissent": "Too low.",
    "rights_considered": ["UDHR 22", "UDHR 25"],
    "decided_at": "2026-11-27T10:00:00Z",
}
RAISE = {
    "power": "publish-national-figures",
    "sphere": "E92000001",
    "subject": "figures:2026",
    "question": "Shall the figures of 2026 be published by region too?",
    "background": "Three local systems asked for it.",
}
OPEN = {"closes_at": "2026-11-27T10:00:00Z"}
VOTE = {"choice": "for", "reason": "It is what we can raise."}
CLOSE = {"reasons": "The sum keeps pace with need."}
ME = {
    "public_id": "9d3f7h2j5klm",
    "preferred_name": "Miriam",
    "public_name": "Miriam Cole",
    "mandates": [
        {
            "public_id": "5n8p1r4s7tvw",
            "role": "national-steward",
            "sphere": NATION,
            "starts_on": "2026-04-01",
            "ends_on": None,
        }
    ],
}


def page(*results: Any) -> dict[str, Any]:
    """A page of a list with these in it, and no other page."""
    return {"next": None, "previous": None, "results": list(results)}
