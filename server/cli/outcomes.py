"""Outcomes as `croupier fairness outcome` prints them: one function a game, from the seeds and the bet's parameters."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from actors.games.dice import ROLLS, is_wager, multiplier_of, payout_of, roll_of, winning_rolls
from actors.games.roulette import Variant, layout_of
from actors.games.roulette.layout import colour_of, pocket_name
from actors.games.roulette.wheel import Wheel
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
    wheel = Wheel(layout_of(variant))
    outcome = wheel.outcome(*seeds)
    pocket = outcome["pocket"]
    described: dict[str, Any] = {"variant": variant, "outcome": outcome, "pocket": pocket, "result": pocket}
    described |= {"name": pocket_name(pocket), "colour": colour_of(pocket)}
    if spot is None and stake is None:
        return described
    if spot is None or spot not in wheel.layout.spots:
        raise UserError(f"a bet on {variant} roulette has --param spot=…, such as red or split:17-20, not {spot!r}")
    described |= {"spot": spot, "win": pocket in wheel.layout.spots[spot].pockets}
    if stake is not None:
        described |= {"stake": stake, "payout": wheel.payout_of([(spot, stake)], pocket)}
    return described


OUTCOMES: Final[Mapping[str, Callable[[Seeds, Params], dict[str, Any]]]] = {"dice": dice, "roulette": roulette}
