"""Examples of the games of several steps: really begun, and gone on with by the games' own rules."""

from collections.abc import Iterator
from typing import Any, Final

from actors.games.catalogue import STEP_GAMES
from actors.games.interface import InstantPlay, Limits
from protocol.answers import ANSWERS
from protocol.games.hilo import HiloBet, HiloCashOut, HiloGuess, HiloSkip
from protocol.games.mines import MinesBet, MinesCashOut, MinesReveal
from protocol.games.steps import Step, state_fields
from protocol.games.videopoker import VideopokerBet, VideopokerDraw
from protocol.model import Message, Request
from protocol.replies import OpenGames
from protocol.requests import ListOpen
from server.reference.examples.story import ASSET, NOW_MS, story_id, story_seeds

STAKE: Final = 1_000
_LIMITS: Final = Limits(1, 100_000, 100_000, 1_000_000_000)
_AT_MS: Final = 60_000


def step_examples() -> tuple[Message, ...]:
    """A start, a step of each kind and the state that the last one leads to in each game; and what is open before."""
    asked = ListOpen(id=story_id("games.open", _AT_MS))
    played = [_played(name, kind, wager, steps) for name, (kind, wager, steps) in _GAMES.items()]
    games = tuple(view for _, view in played)
    return (
        asked,
        OpenGames(id=asked.id, games=games[:1]),
        *(message for messages, _ in played for message in messages),
    )


_GAMES: Final[dict[str, tuple[type[Request], dict[str, Any], tuple[tuple[type[Step], dict[str, Any]], ...]]]] = {
    "mines": (MinesBet, {"mines": 3}, ((MinesReveal, {"tile": 12}), (MinesCashOut, {}))),
    "hilo": (HiloBet, {}, ((HiloSkip, {}), (HiloGuess, {"side": "lower"}), (HiloCashOut, {}))),
    "videopoker": (VideopokerBet, {}, ((VideopokerDraw, {"hold": (0, 3)}),)),
}


def _played(
    name: str, kind: type[Request], wager: dict[str, Any], steps: tuple[tuple[type[Step], dict[str, Any]], ...]
) -> tuple[list[Message], dict[str, Any]]:
    game, seeds = STEP_GAMES[name], story_seeds("first")
    start: Any = kind(**{"id": story_id(f"{name}.bet", _AT_MS), "asset": ASSET, "amount": STAKE, **wager})
    play = game.check(start, _LIMITS)
    if not isinstance(play, InstantPlay):
        raise TypeError(f"the example is refused: {play}")
    state = game.start(play, seeds.server_seed, seeds.client_seed, 0)
    requests = tuple(_requests(start.id, steps))
    for request in requests:
        before = dict(game.view(state))
        state = game.act(state, game.step_of(request))
    at = NOW_MS + _AT_MS
    fields = state_fields(game.tag, start.id, STAKE, len(steps), game.payout(state), 1, 0, at)
    reply: Any = ANSWERS[kind]
    over = reply(id=requests[-1].id, **{**fields, **game.view(state)})
    opened = state_fields(game.tag, start.id, STAKE, len(steps) - 1, None, 1, 0, at)
    return [start, *requests, over], {**opened, **before, "asset": ASSET, "balance": "cash"}


def _requests(bet: bytes, steps: tuple[tuple[type[Step], dict[str, Any]], ...]) -> Iterator[Step]:
    for number, (kind, chosen) in enumerate(steps):
        tag = kind.model_fields["t"].default
        yield kind(**{"id": story_id(tag, _AT_MS + number), "bet": bet, "step": number, **chosen})
