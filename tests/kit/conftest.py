"""Renders pieces of template as a page would, without the database."""

from collections.abc import Callable

import pytest
from django.template import engines
from django.test import RequestFactory

from tests.kit.reading import Page

Render = Callable[..., Page]


@pytest.fixture
def render(rf: RequestFactory) -> Render:
    def read(source: str, /, address: str = "/", **context: object) -> Page:
        template = engines["django"].from_string(source)
        return Page(template.render(context, rf.get(address)))

    return read
