"""Outcomes of the games of several steps, which are drawn whole when they begin."""

from typing import Any

from actors.fairness.draws import Draws
from actors.games.hilo import cards_of
from actors.games.mines import multiple_of, paid_for, positions_of
from actors.games.videopoker import cards_of as deal_of
from actors.games.videopoker import dealt, drawn
from protocol.games.deck import card_name
from protocol.games.hilo import CARDS_MAX
from protocol.games.mines import MINES_MAX, TILES
from protocol.games.videopoker import HAND, PAYS
from protocol.money import AMOUNT_MAX
from server.cli.errors import UserError
from server.cli.outcomes.params import Params, Seeds


def mines(seeds: Seeds, params: Params) -> dict[str, Any]:
    """Where so many `mines` are; with `tiles` whether they are safe, and with `stake` what they pay."""
    count = params.whole("mines", 1, MINES_MAX) or 1
    tiles, stake = params.places("tiles", TILES), params.whole("stake", 1, AMOUNT_MAX)
    positions = positions_of(Draws(*seeds), count)
    described: dict[str, Any] = {"mines": count, "outcome": {"positions": list(positions)}, "result": sorted(positions)}
    if tiles is None:
        if stake is not None:
            raise UserError("a bet on mines has --param tiles=…")
        return described
    is_safe = not set(tiles) & set(positions)
    described |= {"tiles": tiles, "safe": is_safe}
    if is_safe:
        described["multiplier"] = float(multiple_of(count, len(tiles)))
    if stake is not None:
        described |= {"stake": stake, "payout": paid_for(stake, count, len(tiles)) if is_safe else 0}
    return described


def hilo(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The first so many `cards` of the game, each of 52 whatever came before."""
    count = params.whole("cards", 1, CARDS_MAX) or 10
    cards = list(cards_of(Draws(*seeds))[:count])
    return {"outcome": {"cards": cards}, "result": [card_name(card) for card in cards]}


def videopoker(seeds: Seeds, params: Params) -> dict[str, Any]:
    """The ten cards; with `hold`, places from 0 or `none`, the hand after the draw, and with `stake` what it pays."""
    deck = deal_of(Draws(*seeds))
    described: dict[str, Any] = {"outcome": {"deck": list(deck)}, "dealt": [card_name(card) for card in deck[:HAND]]}
    hold = [] if params.is_word("hold", "none") else params.places("hold", HAND)
    stake = params.whole("stake", 1, AMOUNT_MAX)
    if hold is None:
        if stake is not None:
            raise UserError("a bet on videopoker has --param hold=…")
        return described | {"result": described["dealt"]}
    deal = drawn(dealt(stake or 1, deck), tuple(sorted(hold)))
    described |= {"hold": sorted(hold), "result": [card_name(card) for card in deal.cards], "hand": deal.hand}
    described["multiplier"] = float(PAYS[deal.hand])
    return described if stake is None else described | {"stake": stake, "payout": stake * PAYS[deal.hand]}
