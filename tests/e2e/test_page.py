"""The start page against the real server: guests play, see each other, verify, and survive a crash."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import PHONE, chromium, visitor
from tests.support.server import Server, serving, short_folder

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow(seconds=12)]

OPENING: Final = 10_000_00
TIMES: Final = {"betting_ms": 15_000, "closed_ms": 200, "spin_ms": 800, "settled_ms": 2_000}
LIMITS: Final = {"min_bet": 10, "max_bet": 500_00, "max_total": 2_000_00, "exposure_max": 1_000_000_00}
TABLES: Final = [
    {"id": variant.replace("_", "-"), "variant": variant, "asset": "PLAY", **LIMITS, **TIMES}
    for variant in ("european", "american", "la_partage")
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[Server]:
    """A server on embedded engines, with quick tables."""
    with short_folder() as folder:
        async with serving(folder / "data", settings={"tables": json.dumps(TABLES)}) as running:
            yield running
            assert running.complaints() == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all; each visitor has a profile of their own."""
    async with chromium() as running:
        yield running


def balance(page: Page) -> Locator:
    return page.get_by_test_id("balance")


async def units(page: Page) -> int:
    """The balance in ledger units."""
    await expect(balance(page)).to_have_attribute("data-units", re.compile(r"\d+"))
    return int(await balance(page).get_attribute("data-units") or "")


def chip(page: Page, spot: str, whose: str = "mine") -> Locator:
    return page.locator(f'.stack[data-spot="{spot}"] .chip-{whose}')


def settled(page: Page) -> Locator:
    """My bets that are settled, newest first."""
    return page.locator('#bets .bet[data-state="settled"]')


async def roll(page: Page, times: int) -> None:
    """Roll the dice, waiting for each answer."""
    for n in range(1, times + 1):
        await page.get_by_test_id("roll-dice").click()
        await expect(page.locator('.pill:not([data-state="pending"])')).to_have_count(n)


async def sit(page: Page, table: str) -> None:
    """Open a table."""
    await page.locator('.tab[data-tab="roulette"]').click()
    await page.locator(f'.table-card[data-table="{table}"]').click()
    await expect(page.locator(".board")).to_be_visible()


async def time_for_bets(page: Page) -> None:
    """Wait until a round is open with enough of its time left."""
    left = page.locator('.status:has(.phase[data-phase="betting"]) .ring-text')
    await expect(left).to_have_text(re.compile("^(9|1[0-5])$"))


async def bet(page: Page, spot: str) -> None:
    """Put a chip of 1.00 on a spot and wait until the table has it."""
    await page.locator(f'.board button[data-spot="{spot}"]').click()
    await expect(chip(page, spot)).to_have_attribute("data-pending", "false")


async def verified(page: Page, line: Locator) -> None:
    """Open a bet's proof, and see it hold."""
    await line.click()
    await expect(page.get_by_test_id("proof-verdict")).to_have_attribute("data-verdict", "true")
    await page.keyboard.press("Escape")


async def test_a_guest_plays_dice_verifies_them_and_is_the_same_after_a_reload(
    browser: Browser, server: Server
) -> None:
    async with visitor(browser, server.http) as page:
        assert await units(page) == OPENING
        name = await page.locator("#name").inner_text()
        await roll(page, 6)
        rolls = await page.locator(".pill").all_inner_texts()
        won = sum(float(text) > 50.5 for text in rolls)
        assert await units(page) == OPENING + won * 100 - (len(rolls) - won) * 100
        await page.locator(".pill").first.click()
        await expect(page.get_by_test_id("proof-verdict")).to_contain_text("the server seed is still in use")
        await page.get_by_test_id("reveal").click()
        await expect(page.get_by_test_id("proof-verdict")).to_have_attribute("data-verdict", "true")
        await page.keyboard.press("Escape")
        await expect(page.locator("#fairness")).to_contain_text("The new server seed is the one announced before.")
        await verified(page, settled(page).last)
        money = await units(page)
        await page.reload()
        assert await units(page) == money
        await expect(page.locator("#name")).to_have_text(name)
        await expect(settled(page)).to_have_count(6)
        await verified(page, settled(page).first)


async def test_two_visitors_at_a_table_see_each_others_bets_and_one_result(browser: Browser, server: Server) -> None:
    async with visitor(browser, server.http) as anna, visitor(browser, server.http) as boris:
        await asyncio.gather(sit(anna, "european"), sit(boris, "european"))
        await time_for_bets(anna)
        await asyncio.gather(bet(anna, "red"), bet(boris, "black"))
        await asyncio.gather(bet(anna, "split:17-20"), bet(boris, "corner:25"))
        for page, others in ((anna, ("black", "corner:25")), (boris, ("red", "split:17-20"))):
            for spot in others:
                await expect(chip(page, spot, "others")).to_have_text("1")
            await expect(page.locator(".feed")).to_contain_text("2 players · 4.00 PLAY")
        for page in (anna, boris):
            await expect(page.locator(".badge")).to_be_visible()
            await expect(page.locator(".badge")).to_contain_text("verified in your browser")
        pockets = [await page.get_by_test_id("pocket").inner_text() for page in (anna, boris)]
        assert pockets[0] == pockets[1]
        for page in (anna, boris):
            await expect(settled(page)).to_have_count(2)
            await verified(page, settled(page).first)
            nets = await page.locator("#bets .bet-result").all_inner_texts()
            change = sum(round(float(net.replace("\N{MINUS SIGN}", "-")) * 100) for net in nets)
            assert await units(page) == OPENING + change


async def test_bets_can_be_taken_back_and_money_comes_back(browser: Browser, server: Server) -> None:
    async with visitor(browser, server.http) as page:
        await sit(page, "american")
        await time_for_bets(page)
        for spot in ("split:0-00", "trio:0-00-2", "first_five"):
            await bet(page, spot)
        await page.get_by_label("Undo").click()
        await expect(chip(page, "first_five")).to_have_count(0)
        await expect(balance(page)).to_have_text("9,998.00")
        await page.get_by_label("Clear").click()
        await expect(balance(page)).to_have_text("10,000.00")
        await expect(page.locator(".chip-mine")).to_have_count(0)


async def test_the_limits_of_the_real_server_are_told_and_kept_to(browser: Browser, server: Server) -> None:
    async with visitor(browser, server.http) as page:
        await units(page)
        await expect(page.get_by_test_id("dice-limits")).to_contain_text("1,000, to win up to 100,000")
        await page.get_by_test_id("dice-amount").fill("1000.01")
        await expect(page.get_by_test_id("roll-dice")).to_be_disabled()
        await page.get_by_label("Stake the most").click()
        await page.get_by_test_id("roll-dice").click()
        await expect(page.locator("#bets .bet")).to_have_count(1)
        await expect(page.locator(".toast")).to_have_count(0)
        await expect(balance(page)).not_to_have_attribute("data-units", str(OPENING))


async def test_a_phone_has_no_horizontal_scroll(browser: Browser, server: Server) -> None:
    async with visitor(browser, server.http, PHONE) as page:
        await roll(page, 1)
        for tab in ("bets", "fairness", "roulette", "dice"):
            await page.locator(f'.tab[data-tab="{tab}"]').click()
            await expect(page.locator(f"#{tab}")).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


async def test_a_bet_survives_a_crash_of_the_server_and_is_settled_on_the_same_page(browser: Browser) -> None:
    with short_folder() as folder:
        async with serving(folder / "data", settings={"tables": json.dumps(TABLES)}) as server:
            async with visitor(browser, server.http, outages=True) as page:
                await roll(page, 1)
                before = await units(page)
                await sit(page, "la-partage")
                await time_for_bets(page)
                await bet(page, "red")
                await server.kill()
                await expect(page.locator("#line")).to_contain_text("Your bets are safe")
                await page.locator('.tab[data-tab="dice"]').click()
                await page.get_by_test_id("roll-dice").click()
                await expect(page.locator('.pill[data-state="pending"]')).to_have_count(1)
                await server.start()
                await expect(page.locator("#line")).to_be_hidden()
                await expect(page.locator('.pill[data-state="pending"]')).to_have_count(0)
                await expect(settled(page)).to_have_count(3)
                nets = await page.locator("#bets .bet-result").all_inner_texts()
                change = sum(round(float(net.replace("\N{MINUS SIGN}", "-")) * 100) for net in nets)
                assert await units(page) == OPENING + change
                assert abs(await units(page) - before) <= 200
            await server.audit()
