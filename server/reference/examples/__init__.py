"""One example of every message, with values that are true: what is drawn is drawn, what is signed is signed."""

from protocol.model import Message
from server.reference.examples.baccarat import baccarat_examples
from server.reference.examples.blackjack import blackjack_examples
from server.reference.examples.crash import crash_examples
from server.reference.examples.dice import dice_examples
from server.reference.examples.instant import instant_examples
from server.reference.examples.poker import poker_examples
from server.reference.examples.replies import reply_examples
from server.reference.examples.requests import request_examples
from server.reference.examples.roulette import roulette_examples
from server.reference.examples.sicbo import sicbo_examples
from server.reference.examples.sitngo import sitngo_examples
from server.reference.examples.steps import step_examples

__all__ = ["examples"]


def examples() -> dict[str, Message]:
    """The example of each tag."""
    together = (
        *request_examples(),
        *reply_examples(),
        *dice_examples(),
        *roulette_examples(),
        *sicbo_examples(),
        *baccarat_examples(),
        *blackjack_examples(),
        *crash_examples(),
        *poker_examples(),
        *sitngo_examples(),
        *instant_examples(),
        *step_examples(),
    )
    return {message.t: message for message in together}
