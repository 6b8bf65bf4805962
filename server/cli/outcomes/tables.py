"""Outcomes of rounds at tables."""

from typing import Any, Final, get_args

from actors.fairness.verify import NotAWager
from actors.games.blackjack.cards import CARDS, Shoe
from actors.games.blackjack.rules import DECKS_MAX
from actors.games.board import BoardGame, paid
from actors.games.catalogue import BOARD_GAMES
from actors.games.crash import bust_of, reached_at
from actors.games.poker.bound import card_commitments, deck_commitment
from actors.games.poker.deal import BOARD
from actors.games.poker.deck import BOUND, deck_of, first_deck_of
from actors.games.poker.rules import HOLE_CARDS, SEATS_MAX, SEATS_MIN
from actors.games.roulette import Variant, layout_of
from actors.games.roulette.layout import colour_of, pocket_name
from actors.games.roulette.wheel import pocket_of
from actors.games.versions import FIRST
from protocol.games.crash import ONE, TARGET_MAX, TARGET_MIN
from protocol.games.deck import card_name
from protocol.ids import TableId
from protocol.money import AMOUNT_MAX
from server.cli.errors import UserError
from server.cli.outcomes.params import Params, Seeds

SHOE_CARDS_SHOWN: Final = 20
DECKS_SHOWN: Final = 6


def roulette(seeds: Seeds, params: Params) -> dict[str, Any]:
    """`pocket` (37 is 00) on the wheel of `variant`; with `spot` whether it wins, and with `stake` what it pays."""
    variant: Any = params.word("variant") or "european"
    if variant not in get_args(Variant):
        raise UserError(f"--param variant takes {', '.join(get_args(Variant))}, not {variant!r}")
    spot, stake = params.word("spot"), params.whole("stake", 1, AMOUNT_MAX)
    layout = layout_of(variant)
    pocket = pocket_of(layout, *seeds)
    described: dict[str, Any] = {"variant": variant, "outcome": {"pocket": pocket}, "pocket": pocket, "result": pocket}
    described |= {"name": pocket_name(pocket), "colour": colour_of(pocket)}
    if spot is None and stake is None:
        return described
    if spot is None or spot not in layout.spots:
        raise UserError(f"a bet on {variant} roulette has --param spot=…, such as red or split:17-20, not {spot!r}")
    described |= {"spot": spot, "win": pocket in layout.spots[spot].pockets}
    if stake is not None:
        described |= {"stake": stake, "payout": layout.payout(spot, stake, pocket)}
    return described


def sicbo(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The three `dice`; with `spot` whether it wins by the pay table of `variant`, and with `stake` what it pays."""
    return _at_table("sicbo", seeds, params)


def baccarat(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The hands from a shoe with so much `left` (a whole one, if it is not given), and what `spot` pays for them."""
    return _at_table("baccarat", seeds, params, left=params.word("left"))


def blackjack(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The first `cards` of a shoe of so many `decks`, in the order in which they are dealt."""
    given = params.whole("decks", 0, DECKS_MAX)
    decks = DECKS_SHOWN if given is None else given
    most = len(CARDS) * (decks or DECKS_MAX)
    count = params.whole("cards", 1, most) or SHOE_CARDS_SHOWN
    cards = Shoe(decks, *seeds).cards(0, count)
    return {"decks": decks, "outcome": {"cards": cards}, "cards": cards, "result": cards}


def crash(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The `bust` in hundredths; with `target` (hundredths) whether it is reached, and with `stake` what it pays."""
    server_seed, client_seed, _ = seeds
    target = params.whole("target", TARGET_MIN, TARGET_MAX)
    stake = params.whole("stake", 1, AMOUNT_MAX)
    if target is None and stake is not None:
        raise UserError("a bet on crash has --param target=…, in hundredths")
    try:
        bust = bust_of(server_seed, client_seed)
    except ValueError as error:
        raise UserError(f"a server seed of crash is hexadecimal, not {server_seed!r}") from error
    described: dict[str, Any] = {"outcome": {"bust": bust}, "result": bust / ONE, "crashed_ms": reached_at(bust)}
    if target is None:
        return described
    described |= {"target": target, "win": target <= bust}
    if stake is not None:
        described |= {"stake": stake, "payout": stake * target // ONE if target <= bust else 0}
    return described


def poker(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The `deck` of a hand; with `players` the hole cards of each, from the left of the button on, and the board.

    With `table` also the `shown` commitment, which everybody saw before the hand.
    """
    variant = params.choice("variant", HOLE_CARDS)
    players = params.whole("players", SEATS_MIN, SEATS_MAX)
    rules = params.choice("rules", (BOUND, FIRST))
    table, (server_seed, _, number) = params.word("table"), seeds
    deck = (deck_of if rules == BOUND else first_deck_of)(*seeds)
    names = [card_name(card) for card in deck]
    described: dict[str, Any] = {"variant": variant, "rules": rules, "outcome": {"deck": list(deck)}, "result": names}
    if table is not None and rules == BOUND:
        described["shown"] = deck_commitment(card_commitments(server_seed, TableId(table), number))
    if players is None:
        return described
    count = HOLE_CARDS[variant]
    hole = [names[place * count : (place + 1) * count] for place in range(players)]
    first = players * count
    return described | {"players": players, "hole": hole, "board": names[first : first + BOARD]}


def _at_table(name: str, seeds: Seeds, params: Params, left: str | None = None) -> dict[str, Any]:
    """A wager at a table, as everybody can compute it."""
    game: BoardGame = BOARD_GAMES[name]
    variant = params.choice("variant", game.variants)
    layout = game.layout({"variant": variant})
    carried = game.first(layout)
    if left is not None:
        try:
            carried = game.begun(layout, {"shoe": 1, "left": left})
        except NotAWager as error:
            raise UserError(f"--param left takes 52 digits, how many of each card are in the shoe: {error}") from error
    outcome = game.draw(layout, carried, *seeds)
    described: dict[str, Any] = {"variant": variant, "outcome": dict(outcome), **game.shown(outcome)}
    described["result"] = game.entry(outcome)
    spot, stake = params.word("spot"), params.whole("stake", 1, AMOUNT_MAX)
    if spot is None and stake is None:
        return described
    if spot is None or spot not in layout.returns:
        raise UserError(f"a bet on {name} has --param spot=…, one of {', '.join(layout.returns)}, not {spot!r}")
    described |= {"spot": spot, "win": game.case(outcome) in layout.returns[spot]}
    if stake is not None:
        described |= {"stake": stake, "payout": paid(layout, [(spot, stake)], game.case(outcome))}
    return described
