"""A real browser for tests of the start page: Debian's Chromium, driven by playwright, without any download."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from typing import Final

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS_MAX: Final = 120_000
PHONE: Final = ViewportSize(width=390, height=844)
DESKTOP: Final = ViewportSize(width=1366, height=900)


def chromium_path() -> str:
    """Where the browser is. Raises when there is none: `.ci/run` installs it."""
    for name in CHROMIUM:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError("the start page is tested in Chromium: apt-get install chromium")


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser, ended with the block."""
    expect.set_options(timeout=WAIT_MS_MAX)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def visitor(
    browser: Browser, url: str, size: ViewportSize = DESKTOP, *, calm: bool = True, outages: bool = False
) -> AsyncIterator[Page]:
    """A visitor with a browser profile of their own, at `url`. `calm`: one who asked for less motion.

    Fails at the end when the page complained on its console or threw. `outages`: except that Chromium itself complains
    of every connection that a server which is down did not take.
    """
    complaints: list[str] = []
    context = await browser.new_context(viewport=size, reduced_motion="reduce" if calm else "no-preference")
    try:
        context.set_default_timeout(WAIT_MS_MAX)
        page = await context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(url)
        yield page
    finally:
        await context.close()
    ours = [text for text in complaints if not (outages and text.startswith("WebSocket connection to "))]
    assert ours == [], ours
