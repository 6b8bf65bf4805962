"""A worked session: what a guest's client and the server say to each other, message by message."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from protocol.errors import Code, Refusal
from protocol.games.dice import DiceBet
from protocol.model import Message, Request
from protocol.replies import Done
from protocol.requests import AuthGuest, Resume, RotateSeeds, Seeds, Sit, StreamPosition, Watch
from server.config.play import DEFAULT_INSTANT
from server.gateway.actions import failed
from server.reference.examples.dice import dice_bet, dice_settled
from server.reference.examples.played import EPOCH
from server.reference.examples.replies import hello, seeds, seeds_rotated, wallet_changed, watching, welcome
from server.reference.examples.requests import resume_token
from server.reference.examples.roulette import (
    STAKE,
    STREAM,
    WAGERS,
    roulette_bet,
    roulette_placed,
    roulette_round,
)
from server.reference.examples.story import ASSET, NAME, NOW_MS, STREAM_EPOCH, TABLE, story_balance, story_id

PAID: Final = 2 * WAGERS[0][1]
"""The even-money wager wins, the split does not."""
BREAK_AFTER_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Step:
    """One message, and what there is to say about it."""

    message: Message
    note: str

    @property
    def from_client(self) -> bool:
        """Whose message it is."""
        return isinstance(self.message, Request)


def session() -> tuple[Step, ...]:
    """From the first socket to a resumed one: a login, an instant bet, a round at a table, a refusal, a reveal."""
    return (*_login(), *_dice(), *_roulette(), *_refused(), *_resumed())


def _login() -> Iterator[Step]:
    yield Step(hello(), "The server speaks first. Its time corrects a client's wrong clock, before any id is made.")
    login = AuthGuest(id=welcome().id, name=NAME)
    yield Step(login, "A new guest. One who was here before sends the `secret` of the first `welcome`.")
    yield Step(
        welcome(),
        "Keep `guest_secret` for good, `resume` until the next `welcome`. The stream `wallet` is watched from here on,"
        " and begins after this position.",
    )


def _dice() -> Iterator[Step]:
    yield Step(Seeds(id=seeds().id), "What is the next roll bound to?")
    yield Step(seeds(), "The hash of the server seed in use, and of the one after it: both exist already.")
    yield Step(dice_bet(), "Ten units that the roll comes over 50.50. Sent twice, it is one bet with one answer.")
    yield Step(
        dice_settled(),
        "It is in the ledger by now. The answer carries position 2 of the stream `wallet`, so the event of it goes to"
        " the player's other connections alone.",
    )


def _roulette() -> Iterator[Step]:
    played = roulette_round()
    yield Step(Watch(id=watching(0).id, stream=STREAM), "Look at a table.")
    yield Step(watching(0), "The position of the snapshot that follows.")
    yield Step(played.arrival, "Nobody was here, so no round is open.")
    sit = Sit(id=story_id("table.sit", 11_500), table=TABLE)
    yield Step(sit, "Take a seat.")
    yield Step(Done(id=sit.id), "")
    yield Step(played.opened, "Somebody is here: a round opens. Its server seed is committed to before the first bet.")
    yield Step(roulette_bet(), "Two wagers, all or none.")
    before = dice_settled().available
    yield Step(roulette_placed(before, 3), "The stake is held, and the bet stands.")
    yield Step(played.bets, "To everyone who watches, a few times a second at most.")
    yield Step(played.closed, "")
    yield Step(played.spun, "The server seed is public from here on.")
    yield Step(played.settled, "")
    changed = wallet_changed(4, before - STAKE + PAID, "settle", roulette_bet().id)
    yield Step(changed, "What the round did to the balance.")


def _refused() -> Iterator[Step]:
    limit = DEFAULT_INSTANT[0].max_bet
    bet = DiceBet(
        id=story_id("large dice.bet", 40_000), asset=ASSET, amount=limit + 1, target=dice_bet().target, over=True
    )
    yield Step(bet, "Too much.")
    yield Step(
        failed(bet.id, Refusal(Code.BET_ABOVE_MAXIMUM, {"amount": limit + 1, "max_bet": limit})),
        "A sticky refusal: this id stays refused, whatever the limit will be when it is sent again.",
    )


def _resumed() -> Iterator[Step]:
    later = hello().model_copy(update={"now_ms": NOW_MS + BREAK_AFTER_MS})
    yield Step(later, "The socket broke; a new one was opened.")
    seen = (
        StreamPosition(stream="wallet", epoch=STREAM_EPOCH, seq=4),
        StreamPosition(stream=STREAM, epoch=EPOCH, seq=5),
    )
    resume = Resume(id=story_id("resume", BREAK_AFTER_MS + 500), token=resume_token(1), streams=seen)
    yield Step(resume, "The token, and the last event that was seen of each stream.")
    again = {
        "id": resume.id,
        "resume": resume_token(2),
        "guest_secret": None,
        "resumed": True,
        "seq": 4,
        "balances": (story_balance(dice_settled().available - STAKE + PAID),),
    }
    yield Step(
        welcome().model_copy(update=again),
        "Nothing was missed, so no event follows. The next resume takes the new token.",
    )
    rotate = RotateSeeds(
        id=story_id("rotate after resume", BREAK_AFTER_MS + 2_000), client_seed=seeds_rotated().client_seed
    )
    yield Step(rotate, "Show the seed of the bets so far, and go on with another.")
    yield Step(
        seeds_rotated().model_copy(update={"id": rotate.id}),
        "`SHA-256(revealed_server_seed)` is the commitment from above, and the roll can be computed again:"
        " see [Provable fairness](../concepts/fairness.md).",
    )
