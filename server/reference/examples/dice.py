"""Examples of dice: a bet that is really drawn and paid, by the game's own rules."""

from typing import Final

from actors.games.catalogue import INSTANT_GAMES
from actors.games.interface import InstantPlay, InstantResult, Limits
from protocol.games.dice import DiceBet, DiceSettled
from protocol.model import Message
from protocol.replies import ProofView
from server.reference.examples.story import ASSET, OPENING, STREAM_EPOCH, Seeds, story_id, story_seeds

STAKE: Final = 1_000
TARGET: Final = 5_050
_LIMITS: Final = Limits(1, 100_000, 100_000, 10_000_000)


def dice_seeds() -> Seeds:
    """The guest's first seeds."""
    return story_seeds("first")


def dice_bet() -> DiceBet:
    """Ten units that the roll comes over 50.50."""
    return DiceBet(id=story_id("dice.bet", 4_000), asset=ASSET, amount=STAKE, target=TARGET, over=True)


def dice_settled() -> DiceSettled:
    """What came."""
    play, result = _played()
    shown = INSTANT_GAMES["dice"].reply(play, result)
    return DiceSettled(
        id=dice_bet().id,
        roll=shown["roll"],
        stake=play.stake,
        payout=result.payout,
        multiplier=shown["multiplier"],
        seed=1,
        nonce=0,
        available=OPENING - STAKE + result.payout,
        held=0,
        epoch=STREAM_EPOCH,
        seq=2,
    )


def dice_proof() -> ProofView:
    """The same bet, when its server seed was revealed."""
    play, result = _played()
    seeds = dice_seeds()
    return ProofView(
        id=story_id("fairness.proof", 9_000),
        bet=dice_bet().id,
        game="dice",
        commitment=seeds.commitment,
        server_seed=seeds.server_seed,
        client_seed=seeds.client_seed,
        nonce=0,
        params=dict(play.params),
        outcome=dict(result.outcome),
        stake=play.stake,
        payout=result.payout,
    )


def dice_examples() -> tuple[Message, ...]:
    """One of each message of dice."""
    return (dice_bet(), dice_settled())


def _played() -> tuple[InstantPlay, InstantResult]:
    game, seeds = INSTANT_GAMES["dice"], dice_seeds()
    play = game.check(dice_bet(), _LIMITS)
    if not isinstance(play, InstantPlay):
        raise TypeError(f"the example is refused: {play}")
    return play, game.play(play, seeds.server_seed, seeds.client_seed, 0)
