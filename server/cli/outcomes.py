"""Outcomes as `croupier fairness outcome` prints them: one function a game, from the seeds and the bet's parameters."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, get_args

from actors.fairness.draws import Draws
from actors.fairness.verify import NotAWager
from actors.games.alone import MULTIPLIER_ONE, AloneGame, paid
from actors.games.board import BoardGame
from actors.games.board import paid as paid_at_table
from actors.games.catalogue import ALONE_GAMES, BOARD_GAMES
from actors.games.dice import ROLLS, is_wager, multiplier_of, payout_of, roll_of, winning_rolls
from actors.games.hilo import cards_of
from actors.games.keno import drawn_of
from actors.games.limbo import result_of
from actors.games.mines import multiple_of, paid_for, positions_of
from actors.games.roulette import Variant, layout_of
from actors.games.roulette.layout import colour_of, pocket_name
from actors.games.roulette.wheel import pocket_of
from actors.games.videopoker import Deal
from actors.games.videopoker import cards_of as deal_of
from protocol.games.deck import card_name
from protocol.games.hilo import CARDS_MAX
from protocol.games.keno import NUMBERS, PICKS_MAX
from protocol.games.keno import TABLES as KENO_TABLES
from protocol.games.limbo import TARGET_MAX, TARGET_MIN
from protocol.games.mines import MINES_MAX, TILES
from protocol.games.plinko import TABLES as PLINKO_TABLES
from protocol.games.slots import MACHINES
from protocol.games.videopoker import HAND, PAYS
from protocol.games.wheel import TABLES as WHEEL_TABLES
from protocol.money import AMOUNT_MAX
from server.cli.errors import UserError

Seeds = tuple[str, str, int]
"""Server seed, client seed and nonce."""

_TRUTHS: Final = {"true": True, "false": False}


class Params:
    """KEY=VALUE of a command line; each is asked for once, and what nobody asked for is an error."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._left: dict[str, str] = {}
        for text in texts:
            key, separator, value = text.partition("=")
            if not separator or not key:
                raise UserError(f"--param takes KEY=VALUE, not {text!r}")
            if key in self._left:
                raise UserError(f"--param {key} is given twice")
            self._left[key] = value

    def word(self, key: str) -> str | None:
        """The value, if it was given."""
        return self._left.pop(key, None)

    def is_word(self, key: str, word: str) -> bool:
        """Whether this very word was given; then it is used up."""
        return self._left.get(key) == word and self._left.pop(key) == word

    def whole(self, key: str, least: int, most: int) -> int | None:
        """A whole number between these."""
        text = self.word(key)
        if text is None:
            return None
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise UserError(f"--param {key} takes a whole number from {least} to {most}, not {text!r}")
        return int(text)

    def truth(self, key: str) -> bool | None:
        """True or false."""
        text = self.word(key)
        if text is not None and text not in _TRUTHS:
            raise UserError(f"--param {key} takes true or false, not {text!r}")
        return None if text is None else _TRUTHS[text]

    def choice(self, key: str, known: Iterable[Any]) -> Any:
        """One of what is known, or the first of it."""
        choices = {str(one): one for one in known}
        text = self.word(key)
        if text is not None and text not in choices:
            raise UserError(f"--param {key} takes {', '.join(choices)}, not {text!r}")
        return next(iter(choices.values())) if text is None else choices[text]

    def numbers(self, key: str, most: int, count_max: int) -> list[int] | None:
        """Different whole numbers from 1, with commas between them, in ascending order."""
        found = self._different(key, 1, most, count_max)
        return None if found is None else sorted(found)

    def places(self, key: str, count: int) -> list[int] | None:
        """Different whole numbers from 0, less than `count`, with commas between them, as they are given."""
        return self._different(key, 0, count - 1, count)

    def _different(self, key: str, least: int, most: int, count_max: int) -> list[int] | None:
        text = self.word(key)
        if text is None:
            return None
        texts = text.split(",")
        found = [int(one) for one in texts if one.isascii() and one.isdigit() and least <= int(one) <= most]
        if len(set(found)) != len(texts) or len(found) > count_max:
            said = f"up to {count_max} different numbers from {least} to {most}"
            raise UserError(f"--param {key} takes {said}, not {text!r}")
        return found

    def end(self, game: str) -> None:
        """Refuse what is left."""
        if self._left:
            raise UserError(f"{game} has no --param {', '.join(sorted(self._left))}")


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


def roulette(seeds: Seeds, params: Params) -> dict[str, Any]:
    """`pocket` (37 is 00) on the wheel of `variant`; with `spot` whether it wins, and with `stake` what it pays."""
    variant: Any = params.word("variant") or "european"
    if variant not in get_args(Variant):
        raise UserError(f"--param variant takes {', '.join(get_args(Variant))}, not {variant!r}")
    spot, stake = params.word("spot"), params.whole("stake", 1, AMOUNT_MAX)
    layout = layout_of(variant)
    pocket = pocket_of(layout, *seeds)
    described: dict[str, Any] = {"variant": variant, "outcome": {"pocket": pocket}, "pocket": pocket, "result": pocket}
    described |= {"name": pocket_name(pocket), "colour": colour_of(pocket)}
    if spot is None and stake is None:
        return described
    if spot is None or spot not in layout.spots:
        raise UserError(f"a bet on {variant} roulette has --param spot=…, such as red or split:17-20, not {spot!r}")
    described |= {"spot": spot, "win": pocket in layout.spots[spot].pockets}
    if stake is not None:
        described |= {"stake": stake, "payout": layout.payout(spot, stake, pocket)}
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


def sicbo(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The three `dice`; with `spot` whether it wins by the pay table of `variant`, and with `stake` what it pays."""
    return _at_table("sicbo", seeds, params)


def baccarat(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The hands from a shoe with so much `left` (a whole one, if it is not given), and what `spot` pays for them."""
    return _at_table("baccarat", seeds, params, left=params.word("left"))


def _at_table(name: str, seeds: Seeds, params: Params, left: str | None = None) -> dict[str, Any]:
    """A wager at a table, as everybody can compute it."""
    game: BoardGame = BOARD_GAMES[name]
    variant = params.choice("variant", game.variants)
    layout = game.layout({"variant": variant})
    carried = game.first(layout)
    if left is not None:
        try:
            carried = game.begun(layout, {"shoe": 1, "left": left})
        except NotAWager as error:
            raise UserError(f"--param left takes 52 digits, how many of each card are in the shoe: {error}") from error
    outcome = game.draw(layout, carried, *seeds)
    described: dict[str, Any] = {"variant": variant, "outcome": dict(outcome), **game.shown(outcome)}
    described["result"] = game.entry(outcome)
    spot, stake = params.word("spot"), params.whole("stake", 1, AMOUNT_MAX)
    if spot is None and stake is None:
        return described
    if spot is None or spot not in layout.returns:
        raise UserError(f"a bet on {name} has --param spot=…, one of {', '.join(layout.returns)}, not {spot!r}")
    described |= {"spot": spot, "win": game.case(outcome) in layout.returns[spot]}
    if stake is not None:
        described |= {"stake": stake, "payout": paid_at_table(layout, [(spot, stake)], game.case(outcome))}
    return described


def slots(seeds: Seeds, params: Params) -> dict[str, Any]:
    """Where the reels of a `machine` stop, spin by spin, and what each pays; of a stake, a multiple of its lines."""
    machine = MACHINES[params.choice("machine", MACHINES)]
    stake = params.whole("stake", 1, AMOUNT_MAX)
    if stake is not None and stake % len(machine.lines):
        raise UserError(f"a stake on {machine.name} is a multiple of {len(machine.lines)}, the number of its lines")
    described = _settled("slots", seeds, {"machine": machine.name}, stake)
    described["multipliers"] = [paid / MULTIPLIER_ONE for paid in described["multipliers"]]
    return described | {"result": described["multiplier"]}


def mines(seeds: Seeds, params: Params) -> dict[str, Any]:
    """Where so many `mines` are; with `tiles` whether they are safe, and with `stake` what they pay."""
    count = params.whole("mines", 1, MINES_MAX) or 1
    tiles, stake = params.places("tiles", TILES), params.whole("stake", 1, AMOUNT_MAX)
    positions = positions_of(Draws(*seeds), count)
    described: dict[str, Any] = {"mines": count, "outcome": {"positions": list(positions)}, "result": sorted(positions)}
    if tiles is None:
        if stake is not None:
            raise UserError("a bet on mines has --param tiles=…")
        return described
    is_safe = not set(tiles) & set(positions)
    described |= {"tiles": tiles, "safe": is_safe}
    if is_safe:
        described["multiplier"] = float(multiple_of(count, len(tiles)))
    if stake is not None:
        described |= {"stake": stake, "payout": paid_for(stake, count, len(tiles)) if is_safe else 0}
    return described


def hilo(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The first so many `cards` of the game, each of 52 whatever came before."""
    count = params.whole("cards", 1, CARDS_MAX) or 10
    cards = list(cards_of(Draws(*seeds))[:count])
    return {"outcome": {"cards": cards}, "result": [card_name(card) for card in cards]}


def videopoker(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The ten cards; with `hold`, places from 0 or `none`, the hand after the draw, and with `stake` what it pays."""
    deck = deal_of(Draws(*seeds))
    described: dict[str, Any] = {"outcome": {"deck": list(deck)}, "dealt": [card_name(card) for card in deck[:HAND]]}
    hold = [] if params.is_word("hold", "none") else params.places("hold", HAND)
    stake = params.whole("stake", 1, AMOUNT_MAX)
    if hold is None:
        if stake is not None:
            raise UserError("a bet on videopoker has --param hold=…")
        return described | {"result": described["dealt"]}
    deal = Deal(stake or 1, deck, tuple(sorted(hold)))
    described |= {"hold": sorted(hold), "result": [card_name(card) for card in deal.cards], "hand": deal.hand}
    described["multiplier"] = float(PAYS[deal.hand])
    return described if stake is None else described | {"stake": stake, "payout": stake * PAYS[deal.hand]}


def _settled(name: str, seeds: Seeds, wager: Mapping[str, Any], stake: int | None) -> dict[str, Any]:
    """A wager on a game of one draw, as everybody can compute it."""
    game: AloneGame = ALONE_GAMES[name]
    outcome, multiplier = game.draw(wager, Draws(*seeds))
    described: dict[str, Any] = {**wager, "outcome": dict(outcome), **game.shown(wager, outcome)}
    described["multiplier"] = multiplier / MULTIPLIER_ONE
    return described if stake is None else described | {"stake": stake, "payout": paid(stake, multiplier)}


OUTCOMES: Final[Mapping[str, Callable[[Seeds, Params], dict[str, Any]]]] = {
    "baccarat": baccarat,
    "dice": dice,
    "hilo": hilo,
    "keno": keno,
    "limbo": limbo,
    "mines": mines,
    "plinko": plinko,
    "roulette": roulette,
    "sicbo": sicbo,
    "slots": slots,
    "videopoker": videopoker,
    "wheel": wheel,
}
