"""Nothing that anybody sent, and nothing that tells who they are, is in a log: not in a line, not in an error."""

from __future__ import annotations

import io
import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from socialcare.kernel import outbox
from socialcare.kernel.logs import FIELDS, AllowListFormatter, config, log_context
from socialcare.kernel.models import OutboxMessage
from tests.kernel.test_worker_killed import until, worker
from tests.operations import failing_work
from tests.operations.conftest import Place
from tests.operations.web import get, serving

EMAIL, POSTCODE, ADDRESS = "ada.of@example.org", "S72 7AA", "203.0.113.77"
SECRETS = (EMAIL, "ada.of", "example.org", POSTCODE, "S72%207AA", "7AA", ADDRESS)


def assert_silent(text: str) -> None:
    assert text
    for secret in SECRETS:
        assert secret not in text


class Lines:
    """What would have been written, line by line."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.all() if line["event"] == event]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Everything that is logged, in the form in which the product writes it."""
    caught = Lines()
    handler = logging.StreamHandler(caught.stream)
    handler.setFormatter(AllowListFormatter())
    names = [
        name for name, c in config(level="INFO")["loggers"].items() if not c.get("propagate", True)
    ]
    loggers = [logging.getLogger(name) for name in (None, *names)]
    for logger in loggers:
        logger.addHandler(handler)
    yield caught
    for logger in loggers:
        logger.removeHandler(handler)


# --- The form of a line ---------------------------------------------------------------------------


def formatted(
    message: str, *args: object, name: str = "budgets.x", **extra: object
) -> dict[str, Any]:
    record = logging.LogRecord(name, logging.INFO, "/a/b/place.py", 7, message, args, None)
    record.__dict__.update(extra)
    return dict(json.loads(AllowListFormatter().format(record)))


def test_a_line_has_the_fields_that_are_allowed_and_no_other() -> None:
    line = formatted("request", route="find", status=200, user=EMAIL, path="/find/", query=POSTCODE)
    assert set(line) == {"time", "level", "logger", "event", "route", "status"}
    assert (line["event"], line["route"], line["status"]) == ("request", "find", 200)
    assert not {"user", "user_id", "path", "ip", "query", "message"} & set(FIELDS)


@pytest.mark.parametrize("value", [EMAIL, POSTCODE, "two words", "a" * 101, ["find"], None, b"x"])
def test_a_value_that_is_no_code_does_not_get_into_an_allowed_field(value: object) -> None:
    assert "route" not in formatted("request", route=value)


def test_nothing_is_filled_in() -> None:
    assert formatted("%s wrote", EMAIL)["event"] == "%s wrote"
    assert formatted("%s wrote", EMAIL, name="library")["event"] == "%s wrote"
    # It may have been filled in already.
    assert formatted(f"{EMAIL} wrote", name="library")["event"] == "place:7"


def test_what_is_said_for_a_while_is_in_every_line_and_then_in_none(lines: Lines) -> None:
    logger = logging.getLogger("budgets.test")
    with log_context(run_id=7, request_id="a" * 32):
        logger.warning("inside")
        with log_context(run_id=8):
            logger.warning("further in")
    logger.warning("after")
    assert [line.get("run_id") for line in lines.all()] == [7, 8, None]
    assert lines.all()[1]["request_id"] == "a" * 32


def test_an_error_is_told_without_its_words(lines: Lines) -> None:
    def speak(words: str) -> None:
        raise ValueError(words)

    try:
        try:
            speak(EMAIL)
        except ValueError as first:
            raise RuntimeError(POSTCODE) from first
    except RuntimeError:
        logging.getLogger("people.test").exception("it broke")
    [line] = lines.all()
    assert [error["error"] for error in line["errors"]] == [
        "builtins.RuntimeError",
        "builtins.ValueError",
    ]
    assert line["errors"][1]["frames"][-1].startswith("tests/operations/test_logs.py:")
    assert line["errors"][1]["frames"][-1].endswith(" speak")
    assert_silent(lines.text)


# --- Requests -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pages_leave_their_route_and_nothing_of_the_visitor(lines: Lines) -> None:
    client = Client(REMOTE_ADDR=ADDRESS)
    sent = {"login": EMAIL, "password": POSTCODE}
    client.get("/find/", {"q": POSTCODE}, headers={"user-agent": EMAIL, "referer": f"/{EMAIL}"})
    client.get(f"/{EMAIL}/{POSTCODE}")
    client.get("/", headers={"host": EMAIL.replace("@", ".")})
    client.post("/accounts/login/", sent, headers={"cookie": f"session={EMAIL}"})
    Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS).post("/accounts/login/", sent)
    told = [(line["route"], line["method"], line["status"]) for line in lines.of("request")]
    assert told[0][:2] == ("find", "GET")
    assert told[1:3] == [("unmatched", "GET", 404), ("unmatched", "GET", 400)]
    assert told[3][:2] == ("account_login", "POST")
    assert told[4] == ("account_login", "POST", 403)
    assert all(line["duration_ms"] > 0 for line in lines.of("request"))
    assert_silent(lines.text)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="tests.operations.crashing_urls")
@pytest.mark.parametrize(("address", "error"), [("crash", "ValueError"), ("rule", "DataError")])
def test_a_page_that_breaks_tells_where_and_not_with_what(
    lines: Lines, address: str, error: str
) -> None:
    client = Client(raise_request_exception=False, REMOTE_ADDR=ADDRESS)
    response = client.post(f"/{address}/{EMAIL}/?q={POSTCODE}", {"email": EMAIL})
    assert response.status_code == 500
    assert EMAIL not in response.text
    broken = [line for line in lines.all() if line["level"] == "ERROR"]
    assert len(broken) == 1
    assert broken[0]["errors"][0]["error"].endswith(error)
    assert any("crashing_urls.py" in frame for frame in broken[0]["errors"][0]["frames"])
    [request] = lines.of("request")
    assert (request["route"], request["status"]) == (address, 500)
    assert request["request_id"] == broken[0]["request_id"] == response["X-Request-ID"]
    assert_silent(lines.text)


def test_a_request_keeps_its_number_only_when_that_means_nothing(client: Client) -> None:
    number = "0123456789abcdef" * 2
    assert client.get("/livez", headers={"x-request-id": number})["X-Request-ID"] == number
    for odd in (EMAIL, POSTCODE, "short", number * 3):
        assert client.get("/livez", headers={"x-request-id": odd})["X-Request-ID"] != odd


def test_probes_are_not_logged(lines: Lines, client: Client) -> None:
    client.get("/livez")
    assert lines.text == ""


# --- Real processes -------------------------------------------------------------------------------


@pytest.mark.services
def test_the_web_servers_own_log_is_as_silent(place: Place, tmp_path: Path, free_port: int) -> None:
    """Its database has no tables, so that pages break too; and some requests are no requests at all."""
    log = tmp_path / "web.log"
    env = {**place.env, "PLAIN_STATIC": "1", "HTTPS": "0"}
    with serving(env, log, port=free_port):
        assert get(free_port, "/readyz").status == 503
        assert get(free_port, f"/find/?q={EMAIL}").status == 500
        assert get(free_port, f"/{EMAIL}/S72%207AA", Referer=f"http://x/{EMAIL}").status == 404
        for nonsense in (
            f"{EMAIL} {POSTCODE}\r\n\r\n",
            f"GET /{EMAIL} HTTP/9.9\r\n\r\n",
            f"GET / HTTP/1.1\r\n{EMAIL}\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", free_port), timeout=10) as raw:
                raw.sendall(nonsense.encode())
                raw.recv(100)
    text = log.read_text()
    assert_silent(text)
    assert "127.0.0.1" not in text.replace("127.0.0.1:", "")
    written = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert {"unmatched"} <= {line.get("route") for line in written if line["event"] == "request"}
    assert any("errors" in line for line in written)
    others = [line for line in text.splitlines() if not line.startswith("{")]
    assert not [line for line in others if "static" not in line and "adapted_handler" not in line]


@pytest.mark.services
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_workers_log_names_the_work_that_failed_and_not_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "NUDGE_INTERVAL", outbox.timedelta(seconds=1))
    log = tmp_path / "worker.log"
    message = outbox.promise(failing_work.TOPIC, key="fail:1", by=None, run_id=41)

    def has_failed() -> bool:
        outbox.sweep()
        return OutboxMessage.objects.filter(pk=message.pk, last_error="ValueError").exists()

    with worker(log, include=failing_work.__name__):
        until(has_failed, "the work had failed", log)
    told = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    failed = next(line for line in told if line["event"] == "outbox message failed")
    expected = {
        "outbox_id": message.pk,
        "topic": failing_work.TOPIC,
        "run_id": 41,
        "code": "ValueError",
    }
    assert expected.items() <= failed.items()
    assert failed["errors"][0]["error"] == "builtins.ValueError"
    for secret in ("ada@example.org", "example.org", POSTCODE):
        assert secret not in log.read_text()
