"""The start page's modules: their own tests, run in Chromium and in node where there is one, and the server's rules."""

import asyncio
import json
import mimetypes
import re
import shutil
import subprocess
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgpack
import pytest
import pytest_asyncio
from playwright.async_api import Page, Route

from actors.games.dice import WINS_MAX, is_wager, multiplier_of, payout_of, rtp_of_stake
from actors.games.roulette import Variant, layout_of
from protocol.dialects import client_dialect
from protocol.errors import CLOSINGS, Code
from protocol.games.dice import ROLL_MAX
from protocol.ids import command_id_from
from protocol.requests import CLIENT_SEED_CHARS_MAX
from tests.support.browser import chromium

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[4]
HERE = Path(__file__).parent
PAGE = ROOT / "server" / "http" / "page"
TESTS = sorted(HERE.glob("*.test.mjs"))
ORIGIN = "http://localhost"
IMPORT_MAP = {"imports": {"node:test": "./shim-test.mjs", "node:assert/strict": "./shim-assert.mjs"}}
NODE = shutil.which("node")
NODE_MAJOR_MIN = 20
NODE_SECONDS_MAX = 180


def node_is_new_enough() -> bool:
    """Whether there is a node whose own test runner runs these tests."""
    if NODE is None:
        return False
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").split(".")[0]) >= NODE_MAJOR_MIN


async def from_checkout(route: Route) -> None:
    """Answer a request of the browser with a file of the checkout; nothing goes over a network."""
    path = urlsplit(route.request.url).path
    base = f"{ORIGIN}/{HERE.relative_to(ROOT)}/"
    if path == "/":
        script = f'<base href="{base}"><script type="importmap">{json.dumps(IMPORT_MAP)}</script>'
        await route.fulfill(content_type="text/html", body=f"<!doctype html>{script}")
        return
    file = ROOT / path.removeprefix("/")
    kind = "text/javascript" if file.suffix in (".js", ".mjs") else mimetypes.guess_type(file.name)[0]
    await route.fulfill(content_type=kind or "text/plain", body=file.read_bytes())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def modules() -> AsyncIterator[Page]:
    """A page in which the modules can be imported; `localhost` is a secure context, so WebCrypto is there."""
    async with chromium() as browser:
        page = await browser.new_page()
        await page.route("**/*", from_checkout)
        await page.goto(f"{ORIGIN}/")
        yield page


async def run(page: Page, module: str, body: str, argument: Any = None) -> Any:
    """The value of `body`, a function's inside, in which `m` is a module of the page and `a` the argument."""
    return await page.evaluate(
        f"async (a) => {{ const m = await import('/server/http/page/{module}'); {body} }}", argument
    )


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.stem)
async def test_the_modules_pass_their_own_tests_in_the_browser(modules: Page, file: Path) -> None:
    await modules.goto(f"{ORIGIN}/")
    results = await modules.evaluate(
        """async (name) => {
             await import(new URL(name, document.baseURI));
             return (await import('node:test')).runAll(); }""",
        file.name,
    )
    assert [result for result in results if result["error"]] == []
    assert results


@pytest.mark.parametrize("file", TESTS if node_is_new_enough() else [], ids=lambda file: file.stem)
async def test_the_modules_pass_their_own_tests_in_node(file: Path) -> None:
    assert NODE is not None
    ran = await asyncio.create_subprocess_exec(NODE, "--test", file, stdout=PIPE, stderr=STDOUT)
    said, _ = await asyncio.wait_for(ran.communicate(), NODE_SECONDS_MAX)
    assert ran.returncode == 0, said.decode()


@pytest.mark.parametrize("variant", ["european", "american", "la_partage"])
async def test_the_layout_has_the_spots_of_the_game_and_pays_what_it_pays(modules: Page, variant: Variant) -> None:
    layout = layout_of(variant)
    spots = await run(
        modules,
        "roulette-layout.js",
        """const pays = (spot, pocket) => Number(m.payoutOf(spot, 101n, pocket, a.variant));
           return [...m.layoutOf(a.variant).values()].map((spot) => ({ name: spot.name, covers: spot.covers,
             pays: Array.from({ length: a.pockets }, (_, pocket) => pays(spot, pocket)) }));""",
        {"variant": variant, "pockets": layout.pockets},
    )
    found = {spot["name"]: (sorted(spot["covers"]), spot["pays"]) for spot in spots}
    said = {
        name: (sorted(spot.pockets), [layout.payout(name, 101, pocket) for pocket in range(layout.pockets)])
        for name, spot in layout.spots.items()
    }
    assert found == said


@pytest.mark.parametrize("variant", ["european", "american"])
async def test_every_spot_can_be_reached_by_tapping_a_number(modules: Page, variant: Variant) -> None:
    """A phone has no room for places between the numbers: the nearest spot of the chosen kind is taken."""
    missed = await run(
        modules,
        "roulette-layout.js",
        """const spots = m.layoutOf(a);
           const kinds = ["straight", "split", "street", "corner", "line"];
           const inside = [...spots.values()].filter((spot) => spot.odds > 2);
           return inside.filter((spot) => !kinds.some((kind) => spot.covers.some((number) =>
             m.nearestSpot(spots, kind, number, spot) === spot))).map((spot) => spot.name);""",
        variant,
    )
    assert missed == []


async def test_the_wheel_has_every_pocket_once(modules: Page) -> None:
    for variant, pockets in (("european", 37), ("american", 38), ("la_partage", 37)):
        wheel = await run(modules, "roulette-layout.js", "return m.wheelOf(a);", variant)
        assert sorted(wheel) == list(range(pockets))


async def test_dice_are_paid_as_the_game_pays(modules: Page) -> None:
    stakes = [1, 7, 100, 12_345, 10**15]
    found = await run(
        modules,
        "dice-rules.js",
        """return Array.from({ length: a.most }, (_, n) => {
             const multiplier = m.multiplierOf(n + 1);
             const paid = a.stakes.map((stake) => String(m.payoutOf(BigInt(stake), multiplier)));
             return [Number(multiplier), ...paid]; });""",
        {"most": WINS_MAX, "stakes": stakes},
    )
    for wins, (multiplier, *payouts) in enumerate(found, 1):
        assert multiplier == multiplier_of(wins)
        assert payouts == [str(payout_of(stake, wins)) for stake in stakes]


async def test_the_most_that_can_be_staked_wins_no_more_than_a_bet_may(modules: Page) -> None:
    profits = [0, 1, 99, 10_000_000]
    found = await run(
        modules,
        "dice-rules.js",
        """return Array.from({ length: a.most }, (_, n) => a.profits.map((profit) =>
             String(m.stakeOfProfit(BigInt(profit), m.multiplierOf(n + 1)))));""",
        {"most": WINS_MAX, "profits": profits},
    )
    for wins, stakes in enumerate(found, 1):
        for profit, stake in zip(profits, map(int, stakes), strict=True):
            assert payout_of(stake, wins) - stake <= profit < payout_of(stake + 1, wins) - (stake + 1)


async def test_the_return_of_a_stake_is_shown_to_four_digits(modules: Page) -> None:
    cases = [
        (stake, target, over)
        for stake in (1, 3, 100, 9_999)
        for target in (101, 4_950, 5_050, 9_899)
        for over in (True, False)
    ]
    shown = await run(
        modules,
        "dice-rules.js",
        """return a.map(([stake, target, over]) => { const wins = m.winsOf(target, over);
             return m.returnText(wins, m.multiplierOf(wins), BigInt(stake)); });""",
        [list(case) for case in cases],
    )
    for (stake, target, over), text in zip(cases, shown, strict=True):
        exact = rtp_of_stake(stake, target, over=over) * 100
        assert abs(exact - float(text.removesuffix("%"))) <= 0.00005001, (stake, target, over)


async def test_targets_can_be_chosen_exactly_where_a_bet_is_taken(modules: Page) -> None:
    for over in (True, False):
        bounds = await run(modules, "dice-rules.js", "return m.targetBounds(a);", over)
        allowed = [target for target in range(ROLL_MAX + 1) if is_wager(target, over=over)]
        assert (bounds["least"], bounds["most"]) == (allowed[0], allowed[-1])


async def test_what_python_packs_the_page_reads_and_writes_the_same(modules: Page) -> None:
    values: list[Any] = [
        {"t": "dice.bet", "id": bytes(range(16)), "asset": "PLAY", "amount": 10**15, "target": 5050, "over": True},
        {
            "t": "roulette.bets",
            "bets": [[1, "Анна", "split:17-20", -500]] * 20,
            "more": 0,
            "epoch": 2**62,
            "none": None,
        },
        {"text": "x" * 300, "data": b"\x00" * 300, "list": list(range(-300, 300)), "deep": {"a": {"b": [[1]]}}},
    ]
    packed = [msgpack.packb(value).hex() for value in values]
    again = await run(
        modules,
        "msgpack.js",
        """const ids = await import('/server/http/page/ids.js');
           return a.map((hex) => ids.toHex(m.encode(m.decode(ids.fromHex(hex)))));""",
        packed,
    )
    assert again == packed


async def test_an_id_made_by_the_page_is_a_uuid_of_version_7(modules: Page) -> None:
    request = await run(
        modules,
        "msgpack.js",
        """const ids = await import('/server/http/page/ids.js');
           const ones = (n) => new Uint8Array(n).fill(255);
           return ids.toHex(m.encode({ t: "ping", id: ids.uuid7(1_800_000_000_123, ones) }));""",
    )
    assert client_dialect().read(bytes.fromhex(request)).id == command_id_from(1_800_000_000_123, b"\xff" * 10)


async def test_the_error_numbers_the_page_knows_are_those_of_the_catalogue(modules: Page) -> None:
    known = await run(modules, "catalogue.js", "return m.Code;")
    assert known == {name: Code[name].value for name in known}


async def test_the_page_comes_back_by_itself_exactly_when_the_close_code_allows_it(modules: Page) -> None:
    for code, closing in CLOSINGS.items():
        final = await run(modules, "catalogue.js", "return m.finalClosing(a);", int(code))
        assert (final is None) == closing.may_reconnect, code


async def test_limits_of_the_page_are_those_of_the_protocol() -> None:
    assert f"{{1,{CLIENT_SEED_CHARS_MAX}}}" in (PAGE / "fairness.js").read_text()


async def test_the_index_preloads_every_module_and_nothing_else() -> None:
    index = (PAGE / "index.html").read_text()
    preloaded = re.findall(r'rel="modulepreload" href="page/([^"]+)"', index)
    assert sorted(preloaded) == sorted(file.name for file in PAGE.glob("*.js") if file.name != "app.js")


async def test_the_page_has_nothing_from_elsewhere_and_nothing_inline() -> None:
    for file in PAGE.iterdir():
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "https://" not in text, file.name
        assert "http://" not in text, file.name
    index = (PAGE / "index.html").read_text()
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", index)
