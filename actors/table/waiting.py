"""Requests at a table that wait for their players' wallets: by id, and by the mark of the question to the wallet."""

from typing import Any, Final

from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from protocol.commands import Token
from protocol.errors import Code, Refusal
from protocol.ids import CommandId

WAITING_MAX: Final = 20_000
WAITING_MS_MAX: Final = 30_000
"""How many requests wait for their wallets, and how long: then their players are told to try again."""
ASK_AGAIN_MS: Final = 500
"""How often a wallet on another host is asked again: the question, or its answer, may be lost with a host."""
SENDERS_MAX: Final = 8


class Waiting:
    """A request, and everyone who wants its answer: it may have come by several ways."""

    __slots__ = (
        "asked_at",
        "at",
        "attempt",
        "command",
        "digest",
        "is_refused",
        "question",
        "request",
        "round",
        "senders",
        "wallet",
    )

    def __init__(self, request: Any, digest: bytes, command: Any, attempt: Token, round: int, at: int) -> None:
        self.request = request
        self.digest = digest
        self.command: Any = command
        """What is to be done when the wallet agrees; nothing for what the rules refuse, or what is done."""
        self.attempt = attempt
        self.round = round
        self.at = at
        self.senders: list[Sender] = []
        self.wallet: Ref | None = None
        self.question: Any = None
        self.asked_at = at
        self.is_refused = False
        """The bet does not stand any more, and the wallet was told so."""


class WaitingRequests:
    """Bounded, and nobody waits for ever."""

    __slots__ = ("_attempts", "_by_id", "_count")

    def __init__(self) -> None:
        self._by_id: dict[CommandId, list[Waiting]] = {}
        self._attempts = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, command: CommandId) -> bool:
        """Whether a bet may still come to stand, or one with its id."""
        return any(not one.is_refused for one in self._by_id.get(command, ()))

    def add(self, turn: Turn, request: Any, digest: bytes, command: Any, round: int, sender: Sender) -> Token | None:
        """Note a request. Returns the mark to ask its wallet with, unless too many wait: then it is answered so.

        A request that waits already is asked about again with the mark that it has, if it is still for the same round;
        otherwise with a new one, and what is answered to the old one means nothing any more.
        """
        command_id = CommandId(request.id)
        before = next((one for one in self._by_id.get(command_id, ()) if one.digest == digest), None)
        senders: list[Sender] = []
        if before is not None:
            if before.round == round and not before.is_refused and (before.command is None) == (command is None):
                if sender not in before.senders:
                    if len(before.senders) >= SENDERS_MAX:
                        turn.answer(sender, Refusal(Code.OVERLOADED, {"senders_max": SENDERS_MAX}))
                        return None
                    before.senders.append(sender)
                return before.attempt
            senders = [one for one in before.senders if one != sender][-SENDERS_MAX + 1 :]
            self._remove(command_id, before)
        if self._count >= WAITING_MAX:
            turn.answer(sender, Refusal(Code.OVERLOADED, {"waiting_max": WAITING_MAX}))
            return None
        self._attempts += 1
        waiting = Waiting(request, digest, command, (turn.stream_epoch, self._attempts), round, turn.now)
        waiting.senders = [*senders, sender]
        self._by_id.setdefault(command_id, []).append(waiting)
        self._count += 1
        return waiting.attempt

    def ask(self, turn: Turn, wallet: Ref, question: Any) -> None:
        """Ask the wallet what has the id and the mark of a request; again and again, if it is on another host."""
        waiting = self.find(question.id, question.attempt)
        turn.send(wallet, question)
        self._remember(turn, waiting, wallet, question)

    def tell(self, turn: Turn, wallet: Ref, question: Any) -> None:
        """The same for a question that is asked after something was done: should it fail, that stands."""
        turn.tell(wallet, question)
        self._remember(turn, self.find(question.id, question.attempt), wallet, question)

    def _remember(self, turn: Turn, waiting: Waiting | None, wallet: Ref, question: Any) -> None:
        if waiting is not None and not turn.is_here(wallet):
            waiting.wallet, waiting.question, waiting.asked_at = wallet, question, turn.now
            self._wake_to_ask(turn)

    def ask_again(self, turn: Turn) -> None:
        """Ask those again that have not answered."""
        asking = False
        for requests in self._by_id.values():
            for waiting in requests:
                if waiting.wallet is None:
                    continue
                asking = True
                if turn.now >= waiting.asked_at + ASK_AGAIN_MS:
                    waiting.asked_at = turn.now
                    turn.tell(waiting.wallet, waiting.question)
        if asking:
            self._wake_to_ask(turn)

    def _wake_to_ask(self, turn: Turn) -> None:
        """At few times, so that many requests are one timer."""
        turn.wake_at((turn.now // ASK_AGAIN_MS + 2) * ASK_AGAIN_MS)

    def find(self, command: CommandId, attempt: Token) -> Waiting | None:
        """The request that was asked about with this mark, and with no other since."""
        return next((one for one in self._by_id.get(command, ()) if one.attempt == attempt), None)

    def answer(self, turn: Turn, command: CommandId, attempt: Token, answer: Any) -> None:
        """The request has its answer."""
        waiting = self.find(command, attempt)
        if waiting is not None:
            self._remove(command, waiting)
            for sender in waiting.senders:
                turn.answer(sender, answer)

    def answer_all(self, turn: Turn, command: CommandId, digest: bytes, answer: Any) -> None:
        """A request has its answer, whatever it was asked about with."""
        for waiting in [one for one in self._by_id.get(command, ()) if one.digest == digest]:
            self.answer(turn, command, waiting.attempt, answer)

    def refused(self, command: CommandId) -> Token:
        """The mark of a request whose bet does not stand any more, if one waits for that to be known."""
        return next((one.attempt for one in self._by_id.get(command, ()) if one.is_refused), (0, 0))

    def forget(self, request: Any) -> None:
        """It was not asked about after all."""
        command = CommandId(request.id)
        for waiting in [one for one in self._by_id.get(command, ()) if one.request is request]:
            self._remove(command, waiting)

    def give_up(self, turn: Turn) -> None:
        """Let those go who have waited for too long."""
        late = []
        for command, requests in self._by_id.items():
            if requests[0].at > turn.now - WAITING_MS_MAX:
                break
            late += [(command, one.attempt) for one in requests]
        for command, attempt in late:
            self.answer(turn, command, attempt, Refusal(Code.TRY_AGAIN))

    def _remove(self, command: CommandId, waiting: Waiting) -> None:
        requests = self._by_id[command]
        requests.remove(waiting)
        self._count -= 1
        if not requests:
            del self._by_id[command]
