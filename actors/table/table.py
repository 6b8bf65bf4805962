"""The table actor: seats, rounds by the clock, and the money of each bet through its player's wallet.

    bet ─► rules say yes ─► wallet holds ─► bet stands ─► … drawn ─► settled ─► each wallet captures and pays
             └─ no: the wallet remembers the refusal

What a round owes is part of the state until the wallets have said that they paid; a table that wakes up asks again.
With the wallet on this host all of a bet is of one batch. With the wallet elsewhere it is one batch after the other,
and what was not answered is asked again: questions carry marks, so that an old answer changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Final

import msgpack

from actors.fairness.chain import seed_in_chain
from actors.fairness.commitment import commitment_of, new_server_seed
from actors.fairness.jackpot import levels_won
from actors.fairness.seal import NONCE_BYTES, Sealer, chain_seed, round_seed
from actors.games.interface import (
    Act,
    Advance,
    BetPlaced,
    BetsReturned,
    CashedOut,
    CashOut,
    ChainBegun,
    ClearBets,
    InBulk,
    OpenRound,
    OutcomeDrawn,
    PlaceBet,
    Progressed,
    RoundSettled,
    TableGame,
    UndoBet,
)
from actors.jackpots.plan import Plan
from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.table.journal import JackpotDrawn, Left, Seated, TableEvent, TakingBack, write_event
from actors.table.memory import Memory, apply_event, dump_memory
from actors.table.waiting import Waiting, WaitingRequests
from actors.wallet.digest import digest_of
from actors.wallet.recall import PLACED
from persistence.interfaces import KnownCommand
from protocol.commands import (
    AskAboutHold,
    AskAboutId,
    Asked,
    Held,
    IdIsNew,
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
OWED_AGAIN_MS: Final = 2_000
"""How often wallets are asked again to do what they have not confirmed."""
COMES_AGAIN_MS: Final = 3_000
"""What waited at a table that lost its memory has been asked again so long after it woke up."""
STUCK_RETRY_MS: Final = 500
"""A table that could not go on at its deadline tries again so often, not all the time."""
_BALANCES: Final = {"cash": Balance.CASH, "bonus": Balance.BONUS}


class Table:
    """One table of one game."""

    __slots__ = (
        "_asset",
        "_beat_at",
        "_confirm_at",
        "_flush_at",
        "_fresh",
        "_game",
        "_id",
        "_jackpot",
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
        "_woke_at",
    )

    _handlers: ClassVar[dict[type, str]] = {
        Asked: "_asked",
        Held: "_held",
        NotHeld: "_not_held",
        IdIsNew: "_may_take_back",
        TakenBack: "_taken_back",
        Settled: "_settled",
        AskAboutHold: "_asked_about",
        Wake: "_wake",
        Watchers: "_watched",
        Look: "_look",
        LobbyLook: "_look_from_lobby",
    }

    def __init__(
        self,
        game: TableGame[Any],
        rules: Any,
        memory: Memory,
        server_seed: str | None,
        asset: Asset,
        sealer: Sealer,
        jackpot: Plan | None = None,
    ) -> None:
        self._jackpot = jackpot
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
        self._confirm_at = 0
        self._waiting = WaitingRequests()
        self._fresh: list[InBulk] = []
        self._flush_at = 0
        self._beat_at = 0
        self._woke_at = 0

    # --- what the host calls ---

    def awake(self, turn: Turn) -> None:
        """Go on where the table stopped: the deadline, and what is still owed."""
        self._woke_at = turn.now
        self._ask_to_confirm(turn)
        self._go_on(turn)

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Handle one message. What a table does not understand means nothing to it."""
        handle = self._handlers.get(type(command))
        if handle is not None:
            getattr(self, handle)(turn, command, sender)

    def called(self, turn: Turn, command: Any) -> Any:
        """A table has no neighbours."""
        raise TypeError(f"a table is not called with {type(command).__name__}")

    def void(self, command: Any) -> None:
        """The wallet cannot say yet: the request comes again, or its player was told that it does not."""
        if type(command) is Asked:
            self._waiting.forget(command.request)

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Tables ask wallets, which remember."""

    def may_sleep(self, now: int) -> bool:
        """A table is there as long as it is configured."""
        return False

    # --- requests ---

    def _asked(self, turn: Turn, asked: Asked, sender: Sender) -> None:
        request: Any = asked.request
        if type(request) is Sit:
            self._sit(turn, asked, sender)
        elif type(request) is Leave:
            if asked.player in self._memory.seats:
                self._record(turn, Left((asked.player,)))
            turn.answer(sender, Done(id=request.id))
        elif type(request) is self._game.bet_request:
            self._bet(turn, asked, request, sender)
        elif type(request) in self._game.act_requests:
            self._act(turn, asked, request, sender)
        elif request.t == f"{self._game.name}.undo":
            self._take_back(turn, asked, UndoBet(asked.player, turn.now), sender)
        elif request.t == f"{self._game.name}.clear":
            self._take_back(turn, asked, ClearBets(asked.player, turn.now), sender)
        elif request.t == f"{self._game.name}.cashout":
            turn.need(Ref("wallet", asked.player))
            went_on = self._catch_up(turn)
            command = CashOut(asked.player, request.bet, turn.now, self._server_seed)
            self._take_back(turn, asked, command, sender, went_on=went_on)
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
        if request.id in self._memory.returning:
            turn.answer(sender, Refusal(Code.ID_REUSED))
            return
        decided = self._too_late(request.round) or self._decide_bet(command)
        if type(decided) is Refusal:
            self._refuse(turn, wallet, request, decided, sender)
            return
        placed: BetPlaced = decided[0]  # type: ignore[index]
        self._ask_to_hold(turn, wallet, request, command, placed, PLACED, sender)

    def _ask_to_hold(
        self,
        turn: Turn,
        wallet: Ref,
        request: Any,
        command: PlaceBet | Act,
        placed: BetPlaced,
        said: str,
        sender: Sender,
    ) -> None:
        """The rules say yes: now the wallet has to hold the stake."""
        round_number = self._round
        reply = {
            "t": f"{self._game.name}.{said}",
            "id": request.id,
            "table": self._id,
            "round": round_number,
            "stake": placed.stake,
        }
        digest = digest_of(request)
        attempt = self._waiting.add(turn, request, digest, command, round_number, sender)
        if attempt is None:
            return
        recorded = self._game.params(self._memory.game, placed)
        if said != PLACED:
            recorded = {**recorded, "said": said}
        if self._jackpot is not None:
            recorded = {**recorded, "jackpot": self._jackpot.recorded}
        params = msgpack.packb(recorded)
        self._waiting.ask(
            turn,
            wallet,
            PlaceHold(
                request.id,
                digest,
                placed.account,
                placed.stake,
                self._id,
                self._game.name,
                round_number,
                params,
                reply,
                sender,
                attempt,
            ),
        )

    def _refuse(
        self, turn: Turn, wallet: Ref, request: Any, refusal: Refusal, sender: Sender, *, went_on: bool = False
    ) -> None:
        """The rules say no: the wallet says whether that is the answer, or what was answered before."""
        digest = digest_of(request)
        attempt = self._waiting.add(turn, request, digest, None, self._round, sender)
        if attempt is not None:
            self._question(went_on)(turn, wallet, RefuseBet(CommandId(request.id), digest, refusal, attempt))

    def _question(self, went_on: bool) -> Callable[[Turn, Ref, Any], None]:
        """How a wallet is asked: in this turn, which it may break off; or after it, if the table has gone on in it."""
        return self._waiting.tell if went_on else self._waiting.ask

    @property
    def _round(self) -> int:
        return self._game.round(self._memory.game)

    def _too_late(self, wanted: int | None) -> Refusal | None:
        """A bet for a round that is not the one on the table."""
        current = self._round
        if wanted is None or wanted == current:
            return None
        return Refusal(Code.BETTING_CLOSED, {"round": current, "wanted": wanted})

    def _decide_bet(self, command: PlaceBet) -> tuple[Any, ...] | Refusal:
        if command.player not in self._memory.seats:
            return Refusal(Code.NOT_SEATED, {"table": self._id})
        return self._game.decide(self._memory.game, command)

    def _act(self, turn: Turn, asked: Asked, request: Any, sender: Sender) -> None:
        """An action in a round: one that costs something is a bet; any other only needs an id that is new."""
        wallet = Ref("wallet", asked.player)
        turn.need(wallet)
        digest = digest_of(request)
        done = self._memory.returning.get(CommandId(request.id))
        if done is not None:
            self._take_back_again(turn, wallet, done, request, digest, sender)
            return
        seed = self._server_seed or ""
        command = Act(request.id, asked.player, asked.name, request.box, request.action, request.step, turn.now, seed)
        decided = self._decide_act(command)
        if type(decided) is Refusal:
            self._refuse(turn, wallet, request, decided, sender)
            return
        first = decided[0]  # type: ignore[index]
        if type(first) is BetPlaced:
            self._ask_to_hold(turn, wallet, request, command, first, "raised", sender)
            return
        attempt = self._waiting.add(turn, request, digest, command, self._round, sender)
        if attempt is not None:
            self._waiting.ask(turn, wallet, AskAboutId(CommandId(request.id), digest, attempt))

    def _decide_act(self, command: Act) -> tuple[Any, ...] | Refusal:
        if command.player not in self._memory.seats:
            return Refusal(Code.NOT_SEATED, {"table": self._id})
        return self._game.decide(self._memory.game, command)

    def _held(self, turn: Turn, held: Held, sender: Sender) -> None:
        """The stake is there, so the bet stands, unless it does already, or the table has changed its mind."""
        waiting = self._waiting.find(held.id, held.attempt)
        if self._knows(held.id):
            self._waiting.answer(turn, held.id, held.attempt, held.answer)
            return
        decided = self._decide_again(turn, waiting) if waiting is not None and held.round == self._round else None
        if decided is None or isinstance(decided, Refusal):
            if waiting is not None:
                # The player is told when the hold is released: until then the wallet may be asked anew.
                waiting.command, waiting.is_refused = None, True
            if waiting is not None or not self._may_be_asked(turn, held.id, held.round):
                turn.answer(sender, Release(held.id, held.token, held.attempt))
            return
        for event in decided:
            self._record(turn, event)
        self._waiting.answer(turn, held.id, held.attempt, held.answer)
        if len(decided) > 1:
            self._go_on(turn)

    def _knows(self, bet: BetId) -> bool:
        """Whether a bet has stood here, and its wallet has not confirmed yet what came of it."""
        memory = self._memory
        if bet in memory.owed or bet in self._game.bets(memory.game):
            return True
        return bool(memory.returning) and any(bet in taking.bets for taking in memory.returning.values())

    def _may_be_asked(self, turn: Turn, bet: BetId, round_number: int) -> bool:
        """Whether a bet that does not stand yet may soon: it waits, or its request comes again to a table that woke up.

        Nothing is said of it then, and whoever holds its stake asks later.
        """
        return bet in self._waiting or (round_number == self._round and turn.now < self._woke_at + COMES_AGAIN_MS)

    def _decide_again(self, turn: Turn, waiting: Waiting) -> tuple[Any, ...] | Refusal | None:
        """What becomes of a bet, or of taking one back, now that the wallet has answered."""
        command = waiting.command
        if command is None:
            return None
        if command.now != turn.now:
            command = replace(command, now=turn.now)
        if type(command) is PlaceBet:
            return self._decide_bet(command)
        if type(command) is Act:
            return self._decide_act(command) if waiting.round == self._round else Refusal(Code.OUT_OF_TURN)
        return self._game.decide(self._memory.game, command)

    def _take_back(
        self,
        turn: Turn,
        asked: Asked,
        command: UndoBet | ClearBets | CashOut,
        sender: Sender,
        *,
        went_on: bool = False,
    ) -> None:
        """Ask the wallet first whether the id is new; then the bets go here, for good, and last their holds there.

        A bet that is cashed out goes the same way, but its hold stays until the round is paid.
        """
        request = asked.request
        wallet = Ref("wallet", asked.player)
        turn.need(wallet)
        digest = digest_of(request)
        taking = self._memory.returning.get(CommandId(request.id))
        if taking is not None:
            self._take_back_again(turn, wallet, taking, request, digest, sender, went_on=went_on)
            return
        decided = self._game.decide(self._memory.game, command)
        if type(decided) is Refusal:
            self._refuse(turn, wallet, request, decided, sender, went_on=went_on)
            return
        attempt = self._waiting.add(turn, request, digest, command, self._round, sender)
        if attempt is not None:
            self._question(went_on)(turn, wallet, AskAboutId(CommandId(request.id), digest, attempt))

    def _take_back_again(
        self,
        turn: Turn,
        wallet: Ref,
        taking: TakingBack,
        request: Any,
        digest: bytes,
        sender: Sender,
        *,
        went_on: bool = False,
    ) -> None:
        """Bets were taken back by this id, and the wallet has not confirmed it: to it the id may still look new."""
        if taking.digest != digest:
            turn.answer(sender, Refusal(Code.ID_REUSED))
        elif self._waiting.add(turn, request, digest, None, self._round, sender) is not None:
            (turn.tell if went_on else turn.send)(wallet, TakeBack(*_but_player(taking)))

    def _may_take_back(self, turn: Turn, new: IdIsNew, sender: Sender) -> None:
        """The id is new: take bets back, or do what costs nothing."""
        waiting = self._waiting.find(new.id, new.attempt)
        if waiting is None or waiting.command is None:
            return
        player = waiting.command.player
        wallet = Ref("wallet", player)
        if type(waiting.command) is CashOut:
            self._catch_up(turn)
        decided = self._decide_again(turn, waiting)
        if decided is None or isinstance(decided, Refusal):
            waiting.command = None
            refusal = decided or Refusal(Code.NOTHING_TO_UNDO)
            self._waiting.tell(turn, wallet, RefuseBet(new.id, waiting.digest, refusal, new.attempt))
            return
        bets, reply = self._told(new.id, decided[0])
        taking = TakingBack(new.id, player, waiting.digest, bets, reply)
        for event in decided:
            self._record(turn, event)
        is_one_batch = waiting.wallet is None and turn.is_here(wallet)
        waiting.command = waiting.wallet = None
        if is_one_batch:
            turn.send(wallet, TakeBack(*_but_player(taking)))
        else:
            self._record(turn, taking)
            self._ask_to_confirm(turn)
        if isinstance(decided[0], Progressed):
            self._go_on(turn)

    def _told(
        self, command: CommandId, event: BetsReturned | CashedOut | Progressed
    ) -> tuple[tuple[BetId, ...], dict[str, Any]]:
        """The bets whose holds are released, and what their player is told."""
        at = {"id": command, "table": self._id, "round": self._round}
        if isinstance(event, CashedOut):
            cashed = {"bet": event.bet, "multiplier": event.multiplier, "payout": event.payout}
            return (), {"t": f"{self._game.name}.cashed", **at, **cashed}
        if isinstance(event, Progressed):
            return (), {"t": f"{self._game.name}.acted", **at}
        standing, bets = self._game.bets(self._memory.game), event.bets
        amount = sum(standing[bet].stake for bet in bets)
        return bets, {"t": f"{self._game.name}.returned", **at, "bets": bets, "amount": amount}

    def _not_held(self, turn: Turn, command: NotHeld, sender: Sender) -> None:
        self._waiting.answer(turn, command.id, command.attempt, command.answer)

    def _taken_back(self, turn: Turn, command: TakenBack, sender: Sender) -> None:
        self._memory.returning.pop(command.id, None)
        self._waiting.answer_all(turn, command.id, command.digest, command.answer)

    def _settled(self, turn: Turn, command: Settled, sender: Sender) -> None:
        for bet in command.bets:
            self._memory.owed.pop(bet, None)
            self._memory.drawn.pop(bet, None)

    def _asked_about(self, turn: Turn, command: AskAboutHold, sender: Sender) -> None:
        """A wallet has a hold: pay it if it is owed, let it wait if its bet stands or may, disown it otherwise."""
        wallet = Ref("wallet", command.player)
        owed = self._memory.owed.get(command.id)
        if owed is not None:
            turn.tell(wallet, self._settlement([(command.id, owed[1])]))
            return
        for taking in self._memory.returning.values():
            if command.id in taking.bets:
                turn.tell(wallet, TakeBack(*_but_player(taking)))
                return
        if not self._knows(command.id) and not self._may_be_asked(turn, command.id, command.round):
            turn.tell(wallet, Release(command.id, command.token, self._waiting.refused(command.id)))

    # --- the clock ---

    def _wake(self, turn: Turn, command: Wake, sender: Sender) -> None:
        if self._fresh and turn.now >= self._flush_at:
            self._flush(turn)
        if self._waiting:
            self._waiting.give_up(turn)
            self._waiting.ask_again(turn)
        if turn.now >= self._confirm_at:
            self._ask_to_confirm(turn)
        deadline = self._deadline
        if (
            deadline is not None
            and turn.now >= deadline
            and not self._game.between_rounds(self._memory.game)
            and not self._advance(turn)
        ):
            turn.wake_at(turn.now + STUCK_RETRY_MS)
            return
        self._go_on(turn)

    @property
    def _deadline(self) -> int | None:
        return self._game.deadline(self._memory.game, self._server_seed)

    def _advance(self, turn: Turn) -> bool:
        """Go on to what comes next; whether there was anything."""
        decided = self._game.decide(self._memory.game, Advance(turn.now, self._server_seed))
        if isinstance(decided, Refusal):
            return False
        for event in decided:
            self._record(turn, event)
        return bool(decided)

    def _catch_up(self, turn: Turn) -> bool:
        """What was due before this millisecond comes before what is asked now; what is due in it comes in its turn.

        Says whether there was anything.
        """
        deadline = self._deadline
        between = self._game.between_rounds(self._memory.game)
        if deadline is None or turn.now <= deadline or between or not self._advance(turn):
            return False
        self._go_on(turn)
        return True

    def _go_on(self, turn: Turn) -> None:
        """Open a round if it is time and somebody is here; see that the table is woken at its next deadline."""
        game = self._memory.game
        deadline = self._deadline
        if self._game.between_rounds(game):
            if not (self._watchers or self._memory.seats):
                return
            if deadline is None or turn.now >= deadline:
                self._open_round(turn)
                deadline = self._deadline
        if deadline is not None:
            turn.wake_at(max(deadline, turn.now))
        self._beat(turn)

    def _beat(self, turn: Turn) -> None:
        """Tell watchers where the game is, as often as it wants: one event, and nothing to write down."""
        beat_ms = self._game.beat_ms(self._memory.game)
        if beat_ms is None or not self._watchers:
            return
        if turn.now >= self._beat_at:
            self._flush(turn)
            self._beat_at = (turn.now // beat_ms + 1) * beat_ms
        turn.wake_at(self._beat_at)

    def _open_round(self, turn: Turn) -> None:
        number = self._round + 1
        chain, server_seed = self._next_seed(turn, number)
        decided = self._game.decide(self._memory.game, OpenRound(number, commitment_of(server_seed), turn.now))
        if isinstance(decided, Refusal) or not decided:
            return
        if chain is not None:
            self._record(turn, chain)
        self._server_seed = server_seed
        sealed = self._sealer.seal(server_seed, round_seed(self._id, number), turn.entropy(NONCE_BYTES))
        turn.stage(RoundOpen(self._id, number, self._game.name, commitment_of(server_seed), sealed, turn.now))
        for event in decided:
            self._record(turn, event)
        gone = tuple(player for player, seat in self._memory.seats.items() if number - seat.round > IDLE_ROUNDS_MAX)
        if gone:
            self._record(turn, Left(gone))
        turn.stage(Snapshot(str(self._ref), self._memory.n, dump_memory(self._game, self._memory)))
        self._ask_to_confirm(turn)

    def _next_seed(self, turn: Turn, number: int) -> tuple[ChainBegun | None, str]:
        """The server seed of a round: a new one, or the next of the chain; then also the chain, if it begins."""
        rounds = self._game.chain_rounds
        chain = self._game.chain(self._memory.game)
        if not rounds:
            return None, new_server_seed(turn.entropy(SERVER_SEED_BYTES))
        if chain is not None and number < chain.first_round + chain.rounds:
            root = self._sealer.open(chain.sealed, chain_seed(self._id, chain.first_round))
            return None, seed_in_chain(root, chain.rounds, number - chain.first_round + 1)
        root = new_server_seed(turn.entropy(SERVER_SEED_BYTES))
        sealed = self._sealer.seal(root, chain_seed(self._id, number), turn.entropy(NONCE_BYTES))
        begun = ChainBegun(number, rounds, seed_in_chain(root, rounds, 0), sealed)
        return begun, seed_in_chain(root, rounds, 1)

    # --- events ---

    def _record(self, turn: Turn, event: TableEvent) -> None:
        """Something happened: write it down, let it change the state, do what follows from it, and show it."""
        memory = self._memory
        memory.n += 1
        turn.stage(JournalEntry(str(self._ref), memory.n, write_event(event)))
        apply_event(self._game, memory, event)
        kind = type(event)
        if kind is BetPlaced or kind is BetsReturned or kind is CashedOut:
            if not self._fresh:
                self._flush_at = turn.now + BETS_PUSH_MS
                turn.wake_at(self._flush_at)
            self._fresh.append(event)  # type: ignore[arg-type]
            return
        if kind is OutcomeDrawn:
            self._drawn(turn, event)  # type: ignore[arg-type]
        elif kind is RoundSettled:
            self._ask_to_confirm(turn)
        elif kind is Seated or kind is Left or kind is TakingBack or kind is JackpotDrawn:
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
        if self._jackpot is not None:
            self._draw_jackpot(turn, self._jackpot, event.server_seed, binding.client_seed, binding.round)

    def _draw_jackpot(self, turn: Turn, jackpot: Plan, server_seed: str, client_seed: str, round_number: int) -> None:
        """Each bet of the round draws for itself, from the seeds of the round and its own id."""
        levels = [(level.name, level.every) for level in jackpot.levels]
        won = tuple(
            (bet, levels_won(levels, server_seed, client_seed, round_number, placed.stake, bet))
            for bet, placed in self._game.bets(self._memory.game).items()
        )
        if won:
            self._record(turn, JackpotDrawn(jackpot.name, won))

    def _flush(self, turn: Turn) -> None:
        fresh, self._fresh = tuple(self._fresh), []
        self._seq += 1
        game, at = self._memory.game, (self._stream, turn.stream_epoch, self._seq)
        turn.push(self._topic, self._game.published(game, fresh, *at, now=turn.now))

    def _ask_to_confirm(self, turn: Turn) -> None:
        """Have wallets pay what is owed, and release what was taken back. One that has done so says so again."""
        memory = self._memory
        if not memory.owed and not memory.returning:
            return
        by_player: dict[PlayerId, list[tuple[BetId, int]]] = {}
        for bet, (player, payout) in memory.owed.items():
            by_player.setdefault(player, []).append((bet, payout))
        for player, payouts in by_player.items():
            turn.tell(Ref("wallet", player), self._settlement(payouts))
        for taking in memory.returning.values():
            turn.tell(Ref("wallet", taking.player), TakeBack(*_but_player(taking)))
        self._confirm_at = turn.now + OWED_AGAIN_MS
        turn.wake_at(self._confirm_at)

    def _settlement(self, payouts: list[tuple[BetId, int]]) -> Settle:
        """What one player's wallet is asked to pay."""
        drawn = self._memory.drawn
        if not drawn:
            return Settle(tuple(payouts))
        return Settle(tuple(payouts), tuple((bet, *drawn[bet]) for bet, _ in payouts if bet in drawn))

    # --- what may be seen ---

    def _watched(self, turn: Turn, command: Watchers, sender: Sender) -> None:
        self._watchers = command.watching
        self._go_on(turn)

    def _look(self, turn: Turn, command: Look, sender: Sender) -> None:
        turn.answer(sender, self._view(turn, command.viewer))

    def _look_from_lobby(self, turn: Turn, command: LobbyLook, sender: Sender) -> None:
        turn.answer(sender, self._lobby())

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


def _but_player(taking: TakingBack) -> tuple[CommandId, bytes, tuple[BetId, ...], dict[str, Any]]:
    return taking.id, taking.digest, taking.bets, taking.reply
