"""Outcomes of the games of one draw."""

from collections.abc import Mapping
from typing import Any

from actors.fairness.draws import Draws
from actors.games.alone import MULTIPLIER_ONE, AloneGame, paid
from actors.games.catalogue import ALONE_GAMES
from actors.games.dice import ROLLS, is_wager, multiplier_of, payout_of, roll_of, winning_rolls
from actors.games.keno import drawn_of
from actors.games.limbo import result_of
from protocol.games.keno import NUMBERS, PICKS_MAX
from protocol.games.keno import TABLES as KENO_TABLES
from protocol.games.limbo import TARGET_MAX, TARGET_MIN
from protocol.games.plinko import TABLES as PLINKO_TABLES
from protocol.games.slots import MACHINES
from protocol.games.wheel import TABLES as WHEEL_TABLES
from protocol.money import AMOUNT_MAX
from server.cli.errors import UserError
from server.cli.outcomes.params import Params, Seeds


def dice(seeds: Seeds, params: Params) -> dict[str, Any]:
    """`roll` in hundredths; with `target` and `over` whether it wins, and with `stake` what it pays."""
    target, over = params.whole("target", 0, ROLLS - 1), params.truth("over")
    stake = params.whole("stake", 1, AMOUNT_MAX)
    roll = roll_of(*seeds)
    described: dict[str, Any] = {"outcome": {"roll": roll}, "roll": roll, "result": roll / 100}
    if target is None and over is None and stake is None:
        return described
    if target is None or over is None:
        raise UserError("a bet on dice has --param target=… and --param over=…")
    if not is_wager(target, over=over):
        raise UserError(f"nobody can bet {'over' if over else 'under'} {target}: a win must be possible, and pay")
    win = roll > target if over else roll < target
    wins = winning_rolls(target, over=over)
    described |= {"target": target, "over": over, "win": win, "multiplier": multiplier_of(wins) / 10_000}
    if stake is not None:
        described |= {"stake": stake, "payout": payout_of(stake, wins) if win else 0}
    return described


def limbo(seeds: Seeds, params: Params) -> dict[str, Any]:
    """`result` in hundredths; with `target` whether it is reached, and with `stake` what it pays."""
    target = params.whole("target", TARGET_MIN, TARGET_MAX)
    stake = params.whole("stake", 1, AMOUNT_MAX)
    if target is not None:
        described = _settled("limbo", seeds, {"target": target}, stake)
        return described | {"result": described["outcome"]["result"] / 100}
    if stake is not None:
        raise UserError("a bet on limbo has --param target=…")
    result = result_of(Draws(*seeds).u32())
    return {"outcome": {"result": result}, "result": result / 100}


def plinko(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The path through `rows`, the slot and what it pays on the table of this `risk`."""
    rows = params.choice("rows", PLINKO_TABLES)
    wager = {"rows": rows, "risk": params.choice("risk", PLINKO_TABLES[rows])}
    described = _settled("plinko", seeds, wager, params.whole("stake", 1, AMOUNT_MAX))
    return described | {"result": described["multiplier"]}


def keno(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The ten numbers as they are drawn; with `picks` how many of them hit, and what that pays at this `risk`."""
    picks = params.numbers("picks", NUMBERS, PICKS_MAX)
    wager = {"picks": picks, "risk": params.choice("risk", KENO_TABLES)}
    stake = params.whole("stake", 1, AMOUNT_MAX)
    drawn = list(drawn_of(Draws(*seeds)))
    if picks is None:
        if stake is not None:
            raise UserError("a bet on keno has --param picks=…")
        return {"outcome": {"drawn": drawn}, "result": sorted(drawn)}
    return _settled("keno", seeds, wager, stake) | {"result": sorted(drawn)}


def wheel(seeds: Seeds, params: Params) -> dict[str, Any]:
    """Where a wheel of so many `segments` stops, and what that pays at this `risk`."""
    segments = params.choice("segments", WHEEL_TABLES)
    wager = {"segments": segments, "risk": params.choice("risk", WHEEL_TABLES[segments])}
    described = _settled("wheel", seeds, wager, params.whole("stake", 1, AMOUNT_MAX))
    return described | {"result": described["outcome"]["segment"]}


def slots(seeds: Seeds, params: Params) -> dict[str, Any]:
    """Where the reels of a `machine` stop, spin by spin, and what each pays; of a stake, a multiple of its lines."""
    machine = MACHINES[params.choice("machine", MACHINES)]
    stake = params.whole("stake", 1, AMOUNT_MAX)
    if stake is not None and stake % len(machine.lines):
        raise UserError(f"a stake on {machine.name} is a multiple of {len(machine.lines)}, the number of its lines")
    described = _settled("slots", seeds, {"machine": machine.name}, stake)
    described["multipliers"] = [paid / MULTIPLIER_ONE for paid in described["multipliers"]]
    return described | {"result": described["multiplier"]}


def _settled(name: str, seeds: Seeds, wager: Mapping[str, Any], stake: int | None) -> dict[str, Any]:
    """A wager on a game of one draw, as everybody can compute it."""
    game: AloneGame = ALONE_GAMES[name]
    outcome, multiplier = game.draw(wager, Draws(*seeds))
    described: dict[str, Any] = {**wager, "outcome": dict(outcome), **game.shown(wager, outcome)}
    described["multiplier"] = multiplier / MULTIPLIER_ONE
    return described if stake is None else described | {"stake": stake, "payout": paid(stake, multiplier)}
