"""What every game makes of the stream: cases that are counted, each with its weight."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from math import comb
from typing import Any, Final

from actors.fairness.chain import CHAIN_ROUNDS
from actors.fairness.commitment import commitment_of
from actors.fairness.draws import Draws, preimages
from actors.games.blackjack.cards import CARDS, Shoe, is_natural
from actors.games.board import BoardGame
from actors.games.catalogue import ALONE_GAMES, BOARD_GAMES
from actors.games.crash.bust import BITS, bust_of, chance_of
from actors.games.dice import ROLLS, roll_of
from actors.games.hilo import cards_of
from actors.games.limbo import STEPS, winning_steps
from actors.games.mines import positions_of
from actors.games.poker.deck import deck_of
from actors.games.sicbo import layout_of as sicbo_layout
from actors.games.videopoker import cards_of as deal_of
from actors.games.videopoker import hand_of
from protocol.games.blackjack import ENDLESS
from protocol.games.deck import DECK
from protocol.games.hilo import CARDS_MAX
from protocol.games.keno import DRAWN, NUMBERS
from protocol.games.limbo import TARGET_MIN
from protocol.games.mines import MINES_MAX, TILES
from protocol.games.slots import MACHINES
from protocol.games.videopoker import HAND

Case = Callable[[str, str, int], int]
"""Which case a server seed, a client seed and a nonce come to."""

LIMBO_TARGETS: Final = (TARGET_MIN, 110, 125, 150, 175, 200, 250, 300, 400, 500, 750, 1_000, 2_000, 5_000, 10_000)
BUSTS: Final = (101, 110, 125, 150, 175, 200, 250, 300, 400, 500, 750, 1_000, 2_000, 5_000, 10_000)
FLOP_FIRST: Final = 13
"""The first card of the board when six are dealt in."""
PICKS: Final = range(1, 11)
ROWS: Final = (8, 16)
SEGMENTS: Final = 50
SHOE_DECKS: Final = 6
SHOE_CARDS: Final = 20
HANDS: Final[Mapping[str, int]] = {
    "royal_flush": 4,
    "straight_flush": 36,
    "four_of_a_kind": 624,
    "full_house": 3_744,
    "flush": 5_108,
    "straight": 10_200,
    "three_of_a_kind": 54_912,
    "two_pair": 123_552,
    "jacks_or_better": 337_920,
    "nothing": 2_062_860,
}
"""How many of the C(52, 5) hands that are dealt are so; as published."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One way of counting a game's outcomes. `weights`, of any sum, are right to 2**-26 of themselves, or exact."""

    game: str
    what: str
    weights: Sequence[int]
    case: Case


def samples() -> tuple[Sample, ...]:
    """Of every game there is."""
    return tuple(_samples())


def _samples() -> Iterator[Sample]:
    yield Sample("dice", "the roll", [preimages(roll, ROLLS) for roll in range(ROLLS)], roll_of)
    reached = [STEPS, *(winning_steps(target) for target in LIMBO_TARGETS), 0]
    yield Sample("limbo", "which targets are reached", [more - less for more, less in pairwise(reached)], _limbo)
    for rows in ROWS:
        slots = [comb(rows, slot) for slot in range(rows + 1)]
        yield Sample("plinko", f"the slot below {rows} rows", slots, partial(_plinko, rows))
    for nth in (1, DRAWN):
        yield Sample("keno", f"number {nth} of {DRAWN}", [1] * NUMBERS, partial(_keno, nth - 1))
    hits = [comb(DRAWN, hit) * comb(NUMBERS - DRAWN, len(PICKS) - hit) for hit in range(len(PICKS) + 1)]
    yield Sample("keno", f"hits of {len(PICKS)} picks", hits, _keno_hits)
    yield Sample("wheel", "the segment", [preimages(one, SEGMENTS) for one in range(SEGMENTS)], _wheel)
    for machine in MACHINES.values():
        for reel, strip in enumerate(machine.strips):
            stops = [preimages(stop, len(strip)) for stop in range(len(strip))]
            if reel in (0, len(machine.strips) - 1):
                yield Sample("slots", f"{machine.name}, reel {reel + 1}", stops, partial(_stop, machine.name, reel))
    for nth in (1, MINES_MAX):
        yield Sample("mines", f"mine {nth} of {MINES_MAX}", [1] * TILES, partial(_mine, nth - 1))
    for nth in (1, CARDS_MAX):
        cards = [preimages(card, DECK) for card in range(DECK)]
        yield Sample("hilo", f"card {nth} of {CARDS_MAX}", cards, partial(_hilo, nth - 1))
    for nth in (1, 2 * HAND):
        yield Sample("videopoker", f"card {nth} of {2 * HAND}", [1] * DECK, partial(_card, nth - 1))
    yield Sample("videopoker", "the hand that is dealt", list(HANDS.values()), _hand)
    for variant in ("european", "american"):
        pockets = BOARD_GAMES["roulette"].layout({"variant": variant}).cases
        weights = [preimages(pocket, pockets) for pocket in range(pockets)]
        yield Sample("roulette", f"the pocket, {variant}", weights, _of_table("roulette", variant))
    throws = sicbo_layout("macau").weights
    yield Sample("sicbo", "the throw", throws, _of_table("sicbo", "macau"))
    for decks in ("eight_decks", "infinite"):
        weights = list(BOARD_GAMES["baccarat"].layout({"variant": decks}).weights)
        yield Sample("baccarat", f"winner and pairs, {decks}", weights, _of_table("baccarat", decks))
    yield from _of_blackjack_crash_and_poker()


def _of_blackjack_crash_and_poker() -> Iterator[Sample]:
    for shoe, nth in ((1, 1), (1, len(CARDS)), (SHOE_DECKS, SHOE_CARDS), (ENDLESS, 1)):
        cards = [1] * len(CARDS)
        yield Sample("blackjack", f"card {nth}, {shoe or 'endless'} decks", cards, partial(_shoe_card, shoe, nth - 1))
    naturals = 2 * 4 * 16
    hands = [naturals, len(CARDS) * (len(CARDS) - 1) - naturals]
    yield Sample("blackjack", "a natural in the first two cards, 1 deck", hands, _natural)

    survives = [1 << BITS, *(int(chance_of(bust) * (1 << BITS)) for bust in BUSTS), 0]
    yield Sample("crash", "which targets are reached", [more - less for more, less in pairwise(survives)], _crash)

    for nth in (1, FLOP_FIRST, DECK):
        yield Sample("poker", f"card {nth} of the deck", [1] * DECK, partial(_poker, nth - 1))
    yield Sample("poker", "the first five cards as a hand", list(HANDS.values()), _poker_hand)


def _limbo(server_seed: str, client_seed: str, nonce: int) -> int:
    outcome, _ = ALONE_GAMES["limbo"].draw({"target": TARGET_MIN}, Draws(server_seed, client_seed, nonce))
    return sum(outcome["result"] >= target for target in LIMBO_TARGETS)


def _plinko(rows: int, server_seed: str, client_seed: str, nonce: int) -> int:
    params = {"rows": rows, "risk": "low"}
    path: str = ALONE_GAMES["plinko"].draw(params, Draws(server_seed, client_seed, nonce))[0]["path"]
    return path.count("R")


def _drawn(server_seed: str, client_seed: str, nonce: int) -> list[int]:
    params = {"picks": list(PICKS), "risk": "low"}
    return ALONE_GAMES["keno"].draw(params, Draws(server_seed, client_seed, nonce))[0]["drawn"]  # type: ignore[no-any-return]


def _keno(nth: int, server_seed: str, client_seed: str, nonce: int) -> int:
    return _drawn(server_seed, client_seed, nonce)[nth] - 1


def _keno_hits(server_seed: str, client_seed: str, nonce: int) -> int:
    return len(set(PICKS).intersection(_drawn(server_seed, client_seed, nonce)))


def _wheel(server_seed: str, client_seed: str, nonce: int) -> int:
    params = {"segments": SEGMENTS, "risk": "low"}
    return ALONE_GAMES["wheel"].draw(params, Draws(server_seed, client_seed, nonce))[0]["segment"]  # type: ignore[no-any-return]


def _stop(machine: str, reel: int, server_seed: str, client_seed: str, nonce: int) -> int:
    outcome, _ = ALONE_GAMES["slots"].draw({"machine": machine}, Draws(server_seed, client_seed, nonce))
    return outcome["stops"][0][reel]  # type: ignore[no-any-return]


def _mine(nth: int, server_seed: str, client_seed: str, nonce: int) -> int:
    return positions_of(Draws(server_seed, client_seed, nonce), MINES_MAX)[nth]


def _hilo(nth: int, server_seed: str, client_seed: str, nonce: int) -> int:
    return cards_of(Draws(server_seed, client_seed, nonce))[nth]


def _card(nth: int, server_seed: str, client_seed: str, nonce: int) -> int:
    return deal_of(Draws(server_seed, client_seed, nonce))[nth]


def _hand(server_seed: str, client_seed: str, nonce: int) -> int:
    return list(HANDS).index(hand_of(deal_of(Draws(server_seed, client_seed, nonce))[:HAND]))


def _crash(server_seed: str, client_seed: str, nonce: int) -> int:
    """Of the rounds of a chain whose last seed is `server_seed`, all of them with one client seed."""
    bust = bust_of(_chain(server_seed)[nonce % CHAIN_ROUNDS], client_seed)
    return sum(bust >= reached for reached in BUSTS)


@lru_cache(maxsize=1)
def _chain(root: str) -> tuple[str, ...]:
    seeds = [root]
    for _ in range(CHAIN_ROUNDS - 1):
        seeds.append(commitment_of(seeds[-1]))
    return tuple(reversed(seeds))


def _shoe_card(decks: int, nth: int, server_seed: str, client_seed: str, nonce: int) -> int:
    return CARDS.index(Shoe(decks, server_seed, client_seed, nonce).card(nth))


def _natural(server_seed: str, client_seed: str, nonce: int) -> int:
    return 1 - is_natural(Shoe(1, server_seed, client_seed, nonce).cards(0, 2))


def _poker(nth: int, server_seed: str, client_seed: str, nonce: int) -> int:
    return deck_of(server_seed, client_seed, nonce)[nth]


def _poker_hand(server_seed: str, client_seed: str, nonce: int) -> int:
    return list(HANDS).index(hand_of(deck_of(server_seed, client_seed, nonce)[:HAND]))


def _of_table(game: str, variant: str) -> Case:
    """The case of a round of a table at which nothing was played yet."""
    rules: BoardGame = BOARD_GAMES[game]
    layout = rules.layout({"variant": variant})
    begun: Mapping[str, Any] = rules.first(layout)

    def case(server_seed: str, client_seed: str, nonce: int) -> int:
        return rules.case(rules.draw(layout, begun, server_seed, client_seed, nonce))

    return case
