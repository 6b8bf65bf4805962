"""What a bet draws of its jackpot."""

from typing import Any

from actors.fairness.jackpot import LEVELS_MAX, is_won, jackpot_numbers
from protocol.money import AMOUNT_MAX
from server.cli.bet_ids import bet_id
from server.cli.errors import UserError
from server.cli.outcomes.params import Params, Seeds


def jackpot(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The numbers of all levels; with `stake`, `every` and `level` (its place, from 0) whether that is won.

    `bet` is the id of a bet at a table, in hexadecimal: each of a round draws for itself.
    """
    bet = params.word("bet")
    level = params.whole("level", 0, LEVELS_MAX - 1)
    stake, every = params.whole("stake", 1, AMOUNT_MAX), params.whole("every", 1, AMOUNT_MAX)
    numbers = jackpot_numbers(*seeds, bet_id(bet, "--param bet") if bet is not None else None)
    described: dict[str, Any] = {"outcome": {"numbers": list(numbers)}}
    if stake is None and every is None and level is None:
        return described
    if stake is None or every is None:
        raise UserError("a level is won by --param stake=… for --param every=…, and it is --param level=0 unless said")
    number = numbers[level or 0]
    return described | {"level": level or 0, "number": number, "win": is_won(number, stake, every)}
