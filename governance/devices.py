"""What kind of device somebody signs in with, in words they know it by: "Firefox on Windows".

Only the family of the browser and of the system is read from the user agent, and only that is kept: no version, no
model, no network address. It cannot tell two telephones of one kind apart, and is not meant to.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

# Signs of each family, the more particular first: most browsers also claim to be those they descend from.
_BROWSERS = (
    ("edge", ("Edg/", "EdgA/", "EdgiOS/")),
    ("opera", ("OPR/", "Opera")),
    ("samsung", ("SamsungBrowser/",)),
    ("firefox", ("Firefox/", "FxiOS/")),
    ("chrome", ("Chrome/", "CriOS/", "Chromium/")),
    ("safari", ("Safari/",)),
)
_SYSTEMS = (
    ("ios", ("iPhone", "iPad", "iPod")),
    ("android", ("Android",)),
    ("windows", ("Windows",)),
    ("chromeos", ("CrOS",)),
    ("mac", ("Macintosh", "Mac OS X")),
    ("linux", ("Linux", "X11")),
)
_BROWSER_NAMES = {
    "edge": "Edge",
    "opera": "Opera",
    "samsung": "Samsung Internet",
    "firefox": "Firefox",
    "chrome": "Chrome",
    "safari": "Safari",
}
OTHER = "other"


def kind(user_agent: str) -> str:
    """The code of the kind of device, such as "firefox-windows"; "other-other" when it says nothing we know."""
    return f"{_family(user_agent, _BROWSERS)}-{_family(user_agent, _SYSTEMS)}"


def _family(user_agent: str, families: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return next(
        (name for name, signs in families if any(sign in user_agent for sign in signs)), OTHER
    )


def words(kind: str) -> str:
    """What to call a kind of device in a sentence, in the reader's language."""
    browser, _dash, system = kind.partition("-")
    return _("%(browser)s on %(system)s") % {
        "browser": _BROWSER_NAMES.get(browser) or _("A browser"),
        "system": _system_name(system),
    }


def _system_name(system: str) -> str:
    return {
        "ios": _("an iPhone or iPad"),
        "android": _("an Android phone or tablet"),
        "windows": _("Windows"),
        "chromeos": _("a Chromebook"),
        "mac": _("a Mac"),
        "linux": _("Linux"),
    }.get(system) or _("a device we do not know")
