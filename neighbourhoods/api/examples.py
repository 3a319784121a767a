"""Examples for the OpenAPI document. A test holds each against the shape that it is an example of."""

from typing import Any

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
DATASET: dict[str, Any] = {
    "nation": "E92000001",
    "sha256": SHA256,
    "slug": "england",
    "vintage": "2021",
    "source": "Census 2021 and English Indices of Deprivation 2025",
    "licence": "Open Government Licence v3.0",
    "attribution": "Contains public sector information licensed under the Open Government Licence v3.0.",
    "effective_on": "2026-04-01",
    "imported_at": "2026-11-21T09:00:00Z",
}
INDICATOR = {
    "column": "disab_lot",
    "label": "People whose daily life is limited a lot by disability",
    "need_class": "A",
    "unit": "people",
    "base": "disab_total",
    "source": "ONS Census 2021, table TS038",
    "vintage": "2021-03-21",
}
DATASET_DETAIL = DATASET | {"indicators": [INDICATOR]}
VALUE = {"indicator": "disab_lot", "sphere": "E02001514", "value": "1041"}
