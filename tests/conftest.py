"""The suite's ground: real PostgreSQL with both logins, the real broker, no network beyond this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections, transaction
from django.test import TransactionTestCase, testcases
from django.test.utils import setup_databases, teardown_databases

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.small_england import SmallEngland

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop


def pytest_configure(config: pytest.Config) -> None:
    if settings.DATABASE_FREE:
        return  # this process only hands the tests out to the lanes: script/test
    # The live server finds static files where they lie; it would not know our own name for the app that gathers them.
    testcases._StaticFilesHandler = StaticFilesHandler  # type: ignore[attr-defined]
    # The test client and the live server speak plain HTTP.
    settings.SECURE_SSL_REDIRECT = False
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    # The middleware that serves static files warns when their folder is not there.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    # Plain passwords cost a tenth of a second each; one test checks that the product uses Argon2.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests of an office sign in without a second step; tests/sign_in asks for it.
    settings.SECOND_FACTOR_FOR_OFFICE = False
    # How often the API may be asked is tested by itself.
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"anon": None, "user": None}
    # Work promised to a worker is delivered by the test that wants it, not by chance.
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    """One test database, reached as the owner for set-up and as the application's login for everything else."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        old = setup_databases(
            verbosity=0,
            interactive=False,
            aliases={"default", "owner"},
            serialized_aliases=set(),  # no test restores rows from a copy
        )
        name = connections["default"].settings_dict["NAME"]
        assert name.startswith("test_"), f"refusing to test on {name}"
        assert connections["owner"].settings_dict["NAME"] == name
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for alias in connections:
            connections[alias].close()
        teardown_databases(old, verbosity=0)


# What a migration writes after it has made the tables: their names, and the parts of a record.
WRITTEN_ONCE = {"contenttypes.ContentType", "auth.Permission"}


def truncate_as_owner() -> None:
    """Empties every table. The application's login may not: after a transactional test the owner clears up."""
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in WRITTEN_ONCE
    ]
    quoted = ", ".join(connections["owner"].ops.quote_name(table) for table in tables)
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {quoted} RESTART IDENTITY CASCADE")
    connections["owner"].close()


TransactionTestCase._fixture_teardown = lambda self: truncate_as_owner()  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Only this machine can be reached: a test that calls anywhere else fails."""
    import pytest_socket

    pytest_socket.socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and os.environ.get("SOCIALCARE_SKIP_BROWSER") == "1":
        pytest.skip("SOCIALCARE_SKIP_BROWSER=1 leaves the browser tests out")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's own Chromium, as it runs in a container. It takes the place of pytest-playwright's, which lasts longer.

    Its driver leaves an event loop running in this thread, and meanwhile Django takes other connections to the
    database: they are closed here, or the test database could not be dropped in the end.
    """
    from playwright.sync_api import sync_playwright

    chromium = Path(os.environ.get("CHROMIUM") or "/usr/bin/chromium")
    if not chromium.exists():
        pytest.fail(
            f"No browser at {chromium}: install Chromium (Debian: apt install chromium), or set CHROMIUM to its "
            "path, or SOCIALCARE_SKIP_BROWSER=1 to leave the browser tests out."
        )
    options = (
        "no-sandbox",
        "disable-dev-shm-usage",
        "disable-gpu",
        "disable-background-networking",
    )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=[f"--{option}" for option in options]
        )
        yield opened
        opened.close()
        connections.close_all()


@pytest.fixture
def today() -> date:
    from socialcare.kernel import acting

    return acting.today()


@pytest.fixture(scope="module")
def england(django_db_setup: None, django_db_blocker: object) -> Iterator[SmallEngland]:
    """A small England, built once for a module. Its tests ask for `untouched`, not for `db`.

    It is committed, because only one posting fits a transaction; the owner clears it away.
    """
    from tests import small_england

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        try:
            yield small_england.build()
        finally:
            truncate_as_owner()


@pytest.fixture
def untouched(england: SmallEngland) -> Iterator[SmallEngland]:
    """The module's small England; whatever the test does to it is undone."""
    with transaction.atomic():
        yield england
        transaction.set_rollback(True)
