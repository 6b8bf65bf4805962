"""Rooms for the start page's fake server: players with money in memory, dice, and roulette that a test turns."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from actors.fairness.commitment import commitment_of
from actors.games.board import Rules, State
from actors.games.dice import Dice
from actors.games.interface import (
    Advance,
    BetPlaced,
    BetsReturned,
    ClearBets,
    Limits,
    OpenRound,
    PlaceBet,
    RoundSettled,
    UndoBet,
)
from actors.games.roulette import Roulette, Variant, layout_of
from actors.games.rounds import Timing
from protocol.errors import Code, Refusal
from protocol.ids import AccountId, BetId, PlayerId, TableId
from protocol.model import Message
from protocol.replies import BalanceView, ProofView, StatementRow, TableInfo

ASSET = "PLAY"
SCALE = 2
OPENING = 10_000_00
EPOCH = 7
DICE_LIMITS = Limits(min_bet=1, max_bet=1_000_00, max_total=1_000_00, exposure_max=100_000_00)
TABLE_LIMITS = Limits(min_bet=10, max_bet=500_00, max_total=2_000_00, exposure_max=1_000_000_00)
TIMING = Timing(betting_ms=15_000, closed_ms=1_000, spin_ms=5_000, settled_ms=4_000)


def server_seed(text: str) -> str:
    """A seed that is the same in every run."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class Player:
    """A guest: money, seeds, statement, and the proofs of settled bets."""

    number: PlayerId
    name: str
    available: int = OPENING
    held: int = 0
    seq: int = 0
    seed_number: int = 1
    client_seed: str = "lucky"
    nonce: int = 0
    answers: dict[bytes, dict[str, Any]] = field(default_factory=dict)
    rows: list[StatementRow] = field(default_factory=list)
    proofs: dict[bytes, ProofView] = field(default_factory=dict)

    @property
    def seed(self) -> str:
        """The server seed in use."""
        return server_seed(f"{self.number}/{self.seed_number}")

    @property
    def next_commitment(self) -> str:
        """The commitment to the server seed after this one."""
        return commitment_of(server_seed(f"{self.number}/{self.seed_number + 1}"))

    @property
    def balance(self) -> BalanceView:
        return BalanceView(asset=ASSET, balance="cash", available=self.available, held=self.held)

    def move(self, available: int, held: int) -> dict[str, int]:
        """Change the balance; the position of the wallet's stream and what is there now."""
        self.available += available
        self.held += held
        self.seq += 1
        return {"available": self.available, "held": self.held, "epoch": EPOCH, "seq": self.seq}

    def write(self, ref: bytes, kind: str, amount: int, at_ms: int) -> None:
        """A line of the statement."""
        cursor = len(self.rows) + 1
        row = StatementRow(cursor=cursor, at_ms=at_ms, amount=amount, after=self.available, kind=kind, ref=ref)
        self.rows.insert(0, row)


def play_dice(player: Player, request: Any, now: int) -> Refusal | dict[str, Any]:
    """A dice bet, whole: the fields of its reply."""
    game = Dice()
    play = game.check(request, DICE_LIMITS)
    if isinstance(play, Refusal):
        return play
    if play.stake > player.available:
        return Refusal(Code.INSUFFICIENT_FUNDS, {"available": player.available})
    nonce, seed = player.nonce, player.seed
    player.nonce += 1
    result = game.play(play, seed, player.client_seed, nonce)
    moved = player.move(result.payout - play.stake, 0)
    player.write(request.id, "stake", -play.stake, now)
    if result.payout:
        player.write(request.id, "win", result.payout, now)
    player.proofs[request.id] = ProofView(
        id=b"",
        bet=request.id,
        game="dice",
        commitment=commitment_of(seed),
        server_seed=None,
        client_seed=player.client_seed,
        nonce=nonce,
        params=dict(play.params),
        outcome=dict(result.outcome),
        stake=play.stake,
        payout=result.payout,
    )
    return {**game.reply(play, result), "seed": player.seed_number, "nonce": nonce, "jackpot": None, **moved}


class Paid(NamedTuple):
    """A settled bet of a player."""

    player: Player
    bet: BetId
    stake: int
    payout: int


class Room:
    """A roulette table by the game's own rules; `turn` brings the next phase whatever the time."""

    def __init__(self, table: str, variant: Variant) -> None:
        self.game = Roulette()
        self.rules = Rules(TableId(table), layout_of(variant), ASSET, TABLE_LIMITS, TIMING)
        self.state: State = self.game.fresh(self.rules)
        self.stream = f"table:{table}"
        self.seq = 0
        self.seated: set[PlayerId] = set()
        self.players: dict[PlayerId, Player] = {}

    @property
    def pocket(self) -> int | None:
        """Where the ball fell in this round."""
        return None if self.state.round.outcome is None else self.state.round.outcome["pocket"]

    @property
    def seed(self) -> str:
        """The server seed of the round."""
        return server_seed(f"{self.rules.table}/{self.state.round.number}")

    def turn(self, now: int) -> tuple[Message, list[Paid]]:
        """The next phase: what everybody is told of it, and who is paid."""
        if self.game.between_rounds(self.state):
            number = self.state.round.number + 1
            commitment = commitment_of(server_seed(f"{self.rules.table}/{number}"))
            command: OpenRound | Advance = OpenRound(number, commitment, max(now, self.state.round.until))
        else:
            command = Advance(max(now, self.state.round.until), self.seed if self.game.wants_seed(self.state) else None)
        events = self.game.decide(self.state, command)
        assert not isinstance(events, Refusal)
        assert len(events) == 1
        self.game.apply(self.state, events[0])
        paid = self._pay(events[0]) if isinstance(events[0], RoundSettled) else []
        told = self.game.publish(self.state, events[0], self.stream, EPOCH, self.next_seq())
        assert told is not None
        return told, paid

    def next_seq(self) -> int:
        self.seq += 1
        return self.seq

    def place(
        self, player: Player, bet: bytes, wagers: tuple[tuple[str, int], ...], entropy: str, now: int
    ) -> Refusal | BetPlaced:
        """A bet of a player, or of a visitor who has no purse."""
        command = PlaceBet(BetId(bet), player.number, player.name, AccountId(1), wagers, entropy, now)
        events = self.game.decide(self.state, command)
        if isinstance(events, Refusal):
            return events
        placed = events[0]
        assert isinstance(placed, BetPlaced)
        if placed.stake > player.available:
            return Refusal(Code.INSUFFICIENT_FUNDS, {"available": player.available})
        self.game.apply(self.state, placed)
        self.players[player.number] = player
        return placed

    def take_back(self, player: Player, everything: bool, now: int) -> Refusal | tuple[BetsReturned, int]:
        """Bets returned, and what they come to."""
        command = ClearBets(player.number, now) if everything else UndoBet(player.number, now)
        events = self.game.decide(self.state, command)
        if isinstance(events, Refusal):
            return events
        returned = events[0]
        assert isinstance(returned, BetsReturned)
        amount = sum(self.game.bets(self.state)[bet].stake for bet in returned.bets)
        self.game.apply(self.state, returned)
        return returned, amount

    def told(self, *events: BetPlaced | BetsReturned) -> Message:
        """What everybody is told of bets."""
        return self.game.published(self.state, events, self.stream, EPOCH, self.next_seq(), now=0)

    def view(self, viewer: PlayerId, now: int) -> Message:
        snapshot = self.game.view(self.state, viewer, self.stream, EPOCH, self.seq, now=now)
        return snapshot.model_copy(update={"seated": viewer in self.seated})

    def info(self, watching: int) -> TableInfo:
        rules = self.rules
        return TableInfo(
            table=rules.table,
            game="roulette",
            variant=rules.variant,
            asset=rules.asset,
            min_bet=rules.limits.min_bet,
            max_bet=rules.limits.max_bet,
            max_total=rules.limits.max_total,
            seated=len(self.seated),
            watching=watching,
            **self.game.lobby(self.state),
        )

    def _pay(self, settled: RoundSettled) -> list[Paid]:
        paid = []
        binding = self.game.binding(self.state)
        bets = self.game.bets(self.state)
        for bet_id, payout in settled.payouts:
            bet = bets[bet_id]
            player = self.players[bet.player]
            player.write(bet_id, "stake", -bet.stake, settled.at)
            if payout:
                player.write(bet_id, "win", payout, settled.at)
            paid.append(Paid(player, bet_id, bet.stake, payout))
            player.proofs[bet_id] = ProofView(
                id=b"",
                bet=bet_id,
                game="roulette",
                commitment=binding.commitment,
                server_seed=self.seed,
                client_seed=binding.client_seed,
                nonce=binding.round,
                params=dict(self.game.params(self.state, bet)),
                outcome={"pocket": self.pocket},
                stake=bet.stake,
                payout=payout,
                table=self.rules.table,
                round=binding.round,
                contributions=binding.contributions,
            )
        return paid
