"""The table actor: seats, rounds by the clock, and the money of each bet through its player's wallet.

    bet ─► rules say yes ─► wallet holds ─► bet stands ─► … drawn ─► settled ─► each wallet captures and pays
             └─ no: the wallet remembers the refusal

What a round owes is part of the state until the wallets have said that they paid; a table that wakes up asks again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgpack

from actors.fairness.commitment import commitment_of, new_server_seed
from actors.fairness.seal import NONCE_BYTES, Sealer, round_seed
from actors.games.interface import (
    Advance,
    BetPlaced,
    BetsReturned,
    ClearBets,
    OpenRound,
    OutcomeDrawn,
    PlaceBet,
    RoundSettled,
    TableGame,
    UndoBet,
)
from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.table.journal import Left, Seated, TableEvent, write_event
from actors.wallet.digest import digest_of
from persistence.interfaces import KnownCommand
from protocol.commands import (
    AskAboutHold,
    Asked,
    Held,
    LobbyLook,
    Look,
    NotHeld,
    PlaceHold,
    RefuseBet,
    Release,
    Settle,
    Settled,
    TakeBack,
    TakenBack,
    Wake,
    Watchers,
)
from protocol.errors import Code, Refusal
from protocol.ids import BetId, CommandId, PlayerId, TableId
from protocol.money import Asset, Balance, player_account
from protocol.records import JournalEntry, RoundEnd, RoundOpen, Snapshot
from protocol.replies import Done
from protocol.requests import Leave, Sit

SERVER_SEED_BYTES: Final = 32
BETS_PUSH_MS: Final = 200
"""Bets are shown to watchers in bulk, this often: a bet event per watcher and bet would be quadratic."""
IDLE_ROUNDS_MAX: Final = 20
"""A seat whose player did not bet for so many rounds is free again."""
STUCK_RETRY_MS: Final = 500
"""A table that could not go on at its deadline tries again so often, not all the time."""
_BALANCES: Final = {"cash": Balance.CASH, "bonus": Balance.BONUS}


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
    n: int
    """The number of the last event."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A request that waits for its player's wallet."""

    sender: Sender
    command: PlaceBet | UndoBet | ClearBets | None
    bets: tuple[BetId, ...] = ()


class Table:
    """One table of one game."""

    __slots__ = (
        "_asset",
        "_flush_at",
        "_fresh",
        "_game",
        "_id",
        "_memory",
        "_ref",
        "_rules",
        "_sealer",
        "_seq",
        "_server_seed",
        "_stream",
        "_topic",
        "_waiting",
        "_watchers",
    )

    def __init__(
        self, game: TableGame[Any], rules: Any, memory: Memory, server_seed: str | None, asset: Asset, sealer: Sealer
    ) -> None:
        self._game = game
        self._rules = rules
        self._id: TableId = rules.table
        self._memory = memory
        self._server_seed = server_seed
        self._asset = asset
        self._sealer = sealer
        self._ref = Ref("table", self._id)
        self._topic = self._stream = f"table:{self._id}"
        self._seq = 0
        self._watchers = 0
        self._waiting: dict[CommandId, _Waiting] = {}
        self._fresh: list[BetPlaced | BetsReturned] = []
        self._flush_at = 0

    # --- what the host calls ---

    def awake(self, turn: Turn) -> None:
        """Go on where the table stopped: the deadline, and what is still owed."""
        self._ask_to_pay(turn, self._memory.owed)
        self._go_on(turn)

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Handle one message."""
        kind = type(command)
        if kind is Asked:
            self._asked(turn, command, sender)
        elif kind is Held:
            self._held(turn, command)
        elif kind is NotHeld:
            self._answer(turn, command.id, command.answer)
        elif kind is TakenBack:
            self._taken_back(turn, command)
        elif kind is Settled:
            for bet in command.bets:
                self._memory.owed.pop(bet, None)
        elif kind is Wake:
            self._wake(turn)
        elif kind is Look:
            turn.answer(sender, self._view(turn, command.viewer))
        elif kind is LobbyLook:
            turn.answer(sender, self._lobby())
        elif kind is Watchers:
            self._watchers = command.watching
            self._go_on(turn)
        elif kind is AskAboutHold:
            self._asked_about(turn, command)

    def called(self, turn: Turn, command: Any) -> Any:
        """A table has no neighbours."""
        raise TypeError(f"a table is not called with {type(command).__name__}")

    def void(self, command: Any) -> None:
        """The wallet cannot say yet: the request comes again, or its player was told that it does not."""
        if type(command) is Asked:
            self._waiting.pop(CommandId(command.request.id), None)

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Tables ask wallets, which remember."""

    def may_sleep(self, now: int) -> bool:
        """A table is there as long as it is configured."""
        return False

    # --- requests ---

    def _asked(self, turn: Turn, asked: Asked, sender: Sender) -> None:
        request = asked.request
        if type(request) is Sit:
            self._sit(turn, asked, sender)
        elif type(request) is Leave:
            if asked.player in self._memory.seats:
                self._record(turn, Left((asked.player,)))
            turn.answer(sender, Done(id=request.id))
        elif type(request) is self._game.bet_request:
            self._bet(turn, asked, request, sender)
        elif request.t == f"{self._game.name}.undo":
            self._take_back(turn, asked, UndoBet(asked.player, turn.now), sender)
        elif request.t == f"{self._game.name}.clear":
            self._take_back(turn, asked, ClearBets(asked.player, turn.now), sender)
        else:
            turn.answer(sender, Refusal(Code.UNKNOWN_TYPE, {"t": request.t, "game": self._game.name}))

    def _sit(self, turn: Turn, asked: Asked, sender: Sender) -> None:
        seats = self._memory.seats
        if asked.player not in seats:
            if len(seats) >= self._rules.seats_max:
                turn.answer(sender, Refusal(Code.TABLE_FULL, {"seats_max": self._rules.seats_max}))
                return
            self._record(turn, Seated(asked.player, asked.name))
        turn.answer(sender, Done(id=asked.request.id))
        self._go_on(turn)

    def _bet(self, turn: Turn, asked: Asked, request: Any, sender: Sender) -> None:
        account = player_account(asked.player, self._asset.number, _BALANCES[request.balance])
        wagers = tuple((wager.spot, wager.amount) for wager in request.wagers)
        command = PlaceBet(request.id, asked.player, asked.name, account, wagers, request.entropy or "", turn.now)
        wallet = Ref("wallet", asked.player)
        turn.need(wallet)
        decided = self._too_late(request.round) or self._decide_bet(command)
        if type(decided) is Refusal:
            self._waiting[request.id] = _Waiting(sender, None)
            turn.send(wallet, RefuseBet(request.id, digest_of(request), decided))
            return
        placed: BetPlaced = decided[0]  # type: ignore[index]
        round_number = self._game.binding(self._memory.game).round
        reply = {
            "t": f"{self._game.name}.placed",
            "id": request.id,
            "table": self._id,
            "round": round_number,
            "stake": placed.stake,
        }
        self._waiting[request.id] = _Waiting(sender, command)
        params = msgpack.packb(self._game.params(self._memory.game, placed))
        turn.send(
            wallet,
            PlaceHold(
                request.id,
                digest_of(request),
                account,
                placed.stake,
                self._id,
                self._game.name,
                round_number,
                params,
                reply,
                sender,
            ),
        )

    def _too_late(self, wanted: int | None) -> Refusal | None:
        """A bet for a round that is not the one on the table."""
        current = self._game.binding(self._memory.game).round
        if wanted is None or wanted == current:
            return None
        return Refusal(Code.BETTING_CLOSED, {"round": current, "wanted": wanted})

    def _decide_bet(self, command: PlaceBet) -> tuple[Any, ...] | Refusal:
        if command.player not in self._memory.seats:
            return Refusal(Code.NOT_SEATED, {"table": self._id})
        return self._game.decide(self._memory.game, command)

    def _held(self, turn: Turn, held: Held) -> None:
        """The stake is there, so the bet stands, unless the table has changed its mind since it asked."""
        waiting = self._waiting.pop(held.id, None)
        command = waiting.command if waiting is not None else None
        decided = self._decide_bet(command) if type(command) is PlaceBet else None
        if waiting is None or decided is None or isinstance(decided, Refusal):
            turn.answer(turn.sender, Release((held.id,)))
            if waiting is not None:
                turn.answer(waiting.sender, decided or Refusal(Code.TRY_AGAIN))
            return
        for event in decided:
            self._record(turn, event)
        turn.answer(waiting.sender, held.answer)

    def _take_back(self, turn: Turn, asked: Asked, command: UndoBet | ClearBets, sender: Sender) -> None:
        request = asked.request
        command_id = CommandId(request.id)
        wallet = Ref("wallet", asked.player)
        turn.need(wallet)
        decided = self._game.decide(self._memory.game, command)
        if type(decided) is Refusal:
            self._waiting[command_id] = _Waiting(sender, None)
            turn.send(wallet, RefuseBet(command_id, digest_of(request), decided))
            return
        bets: tuple[BetId, ...] = decided[0].bets  # type: ignore[index,union-attr]
        standing = self._game.bets(self._memory.game)
        reply = {
            "t": f"{self._game.name}.returned",
            "id": request.id,
            "table": self._id,
            "round": self._game.binding(self._memory.game).round,
            "bets": bets,
            "amount": sum(standing[bet].stake for bet in bets),
        }
        self._waiting[command_id] = _Waiting(sender, command, bets)
        turn.send(wallet, TakeBack(command_id, digest_of(request), bets, reply))

    def _taken_back(self, turn: Turn, taken: TakenBack) -> None:
        waiting = self._waiting.pop(taken.id, None)
        if taken.fresh and waiting is not None and waiting.command is not None:
            self._record(turn, BetsReturned(waiting.command.player, waiting.bets, turn.now))
        if waiting is not None:
            turn.answer(waiting.sender, taken.answer)

    def _answer(self, turn: Turn, command: CommandId, answer: Any) -> None:
        waiting = self._waiting.pop(command, None)
        if waiting is not None:
            turn.answer(waiting.sender, answer)

    def _asked_about(self, turn: Turn, command: AskAboutHold) -> None:
        """A wallet woke up with a hold: pay it if it is owed, let it wait if its bet stands, disown it otherwise."""
        wallet = Ref("wallet", command.player)
        owed = self._memory.owed.get(command.id)
        if owed is not None:
            turn.tell(wallet, Settle(((command.id, owed[1]),)))
        elif command.id not in self._game.bets(self._memory.game) and command.id not in self._waiting:
            turn.tell(wallet, Release((command.id,)))

    # --- the clock ---

    def _wake(self, turn: Turn) -> None:
        if self._fresh and turn.now >= self._flush_at:
            self._flush(turn)
        deadline = self._game.deadline(self._memory.game)
        if deadline is not None and turn.now >= deadline and not self._game.between_rounds(self._memory.game):
            decided = self._game.decide(self._memory.game, Advance(turn.now, self._server_seed))
            if isinstance(decided, Refusal) or not decided:
                turn.wake_at(turn.now + STUCK_RETRY_MS)
                return
            for event in decided:
                self._record(turn, event)
        self._go_on(turn)

    def _go_on(self, turn: Turn) -> None:
        """Open a round if it is time and somebody is here; see that the table is woken at its next deadline."""
        game = self._memory.game
        deadline = self._game.deadline(game)
        if self._game.between_rounds(game):
            if not (self._watchers or self._memory.seats):
                return
            if deadline is None or turn.now >= deadline:
                self._open_round(turn)
                deadline = self._game.deadline(game)
        if deadline is not None:
            turn.wake_at(max(deadline, turn.now))

    def _open_round(self, turn: Turn) -> None:
        number = self._game.binding(self._memory.game).round + 1
        server_seed = new_server_seed(turn.entropy(SERVER_SEED_BYTES))
        decided = self._game.decide(self._memory.game, OpenRound(number, commitment_of(server_seed), turn.now))
        if isinstance(decided, Refusal) or not decided:
            return
        self._server_seed = server_seed
        sealed = self._sealer.seal(server_seed, round_seed(self._id, number), turn.entropy(NONCE_BYTES))
        turn.stage(RoundOpen(self._id, number, self._game.name, commitment_of(server_seed), sealed, turn.now))
        for event in decided:
            self._record(turn, event)
        gone = tuple(player for player, seat in self._memory.seats.items() if number - seat.round > IDLE_ROUNDS_MAX)
        if gone:
            self._record(turn, Left(gone))
        turn.stage(Snapshot(str(self._ref), self._memory.n, dump_memory(self._game, self._memory)))
        self._ask_to_pay(turn, self._memory.owed)

    # --- events ---

    def _record(self, turn: Turn, event: TableEvent) -> None:
        """Something happened: write it down, let it change the state, do what follows from it, and show it."""
        memory = self._memory
        memory.n += 1
        turn.stage(JournalEntry(str(self._ref), memory.n, write_event(event)))
        apply_event(self._game, memory, event)
        kind = type(event)
        if kind is BetPlaced or kind is BetsReturned:
            if not self._fresh:
                self._flush_at = turn.now + BETS_PUSH_MS
                turn.wake_at(self._flush_at)
            self._fresh.append(event)  # type: ignore[arg-type]
            return
        if kind is OutcomeDrawn:
            self._drawn(turn, event)  # type: ignore[arg-type]
        elif kind is RoundSettled:
            self._ask_to_pay(turn, memory.owed)
        elif kind is Seated or kind is Left:
            return
        if self._fresh:
            self._flush(turn)
        shown = self._game.publish(memory.game, event, self._stream, turn.stream_epoch, self._seq + 1)  # type: ignore[arg-type]
        if shown is not None:
            self._seq += 1
            turn.push(self._topic, shown)

    def _drawn(self, turn: Turn, event: OutcomeDrawn) -> None:
        binding = self._game.binding(self._memory.game)
        turn.stage(
            RoundEnd(
                self._id,
                binding.round,
                event.server_seed,
                binding.client_seed,
                msgpack.packb(binding.contributions),
                msgpack.packb(event.outcome),
                turn.now,
            )
        )
        self._server_seed = None

    def _flush(self, turn: Turn) -> None:
        fresh, self._fresh = tuple(self._fresh), []
        self._seq += 1
        turn.push(
            self._topic, self._game.published(self._memory.game, fresh, self._stream, turn.stream_epoch, self._seq)
        )

    def _ask_to_pay(self, turn: Turn, owed: Mapping[BetId, tuple[PlayerId, int]]) -> None:
        """One message a wallet; a wallet that has paid says so again."""
        by_player: dict[PlayerId, list[tuple[BetId, int]]] = {}
        for bet, (player, payout) in owed.items():
            by_player.setdefault(player, []).append((bet, payout))
        for player, payouts in by_player.items():
            turn.tell(Ref("wallet", player), Settle(tuple(payouts)))

    # --- what may be seen ---

    def _view(self, turn: Turn, viewer: PlayerId | None) -> Any:
        view = self._game.view(self._memory.game, viewer, self._stream, turn.stream_epoch, self._seq, now=turn.now)
        return view.model_copy(update={"seated": viewer in self._memory.seats})

    def _lobby(self) -> dict[str, Any]:
        rules = self._rules
        return {
            "t": "table",
            "table": self._id,
            "game": self._game.name,
            "variant": rules.variant,
            "asset": rules.asset,
            "min_bet": rules.limits.min_bet,
            "max_bet": rules.limits.max_bet,
            "max_total": rules.limits.max_total,
            "seated": len(self._memory.seats),
            **self._game.lobby(self._memory.game),
        }


def apply_event(game: TableGame[Any], memory: Memory, event: TableEvent) -> None:
    """Change a table's memory by an event that is, or will be, committed."""
    if type(event) is Seated:
        memory.seats[event.player] = Seat(event.name, game.binding(memory.game).round)
    elif type(event) is Left:
        for player in event.players:
            memory.seats.pop(player, None)
    else:
        if type(event) is RoundSettled:
            bets = game.bets(memory.game)
            memory.owed.update((bet, (bets[bet].player, payout)) for bet, payout in event.payouts)
        elif type(event) is BetPlaced and event.player in memory.seats:
            memory.seats[event.player].round = game.binding(memory.game).round
        memory.game = game.apply(memory.game, event)  # type: ignore[arg-type]


def dump_memory(game: TableGame[Any], memory: Memory) -> bytes:
    """A table's memory as a snapshot. No secret is in it."""
    seats = [(player, seat.name, seat.round) for player, seat in memory.seats.items()]
    owed = [(bet, player, payout) for bet, (player, payout) in memory.owed.items()]
    return msgpack.packb({"game": game.dump(memory.game), "seats": seats, "owed": owed})  # type: ignore[no-any-return]


def load_memory(game: TableGame[Any], rules: Any, n: int, snapshot: bytes | None) -> Memory:
    """The memory that was dumped, or that of a table that was never played at."""
    if snapshot is None:
        return Memory(game.fresh(rules), {}, {}, n)
    fields = msgpack.unpackb(snapshot, use_list=False, strict_map_key=False)
    return Memory(
        game.load(rules, fields["game"]),
        {player: Seat(name, round_number) for player, name, round_number in fields["seats"]},
        {bet: (player, payout) for bet, player, payout in fields["owed"]},
        n,
    )
