"""Examples for the OpenAPI document. A test holds each against the shape that it is an example of."""

from typing import Any

SHA256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
FORMULA: dict[str, Any] = {
    "nation": "E92000001",
    "slug": "england",
    "version": 1,
    "title": "Need for social care in the neighbourhoods of England",
    "sha256": SHA256,
    "state": "adopted",
    "matter": "4p6s8t0v2wxy",
    "decision": "1a3c5e7g9hjk",
    "proposed_at": "2026-11-21T09:00:00Z",
    "adopted_at": "2026-11-21T09:05:00Z",
}
DOCUMENT = {
    "formula": "england",
    "version": "1",
    "title": "Need for social care in the neighbourhoods of England",
}
DOCUMENT_TEXT = """\
formula: england
version: "1"
title: Need for social care in the neighbourhoods of England
"""
CHECK = {"text": "formula: short\nversion: '1'\n", "nation": "E92000001"}
CHECKED = {
    "readable": False,
    "adoptable": False,
    "formula": "",
    "title": "",
    "sha256": "",
    "problems": [
        {"line": 1, "key": "title", "code": "missing", "message": "“title” is missing"},
    ],
}
PROPOSE_FORMULA = {
    "nation": "E92000001",
    "text": "formula: england\nversion: '2'\n…",
    "background": "Counts carers' breaks too.",
}
POT: dict[str, Any] = {
    "public_id": "6m8n0p2q4rst",
    "nation": "E92000001",
    "starts_on": "2027-04-01",
    "ends_on": "2028-04-01",
    "total_pence": 4_120_000_000_000,
    "risk_reserve_pence": 82_400_000_000,
    "national_functions_pence": 20_600_000_000,
    "shared_pence": 4_017_000_000_000,
    "state": "set",
    "matter": "7k2m9q4x0abc",
    "decision": "3w8r5t1y6def",
    "run": None,
    "proposed_at": "2026-11-20T09:30:00Z",
}
PROPOSE_POT = {
    "nation": "E92000001",
    "starts_on": "2028-04-01",
    "ends_on": "2029-04-01",
    "total_pence": 4_200_000_000_000,
    "risk_reserve_pence": 84_000_000_000,
    "national_functions_pence": 21_000_000_000,
    "background": "It keeps pace with need.",
}
RUN = {
    "public_id": "0b2d4f6h8jkm",
    "nation": "E92000001",
    "pot": "6m8n0p2q4rst",
    "formula": "england",
    "version": 1,
    "dataset": SHA256,
    "state": "posting",
    "attempt": 1,
    "systems_total": 153,
    "systems_posted": 48,
    "digest": SHA256,
    "error_code": "",
    "requested_at": "2026-11-27T11:00:00Z",
    "started_at": "2026-11-27T11:00:01Z",
    "posted_at": None,
}
START_RUN = {"pot": "6m8n0p2q4rst", "formula": "england", "version": 1}
ALLOCATION = {
    "run": "0b2d4f6h8jkm",
    "sphere": "E02001514",
    "name": "Grimethorpe & Brierley",
    "level": "neighbourhood",
    "parent": "E08000016",
    "need": "1.381204",
    "share": "0.000195000000",
    "amount_pence": 761_220_417,
    "streams": {"individual": 697_785_382, "neighbourhood": 63_435_035},
}
EXPLANATION: dict[str, Any] = {
    "run": "0b2d4f6h8jkm",
    "decision": "1a3c5e7g9hjk",
    "code": "E02001514",
    "name": "Grimethorpe & Brierley",
    "level": "neighbourhood",
    "population": 7811,
    "need": "1.381204",
    "share": "0.000195000000",
    "amount_pence": 761_220_417,
    "pot_pence": 4_017_000_000_000,
    "formula": "england",
    "version": "1",
    "formula_sha256": SHA256,
    "result_sha256": SHA256,
    "hardship_counted": True,
    "illustrative": True,
    "streams": [
        {
            "code": "individual",
            "title": "Entitlements of people and families",
            "held_by": "neighbourhood",
            "amount_pence": 697_785_382,
            "steps": [
                {
                    "kind": "indicator",
                    "name": "disab_lot",
                    "label": "people whose daily life is limited a lot by disability",
                    "change_pence": 91_204_118,
                    "amount_pence": 580_011_870,
                    "indicator_class": "A",
                    "unit": "people",
                    "value": "1041",
                    "points": "10",
                    "contribution": "10410",
                    "reference": "judgement",
                    "note": "the measuring rod; everything else is set against it",
                }
            ],
        }
    ],
    "never_asked": ["income", "savings", "property"],
}
WHAT_IF: dict[str, Any] = {
    "public_id": "8q0s2v4x6yza",
    "nation": "E92000001",
    "pot_pence": 4_017_000_000_000,
    "compared_with": {
        "formula": "england",
        "version": 1,
        "pot_pence": 4_017_000_000_000,
        "run": "0b2d4f6h8jkm",
    },
    "dataset": SHA256,
    "asked_at": "2026-11-22T08:15:00Z",
}
ASK_WHAT_IF = {
    "nation": "E92000001",
    "text": "formula: england\nversion: '2'\n…",
    "pot_pence": 4_017_000_000_000,
    "compared_with": {"formula": "england", "version": 1},
}
_TALLY = {
    "gain": 81,
    "lose": 71,
    "same": 1,
    "gained_pence": 512_400_117,
    "lost_pence": 512_400_117,
}
_PAGE = "https://care.example/money/what-if/8q0s2v4x6yza/"
WHAT_IF_DETAIL = WHAT_IF | {
    "document": {
        "formula": "england",
        "title": "Need for social care in the neighbourhoods of England",
        "sha256": SHA256,
        "problems": [],
    },
    "answer": {
        "local": _TALLY,
        "neighbourhoods": _TALLY | {"gain": 3_702, "lose": 3_154, "same": 0},
        "deciles": [
            {
                "number": 1,
                "people": "5648953.6",
                "before_pence": 301_200_417_022,
                "after_pence": 300_988_104_871,
                "change_pence": -212_312_151,
            }
        ],
        "damping": [
            {"stream": "The local system", "cost_pence": 1_204_118, "helped": 12, "payers": 141}
        ],
        "hardship_counted": True,
    },
    "no_answer_because": [],
    "page": _PAGE,
    "files": {
        "local": f"{_PAGE}local.csv",
        "neighbourhoods": f"{_PAGE}neighbourhoods.csv",
        "document": f"{_PAGE}document.yaml",
    },
}
CHANGE = {
    "code": "E02001514",
    "name": "Grimethorpe & Brierley",
    "parent": "E08000016",
    "people": 7811,
    "before_pence": 761_220_417,
    "after_pence": 763_118_204,
    "change_pence": 1_897_787,
    "before_rank": 402,
    "after_rank": 387,
    "hardship_switched_pence": 742_017_330,
}
PRICE: dict[str, Any] = {
    "nation": "E92000001",
    "slug": "england",
    "version": 1,
    "title": "What one point of need is worth a week in England",
    "sha256": SHA256,
    "since": "2026-04-01",
    "price_pence": 1_130,
    "wage_pence": 1_390,
    "wage_floor_pence": 1_345,
    "state": "adopted",
    "matter": "9c1e3g5j7lmn",
    "decision": "2b4d6f8h0jkm",
    "proposed_at": "2026-11-21T09:10:00Z",
    "adopted_at": "2026-11-21T09:15:00Z",
}
PRICE_DETAIL = PRICE | {
    "minutes_a_point": 30,
    "hour": [
        {"code": "wage", "pence": 1_390, "covers": "pay for the hour", "reference": "judgement"},
    ],
    "components": [
        {
            "code": "nights",
            "title": "Somebody there at night",
            "unit": "night a week",
            "most": 7,
            "pence": 12_500,
            "why": "to be helped or kept company at night takes somebody who stays",
            "reference": "judgement",
        },
    ],
    "text": "price: england\n…",
}
PROPOSE_PRICE = {
    "nation": "E92000001",
    "text": "price: england\nversion: '2'\n…",
    "background": "The wage floor rose.",
}
MY_BUDGET: dict[str, Any] = {
    "account": "5n7p9q1r3stv",
    "left_pence": 151_204,
    "planned_pence": 24_000,
    "spent_pence": 38_640,
    "held": None,
    "entitlement": {
        "public_id": "2w4x6y8z0abc",
        "points": 42,
        "is_undisputed_part": False,
        "price": "england 1",
        "cost_factor": "1.000000",
        "extras": {"nights": 1},
        "indicated_pence": 59_960,
        "weekly_pence": 59_960,
        "starts_on": "2026-05-25",
        "ends_on": None,
        "paid_until": "2026-12-07",
    },
    "notices": [],
}
LINE = {
    "on": "2026-11-20",
    "kind": "paid",
    "who": "Ivy Greenhough",
    "what_for": "Swimming",
    "pence": -2_400,
}
PAYEE = {"public_id": "7d9f1g3h5jkl", "name": "Ivy Greenhough", "reference": "INV 12"}
ADD_PAYEE = {"name": "Ivy Greenhough", "reference": "INV 12"}
PAY = {"payee": "7d9f1g3h5jkl", "amount_pence": 2_400, "what_for": "Swimming"}
PAYMENT = {
    "public_id": "4m6n8p0q2rst",
    "payee": "7d9f1g3h5jkl",
    "amount_pence": 2_400,
    "paid_on": "2026-11-20",
    "receipt": "not-asked",
}
