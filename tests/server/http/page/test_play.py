"""The start page as people use it, in a real browser, against a server that can be as odd as a test wants."""

import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from protocol.errors import Close, Code, Refusal
from protocol.games.dice import DiceBet
from protocol.games.roulette import RouletteBet
from protocol.ids import PlayerId
from protocol.requests import AuthTelegram
from tests.support.browser import DESKTOP, PHONE, chromium, visitor
from tests.support.page_server import PageServer, page_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIMES = "\N{MULTIPLICATION SIGN}"
MINUS = "\N{MINUS SIGN}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all; each visitor has a profile of their own."""
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def casino() -> AsyncIterator[PageServer]:
    """A server of its own for each test."""
    async with page_server() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, casino: PageServer) -> AsyncIterator[Page]:
    """A guest at a desk, logged in."""
    async with visitor(browser, casino.url) as page:
        await expect(balance(page)).to_have_text("10,000.00")
        yield page


def balance(page: Page) -> Locator:
    return page.get_by_test_id("balance")


def toast(page: Page) -> Locator:
    return page.locator(".toast")


def bets(page: Page) -> Locator:
    """The lines of one's own bets, newest first."""
    return page.locator("#bets .bet")


def chip(page: Page, spot: str, whose: str = "mine") -> Locator:
    return page.locator(f'.stack[data-spot="{spot}"] .chip-{whose}')


async def roll(page: Page) -> None:
    await page.get_by_test_id("roll-dice").click()


async def sit(page: Page, casino: PageServer) -> None:
    """Go to the roulette table and wait until a round is open."""
    await page.locator('.tab[data-tab="roulette"]').click()
    await casino.asked("watch", 2)
    await casino.turn()
    await expect(page.get_by_test_id("phase")).to_have_text("Place your bets")


async def tap(page: Page, spot: str) -> None:
    await page.locator(f'.board button[data-spot="{spot}"]').click()


async def test_a_visitor_is_a_guest_at_once_and_the_same_one_after_a_reload(page: Page, casino: PageServer) -> None:
    await expect(page.locator("#name")).to_have_text("Guest 4701")
    await roll(page)
    await expect(bets(page)).to_have_count(1)
    money = await balance(page).inner_text()
    await page.reload()
    await expect(page.locator("#name")).to_have_text("Guest 4701")
    await expect(balance(page)).to_have_text(money)
    await expect(bets(page)).to_have_count(1)
    await expect(bets(page)).to_contain_text("Over 50.50 →")
    assert len(casino.players) == 1


async def test_a_new_guest_can_take_a_name(page: Page) -> None:
    await page.locator("#account").click()
    await page.get_by_label("Name of the new guest").fill("Vera")
    await page.get_by_text("Start as a new guest").click()
    await expect(page.locator("#name")).to_have_text("Vera")
    await expect(balance(page)).to_have_text("10,000.00")


async def test_dice_show_exact_terms_and_pay_by_them(page: Page, casino: PageServer) -> None:
    facts = page.locator(".dice-terms dd")
    await expect(facts).to_have_text([f"2.00{TIMES}", "49.4951%", "98.9901%", "2.00"])
    await page.get_by_text("Under", exact=True).click()
    await page.get_by_label("Target").nth(1).fill("25")
    await page.get_by_test_id("dice-amount").fill("0.03")
    await expect(facts).to_have_text([f"3.96{TIMES}", "24.9975%", "91.6575%", "0.11"])
    await roll(page)
    player = next(iter(casino.players.values()))
    [bet] = await casino.asked("dice.bet")
    await expect(page.locator(".pill")).not_to_have_text("…")
    proof = player.proofs[bet.id]
    assert (proof.stake, proof.params) == (3, {"target": 2_500, "over": False})
    assert player.available == 10_000_00 - 3 + (11 if proof.outcome["roll"] < 2_500 else 0)
    assert await balance(page).get_attribute("data-units") == str(player.available)
    await expect(page.get_by_test_id("nonce")).to_have_text("1")


async def test_an_amount_that_is_none_cannot_be_staked(page: Page) -> None:
    for text in ("", "0", "1.234", "two"):
        await page.get_by_test_id("dice-amount").fill(text)
        await expect(page.get_by_test_id("roll-dice")).to_be_disabled()


async def test_the_limits_of_dice_are_shown_and_kept_to(page: Page, casino: PageServer) -> None:
    await expect(page.get_by_test_id("dice-limits")).to_have_text("0.01 \N{EN DASH} 1,000, to win up to 100,000")
    amount, go = page.get_by_test_id("dice-amount"), page.get_by_test_id("roll-dice")
    await amount.fill("1000.01")
    await expect(go).to_be_disabled()
    await page.get_by_label("Stake the most").click()
    await expect(amount).to_have_value("1000.00")
    await expect(go).to_be_enabled()

    casino.dice_profit_max = 50
    await casino.cut()
    await expect(page.get_by_test_id("dice-limits")).to_have_text("0.01 \N{EN DASH} 1,000, to win up to 0.5")
    await expect(go).to_be_disabled()
    await page.get_by_label("Stake the most").click()
    await expect(amount).to_have_value("0.50")
    await roll(page)
    [bet] = await casino.asked("dice.bet")
    assert isinstance(bet, DiceBet)
    assert bet.amount == 50


async def test_a_refusal_is_told_with_its_number_and_limit_and_costs_nothing(page: Page, casino: PageServer) -> None:
    casino.refuse["dice.bet"] += [Refusal(Code.BET_ABOVE_MAXIMUM, {"amount": 100_001, "max_bet": 100_000})]
    await roll(page)
    await expect(toast(page)).to_contain_text("That is above the maximum bet. The limit is 1,000.00.")
    await expect(toast(page)).to_contain_text("#5003")
    await expect(balance(page)).to_have_text("10,000.00")
    await expect(page.locator(".pill")).to_have_count(0)


async def test_a_bet_whose_answer_is_lost_stays_pending_and_is_settled_once_after_the_reconnect(
    page: Page, casino: PageServer
) -> None:
    casino.withhold.add("dice.bet")
    await roll(page)
    await expect(page.locator(".pill")).to_have_attribute("data-state", "pending")
    await expect(bets(page)).to_contain_text("sending…")
    await casino.asked("dice.bet")
    casino.withhold.clear()
    await casino.cut()
    first, second = await casino.asked("dice.bet", 2)
    assert first == second
    await expect(page.locator(".pill")).to_have_attribute("data-state", re.compile("won|lost"))
    player = next(iter(casino.players.values()))
    assert player.nonce == 1
    await expect(balance(page)).to_have_attribute("data-units", str(player.available))
    assert casino.logins == ["auth.guest", "resume"]


async def test_a_bet_the_server_asks_to_repeat_is_repeated_with_its_id(page: Page, casino: PageServer) -> None:
    casino.refuse["dice.bet"] += [Refusal(Code.TRY_AGAIN), Refusal(Code.OVERLOADED)]
    await roll(page)
    requests = await casino.asked("dice.bet", 3)
    assert len({request.id for request in requests}) == 1
    await expect(page.locator(".pill")).to_have_attribute("data-state", re.compile("won|lost"))


async def test_without_its_session_the_page_logs_in_again_and_watches_again(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    casino.resumable = False
    await casino.cut()
    await casino.asked("watch", 4)
    assert casino.logins == ["auth.guest", "resume", "auth.guest"]
    await casino.visitor_bets("Amber", (("red", 500),))
    await expect(chip(page, "red", "others")).to_have_text("5")


async def test_a_silent_line_is_probed_given_up_and_replaced(browser: Browser, casino: PageServer) -> None:
    async with visitor(browser, "about:blank") as page:
        await page.clock.install()
        await page.goto(casino.url)
        await expect(page.locator("#lamp")).to_have_attribute("data-kind", "online")
        casino.mute = True
        await page.clock.run_for(12_500)
        await casino.asked("ping")
        await page.clock.run_for(6_000)
        await casino.called(2)
        await page.clock.run_for(1_000)
        await expect(page.locator("#line")).to_be_visible()
        casino.mute = False
        await page.clock.run_for(10_500)
        await casino.called(3)
        await casino.asked("resume")
        await expect(page.locator("#line")).to_be_hidden()
        await expect(page.locator("#lamp")).to_have_attribute("data-kind", "online")


async def test_a_session_taken_over_elsewhere_waits_for_a_word_of_the_player(page: Page, casino: PageServer) -> None:
    await casino.cut(Close.SESSION_TAKEN_OVER)
    await expect(page.locator("#line")).to_contain_text("You went on playing in another window.")
    assert casino.logins == ["auth.guest"]
    await page.get_by_text("Reconnect now").click()
    await expect(page.locator("#line")).to_be_hidden()


async def test_chips_lie_where_they_were_tapped_and_can_be_taken_back(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    for spot in ("red", "straight:17", "straight:17", "corner:1", "split:0-2", "first_four", "line:31", "column:3"):
        await tap(page, spot)
    await expect(chip(page, "straight:17")).to_have_text("2")
    for spot in ("red", "corner:1", "split:0-2", "first_four", "line:31", "column:3"):
        await expect(chip(page, spot)).to_have_text("1")
    await expect(page.locator(".purse-note")).to_have_text("PLAY · 8.00 in play")
    await expect(balance(page)).to_have_text("9,992.00")
    await expect(page.locator(".chip-others")).to_have_count(0)
    await page.get_by_label("Undo").click()
    await expect(chip(page, "column:3")).to_have_count(0)
    await expect(balance(page)).to_have_text("9,993.00")
    await page.get_by_label("Clear").click()
    await expect(page.locator(".chip-mine")).to_have_count(0)
    await expect(balance(page)).to_have_text("10,000.00")
    assert [request.t for request in casino.requests].count("table.sit") == 1


async def test_a_chip_is_pending_until_the_table_says_yes(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    casino.withhold.add("roulette.bet")
    await tap(page, "black")
    await expect(chip(page, "black")).to_have_attribute("data-pending", "true")
    [first] = await casino.asked("roulette.bet")
    casino.withhold.clear()
    await casino.cut()
    assert await casino.asked("roulette.bet", 2) == [first, first]
    await expect(chip(page, "black")).to_have_attribute("data-pending", "false")
    await expect(chip(page, "black")).to_have_text("1")
    assert casino.rooms["roulette-1"].state.round.bets.total == 100


async def test_a_refused_chip_is_taken_off_again(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    casino.refuse["roulette.bet"].append(Refusal(Code.BETTING_CLOSED, {"round": 1, "phase": "closed"}))
    await tap(page, "black")
    await expect(toast(page)).to_contain_text("Too late: no more bets this round.")
    await expect(page.locator(".chip-mine")).to_have_count(0)


async def test_bets_of_others_appear_live_as_chips_and_in_words(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    await casino.visitor_bets("Amber", (("red", 500), ("split:17-20", 20_000)))
    await casino.visitor_bets("Boris", (("red", 250),))
    await expect(chip(page, "red", "others")).to_have_text("7.5")
    await expect(chip(page, "split:17-20", "others")).to_have_text("200")
    await expect(page.locator(".feed li").first).to_have_text("Boris Red2.50")
    await expect(page.locator(".feed")).to_contain_text("2 players · 207.50 PLAY")


async def test_a_round_is_shown_to_its_end_paid_verified_and_repeated(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    wagers = [f"dozen:{n}" for n in (1, 2, 3)] + ["straight:0"]
    for spot in wagers:
        await tap(page, spot)
    await expect(chip(page, "straight:0")).to_be_visible()
    await casino.turn()
    await expect(page.get_by_test_id("phase")).to_have_text("No more bets")
    await page.locator('.cell[data-spot="red"]').click(force=True)
    await expect(toast(page)).to_contain_text("No more bets this round")
    await casino.turn()
    pocket = casino.rooms["roulette-1"].pocket
    await expect(page.get_by_test_id("pocket")).to_have_text(str(pocket))
    await casino.turn()
    paid = "you lost 1.00" if pocket == 0 else "3.00 of your 4.00 came back"
    paid = "you won 36.00" if pocket == 0 else paid
    await expect(page.get_by_test_id("verdict")).to_contain_text(paid)
    await expect(page.locator(".badge")).to_have_text("Round 1 verified in your browser")
    await expect(page.locator(".numbers li").first).to_have_text(str(pocket))
    player = next(iter(casino.players.values()))
    await expect(balance(page)).to_have_attribute("data-units", str(player.available))
    await expect(bets(page).locator(".good")).to_have_count(1)
    await casino.turn()
    await expect(page.locator(".chip-mine")).to_have_count(0)
    await page.get_by_label("Repeat").click()
    await expect(page.locator(".chip-mine")).to_have_count(4)
    repeated = (await casino.asked("roulette.bet", 5))[-1]
    assert isinstance(repeated, RouletteBet)
    assert {wager.spot for wager in repeated.wagers} == set(wagers)


async def test_nothing_tells_the_number_while_the_ball_still_rolls(browser: Browser, casino: PageServer) -> None:
    async with visitor(browser, casino.url, calm=False) as page:
        await sit(page, casino)
        await casino.turn()
        await casino.turn()
        await expect(page.get_by_test_id("phase")).to_have_text("The ball is rolling")
        pocket = casino.rooms["roulette-1"].pocket
        rolling = "document.getAnimations().filter((one) => one.effect.target.closest('.wheel')).length"
        assert await page.evaluate(rolling) == 3
        await expect(page.get_by_test_id("pocket")).to_have_text("")
        await expect(page.get_by_test_id("verdict")).to_have_text("")
        await expect(page.locator(".numbers li, .glimpse i, [data-won=true]")).to_have_count(0)
        await casino.turn()
        await expect(page.get_by_test_id("pocket")).to_have_text(str(pocket))
        assert await page.evaluate(rolling) <= 1


async def test_a_lost_event_is_noticed_and_the_table_asked_for_anew(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    watched = len(await casino.asked("watch"))
    casino.skip_event()
    await casino.visitor_bets("Amber", (("red", 500),))
    await casino.asked("watch", watched + 1)
    await expect(chip(page, "red", "others")).to_have_text("5")


async def test_a_round_that_ended_while_away_is_told_by_the_statement(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    await tap(page, "red")
    await expect(bets(page)).to_contain_text("in play")
    casino.resumable = False
    await casino.cut()
    for _ in range(4):
        await casino.turn()
    await expect(page.get_by_test_id("on-table")).to_have_text("Round 2")
    await expect(bets(page)).to_contain_text(re.compile(rf"[+{MINUS}]1\.00"))


async def test_a_dice_bet_is_proved_step_by_step_once_its_seed_is_revealed(page: Page) -> None:
    await roll(page)
    await page.locator('.pill:not([data-state="pending"])').click()
    verdict = page.get_by_test_id("proof-verdict")
    await expect(verdict).to_contain_text("the server seed is still in use")
    await page.get_by_test_id("reveal").click()
    await expect(verdict).to_have_text("Verified: every step follows from public data.")
    await expect(page.locator('.step[data-ok="true"]')).to_have_count(4)
    await expect(page.get_by_test_id("proof-steps")).to_contain_text("HMAC-SHA256 oflucky:0:0")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("revealed")).to_be_visible()
    await expect(page.locator("#fairness")).to_contain_text("It hashes to the commitment you were shown.")
    await expect(page.locator("#fairness")).to_contain_text("The new server seed is the one announced before.")
    await expect(page.get_by_test_id("nonce")).to_have_text("0")


async def test_a_roulette_bet_is_proved_with_everybodys_entropy(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    await casino.visitor_bets("Amber", (("red", 500),))
    await tap(page, "black")
    await expect(chip(page, "black")).to_have_attribute("data-pending", "false")
    await bets(page).first.click()
    await expect(page.locator("#proof")).to_contain_text("This bet is still in play.")
    await page.keyboard.press("Escape")
    for _ in range(3):
        await casino.turn()
    await expect(bets(page).first).to_have_attribute("data-state", "settled")
    await bets(page).first.click()
    await expect(page.get_by_test_id("proof-verdict")).to_have_attribute("data-verdict", "true")
    await expect(page.locator('.step[data-ok="true"]')).to_have_count(7)


async def test_a_proof_that_lies_is_shown_as_one(page: Page, casino: PageServer) -> None:
    await roll(page)
    await page.get_by_test_id("rotate").click()
    await expect(page.get_by_test_id("revealed")).to_be_visible()
    player = next(iter(casino.players.values()))
    [(key, proof)] = player.proofs.items()
    player.proofs[key] = proof.model_copy(update={"outcome": {"roll": (proof.outcome["roll"] + 1) % 10_001}})
    await bets(page).first.click()
    await expect(page.get_by_test_id("proof-verdict")).to_have_text("This proof does not hold.")
    await expect(page.locator('.step[data-ok="false"]')).to_contain_text("The outcome follows")


async def test_seeds_that_were_exchanged_behind_the_players_back_are_shown_as_such(
    page: Page, casino: PageServer
) -> None:
    await expect(page.get_by_test_id("next-commitment")).to_have_text(re.compile("[0-9a-f]{64}"))
    player = next(iter(casino.players.values()))
    player.number = PlayerId(999)  # his seeds follow from it
    await page.get_by_test_id("rotate").click()
    await expect(page.locator("#fairness")).to_contain_text("It does not hash to the commitment you were shown.")
    await expect(page.locator("#fairness")).to_contain_text("The new server seed is not the one announced before.")


async def test_proofs_are_verified_where_the_browser_hides_webcrypto(browser: Browser, casino: PageServer) -> None:
    async with visitor(browser, "about:blank") as page:
        await page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined });")
        await page.goto(casino.url)
        await roll(page)
        await page.locator('.pill:not([data-state="pending"])').click()
        await page.get_by_test_id("reveal").click()
        await expect(page.get_by_test_id("proof-verdict")).to_have_attribute("data-verdict", "true")
        await expect(page.locator(".share")).to_contain_text("Computed by own code")


async def test_older_bets_come_page_by_page(page: Page, casino: PageServer) -> None:
    player = next(iter(casino.players.values()))
    for n in range(60):
        player.write(bytes([1, 144, 0, 0, 0, n, 112]) + bytes(9), "stake", -100, 0)
    await page.reload()
    await expect(bets(page)).to_have_count(50)
    await page.get_by_text("Older bets").click()
    await expect(bets(page)).to_have_count(60)
    await expect(page.get_by_text("Older bets")).to_be_hidden()


async def test_in_telegram_its_user_plays_in_its_colours(browser: Browser, casino: PageServer) -> None:
    theme = json.dumps({"bg_color": "#17212b", "button_color": "#5288c1", "text_color": "url(evil)"})
    fragment = f"#tgWebAppData=query_id%3D1%26hash%3D2&tgWebAppThemeParams={theme}"
    async with visitor(browser, casino.url + fragment, PHONE) as page:
        await expect(page.locator("#name")).to_have_text("Vladislav")
        [login] = await casino.asked("auth.telegram")
        assert isinstance(login, AuthTelegram)
        assert login.init_data == "query_id=1&hash=2"
        styles = (
            "['--ground', '--accent', '--text'].map((name) => document.documentElement.style.getPropertyValue(name))"
        )
        assert await page.evaluate(styles) == ["#17212b", "#5288c1", ""]
        await expect(page.locator("html")).to_have_attribute("data-light", "false")
        await page.locator("#account").click()
        await expect(page.locator("#who")).to_contain_text("Vladislav player 99")
        await expect(page.get_by_text("Start as a new guest")).to_have_count(0)


async def test_on_a_phone_everything_fits_and_inside_bets_are_picked_by_kind(
    browser: Browser, casino: PageServer
) -> None:
    async with visitor(browser, casino.url, PHONE) as page:
        await expect(balance(page)).to_have_text("10,000.00")
        for tab in ("bets", "fairness", "dice"):
            await page.locator(f'.tab[data-tab="{tab}"]').click()
            await expect(page.locator(f"#{tab}")).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await sit(page, casino)
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await expect(page.locator(".board .gap").first).to_be_hidden()
        for kind, number, place, spot in (
            ("Split", "17", "right", "split:17-18"),
            ("Split", "17", "bottom", "split:17-20"),
            ("Street", "17", "left", "street:16"),
            ("Corner", "17", "right", "corner:17"),
            ("Line", "16", "top", "line:13"),
        ):
            await page.locator(".tray-kinds").get_by_text(kind).click()
            cell = page.locator(f'.cell[data-spot="straight:{number}"]')
            box = await cell.bounding_box()
            assert box is not None
            across = {"left": 2.0, "right": box["width"] - 2}.get(place, box["width"] / 2)
            down = {"top": 2.0, "bottom": box["height"] - 2}.get(
                place, box["height"] / 2 + (3 if kind == "Corner" else 0)
            )
            await cell.click(position={"x": across, "y": down})
            await expect(chip(page, spot)).to_have_text("1")


async def test_the_layout_is_walked_and_played_by_keys(page: Page, casino: PageServer) -> None:
    await sit(page, casino)
    await page.locator('.cell[data-spot="straight:0"]').focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        await page.keyboard.press(key)
    spot = await page.evaluate("document.activeElement.dataset.spot")
    await page.keyboard.press("Enter")
    await expect(chip(page, spot)).to_have_text("1")
    assert await page.locator('.board button[tabindex="0"]').count() == 1


NAMELESS = """[...document.querySelectorAll("button, input, select")].filter((one) => one.checkVisibility()
    && !(one.innerText || one.ariaLabel || one.labels?.[0]?.innerText)).map((one) => one.outerHTML)"""

FAINT = """[...document.querySelectorAll("body *")].flatMap((element) => {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (!text || !element.checkVisibility({ opacityProperty: true })) return [];
    if (element.closest(":disabled, .unseen, svg")) return [];
    let ground = element;
    while (ground && getComputedStyle(ground).backgroundColor.endsWith(", 0)")) {
      if (getComputedStyle(ground).backgroundImage !== "none") return [];
      ground = ground.parentElement;
    }
    const light = (colour) => {
      const [r, g, b] = colour.match(/[0-9.]+/g).map(Number).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = getComputedStyle(element);
    const pair = [light(style.color), light(getComputedStyle(ground ?? document.documentElement).backgroundColor)];
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    return contrast < (large ? 3 : 4.5) ? [[text, style.color, contrast]] : [];
})"""
"""Words whose contrast with what they stand on is below WCAG 2.2 AA (1.4.3), where that is one plain colour."""


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_control_has_a_name_and_every_word_enough_contrast(
    browser: Browser, casino: PageServer, size: ViewportSize
) -> None:
    async with visitor(browser, casino.url, size) as page:
        await roll(page)
        await expect(page.locator('.pill:not([data-state="pending"])')).to_have_count(1)
        assert await page.evaluate(NAMELESS) == []
        assert await page.evaluate(FAINT) == []
        await sit(page, casino)
        await tap(page, "red")
        await casino.visitor_bets("Amber", (("black", 500),))
        await expect(chip(page, "black", "others")).to_be_visible()
        assert await page.evaluate(NAMELESS) == []
        assert await page.evaluate(FAINT) == []
