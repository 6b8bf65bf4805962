"""The wallet actor: balances, holds, and one answer for each command id."""

from typing import Any, ClassVar, Final

import msgpack

from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.wallet.digest import digest_of_parts
from actors.wallet.memory import Answer, CommandMemory
from actors.wallet.recall import NO_POSITION, answer_from, not_taken
from actors.wallet.used_ids import UsedIds
from persistence.interfaces import KnownCommand, WalletRow
from protocol.commands import (
    AskAboutHold,
    AskAboutId,
    Asked,
    ChipsMoved,
    Claim,
    CloseGame,
    FeedJackpot,
    Held,
    IdIsNew,
    Keep,
    Kept,
    Look,
    Move,
    MoveChips,
    NotHeld,
    OpenGame,
    OpenWallet,
    PayJackpot,
    PlaceHold,
    Play,
    Played,
    RefuseBet,
    Release,
    Settle,
    Settled,
    TakeBack,
    TakenBack,
    TakeSession,
    Token,
    Wake,
    session_taken,
)
from protocol.errors import CATALOGUE, Code, Refusal
from protocol.ids import AccountId, BetId, CommandId, PlayerId, command_id_from
from protocol.money import AMOUNT_MAX, Asset, Balance, asset_of, balance_of, player_account, player_of
from protocol.records import (
    AccountMark,
    AccountOpen,
    Bet,
    BetEnd,
    BetState,
    CommandRecord,
    Hold,
    HoldEnd,
    HoldState,
    Transfer,
    TransferKind,
)
from protocol.replies import BalanceView, WalletBalances, WalletSnapshot

BALANCE_MAX: Final = 10**18
"""What one balance may hold: a ninth of what an int64 counts, so that no sum of a batch overflows."""
DRAW_BITS: Final = 40
ASK_AGAIN_MS: Final = 5_000
"""How often a table on another host is asked about a hold: its answer to the last time may be lost."""
_SECOND_MS: Final = 1_000


def own_games(player: PlayerId) -> str:
    """The owner of the holds of a player's own games of steps; no table has such an id."""
    return str(Ref("instant", player))


class Account:
    """One balance: what is posted, what of it is held, and its newest transfer."""

    __slots__ = ("draw_high", "held", "id", "last", "posted")

    def __init__(self, id: AccountId, posted: int, held: int, draw_high: int, last: int | None) -> None:
        self.id = id
        self.posted = posted
        self.held = held
        self.draw_high = draw_high
        self.last = last


class PendingHold:
    """A stake that waits for its table. One whose table did not hear of it in the same turn is asked about."""

    __slots__ = ("account", "amount", "asked_at", "round", "table", "token")

    def __init__(self, account: AccountId, amount: int, table: str, round: int) -> None:
        self.account = account
        self.amount = amount
        self.table = table
        self.round = round
        self.token: Token = (0, 0)
        """Of the newest question to the table: only its answer may release the hold."""
        self.asked_at: int | None = None


class Wallet:
    """All balances of one player. Nothing else moves them."""

    __slots__ = (
        "_accounts",
        "_assets",
        "_claims",
        "_feeders",
        "_holds",
        "_memory",
        "_own",
        "_player",
        "_questions",
        "_seq",
        "_topic",
        "_used",
    )

    _handlers: ClassVar[dict[type, str]] = {
        PlaceHold: "_place_hold",
        Settle: "_settle",
        TakeBack: "_take_back",
        RefuseBet: "_refuse_bet",
        AskAboutId: "_asked_about_id",
        Release: "_release",
        Wake: "_ask_about_holds",
        OpenWallet: "_open",
        Move: "_move",
        MoveChips: "_move_chips",
        Asked: "_asked",
        Look: "_look",
        TakeSession: "_take_session",
    }

    def __init__(
        self,
        player: PlayerId,
        row: WalletRow,
        assets: dict[int, Asset],
        used: UsedIds,
        feeders: dict[str, Ref] | None = None,
    ) -> None:
        """`feeders` are those of the jackpots on the player's shard."""
        self._player = player
        self._feeders: dict[str, Ref] = feeders or {}
        self._used = used
        self._assets = assets
        self._topic = f"wallet:{player}"
        self._own = own_games(player)
        self._accounts = {
            one.id: Account(one.id, one.posted, one.held, one.draw_high, one.last) for one in row.accounts
        }
        self._holds: dict[CommandId, PendingHold] | None = None
        for hold in row.holds:
            self._keep_hold(hold.id, PendingHold(hold.account, hold.amount, hold.owner, hold.round or 0))
        self._memory = CommandMemory(max((one.command_high for one in row.accounts), default=0))
        self._seq = 0
        self._claims = 0
        self._questions = 0

    # --- what the host calls ---

    def awake(self, turn: Turn) -> None:
        """Ask the tables about holds from before: those they do not know are released. Open games must be awake too."""
        for hold in (self._holds or {}).values():
            if hold.table == self._own:
                games = Ref("instant", self._player)
                if turn.is_here(games):  # or the shard has just gone to another host, which sees to it
                    turn.tell(games, Wake(turn.now))
            else:
                hold.asked_at = turn.now - ASK_AGAIN_MS
        self._ask_about_holds(turn, None, None)

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Handle one message."""
        handle = self._handlers.get(type(command))
        if handle is None:
            raise TypeError(f"a wallet does not understand {type(command).__name__}")
        getattr(self, handle)(turn, command, sender)

    def called(self, turn: Turn, command: Any) -> Any:
        """Answer the player's instant games, within their turn."""
        if type(command) is Play:
            return self._play(turn, command)
        if type(command) is RefuseBet:
            return self._refused(turn, command)
        if type(command) is Keep:
            return self._kept(turn, command)
        if type(command) is OpenGame:
            return self._open_game(turn, command)
        if type(command) is CloseGame:
            return self._close_game(turn, command)
        if type(command) is PayJackpot:
            return self._pay_jackpot(turn, command)
        raise TypeError(f"a wallet is not called with {type(command).__name__}")

    def void(self, command: Any) -> None:
        """Nothing is noted of a message before it is handled."""

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """The store's word on an id."""
        if known is None:
            self._memory.learn_absent(command)
        elif known.bet is not None and known.bet.state == BetState.OPEN and command not in (self._holds or ()):
            return  # over since this was read: it is asked again
        elif known.player != self._player:
            self._memory.keep(command, b"", Refusal(Code.ID_REUSED))
        else:
            self._memory.keep(command, known.digest, answer_from(known))

    def may_sleep(self, now: int) -> bool:
        """A wallet with a pending hold stays: its table will soon speak."""
        self._memory.forget()
        return not self._holds

    # --- instant games ---

    def _play(self, turn: Turn, play: Play) -> Played:
        known = self._known(play.id, play.digest)
        if known is not None:
            return Played(False, known)
        stake, payout = play.stake, play.payout
        account = self._account_for(play.account, stake, payout)
        if isinstance(account, Refusal):
            return Played(False, self._refuse(turn, play.id, play.digest, account))
        house = turn.house(asset_of(account.id))
        self._transfer(turn, account, account.id, house, stake, _STAKE, play.id)
        if payout:
            self._transfer(turn, account, house, account.id, payout, _WIN, play.id)
        draw = play.seed << DRAW_BITS | play.nonce
        account.draw_high = max(account.draw_high, draw)
        answer = self._complete(turn, play.reply, account)
        turn.stage(
            _new(
                Bet,
                (
                    play.id,
                    account.id,
                    play.game,
                    None,
                    None,
                    stake,
                    payout,
                    _SETTLED,
                    play.seed,
                    play.nonce,
                    play.params,
                    play.outcome,
                    account.posted - account.held,
                    account.held,
                    play.digest,
                    turn.now,
                ),
            )
        )
        self._use(turn, play.id, play.digest, answer)
        self._mark(turn, account)
        self._publish(turn, account, "bet", play.id, play.origin)
        return Played(True, answer)

    # --- games of steps ---

    def _open_game(self, turn: Turn, start: OpenGame) -> Played:
        known = self._known(start.id, start.digest)
        if known is not None:
            return Played(False, known)
        account = self._account_for(start.account, start.stake, start.payout_max)
        if isinstance(account, Refusal):
            return Played(False, self._refuse(turn, start.id, start.digest, account))
        account.held += start.stake
        account.draw_high = max(account.draw_high, start.seed << DRAW_BITS | start.nonce)
        self._keep_hold(start.id, PendingHold(account.id, start.stake, self._own, start.nonce))
        turn.stage(_new(Hold, (start.id, account.id, start.stake, self._own)))
        turn.stage(
            _new(
                Bet,
                (
                    start.id,
                    account.id,
                    start.game,
                    None,
                    start.nonce,
                    start.stake,
                    None,
                    _OPEN,
                    start.seed,
                    start.nonce,
                    start.params,
                    start.shown,
                    account.posted - account.held,
                    account.held,
                    start.digest,
                    turn.now,
                ),
            )
        )
        self._use(turn, start.id, start.digest, start.reply)
        self._mark(turn, account)
        self._publish(turn, account, "hold", start.id, None)
        return _new(Played, (True, start.reply))

    def _close_game(self, turn: Turn, end: CloseGame) -> Kept:
        if end.id is not None:
            known = self._known(end.id, end.digest)
            if known is not None:
                return Kept(False, known)
            self._write_id(turn, end.id, end.digest, end.reply)
        hold = self._take_hold(end.bet)
        if hold is None:
            raise LookupError(f"player {self._player} holds nothing for the game {end.bet.hex()}")
        account = self._accounts[hold.account]
        self._capture(turn, account, end.bet, hold, end.payout)
        # With the payment the time of the id is written as well.
        self._mark(turn, account)
        self._publish(turn, account, "settle", end.bet, None)
        return _new(Kept, (True, end.reply))

    # --- jackpots ---

    def _pay_jackpot(self, turn: Turn, pay: PayJackpot) -> None:
        """What a bet has won. The feeder that says so forgets the claim in the same commit, so it is paid once."""
        account = self._accounts[pay.account]
        self._transfer(turn, account, pay.jackpot, account.id, pay.amount, TransferKind.JACKPOT_WIN, pay.bet)
        self._mark(turn, account)
        self._publish(turn, account, "jackpot_win", pay.bet, None)

    # --- bets at tables ---

    def _place_hold(self, turn: Turn, hold: PlaceHold, sender: Sender) -> None:
        known = self._known(hold.id, hold.digest)
        if known is not None:
            self._answer_again(turn, hold, known, sender)
            return
        account = self._account_for(hold.account, hold.amount, 0)
        if isinstance(account, Refusal):
            turn.answer(sender, NotHeld(hold.id, self._refuse(turn, hold.id, hold.digest, account), hold.attempt))
            return
        account.held += hold.amount
        pending = PendingHold(account.id, hold.amount, hold.table, hold.round)
        self._keep_hold(hold.id, pending)
        if type(sender) is not Ref or not turn.is_awake(sender):
            pending.asked_at = turn.now
            self._wake_to_ask(turn)
        available = account.posted - account.held
        turn.stage(Hold(hold.id, account.id, hold.amount, hold.table))
        turn.stage(
            Bet(
                hold.id,
                account.id,
                hold.game,
                hold.table,
                hold.round,
                hold.amount,
                None,
                BetState.OPEN,
                None,
                hold.round,
                hold.params,
                None,
                available,
                account.held,
                hold.digest,
                turn.now,
            )
        )
        answer = self._complete(turn, hold.reply, account)
        if hold.origin is None:
            # The answer goes another way than the event, which so goes to everyone and alone has a position.
            answer["epoch"] = answer["seq"] = NO_POSITION
        self._use(turn, hold.id, hold.digest, answer)
        self._mark(turn, account)
        self._publish(turn, account, "hold", hold.id, hold.origin)
        turn.answer(sender, Held(hold.id, answer, hold.attempt, self._question(turn, pending), hold.round))

    def _answer_again(self, turn: Turn, command: PlaceHold | RefuseBet, known: Answer, sender: Sender) -> None:
        """An id that is known. While its stake is held, the table says whether the bet stands."""
        hold = self._holds.get(command.id) if self._holds else None
        if hold is None or isinstance(known, Refusal):
            turn.answer(sender, NotHeld(command.id, known, command.attempt))
        else:
            token = self._question(turn, hold)
            turn.answer(sender, Held(command.id, known, command.attempt, token, hold.round))

    def _refuse_bet(self, turn: Turn, command: RefuseBet, sender: Sender) -> None:
        known = self._known(command.id, command.digest)
        if known is not None:
            self._answer_again(turn, command, known, sender)
        else:
            turn.answer(sender, NotHeld(command.id, self._refused(turn, command), command.attempt))

    def _refused(self, turn: Turn, command: RefuseBet) -> Answer:
        """What the rules refuse stays refused, whatever they say later; but not the id of another's bet."""
        known = self._known(command.id, command.digest)
        return known if known is not None else self._refuse(turn, command.id, command.digest, command.refusal)

    def _asked_about_id(self, turn: Turn, command: AskAboutId, sender: Sender) -> None:
        known = self._known(command.id, command.digest)
        turn.answer(
            sender,
            IdIsNew(command.id, command.attempt) if known is None else NotHeld(command.id, known, command.attempt),
        )

    def _take_back(self, turn: Turn, command: TakeBack, sender: Sender) -> None:
        known = self._known(command.id, command.digest)
        if known is None:
            self._take_id(turn, command.id, command.digest, command.reply)
        self._free(turn, command.bets, HoldState.RELEASED, BetState.RETURNED)
        answer = command.reply if known is None else known
        turn.answer(sender, TakenBack(command.id, command.digest, known is None, answer))

    def _kept(self, turn: Turn, command: Keep) -> Kept:
        known = self._known(command.id, command.digest)
        if known is not None:
            return Kept(False, known)
        self._take_id(turn, command.id, command.digest, command.reply)
        return _new(Kept, (True, command.reply))

    def _release(self, turn: Turn, command: Release, sender: Sender) -> None:
        """The table disowns a bet. What it said before it was asked again does not count."""
        hold = self._holds.get(command.id) if self._holds else None
        if hold is None:
            known = self._memory.kept(command.id) or Refusal(Code.TRY_AGAIN)
            turn.answer(sender, NotHeld(command.id, known, command.attempt))
        elif command.token == hold.token:
            refusal = not_taken(hold.table, hold.round)
            self._memory.replace(command.id, refusal)
            self._free(turn, (command.id,), HoldState.DISOWNED, BetState.DISOWNED)
            turn.answer(sender, NotHeld(command.id, refusal, command.attempt))

    def _ask_about_holds(self, turn: Turn, command: Wake | None, sender: Sender) -> None:
        """Ask tables on other hosts, and after a load all tables, whether they know of bets; until each is over."""
        asked = False
        for bet, hold in (self._holds or {}).items():
            if hold.asked_at is None:
                continue
            asked = True
            if turn.now >= hold.asked_at + ASK_AGAIN_MS:
                hold.asked_at = turn.now
                question = AskAboutHold(bet, self._player, hold.round, self._question(turn, hold))
                turn.tell(Ref("table", hold.table), question)
        if asked:
            self._wake_to_ask(turn)

    def _wake_to_ask(self, turn: Turn) -> None:
        """In full seconds, so that many holds are one timer."""
        turn.wake_at((turn.now + ASK_AGAIN_MS) // _SECOND_MS * _SECOND_MS + _SECOND_MS)

    def _question(self, turn: Turn, hold: PendingHold) -> Token:
        self._questions += 1
        hold.token = (turn.stream_epoch, self._questions)
        return hold.token

    def _free(self, turn: Turn, bets: tuple[BetId, ...], hold_state: HoldState, bet_state: BetState) -> None:
        touched: dict[AccountId, Account] = {}
        for bet in bets:
            hold = self._take_hold(bet)
            if hold is None:
                continue
            account = touched.setdefault(hold.account, self._accounts[hold.account])
            account.held -= hold.amount
            turn.stage(HoldEnd(bet, account.id, hold.amount, hold_state))
            turn.stage(BetEnd(bet, 0, bet_state, turn.now))
        for account in touched.values():
            self._mark(turn, account)
            self._publish(turn, account, "release", bets[-1], None)

    def _settle(self, turn: Turn, command: Settle, sender: Sender) -> None:
        touched: dict[AccountId, Account] = {}
        for _, jackpot, _ in command.jackpots:
            if jackpot in self._feeders:
                turn.need(self._feeders[jackpot])
        drawn = {bet: (jackpot, won) for bet, jackpot, won in command.jackpots} if command.jackpots else {}
        for bet, payout in command.payouts:
            hold = self._take_hold(bet)
            if hold is None:
                continue
            account = touched.setdefault(hold.account, self._accounts[hold.account])
            self._capture(turn, account, bet, hold, payout)
            if bet in drawn and drawn[bet][0] in self._feeders:
                jackpot, won = drawn[bet]
                turn.call(self._feeders[jackpot], FeedJackpot(bet, account.id, hold.amount, won))
        for account in touched.values():
            self._mark(turn, account)
            self._publish(turn, account, "settle", command.payouts[-1][0], None)
        turn.answer(sender, Settled(self._player, tuple(bet for bet, _ in command.payouts)))

    def _capture(self, turn: Turn, account: Account, bet: BetId, hold: PendingHold, payout: int) -> None:
        """The stake that is held is the house's, and what is paid the player's."""
        house = turn.house(asset_of(account.id))
        account.held -= hold.amount
        turn.stage(_new(HoldEnd, (bet, account.id, hold.amount, _CAPTURED)))
        self._transfer(turn, account, account.id, house, hold.amount, _STAKE, bet)
        if payout:
            self._transfer(turn, account, house, account.id, payout, _WIN, bet)
        turn.stage(_new(BetEnd, (bet, payout, _SETTLED, turn.now)))

    # --- money in and out ---

    def _open(self, turn: Turn, command: OpenWallet, sender: Sender) -> None:
        """Make the accounts there are none of yet; give opening balances, once, where nothing ever moved."""
        for account_id, amount in command.openings:
            account = self._accounts.get(account_id)
            if account is None:
                account = self._new_account(turn, account_id)
            elif account.last is not None or not amount:
                continue
            if amount:
                ref = command_id_from(turn.now, turn.entropy(10))
                self._transfer(
                    turn, account, turn.treasury(asset_of(account_id)), account_id, amount, TransferKind.OPENING, ref
                )
            self._mark(turn, account)
            self._seq += 1
        turn.answer(sender, self._snapshot(turn))

    def _move(self, turn: Turn, command: Move, sender: Sender) -> None:
        digest = digest_of_parts(command.account, command.amount, command.kind)
        known = self._known(command.id, digest)
        if known is not None:
            turn.answer(sender, known)
            return
        kind, amount = TransferKind(command.kind), command.amount
        refusal = self._cannot_move(command.account, amount, kind)
        if refusal is not None:
            turn.answer(sender, self._refuse(turn, command.id, digest, refusal))
            return
        account = self._accounts.get(command.account) or self._new_account(turn, command.account)
        treasury = turn.treasury(asset_of(account.id))
        debit, credit = (treasury, account.id) if amount > 0 else (account.id, treasury)
        self._transfer(turn, account, debit, credit, abs(amount), kind, command.id)
        answer: dict[str, Any] = {
            "t": "moved",
            "id": command.id,
            "available": account.posted - account.held,
            "held": account.held,
        }
        self._take_id(turn, command.id, digest, answer)
        self._mark(turn, account)
        self._publish(turn, account, kind.name.lower(), command.id, None)
        turn.answer(sender, answer)

    def _move_chips(self, turn: Turn, command: MoveChips, sender: Sender) -> None:
        answer = self._known(command.id, command.digest)
        if answer is None:
            answer = self._chips_moved(turn, command)
        is_done = isinstance(answer, dict) and answer.get("entry") == command.entry
        turn.answer(sender, ChipsMoved(command.id, command.entry, is_done, answer))

    def _chips_moved(self, turn: Turn, command: MoveChips) -> Answer:
        amount = abs(command.amount)
        if command.amount < 0:
            account = self._account_for(command.account, amount, 0)
            if isinstance(account, Refusal):
                return self._refuse(turn, command.id, command.digest, account)
        else:
            account = self._accounts.get(command.account) or self._new_account(turn, command.account)
        escrow = turn.escrow(asset_of(account.id))
        is_out = command.amount < 0
        debit, credit = (account.id, escrow) if is_out else (escrow, account.id)
        kind = TransferKind.BUY_IN if is_out else TransferKind.CASH_OUT
        self._transfer(turn, account, debit, credit, amount, kind, command.id)
        answer = self._complete(turn, {**command.reply, "entry": command.entry}, account)
        self._take_id(turn, command.id, command.digest, answer)
        self._mark(turn, account)
        self._publish(turn, account, kind.name.lower(), command.id, None)
        return answer

    # --- looking ---

    def _asked(self, turn: Turn, asked: Asked, sender: Sender) -> None:
        turn.answer(
            sender,
            WalletBalances(id=asked.request.id, epoch=turn.stream_epoch, seq=self._seq, balances=self._balances()),
        )

    def _look(self, turn: Turn, command: Look, sender: Sender) -> None:
        turn.answer(sender, self._snapshot(turn))

    def _take_session(self, turn: Turn, command: TakeSession, sender: Sender) -> None:
        """Sockets of one session may be at several gateways: all of them hear in the same order who has it."""
        self._claims += 1
        taken = session_taken(command.session, Claim(turn.stream_epoch, self._claims))
        turn.push(self._topic, taken)
        turn.answer(sender, taken)

    def _snapshot(self, turn: Turn) -> WalletSnapshot:
        return WalletSnapshot(stream="wallet", epoch=turn.stream_epoch, seq=self._seq, balances=self._balances())

    def _balances(self) -> tuple[BalanceView, ...]:
        return tuple(
            BalanceView(
                asset=self._assets[asset_of(account.id)].code,
                balance=balance_of(account.id).name.lower(),
                available=account.posted - account.held,
                held=account.held,
            )
            for account in self._accounts.values()
            if asset_of(account.id) in self._assets
        )

    # --- ids ---

    def _known(self, command: CommandId, digest: bytes) -> Answer | None:
        """The answer that an id has had, whoever used it; nothing when it is new. Raises `LookUp`."""
        owner = self._used.owner(command)
        if owner is not None and owner != self._player:
            return Refusal(Code.ID_REUSED)
        return self._memory.answer_to(command, digest, self._used.floor)

    def _use(self, turn: Turn, command: CommandId, digest: bytes, answer: Answer) -> None:
        """This id is the player's, with this answer, for good."""
        self._memory.keep(command, digest, answer)
        self._used.add(command, self._player, turn.now)

    # --- the pieces ---

    def _account_for(self, account_id: AccountId, amount: int, payout: int) -> Account | Refusal:
        """The account, if this can be taken from it and then that be paid. One that is not there has nothing."""
        account = self._accounts.get(account_id)
        if not 0 < amount <= AMOUNT_MAX:
            return Refusal(Code.AMOUNT_OUT_OF_RANGE, {"amount": amount, "amount_max": AMOUNT_MAX})
        if account is None:
            return Refusal(Code.INSUFFICIENT_FUNDS, {"available": 0, "needed": amount})
        available = account.posted - account.held
        if available < amount:
            return Refusal(Code.INSUFFICIENT_FUNDS, {"available": available, "needed": amount})
        if account.posted + payout > BALANCE_MAX:
            return Refusal(Code.BALANCE_LIMIT, {"balance_max": BALANCE_MAX})
        return account

    def _cannot_move(self, account_id: AccountId, amount: int, kind: TransferKind) -> Refusal | None:
        if asset_of(account_id) not in self._assets or player_of(account_id) != self._player:
            return Refusal(Code.UNKNOWN_ASSET, {"account": account_id})
        if not 0 < abs(amount) <= AMOUNT_MAX or amount * _SIGN_OF_MOVE[kind] < 0:
            return Refusal(Code.AMOUNT_OUT_OF_RANGE, {"amount": amount, "amount_max": AMOUNT_MAX})
        if amount < 0:
            found = self._account_for(account_id, -amount, 0)
            return found if isinstance(found, Refusal) else None
        account = self._accounts.get(account_id)
        if account is not None and account.posted + amount > BALANCE_MAX:
            return Refusal(Code.BALANCE_LIMIT, {"balance_max": BALANCE_MAX})
        return None

    def _transfer(
        self, turn: Turn, account: Account, debit: AccountId, credit: AccountId, amount: int, kind: int, ref: CommandId
    ) -> None:
        account.posted += amount if credit == account.id else -amount
        number = turn.next_transfer()
        turn.stage(_new(Transfer, (number, debit, credit, amount, kind, ref, account.posted, account.last)))
        account.last = number

    def _mark(self, turn: Turn, account: Account) -> None:
        high = self._memory.high
        turn.stage(_new(AccountMark, (account.id, account.posted, account.held, high, account.draw_high, account.last)))

    def _new_account(self, turn: Turn, account_id: AccountId) -> Account:
        account = self._accounts[account_id] = Account(account_id, 0, 0, 0, None)
        turn.stage(AccountOpen(account_id))
        return account

    def _refuse(self, turn: Turn, command: CommandId, digest: bytes, refusal: Refusal) -> Refusal:
        """Refuse; for good, if the catalogue says so."""
        if CATALOGUE[refusal.code].sticky:
            self._take_id(turn, command, digest, refusal)
        return refusal

    def _take_id(self, turn: Turn, command: CommandId, digest: bytes, answer: Answer) -> None:
        """Write an id that leaves no bet down with its one answer, and its time with an account."""
        self._write_id(turn, command, digest, answer)
        for account in self._accounts.values():
            self._mark(turn, account)
            return
        self._mark(turn, self._new_account(turn, player_account(self._player, min(self._assets), Balance.CASH)))

    def _write_id(self, turn: Turn, command: CommandId, digest: bytes, answer: Answer) -> None:
        """The same where the time is written by whoever calls."""
        code, fields = (answer.code.value, answer.evidence) if isinstance(answer, Refusal) else (0, answer)
        self._use(turn, command, digest, answer)
        turn.stage(_new(CommandRecord, (command, self._player, digest, code, _pack(fields), turn.now)))

    def _complete(self, turn: Turn, answer: dict[str, Any], account: Account) -> dict[str, Any]:
        """Add to an answer the balance after it, and the stream position of the event that is published with it."""
        answer["available"] = account.posted - account.held
        answer["held"] = account.held
        answer["epoch"] = turn.stream_epoch
        answer["seq"] = self._seq + 1
        return answer

    def _publish(self, turn: Turn, account: Account, reason: str, ref: CommandId, origin: Any) -> None:
        asset = self._assets.get(asset_of(account.id))
        if asset is None:
            return
        self._seq += 1
        turn.push(
            self._topic,
            {
                "t": "wallet.changed",
                "stream": "wallet",
                "epoch": turn.stream_epoch,
                "seq": self._seq,
                "asset": asset.code,
                "balance": _BALANCE_NAMES[account.id & 7],
                "available": account.posted - account.held,
                "held": account.held,
                "reason": reason,
                "ref": ref,
            },
            origin,
        )

    def _keep_hold(self, bet: BetId, hold: PendingHold) -> None:
        if self._holds is None:
            self._holds = {}
        self._holds[bet] = hold

    def _take_hold(self, bet: BetId) -> PendingHold | None:
        return self._holds.pop(bet, None) if self._holds else None


_new: Final = tuple.__new__
"""Makes a named tuple from a tuple in a fourth of the time: for the records that every bet stages."""
_STAKE: Final = TransferKind.STAKE.value
_WIN: Final = TransferKind.WIN.value
_SETTLED: Final = BetState.SETTLED.value
_OPEN: Final = BetState.OPEN.value
_CAPTURED: Final = HoldState.CAPTURED.value
_pack: Final = msgpack.Packer().pack
_SIGN_OF_MOVE: Final = {TransferKind.DEPOSIT: 1, TransferKind.WITHDRAWAL: -1, TransferKind.ADJUSTMENT: 0}
"""Which way money may move; adjustments go either way."""
_BALANCE_NAMES: Final = {balance.value: balance.name.lower() for balance in Balance}
