"""Hands and tables of poker for tests: cards as they are written, moves as they are said."""

import json
from collections.abc import Sequence
from typing import Any

from actors.games.poker.changes import apply
from actors.games.poker.deal import Deal, Entrant, Move, Options
from actors.games.poker.deck import read_card
from actors.games.poker.events import BuyIn, Command, DealHand, Event
from actors.games.poker.hand import Hand
from actors.games.poker.rules import Rake, Rules, Timing
from actors.games.poker.state import State
from actors.games.poker.table import decide
from clients.python.verifier import check_proof
from protocol.errors import Refusal
from protocol.games.deck import DECK
from protocol.games.pokerhand import PokerHand
from protocol.ids import PlayerId, TableId

SERVER_SEED = "5e" * 32
CLIENT_SEED = "c1" * 32
COMMITMENT = "c0" * 32
TIMING = Timing(act_ms=10_000, bank_ms_max=30_000, bank_gain_ms=1_000, away_ms=20_000, pause_ms=3_000)
NO_RAKE = Rake(0, 0)
CALL, FOLD = Move("call"), Move("fold")


def rules_of(small: int = 50, big: int = 100, rake: Rake = NO_RAKE, seats: int = 6, variant: str = "holdem") -> Rules:
    """A table at which one buys in for 10 to 200 big blinds."""
    return Rules(
        TableId("p1"), small, big, 10 * big, 200 * big, seats, "omaha" if variant == "omaha" else "holdem",
        rake=rake, timing=TIMING,
    )  # fmt: skip


def deal_of(stacks: Sequence[int], small: int = 50, big: int = 100, number: int = 1) -> Deal:
    """A hand whose players sit in seats 0, 1, 2, … from the left of the button on, the button last."""
    posts = [*([big, small] if len(stacks) == 2 else [small, big]), *[0] * len(stacks)]
    entrants = tuple(Entrant(seat, stack, min(stack, posts[seat])) for seat, stack in enumerate(stacks))
    last = len(stacks) - 1
    return Deal(number, last, last if last == 1 else 0, 0 if last == 1 else 1, entrants)


def deck_with(text: str) -> tuple[int, ...]:
    """A deck whose first cards are these, such as `AsKs 2c2d`, in the order in which they are dealt."""
    letters = text.replace(" ", "")
    first = tuple(read_card(letters[at : at + 2]) for at in range(0, len(letters), 2))
    return first + tuple(card for card in range(DECK) if card not in first)


def to(amount: int) -> Move:
    """A bet, or a raise."""
    return Move("raise", amount)


def played(rules: Rules, deal: Deal, deck: Sequence[int], *moves: Move) -> Hand:
    """A hand after these moves."""
    hand = Hand(rules, deal, deck)
    for move in moves:
        hand.play(move)
    return hand


def options_in(hand: Hand) -> Options:
    """What the player may do whose turn it is."""
    assert hand.options is not None
    return hand.options


def moves_in(options: Options) -> list[Move]:
    """Every kind of move there is, a raise once by least and once by most."""
    moves = [CALL] + [FOLD] * (options.call > 0)
    return moves + [to(amount) for amount in (options.raise_min, options.raise_max) if amount is not None]


def told(state: State, command: Command) -> tuple[Event, ...]:
    """What a command that is not refused does, done."""
    decided = decide(state, command)
    assert not isinstance(decided, Refusal), decided
    for event in decided:
        apply(state, event, SERVER_SEED)
    return decided


def refusal(state: State, command: Command) -> Refusal:
    """Why not."""
    decided = decide(state, command)
    assert isinstance(decided, Refusal), decided
    return decided


def table_of(stacks: Sequence[int], rules: Rules | None = None, now: int = 0) -> State:
    """A table with players 1, 2, 3, … in seats 0, 1, 2, …, before its first hand, for which nobody has to wait."""
    state = State(rules or rules_of())
    for seat, stack in enumerate(stacks):
        told(state, BuyIn(PlayerId(seat + 1), f"player {seat + 1}", seat, stack, now))
    state.until = 0
    return state


def deal_next(state: State, now: int | None = None) -> tuple[Event, ...]:
    """Deal a hand as soon as the pause is over."""
    return told(state, DealHand(COMMITMENT, CLIENT_SEED, state.until if now is None else now))


def as_json(record: PokerHand) -> dict[str, Any]:
    """The record of a hand as whoever checks it has it in a file."""
    fields: dict[str, Any] = json.loads(json.dumps(record.model_dump(exclude={"t", "id"}), default=bytes.hex))
    return {"game": "poker", **fields}


def failed_in(record: dict[str, Any], commitment: str | None = None) -> list[str]:
    """What the verifier finds wrong with it."""
    return [check.name for check in check_proof(record, commitment) if not check.ok]
