"""Fields of the API's bodies."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# The most that JavaScript holds exactly, and far less than the database does.
MOST_PENCE = 2**53 - 1


@extend_schema_field(OpenApiTypes.INT64)
class PenceField(serializers.IntegerField):
    """Whole pence. A number with a point has been through a binary float and is refused, as is one in quotes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MOST_PENCE, **options})

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        value: int = super().to_internal_value(data)
        return value


@extend_schema_field({"type": "string", "pattern": r"^\d+(\.\d+)?$"})
class ExactField(serializers.Field):
    """An exact number as text, without idle noughts. Only told, never taken."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "read_only": True})

    def to_representation(self, value: Any) -> str:
        return f"{value.normalize():f}"


class NamedField(serializers.SlugRelatedField):
    """A thing of ours by its code or public id. What could be neither is refused before the database is asked."""

    def to_internal_value(self, data: Any) -> Any:
        # PostgreSQL holds no NUL in a text, and refuses even to look for one.
        if not isinstance(data, str) or len(data) > 100 or "\x00" in data:
            self.fail("invalid")
        return super().to_internal_value(data)
