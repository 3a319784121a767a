"""Renders pieces of template as a page would, without the database; and says which browser to drive."""

import os
from collections.abc import Callable
from typing import Any

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


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's own Chromium, as it runs in a container."""
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    }
