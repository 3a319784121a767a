"""One small England, one web server and one worker for all the journeys.

The server runs in this process, on the test's database; the worker is the product's own, in a process of its own.
Pages may reach this server and nothing else: an address outside is answered here, and the test sees that it was asked.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Page, Route
from pytest_django.live_server_helper import LiveServer

from budgets.actions.allocations import SYSTEMS_A_STEP
from socialcare.celery import app
from tests import small_england, worlds
from tests.conftest import truncate_as_owner
from tests.small_england import SmallEngland

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# Enough local systems for a run to take two steps.
SYSTEMS = SYSTEMS_A_STEP + 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


# --- The service ----------------------------------------------------------------------------------


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: object) -> Iterator[SmallEngland]:
    """A small England, committed, for all the journeys. Each journey works on things of its own."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        try:
            yield small_england.build(systems=SYSTEMS)
        finally:
            _wait_until_alone()
            truncate_as_owner()


def _wait_until_alone() -> None:
    """The test database cannot be dropped while a thread of the server still has a connection to it."""
    connections["owner"].close()
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.1)


@pytest.fixture(scope="package")
def address(world: SmallEngland) -> Iterator[str]:
    """Where the web server answers. Rate limits are tested elsewhere: here one person signs in again and again."""
    server = LiveServer("localhost")
    with override_settings(ACCOUNT_RATE_LIMITS=False, ACCOUNT_EMAIL_VERIFICATION="optional"):
        yield server.url
        server.stop()


@pytest.fixture(scope="package")
def worker(world: SmallEngland, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The product's worker on the test's database and broker; the path of its log."""
    app.control.purge()  # what was promised while the world was built
    database = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    environment = os.environ | {"DATABASE_URL": database._replace(path=f"/{name}").geturl()}
    environment.pop("OWNER_DATABASE_URL", None)
    command = [sys.executable, "-m", "celery", "-A", "socialcare", "worker", "--concurrency", "1"]
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    yield log
    process.terminate()
    try:
        process.wait(timeout=15)
    finally:
        # Its children hold connections to the database, and may outlive it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=15)


# --- The browser ----------------------------------------------------------------------------------


@dataclass
class Visitor:
    """Somebody at a browser of their own: one page, what went wrong on it, and the addresses it asked elsewhere."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def go(self, path: str) -> None:
        self.page.goto(self.address + path, wait_until="load")

    def button(self, words: str) -> None:
        """Presses a button of the page's own, or a link that looks like one."""
        self.page.get_by_role("main").get_by_role("button", name=words, exact=True).click()

    def sign_in(self, email: str, password: str = worlds.PASSWORD) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.button("Sign in")
        self.page.wait_for_url(f"{self.address}/home/")


Visit = Callable[..., Visitor]


@contextmanager
def visiting(browser: Browser, address: str, **options: object) -> Iterator[Visitor]:
    """A visitor with an empty browser. Whatever the browser complains about is kept in `faults`."""
    context: BrowserContext = browser.new_context(
        **({"viewport": DESKTOP, "locale": "en-GB"} | options)  # type: ignore[arg-type]
    )
    context.set_default_timeout(15_000)
    visitor = Visitor(context.new_page(), address)

    def answer(route: Route) -> None:
        if route.request.url.startswith(address):
            route.continue_()
            return
        visitor.elsewhere.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<title>Elsewhere</title>")

    context.route("**/*", answer)
    # Refusals by the content policy arrive as console errors too.
    visitor.page.on(
        "console",
        lambda message: visitor.faults.append(message.text) if message.type == "error" else None,
    )
    visitor.page.on("pageerror", lambda error: visitor.faults.append(str(error)))
    try:
        yield visitor
    finally:
        context.close()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens a browser for a visitor; `java_script_enabled=False` and other options go to Playwright."""
    with ExitStack() as visits:
        yield lambda **options: visits.enter_context(visiting(browser, address, **options))
