"""Takes the named pictures of the README from a running demo, as PNG files in docs/screenshots/.

It only looks: it signs in as the demonstration's steward, follows links, and changes nothing. It starts no demo.
"""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHECKOUT = Path(__file__).resolve().parent.parent
TARGET = CHECKOUT / "docs" / "screenshots"
PORT = os.environ.get("PORT") or "8000"
ADDRESS = f"http://localhost:{PORT}"
NEIGHBOURHOOD = (
    "/places/E02001514/"  # Grimethorpe & Brierley, where the demonstration's councillor is
)
STEWARD = "steward@demo.example"
DESKTOP = {"width": 1100, "height": 800}
PHONE = {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


def top(_page: Page) -> None:
    """The page as it opens."""


def to(selector: str) -> Callable[[Page], None]:
    """The page scrolled until `selector` is at the top."""
    return lambda page: page.locator(selector).first.evaluate(
        "element => element.scrollIntoView({block: 'start'})"
    )


def through(link: str) -> Callable[[Page], None]:
    """The page behind the link with these words."""

    def follow(page: Page) -> None:
        page.get_by_role("link", name=link, exact=True).first.click()
        page.wait_for_load_state()

    return follow


@dataclass(frozen=True)
class Picture:
    """One picture: its file's name, where it is taken, and what to do there first."""

    name: str
    path: str
    then: Callable[[Page], None] = top
    signed_in: bool = False
    phone: bool = False


PICTURES = (
    Picture("front-door", "/"),
    Picture("nation", "/places/"),
    Picture("neighbourhood", NEIGHBOURHOOD),
    Picture("neighbourhood-why", NEIGHBOURHOOD, to("#why")),
    Picture("neighbourhood-phone", NEIGHBOURHOOD, phone=True),
    Picture("money", "/money/"),
    Picture("formula", "/money/formulas/england/1/"),
    Picture("run", "/money/", through("See how this money was shared out")),
    Picture("steward-home", "/home/", signed_in=True),
)


def answers() -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        return bool(direct.open(f"{ADDRESS}/livez", timeout=5).status == 200)
    except (urllib.error.URLError, OSError):
        return False


def demo_password() -> str:
    """The password that the running demo prints for its invented people."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), "setup_demo", "--sign-ins"]
    environment = os.environ | {"PORT": PORT}
    said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return said.stdout.rsplit(maxsplit=1)[-1]


def sign_in(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{ADDRESS}/accounts/login/")
    page.get_by_label("E-mail address").fill(STEWARD)
    page.get_by_label("Password", exact=True).fill(demo_password())
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{ADDRESS}/home/")
    page.close()


def take(picture: Picture, context: BrowserContext) -> None:
    page = context.new_page()
    response = page.goto(f"{ADDRESS}{picture.path}")
    if response is None or not response.ok:
        sys.exit(f"{picture.name}: {picture.path} does not answer as it should")
    picture.then(page)
    page.screenshot(path=TARGET / f"{picture.name}.png", animations="disabled")
    page.close()
    print(f"{picture.name}.png  {(TARGET / f'{picture.name}.png').stat().st_size // 1024} kB")


def context_for(picture: Picture, browser: Browser) -> BrowserContext:
    size = PHONE if picture.phone else DESKTOP
    context = browser.new_context(viewport=size, locale="en-GB", timezone_id="Europe/London")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)  # milliseconds
    if picture.signed_in:
        sign_in(context)
    return context


def main() -> int:
    names = set(sys.argv[1:]) or {picture.name for picture in PICTURES}
    if unknown := names - {picture.name for picture in PICTURES}:
        print(f"There is no picture called {', '.join(sorted(unknown))}.", file=sys.stderr)
        return 2
    if not answers():
        print(f"No demo answers at {ADDRESS}. Run script/demo in another window.", file=sys.stderr)
        return 2
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=os.environ["CHROMIUM"], args=FLAGS)
        for picture in PICTURES:
            if picture.name in names:
                with context_for(picture, browser) as context:
                    take(picture, context)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
