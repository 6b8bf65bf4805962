"""What a table remembers, durably: events change it, and a snapshot keeps it."""

from dataclasses import dataclass, field
from typing import Any

import msgpack

from actors.games.interface import BetPlaced, RoundSettled, TableGame
from actors.table.journal import JackpotDrawn, Left, Seated, TableEvent, TakingBack
from protocol.ids import BetId, CommandId, PlayerId


@dataclass(slots=True)
class Seat:
    """A player at the table, and the last round with a bet (or the one in which the seat was taken)."""

    name: str
    round: int


@dataclass(slots=True)
class Memory:
    """Everything of a table that is durable, besides the server seed of its round."""

    game: Any
    seats: dict[PlayerId, Seat]
    owed: dict[BetId, tuple[PlayerId, int]]
    """Payouts (0 for lost bets too) of settled rounds that wallets have not confirmed."""
    returning: dict[CommandId, TakingBack]
    """Bets that were taken back here, by the command, of which the wallet has not confirmed that it knows."""
    n: int
    """The number of the last event."""
    drawn: dict[BetId, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Of bets that are settled, or about to be: their jackpot, and the levels of it that they have won."""


def apply_event(game: TableGame[Any], memory: Memory, event: TableEvent) -> None:
    """Change a table's memory by an event that is, or will be, committed."""
    if type(event) is Seated:
        memory.seats[event.player] = Seat(event.name, game.round(memory.game))
    elif type(event) is Left:
        for player in event.players:
            memory.seats.pop(player, None)
    elif type(event) is TakingBack:
        memory.returning[event.id] = event
    elif type(event) is JackpotDrawn:
        memory.drawn.update((bet, (event.jackpot, won)) for bet, won in event.won)
    else:
        if type(event) is RoundSettled:
            bets = game.bets(memory.game)
            memory.owed.update((bet, (bets[bet].player, payout)) for bet, payout in event.payouts)
        elif type(event) is BetPlaced and event.player in memory.seats:
            memory.seats[event.player].round = game.round(memory.game)
        memory.game = game.apply(memory.game, event)  # type: ignore[arg-type]


def dump_memory(game: TableGame[Any], memory: Memory) -> bytes:
    """A table's memory as a snapshot. No secret is in it."""
    seats = [(player, seat.name, seat.round) for player, seat in memory.seats.items()]
    owed = [(bet, player, payout) for bet, (player, payout) in memory.owed.items()]
    returning = [(one.id, one.player, one.digest, one.bets, one.reply) for one in memory.returning.values()]
    fields = {"game": game.dump(memory.game), "seats": seats, "owed": owed, "returning": returning}
    if memory.drawn:
        fields["drawn"] = [(bet, jackpot, won) for bet, (jackpot, won) in memory.drawn.items()]
    return msgpack.packb(fields)  # type: ignore[no-any-return]


def load_memory(game: TableGame[Any], rules: Any, n: int, snapshot: bytes | None) -> Memory:
    """The memory that was dumped, or that of a table that was never played at."""
    if snapshot is None:
        return Memory(game.fresh(rules), {}, {}, {}, n)
    fields = msgpack.unpackb(snapshot, use_list=False, strict_map_key=False)
    return Memory(
        game.load(rules, fields["game"]),
        {player: Seat(name, round_number) for player, name, round_number in fields["seats"]},
        {bet: (player, payout) for bet, player, payout in fields["owed"]},
        {one[0]: TakingBack(*one) for one in fields["returning"]},
        n,
        {bet: (jackpot, won) for bet, jackpot, won in fields.get("drawn", ())},
    )
