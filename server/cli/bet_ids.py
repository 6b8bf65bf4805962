"""The ids of bets as people type them."""

from protocol.ids import COMMAND_ID_BYTES, BetId
from server.cli.errors import UserError


def bet_id(text: str, argument: str) -> BetId:
    """The id, with or without dashes. Raises `UserError`, which names the argument, for what is none."""
    try:
        bet = bytes.fromhex(text.replace("-", ""))
    except ValueError:
        bet = b""
    if len(bet) != COMMAND_ID_BYTES:
        raise UserError(f"{argument} is a bet's id, {COMMAND_ID_BYTES} bytes in hexadecimal, not {text!r}")
    return BetId(bet)
