"""The bets of one round: which stand, which were taken back, and what each player has on each spot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Final

from actors.games.interface import BetPlaced, Limits, PlaceBet
from protocol.errors import Code, Refusal
from protocol.ids import BetId, PlayerId

_fields_of: Final = attrgetter(*BetPlaced.__slots__)


@dataclass(slots=True)
class PlayerBets:
    """One player's part: bets that stand, oldest first; how many were ever placed; and what stands on each spot."""

    standing: list[BetId] = field(default_factory=list)
    placed: int = 0
    total: int = 0
    spots: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Bets:
    """All bets of a round. Bets that were taken back are kept until it ends: their entropy stays in it."""

    standing: dict[BetId, BetPlaced] = field(default_factory=dict)
    returned: dict[BetId, BetPlaced] = field(default_factory=dict)
    players: dict[PlayerId, PlayerBets] = field(default_factory=dict)
    players_standing: int = 0
    """How many players have a bet that stands."""
    spots: dict[str, int] = field(default_factory=dict)
    total: int = 0

    def refusal(self, command: PlaceBet, limits: Limits, placed_max: int) -> Refusal | None:
        """Why these wagers may not be added, by id, number and amounts. A spot's wagers add up, repeated ones too.

        `placed_max` counts the bets that a player placed in the round, also those taken back: each leaves its entropy.
        """
        if command.bet in self.standing or command.bet in self.returned:
            return Refusal(Code.ID_REUSED)
        player = self.players.get(command.player) or PlayerBets()
        if player.placed >= placed_max:
            return Refusal(Code.TOO_MANY_BETS, {"bets": player.placed, "bets_max": placed_max})
        spots: dict[str, int] = {}
        total = player.total
        for spot, amount in command.wagers:
            if amount < limits.min_bet:
                return Refusal(Code.BET_BELOW_MINIMUM, {"spot": spot, "amount": amount, "min_bet": limits.min_bet})
            spots[spot] = on_spot = spots.get(spot, player.spots.get(spot, 0)) + amount
            if on_spot > limits.max_bet:
                return Refusal(Code.BET_ABOVE_MAXIMUM, {"spot": spot, "amount": on_spot, "max_bet": limits.max_bet})
            total += amount
        if total > limits.max_total:
            return Refusal(Code.TABLE_LIMIT, {"total": total, "max_total": limits.max_total})
        return None

    def of(self, player: PlayerId) -> Sequence[BetId]:
        """The player's bets that stand, oldest first."""
        found = self.players.get(player)
        return found.standing if found else ()

    def place(self, bet: BetPlaced) -> None:
        """Add a bet."""
        self.standing[bet.bet] = bet
        player = self.players.setdefault(bet.player, PlayerBets())
        self.players_standing += not player.standing
        player.standing.append(bet.bet)
        player.placed += 1
        self._count(player, bet, 1)

    def take_back(self, ids: Iterable[BetId]) -> list[BetPlaced]:
        """Remove bets as if they had not been placed, and return them."""
        taken = []
        for bet_id in ids:
            bet = self.standing.pop(bet_id)
            self.returned[bet_id] = bet
            player = self.players[bet.player]
            player.standing.remove(bet_id)
            self.players_standing -= not player.standing
            self._count(player, bet, -1)
            taken.append(bet)
        return taken

    def _count(self, player: PlayerBets, bet: BetPlaced, sign: int) -> None:
        player.total += sign * bet.stake
        self.total += sign * bet.stake
        for spot, amount in bet.wagers:
            for spots in (player.spots, self.spots):
                spots[spot] = spots.get(spot, 0) + sign * amount
                if not spots[spot]:
                    del spots[spot]

    def dump(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The bets that stand and those taken back, each as its fields."""
        return [_fields_of(bet) for bet in self.standing.values()], [_fields_of(bet) for bet in self.returned.values()]


def load_bets(standing: Iterable[Sequence[Any]], returned: Iterable[Sequence[Any]]) -> Bets:
    """The bets that were dumped."""
    bets = Bets()
    for fields in returned:
        bet = BetPlaced(*fields)
        bets.place(bet)
        bets.take_back((bet.bet,))
    for fields in standing:
        bets.place(BetPlaced(*fields))
    return bets
