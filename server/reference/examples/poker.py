"""Examples of poker: a hand that is really played, by the game's own rules, between the guest and somebody else."""

from typing import Any, Final

import msgpack

from actors.fairness.entropy import client_seed_from
from actors.games.poker.bound import card_commitments, deck_commitment
from actors.games.poker.changes import apply
from actors.games.poker.deal import Move
from actors.games.poker.deck import deck_of
from actors.games.poker.events import Act, BuyIn, Command, DealHand, Mix, OpenHand
from actors.games.poker.state import State, replayed
from actors.games.poker.table import decide
from actors.games.poker.view import cards_for, published, view
from actors.poker.record import outcome_of
from actors.poker.table import GAME
from persistence.interfaces import RoundRow
from protocol.errors import Refusal
from protocol.games.poker import (
    PokerAct,
    PokerAway,
    PokerBack,
    PokerBought,
    PokerHole,
    PokerLeave,
    PokerMix,
    PokerPeek,
    PokerShow,
    PokerSit,
    PokerTopUp,
)
from protocol.games.pokerhand import PokerRecall
from protocol.ids import PlayerId
from protocol.model import Message
from server.config import PokerSettings
from server.config.tables import DEFAULT_TABLES
from server.play import poker_rules
from server.poker_hands import hand_of
from server.reference.examples.played import EPOCH
from server.reference.examples.story import NAME, NOW_MS, OPENING, PLAYER, STREAM_EPOCH, story_id, story_seeds

OTHER: Final = PlayerId(43)
BUY_IN: Final = 100_00
RAISED_TO: Final = 3_00
ENTROPY: Final = "a-lucky-coin"
SAT_AFTER_MS: Final = 30_000


class PlayedPoker:
    """A poker table as its actor drives it."""

    def __init__(self, settings: PokerSettings) -> None:
        self.state = State(poker_rules(settings))
        self.shown: list[Message] = []
        self._stream = f"table:{settings.id}"
        self._seed = story_seeds("poker")

    def happens(self, command: Command) -> None:
        """Decide and apply a command."""
        decided = decide(self.state, command)
        if isinstance(decided, Refusal):
            raise TypeError(f"the example is refused: {decided}")
        for event in decided:
            apply(self.state, event, self._seed.server_seed)
            self.shown += published(self.state, event, self._stream, EPOCH, len(self.shown) + 1)

    def seen(self, now: int) -> Message:
        """What the guest sees of the whole table."""
        return view(self.state, PLAYER, self._stream, EPOCH, len(self.shown), now=now)

    def acts(self, kind: Any, to: int, now: int) -> None:
        """Whose turn it is moves."""
        hand = self.state.hand
        if hand is None or hand.options is None:
            raise TypeError("it is nobody's turn")
        player = self.state.seats[hand.options.seat].player
        self.happens(Act(player, self.state.number, len(self.state.moves), Move(kind, to), now))

    @property
    def row(self) -> RoundRow:
        """The hand that is over, as it is written down."""
        state, seed = self.state, self._seed.server_seed
        if state.last is None:
            raise TypeError("no hand was played")
        hand = replayed(state.rules, state.last.deal, deck_of(seed, state.client_seed, state.number), state.last.moves)
        return RoundRow(
            state.rules.table,
            state.number,
            GAME,
            self._seed.commitment,
            b"",
            seed,
            state.client_seed,
            msgpack.packb(state.contributions),
            outcome_of(state, hand, seed),
            NOW_MS,
            NOW_MS + SAT_AFTER_MS,
        )


def poker_examples() -> tuple[Message, ...]:
    """One of each message of poker."""
    settings = next(table for table in DEFAULT_TABLES if isinstance(table, PokerSettings))
    table, seeds, now = PlayedPoker(settings), story_seeds("poker"), NOW_MS + SAT_AFTER_MS
    state = table.state
    for seat, player, name in ((0, PLAYER, NAME), (1, OTHER, "Bob")):
        table.happens(BuyIn(player, name, seat, BUY_IN, now))
    commitment = deck_commitment(card_commitments(seeds.server_seed, state.rules.table, 1))
    table.happens(OpenHand(commitment, now))
    table.happens(Mix(PLAYER, 1, ENTROPY, now + 500))
    client_seed = client_seed_from(state.rules.table, 1, commitment, state.mixed.values())
    now = state.until
    table.happens(DealHand(commitment, client_seed, now))
    cards = cards_for(state, PLAYER)
    table.acts("raise", RAISED_TO, now)
    snapshot = table.seen(now)
    while state.hand is not None:
        table.acts("call", 0, now)
    return (*_requests(settings.id), *_replies(settings.id, table, cards), *table.shown, snapshot)


def _requests(table: str) -> tuple[Message, ...]:
    def at(what: str) -> dict[str, Any]:
        return {"id": story_id(what, SAT_AFTER_MS), "table": table}

    return (
        PokerSit(**at("poker.sit"), seat=0, amount=BUY_IN),
        PokerTopUp(**at("poker.topup"), amount=20_00),
        PokerLeave(**at("poker.leave")),
        PokerAway(**at("poker.away")),
        PokerBack(**at("poker.back"), posts=True),
        PokerMix(**at("poker.mix"), hand=1, entropy=ENTROPY),
        PokerPeek(**at("poker.peek")),
        PokerAct(**at("poker.act"), hand=1, move=0, kind="raise", to=RAISED_TO),
        PokerShow(**at("poker.show"), hand=1),
        PokerRecall(**at("poker.recall"), hand=1),
    )


def _replies(table: str, played: PlayedPoker, cards: tuple[int, ...]) -> tuple[Message, ...]:
    wallet: dict[str, Any] = {"available": OPENING - BUY_IN, "held": 0, "epoch": STREAM_EPOCH, "seq": 2}
    recall = PokerRecall(id=story_id("poker.recall", SAT_AFTER_MS), table=table, hand=1)
    hand = hand_of(played.row, PLAYER, recall)
    if isinstance(hand, Refusal):
        raise TypeError(f"the example is refused: {hand}")
    return (
        PokerBought(id=story_id("poker.sit", SAT_AFTER_MS), table=table, seat=0, amount=BUY_IN, entry=1, **wallet),
        PokerHole(id=story_id("poker.peek", SAT_AFTER_MS), table=table, hand=1, cards=cards),
        hand,
    )
