"""Proofs of bets that were really played in a casino that a test drives by hand, as JSON that a stranger may read."""

import asyncio
import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final

from actors.games.catalogue import BOARD_GAMES, INSTANT_GAMES, STEP_GAMES, TABLE_GAMES
from clients.bots.strategies import STRATEGIES
from persistence.ledgers import Ledgers
from protocol.ids import BetId, PlayerId
from protocol.replies import ProofView
from protocol.requests import RotateSeeds, Sit
from server.proof_json import proof_to_json
from server.queries import LedgerQueries
from tests.support.blackjack_table import act, finish, plays, seated, seen
from tests.support.casino import ANN, ASSETS, BEN, ROUND_MS, RULES, TABLE, Casino
from tests.support.flights import LAUNCH_MS, Flights
from tests.support.layouts import SPOTS
from tests.support.turns import Turns

FUNDS: Final = 1_000_000
BETS: Final = 6
"""Of each game."""

DEAL_MS: Final = 11_000
"""From the start of a round until the cards are out."""

Json = dict[str, Any]


def proof_of(casino: Casino, bet: BetId, player: PlayerId | None = None) -> Json:
    """What the server publishes of a bet."""
    proof = asyncio.run(LedgerQueries(Ledgers.one(casino.ledger), ASSETS).proof(player, bet))
    assert isinstance(proof, ProofView), proof
    read: Json = json.loads(proof_to_json(proof))
    return read


def proofs_of(casino: Casino) -> list[Json]:
    """Of every bet there was, oldest first; seeds that are in use are revealed."""
    casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="another"))
    bets = sorted(casino.ledger.tables.bets.values(), key=lambda bet: bet.id)
    return [proof_of(casino, BetId(bet.id)) for bet in bets]


def played(game: str, variant: str = "") -> list[Json]:
    """Some bets of this game, with their proofs."""
    if game in BOARD_GAMES:
        return proofs_of(_rounds(game, variant or BOARD_GAMES[game].variants[0], BETS))
    if game == "crash":
        return flights(BETS)
    if game == "blackjack":
        return proofs_of(hands(BETS))
    casino = Casino()
    casino.open(ANN, FUNDS)
    for request in _requests(casino, game):
        casino.asks(ANN, request)
    return proofs_of(casino)


def games_and_variants() -> list[tuple[str, str]]:
    """Everything that can be played."""
    alone = [(game, "") for game in (*INSTANT_GAMES, *STEP_GAMES)]
    return alone + [(game.name, variant) for game in TABLE_GAMES.values() for variant in game.variants]


def rounds_of_a_shoe(rounds: int) -> list[Json]:
    """Proofs of so many rounds of baccarat at one table."""
    return proofs_of(_rounds("baccarat", "eight_decks", rounds))


def flights(rounds: int) -> list[Json]:
    """Proofs of so many rounds of crash at one table: bets with and without targets, some cashed out by hand."""
    casino = Flights()
    for number in range(rounds):
        by_target, by_hand = casino.crash_bet(25, 150 + 50 * number), casino.crash_bet(30)
        for bet in (by_target, by_hand):
            casino.asks(ANN, bet)
        bust = casino.bust()
        casino.wait(LAUNCH_MS + number * 100)
        casino.asks(ANN, casino.cashout(by_hand))
        casino.land(bust, number * 100)
    assert casino.balance(ANN)[1] == 0
    return proofs_of(casino)


def hands(rounds: int) -> Casino:
    """So many rounds of blackjack, with insurance and hits where they are offered, and every third round left alone."""
    casino = seated()
    for number in range(rounds):
        for player, box in ((ANN, "box1"), (BEN, "box2")):
            bet = casino.table_bet((box, 25 + number), entropy=f"words-{number}" if number % 2 else None)
            assert casino.asks(player, bet)["t"] == "blackjack.placed"
        casino.wait(DEAL_MS)
        if number % 3 and plays(view := seen(casino)):
            casino.asks(view.owners[view.turn - 1][1], act(casino, "hit"))
        finish(casino)
    return casino


def _requests(casino: Casino, game: str) -> Iterator[Any]:
    if game in STEP_GAMES:
        for seed in range(BETS):
            Turns(casino, game, seed).played()
        return
    kind: Any = INSTANT_GAMES[game].request
    chance = Random(game).random
    for number in range(BETS):
        wager = (
            {"target": 5_000 + number, "over": number % 2 == 0} if game == "dice" else STRATEGIES[game].choose(chance)
        )
        fields = {key: tuple(value) if isinstance(value, list) else value for key, value in wager.items()}
        yield kind(id=casino.new_id(), asset="PLAY", amount=100, **fields)


def _rounds(game: str, variant: str, rounds: int) -> Casino:
    casino = Casino(rules={**RULES, "game": game, "variant": variant})
    casino.open(ANN, FUNDS)
    casino.asks(ANN, Sit(id=casino.new_id(), table=TABLE))
    spots = sorted(set(SPOTS[game]))
    for number in range(rounds):
        two = (spots[number % len(spots)], 25 + number), (spots[(number + 1) % len(spots)], 30)
        casino.asks(ANN, casino.table_bet(*two, entropy=f"words-{number}" if number % 2 else None))
        casino.wait(ROUND_MS)
    return casino
