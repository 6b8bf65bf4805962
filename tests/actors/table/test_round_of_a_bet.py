"""A bet may name its round, so that one that arrives late is not placed in a round that its player did not mean."""

from typing import Any

from protocol.errors import Code
from protocol.games.roulette import RouletteBet
from protocol.games.table import Wager
from protocol.ids import CommandId, command_id_from
from protocol.requests import Sit
from tests.support.storyteller import Storyteller

TABLE = "roulette-1"
A_ROUND_MS = 30_000


class Guest:
    """Sits at the story's first table, whose first round is open."""

    def __init__(self) -> None:
        self.house = Storyteller()
        self._asked = 0

    async def sits_down(self) -> None:
        await self.house.begins()
        await self.house.opens(self.house.now)
        await self.house.asks(Sit(id=self._new_id(), table=TABLE))

    async def bets(self, round_number: int | None, *, again: bytes | None = None) -> tuple[bytes, Any]:
        bet_id = again or self._new_id()
        bet = RouletteBet(id=bet_id, table=TABLE, wagers=(Wager(spot="red", amount=100),), round=round_number)
        answers = [answer for answer in await self.house.asks(bet) if _id_of(answer) == bet_id]
        return bet_id, answers[0]

    def _new_id(self) -> CommandId:
        self._asked += 1
        return command_id_from(self.house.now, self._asked.to_bytes(10, "big"))


def _id_of(answer: Any) -> Any:
    return answer.get("id") if isinstance(answer, dict) else getattr(answer, "id", None)


def _code_of(answer: Any) -> int | None:
    return None if isinstance(answer, dict) else answer.code


async def test_a_bet_for_the_round_on_the_table_is_placed() -> None:
    guest = Guest()
    await guest.sits_down()

    _, answer = await guest.bets(1)

    assert answer["t"] == "roulette.placed"
    assert answer["round"] == 1


async def test_a_bet_for_the_last_round_is_refused_in_the_next_and_stays_refused() -> None:
    guest = Guest()
    await guest.sits_down()
    await guest.house.until(guest.house.now + A_ROUND_MS)

    bet_id, late = await guest.bets(1)
    _, repeated = await guest.bets(1, again=bet_id)

    assert _code_of(late) == _code_of(repeated) == Code.BETTING_CLOSED
    assert late.evidence == {"round": 2, "wanted": 1}


async def test_a_bet_that_names_no_round_is_for_the_one_on_the_table() -> None:
    guest = Guest()
    await guest.sits_down()
    await guest.house.until(guest.house.now + A_ROUND_MS)

    _, answer = await guest.bets(None)

    assert answer["t"] == "roulette.placed"
    assert answer["round"] == 2


async def test_a_bet_placed_in_its_round_keeps_its_answer_when_it_is_repeated_in_the_next() -> None:
    guest = Guest()
    await guest.sits_down()
    bet_id, placed = await guest.bets(1)
    await guest.house.until(guest.house.now + A_ROUND_MS)

    _, repeated = await guest.bets(1, again=bet_id)

    assert repeated == placed
