"""A player of any game of several steps in a casino that a test drives by hand, who plays as bots do."""

from random import Random
from typing import Any

from actors.games.catalogue import STEP_GAMES
from clients.bots.turns import TURN_STRATEGIES
from protocol.ids import CommandId, PlayerId
from protocol.requests import ListOpen
from tests.support.casino import ANN, Casino


class Turns:
    """Ann plays one game, by chance but from a seed. Requests are made, and asked by the test."""

    def __init__(self, casino: Casino, game: str, seed: int, player: PlayerId = ANN) -> None:
        self.casino = casino
        self.game = STEP_GAMES[game]
        self.player = player
        self._strategy: Any = TURN_STRATEGIES[game]
        self._chance = Random(seed).random
        self._kinds: dict[str, Any] = {kind.model_fields["t"].default: kind for kind in self.game.steps}

    def start(self, **fields: Any) -> Any:
        """The beginning of a game."""
        kind: Any = self.game.request
        wager = {"asset": "PLAY", "amount": 100, **self._strategy.choose(self._chance), **fields}
        return kind(id=self.casino.new_id(), **wager)

    def step(self, state: Any, id: CommandId | None = None, **fields: Any) -> Any:
        """How to go on from what was answered."""
        chosen = self._strategy.step(self._chance, state)
        place = {"bet": state["bet"], "step": state["step"], **fields}
        own = {key: tuple(value) if isinstance(value, list) else value for key, value in chosen.items() if key != "t"}
        return self._kinds[chosen["t"]](id=id or self.casino.new_id(), **own, **place)

    def open(self) -> Any:
        """The game as it stands, if it is open."""
        games = self.casino.asks(self.player, ListOpen(id=self.casino.new_id())).games
        return next((one for one in games if one["t"] == self.game.tag), None)

    def played(self, until: int = 100) -> list[tuple[Any, Any]]:
        """What was asked and answered, from the start to the end, or for so many steps."""
        request = self.start()
        said = [(request, self.casino.asks(self.player, request))]
        while not said[-1][1]["over"] and len(said) <= until:
            request = self.step(said[-1][1])
            said.append((request, self.casino.asks(self.player, request)))
        return said
