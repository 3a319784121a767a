"""Pages by cursor: an opaque mark of where the last page ended, so that a list may grow while it is read.

There is no count: counting costs as much as reading everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

MOST = 500


class Pages(CursorPagination):
    """The order is the view's `order`, which must be unique, first field unique or nearly so."""

    page_size = 50
    max_page_size = MOST
    page_size_query_param = "page_size"
    cursor_query_description = "The `cursor` of `next` or `previous` on another page of this list."
    page_size_query_description = f"How many to a page, at most {MOST}."

    def get_ordering(self, request: Request, queryset: Any, view: Any) -> tuple[str, ...]:
        order: tuple[str, ...] = view.order
        return order

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST):
            raise ValidationError(
                {
                    self.page_size_query_param: _("Write a whole number from 1 to %(most)d.")
                    % {"most": MOST}
                }
            )
        return int(text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        # base64's decoder skips what is not of its alphabet, and a text field holds no NUL.
        if not text.isascii() or len(text) > 500:
            raise self._bad()
        try:
            cursor = super().decode_cursor(request)
        except Exception as error:  # whatever a forged cursor can cause: it is the sender's
            raise self._bad() from error
        if cursor is not None and "\x00" in (cursor.position or ""):
            raise self._bad()
        return cursor

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        try:
            found: list[Any] | None = super().paginate_queryset(queryset, request, view)
        except (InvalidValue, ValueError, TypeError, OverflowError) as error:
            # A position that is no value of the field it stands for.
            raise self._bad() from error
        return found

    def _bad(self) -> ValidationError:
        return ValidationError({"cursor": _("This is not a cursor of this list.")})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {
            "type": ["string", "null"],
            "format": "uri",
            "description": "The address of another page; null if there is none.",
            "example": None,
        }
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "required": False,
                "description": self.cursor_query_description,
                "schema": {"type": "string", "maxLength": 500},
            },
            {
                "name": self.page_size_query_param,
                "in": "query",
                "required": False,
                "description": self.page_size_query_description,
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST,
                    "default": self.page_size,
                },
            },
        ]


class RowPages(Pages):
    """The same over rows in memory that never change, in the order in which they are given.

    The mark is how many rows come before: with rows that never change, that is as exact as a key.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.base_url = request.build_absolute_uri()
        self.page_size = self.get_page_size(request)
        self.rows: Sequence[Any] = queryset
        self.before = self._before(self.decode_cursor(request))
        return list(self.rows[self.before : self.before + self.page_size])

    def _before(self, cursor: Cursor | None) -> int:
        if cursor is None:
            return 0
        position = cursor.position or ""
        if not (position.isascii() and position.isdigit() and len(position) < 10):
            raise self._bad()
        if int(position) >= max(1, len(self.rows)):
            raise self._bad()
        return int(position)

    def _link(self, before: int) -> str:
        link: str = self.encode_cursor(Cursor(offset=0, reverse=False, position=str(before)))
        return link

    def get_next_link(self) -> str | None:
        after = self.before + self.page_size
        return self._link(after) if after < len(self.rows) else None

    def get_previous_link(self) -> str | None:
        return self._link(max(0, self.before - self.page_size)) if self.before else None
