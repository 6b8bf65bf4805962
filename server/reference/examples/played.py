"""Tables of the examples: rounds that are really played, by the games' own rules."""

from typing import Any, Final

from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.games.interface import Advance, BetPlaced, CashedOut, Command, Event, OpenRound, PlaceBet
from protocol.errors import Refusal
from protocol.games.table import TableBet, TableClear, TablePlaced, TableReturned, TableUndo, Wager
from protocol.ids import CommandId
from protocol.model import Message
from protocol.money import Balance, player_account
from server.config import AnyTableSettings, TableSettings
from server.reference.examples.story import (
    LEDGER_EPOCH,
    NAME,
    NOW_MS,
    OPENING,
    PLAYER,
    STREAM_EPOCH,
    story_id,
    story_seeds,
)

EPOCH: Final = LEDGER_EPOCH << 24 | 1
OPENED_AFTER_MS: Final = 11_500
BET_AFTER_MS: Final = 12_000
ROUND: Final = 1


class PlayedTable:
    """A table as its actor drives it."""

    def __init__(self, settings: AnyTableSettings, stream: str) -> None:
        self._game = TABLE_GAMES[settings.game]
        self._state: Any = self._game.fresh(table_rules(settings.model_dump()))
        self._stream = stream
        self._seq = 0

    def happens(self, command: Command) -> Event:
        """Decide and apply a command that makes one event."""
        decided = self._game.decide(self._state, command)
        if isinstance(decided, Refusal):
            raise TypeError(f"the example is refused: {decided}")
        (event,) = decided
        self._state = self._game.apply(self._state, event)
        return event

    def goes_through(self, command: Command) -> tuple[Message, ...]:
        """Decide and apply a command that makes any number of events, and what everyone is shown of them."""
        decided = self._game.decide(self._state, command)
        if isinstance(decided, Refusal):
            raise TypeError(f"the example is refused: {decided}")
        return tuple(shown for event in decided if (shown := self._applied(event)) is not None)

    def _applied(self, event: Event) -> Message | None:
        self._state = self._game.apply(self._state, event)
        self._seq += 1
        return self._game.publish(self._state, event, self._stream, EPOCH, self._seq)

    def goes_on(self, command: Command) -> Message:
        """The same, and what everyone is shown of it."""
        (shown,) = self.goes_through(command)
        return shown

    def shows(self, event: Event) -> Message:
        """Apply an event; what everyone is shown of it."""
        self._state = self._game.apply(self._state, event)
        self._seq += 1
        shown = self._game.publish(self._state, event, self._stream, EPOCH, self._seq)
        if shown is None:
            raise TypeError(f"nobody is shown {event}")
        return shown

    def shows_bets(self, placed: Event) -> Message:
        """What everyone is shown of a bet, or of one that was cashed out."""
        if not isinstance(placed, BetPlaced | CashedOut):
            raise TypeError(f"not a bet: {placed}")
        self._seq += 1
        return self._game.published(self._state, (placed,), self._stream, EPOCH, self._seq, now=placed.at)

    def seen(self, now: int, *, seated: bool) -> Message:
        """What the guest sees of the whole table."""
        view = self._game.view(self._state, PLAYER, self._stream, EPOCH, self._seq, now=now)
        return view.model_copy(update={"seated": seated})


def table_examples(
    settings: TableSettings,
    wagers: tuple[tuple[str, int], ...],
    requests: tuple[type[TableBet], type[TableUndo], type[TableClear]],
    replies: tuple[type[TablePlaced], type[TableReturned]],
) -> tuple[Message, ...]:
    """One of each message of a table's game: a whole round with one bet, and the bet taken back."""
    bets, undoes, clears = requests
    places, returns = replies
    table, tag = PlayedTable(settings, f"table:{settings.id}"), settings.game
    now, stake = NOW_MS + OPENED_AFTER_MS, sum(amount for _, amount in wagers)
    opened = table.goes_on(OpenRound(ROUND, story_seeds(tag).commitment, now))
    bet_id = story_id(f"{tag}.bet", BET_AFTER_MS)
    account = player_account(PLAYER, 1, Balance.CASH)
    placed = table.happens(PlaceBet(CommandId(bet_id), PLAYER, NAME, account, wagers, "", NOW_MS + BET_AFTER_MS))
    shown = table.shows_bets(placed)
    snapshot = table.seen(NOW_MS + BET_AFTER_MS + 500, seated=True)
    closed = table.goes_on(Advance(now := now + 15_000))
    drawn = table.goes_on(Advance(now := now + 1_000, story_seeds(tag).server_seed))
    settled = table.goes_on(Advance(now + 5_000))
    undo_id = story_id(f"{tag}.undo", 14_000)
    at: dict[str, Any] = {"table": settings.id, "round": ROUND}
    held: dict[str, Any] = {"available": OPENING - stake, "held": stake, "epoch": STREAM_EPOCH, "seq": 2}
    spread = tuple(Wager(spot=spot, amount=amount) for spot, amount in wagers)
    return (
        bets(**_tagged(bets), id=bet_id, table=settings.id, wagers=spread, round=ROUND),
        undoes(**_tagged(undoes), id=undo_id, table=settings.id),
        clears(**_tagged(clears), id=story_id(f"{tag}.clear", 15_000), table=settings.id),
        places(**_tagged(places), id=bet_id, **at, stake=stake, **held),
        returns(**_tagged(returns), id=undo_id, **at, bets=(bet_id,), amount=stake),
        *(opened, shown, closed, drawn, settled, snapshot),
    )


def _tagged(message: type[Message]) -> dict[str, Any]:
    return {"t": message.model_fields["t"].default}
