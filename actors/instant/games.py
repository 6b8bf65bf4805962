"""A player's open games of several steps: begun with a held stake, gone on with step by step, finished once.

Each step is one commit: the id of its command with its one answer, and the step in the game's journal. The last one
also pays. A player who takes no step in time has the game finished by its rules, and a host that was away does so when
it is back.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgpack

from actors.games.interface import InstantPlay
from actors.games.steps import LATE, Step, StepGame
from actors.instant.journal import journal_of, write_step
from actors.jackpots.plan import Entry
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.wallet.digest import digest_of
from protocol.commands import CloseGame, FeedJackpot, Keep, OpenGame, RefuseBet
from protocol.errors import Code, Refusal
from protocol.games.steps import STEP_MS_MAX, state_fields
from protocol.ids import AccountId, BetId, CommandId, PlayerId
from protocol.money import Balance, player_account
from protocol.records import JournalEntry
from protocol.requests import BalanceName


class Open(NamedTuple):
    """One open game: `step` steps were taken, the last (or the start) at `at` (ms)."""

    game: StepGame[Any]
    bet: BetId
    asset: str
    balance: BalanceName
    stake: int
    seed: int
    nonce: int
    state: Any
    step: int
    at: int
    jackpot: str | None = None
    """Its jackpot when it began, which has its share when the game is over."""
    won: tuple[str, ...] = ()
    """The levels of it that are won then."""

    @property
    def closes_at(self) -> int:
        """When (ms) the platform finishes it."""
        return self.at + STEP_MS_MAX

    def after(self, state: Any, at: int) -> "Open":
        """The same after one more step."""
        return _new(
            Open,
            (
                self.game,
                self.bet,
                self.asset,
                self.balance,
                self.stake,
                self.seed,
                self.nonce,
                state,
                self.step + 1,
                at,
                self.jackpot,
                self.won,
            ),
        )

    def reply(self) -> dict[str, Any]:
        """The fields of the game's reply but `id`."""
        game, state = self.game, self.state
        return self.shown(game.payout(state), game.view(state))

    def shown(self, payout: int | None, view: Mapping[str, Any]) -> dict[str, Any]:
        """The same, where what the game pays and shows is known."""
        fields = state_fields(self.game.tag, self.bet, self.stake, self.step, payout, self.seed, self.nonce, self.at)
        fields.update(view)
        return fields


class Desk:
    """Where one player's open games lie: one of each kind at most."""

    __slots__ = ("_jackpots", "_open", "_timer_at", "_wallet")

    def __init__(
        self, wallet: Ref, games: Mapping[str, Open], jackpots: Mapping[tuple[str, str], Entry] | None = None
    ) -> None:
        self._jackpots = jackpots or {}
        self._wallet = wallet
        self._open = dict(games)
        self._timer_at = 0

    def __len__(self) -> int:
        return len(self._open)

    def all(self) -> tuple[Open, ...]:
        """The games that are open, oldest first."""
        return tuple(self._open.values())

    def begin(
        self, turn: Turn, request: Any, play: InstantPlay, account: AccountId, begun: Open
    ) -> tuple[Refusal | dict[str, Any], bool]:
        """Begin a game if the wallet holds its stake: what to answer, and whether it began, and so used its draw."""
        game, digest = begun.game, digest_of(request)
        if game.name in self._open:
            refusal = Refusal(Code.GAME_OPEN, {"game": game.name, "bet": self._open[game.name].bet})
            return self._refused(turn, request, refusal), False
        entry = self._jackpots.get((game.name, begun.asset))
        recorded = {**play.params, "jackpot": entry.recorded} if entry is not None else play.params
        view = game.view(begun.state)
        params, shown = _pack(recorded), _pack(view)
        reply = begun.shown(game.payout(begun.state), view)
        reply["id"] = request.id
        played = turn.call(
            self._wallet,
            _new(
                OpenGame,
                (
                    begun.bet,
                    digest,
                    account,
                    game.name,
                    play.stake,
                    play.payout_max,
                    begun.seed,
                    begun.nonce,
                    params,
                    shown,
                    reply,
                ),
            ),
        )
        if played.accepted:
            self._open[game.name] = begun
            self.arm(turn)
        return played.answer, played.accepted

    def step(self, turn: Turn, game: StepGame[Any], request: Any) -> Refusal | dict[str, Any]:
        """Take a step, and say what to answer."""
        one = self._open.get(game.name)
        if one is None or one.bet != request.bet:
            return self._refused(turn, request, Refusal(Code.NO_SUCH_GAME, {"game": game.name, "bet": request.bet}))
        if request.step != one.step:
            return self._refused(turn, request, Refusal(Code.OUT_OF_TURN, {"step": one.step, "wanted": request.step}))
        # Not as it is played now, but by the rules that it began with.
        game = one.game
        step = game.step_of(request)
        state = game.act(one.state, step)
        if isinstance(state, Refusal):
            return self._refused(turn, request, state)
        after = one.after(state, turn.now)
        command, digest = CommandId(request.id), digest_of(request)
        payout = game.payout(state)
        reply = after.shown(payout, game.view(state))
        reply["id"] = request.id
        if payout is not None:
            self._need_feeder(turn, one)
        message = (
            _new(Keep, (command, digest, reply))
            if payout is None
            else _new(CloseGame, (one.bet, payout, command, digest, reply))
        )
        kept = turn.call(self._wallet, message)
        if kept.fresh:
            self._take(turn, after, step, is_over=payout is not None)
            if payout is not None:
                self._feed(turn, after)
        return kept.answer  # type: ignore[no-any-return]

    def wake(self, turn: Turn) -> None:
        """Finish the games whose players are late, and see to be woken for the others."""
        late = [one for one in self._open.values() if turn.now >= one.closes_at]
        for one in late:
            self._need_feeder(turn, one)
        for one in late:
            after = one.after(one.game.act(one.state, LATE), turn.now)
            payout = one.game.payout(after.state)
            if payout is None:
                raise RuntimeError(f"{one.game.name} goes on without its player")
            turn.call(self._wallet, CloseGame(one.bet, payout, None, b"", {}))
            self._take(turn, after, LATE, is_over=True)
            self._feed(turn, after)
        self._timer_at = 0
        self.arm(turn)

    def _take(self, turn: Turn, after: Open, step: Step, *, is_over: bool) -> None:
        """A step stands: write it down, and whatever was drawn with the last one."""
        game = after.game
        outcome = game.outcome(after.state) if is_over else None
        turn.stage(_new(JournalEntry, (journal_of(after.bet), after.step, write_step(turn.now, step, outcome))))
        if is_over:
            del self._open[game.name]
        else:
            self._open[game.name] = after

    def _entry_of(self, one: Open) -> Entry | None:
        """The jackpot that a game began in, if it is still there and this game in it."""
        entry = self._jackpots.get((one.game.name, one.asset))
        return entry if entry is not None and entry.plan.name == one.jackpot else None

    def _need_feeder(self, turn: Turn, one: Open) -> None:
        entry = self._entry_of(one)
        if entry is not None:
            turn.need(entry.feeder)

    def _feed(self, turn: Turn, one: Open) -> None:
        """The stake is taken: its jackpot has its share of it, and what is won is claimed."""
        entry = self._entry_of(one)
        if entry is not None:
            account = player_account(
                PlayerId(int(self._wallet.key)), entry.plan.asset.number, Balance[one.balance.upper()]
            )
            turn.call(entry.feeder, FeedJackpot(one.bet, account, one.stake, one.won))

    def arm(self, turn: Turn) -> None:
        """One timer is enough: when it comes too early, because steps were taken since, there is another."""
        if self._open and not self._timer_at:
            self._timer_at = min(one.closes_at for one in self._open.values())
            turn.wake_at(self._timer_at)

    def _refused(self, turn: Turn, request: Any, refusal: Refusal) -> Refusal | dict[str, Any]:
        command = RefuseBet(BetId(request.id), digest_of(request), refusal)
        return turn.call(self._wallet, command)  # type: ignore[no-any-return]


_new: Final = tuple.__new__
"""Makes a named tuple from a tuple in a fourth of the time."""
_pack: Final = msgpack.Packer().pack
