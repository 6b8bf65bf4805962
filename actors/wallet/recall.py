"""The answer that a command once had, made again from what the store keeps of it."""

from collections.abc import Mapping
from typing import Any

import msgpack

from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES
from actors.games.interface import InstantPlay, InstantResult
from actors.wallet.memory import Answer
from persistence.interfaces import BetRow, KnownCommand
from protocol.errors import Code, Refusal
from protocol.games.steps import state_fields
from protocol.records import BetState

NO_POSITION = 0
"""The stream position of an answer from before a restart: clients keep the position they have."""

PLACED = "placed"
"""What is said of a bet at a table; where something else was said, it is recorded with the bet."""


def drawn(recorded: Mapping[str, Any]) -> dict[str, Any]:
    """What a settled bet says of its jackpot, of what is recorded of it."""
    return {"t": "jackpot.draw", "jackpot": recorded["name"], "won": tuple(recorded["won"])}


def answer_from(known: KnownCommand) -> Answer:
    """The original answer, but for the position in a stream that has ended since."""
    if known.bet is not None:
        return _bet_answer(known.bet)
    answer: dict[str, Any] = msgpack.unpackb(known.answer)
    return Refusal(Code(known.code), answer) if known.code else answer


def not_taken(table: str, round_number: int) -> Refusal:
    """The answer to a bet whose stake was held and which its table never took."""
    return Refusal(Code.BET_NOT_TAKEN, {"table": table, "round": round_number})


def _bet_answer(bet: BetRow) -> Answer:
    if bet.state == BetState.DISOWNED:
        return not_taken(bet.table_id or "", bet.round or 0)
    if bet.game in STEP_GAMES:
        tag, seed = STEP_GAMES[bet.game].tag, bet.seed or 0
        started = state_fields(tag, bet.id, bet.stake, 0, None, seed, bet.nonce, bet.placed_at)
        return {**started, "id": bet.id, **msgpack.unpackb(bet.outcome or b"\x80")}
    common = {
        "id": bet.id,
        "stake": bet.stake,
        "available": bet.available,
        "held": bet.held,
        "epoch": NO_POSITION,
        "seq": NO_POSITION,
    }
    params = msgpack.unpackb(bet.params)
    if bet.table_id is not None:
        said = params.get("said", PLACED)
        return {"t": f"{bet.game}.{said}", **common, "table": bet.table_id, "round": bet.round}
    game = INSTANT_GAMES[bet.game]
    play = InstantPlay(bet.stake, bet.payout or 0, params)
    result = InstantResult(msgpack.unpackb(bet.outcome or b"\x80"), bet.payout or 0)
    return {
        "t": f"{bet.game}.settled",
        **common,
        "payout": bet.payout,
        "seed": bet.seed,
        "nonce": bet.nonce,
        **game.reply(play, result),
        "jackpot": drawn(params["jackpot"]) if "jackpot" in params else None,
    }
