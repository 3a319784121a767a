"""Kinds of device: the family of browser and system, and nothing else of what a browser says about itself."""

import pytest

from governance import devices
from tests.sign_in.conftest import FIREFOX, IPHONE

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 {}Safari/537.36"
AGENTS = [
    (FIREFOX, "firefox-linux", "Firefox on Linux"),
    (IPHONE, "safari-ios", "Safari on an iPhone or iPad"),
    (
        CHROME.format("Windows NT 10.0; Win64; x64", ""),
        "chrome-windows",
        "Chrome on Windows",
    ),
    (
        CHROME.format("Windows NT 10.0; Win64; x64", "") + " Edg/139.0.0.0",
        "edge-windows",
        "Edge on Windows",
    ),
    (
        CHROME.format("Linux; Android 15; SM-S921B", "Mobile "),
        "chrome-android",
        "Chrome on an Android phone or tablet",
    ),
    (
        CHROME.format("Linux; Android 15", "").replace("Chrome/", "SamsungBrowser/28.0 Chrome/"),
        "samsung-android",
        "Samsung Internet on an Android phone or tablet",
    ),
    (CHROME.format("X11; CrOS x86_64 16181.61.0", ""), "chrome-chromeos", "Chrome on a Chromebook"),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605",
        "safari-mac",
        "Safari on a Mac",
    ),
    ("curl/8.14.1", "other-other", "A browser on a device we do not know"),
    ("", "other-other", "A browser on a device we do not know"),
    ("\x00" * 5000 + "<script>", "other-other", "A browser on a device we do not know"),
]


@pytest.mark.parametrize(("agent", "kind", "words"), AGENTS)
def test_the_kind_of_a_device(agent: str, kind: str, words: str) -> None:
    assert devices.kind(agent) == kind
    assert devices.words(kind) == words


def test_every_kind_fits_where_it_is_kept() -> None:
    longest = f"{max((n for n, _ in devices._BROWSERS), key=len)}-{max((n for n, _ in devices._SYSTEMS), key=len)}"
    assert len(longest) <= 30
