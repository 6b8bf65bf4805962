"""Free spins are part of the bet that won them: no crash can lose one, draw it anew, or pay it twice."""

from typing import Any

import pytest

from actors.fairness.draws import Draws
from actors.fairness.seal import player_seed
from actors.fairness.verify import verify
from actors.games.catalogue import VERIFIABLE
from actors.games.slots import Reels
from actors.runtime.ref import Ref
from persistence.ledgers import Ledgers
from persistence.memory.ledger import MemoryLedger
from protocol.commands import Asked
from protocol.errors import Code
from protocol.games.slots import MACHINES, SlotsBet
from protocol.ids import BetId
from protocol.records import TransferKind
from protocol.replies import ProofView
from protocol.requests import RotateSeeds, Seeds
from server.proof_json import proof_from_json, proof_to_json
from server.queries import LedgerQueries
from tests.support.casino import ANN, ASSETS, Casino

OPENING = 1_000_000
STAKE = 40
SEEDS_MAX = 1_000
"""One in sixty spins gives free spins."""


@pytest.fixture
def casino() -> Casino:
    """With a seed whose next bet on `aurora` wins free spins."""
    casino = Casino(ledger=MemoryLedger())
    casino.open(ANN, OPENING)
    for number in range(SEEDS_MAX):
        casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed=f"luck-{number}"))
        if len(expected(casino)[0]) > 1:
            return casino
    raise AssertionError(f"no free spins in {SEEDS_MAX} seeds")


def secret(casino: Casino) -> str:
    row = casino.ledger.load_seeds_now([ANN])[ANN]
    return casino.sealer.open(row.sealed, player_seed(ANN, row.number))


def expected(casino: Casino) -> tuple[list[list[int]], list[int]]:
    """The spins of the next bet, as whoever knows the seed can compute them."""
    seed = casino.asks(ANN, Seeds(id=casino.new_id()))
    return Reels(MACHINES["aurora"]).play(Draws(secret(casino), seed.client_seed, seed.nonce))


def bet(casino: Casino, amount: int = STAKE) -> SlotsBet:
    return SlotsBet(id=casino.new_id(), asset="PLAY", amount=amount, machine="aurora")


def spins(answer: Any) -> tuple[list[list[int]], list[int]]:
    return [list(stops) for stops in answer["stops"]], list(answer["multipliers"])


def test_all_spins_are_paid_at_once(casino: Casino) -> None:
    wanted = expected(casino)
    asked = bet(casino)
    answer = casino.asks(ANN, asked)

    assert spins(answer) == wanted
    assert answer["payout"] == STAKE * sum(wanted[1]) // 10_000
    assert casino.balance(ANN) == (OPENING - STAKE + answer["payout"], 0)


def test_a_crash_before_the_commit_leaves_the_same_spins_to_the_same_bet(casino: Casino) -> None:
    wanted, asked = expected(casino), bet(casino)
    lost = casino.post(*casino.on_its_way(ANN, asked))
    casino.host.take_batch()
    assert lost == []
    casino.restart()

    assert casino.balance(ANN) == (OPENING, 0)
    assert spins(casino.asks(ANN, asked)) == wanted


def test_a_crash_after_the_commit_gives_the_same_answer_and_pays_nothing_more(casino: Casino) -> None:
    asked = bet(casino)
    answer, paid = casino.asks(ANN, asked), casino.balance(ANN)
    casino.restart()
    again = casino.asks(ANN, asked)

    assert (spins(again), again["payout"], again["nonce"]) == (spins(answer), answer["payout"], answer["nonce"])
    assert casino.balance(ANN) == paid
    kinds = [one.kind for one in casino.ledger.tables.transfers.values() if one.ref == asked.id]
    assert kinds == [TransferKind.STAKE] + [TransferKind.WIN] * (answer["payout"] > 0)


async def test_what_is_recorded_proves_every_spin(casino: Casino) -> None:
    asked = bet(casino)
    answer = casino.asks(ANN, asked)
    casino.asks(ANN, RotateSeeds(id=casino.new_id(), client_seed="next"))

    proof = await LedgerQueries(Ledgers.one(casino.ledger), ASSETS).proof(ANN, BetId(asked.id))

    assert isinstance(proof, ProofView)
    assert (proof.payout, len(proof.outcome["stops"])) == (answer["payout"], len(answer["stops"]))
    for one in (proof, proof_from_json(proof_to_json(proof))):
        assert verify(one, VERIFIABLE["slots"]).ok
        stops = [[0] * 5, *proof.outcome["stops"][1:]]
        changed = one.model_copy(update={"outcome": {**one.outcome, "stops": stops}})
        failed = verify(changed, VERIFIABLE["slots"]).failed
        assert failed is not None
        assert failed.name == "outcome"


def test_a_stake_that_cannot_be_shared_by_the_lines_uses_no_draw_and_stays_refused(casino: Casino) -> None:
    wanted, asked = expected(casino), bet(casino, STAKE + 1)
    refusal = casino.asks(ANN, asked)

    assert (refusal.code, refusal.evidence) == (Code.INVALID_BET, {"amount": STAKE + 1, "multiple_of": 20})
    casino.restart()
    assert casino.ask(Ref("instant", ANN), Asked(ANN, "Ann", asked)).code is Code.INVALID_BET
    assert casino.balance(ANN) == (OPENING, 0)
    assert expected(casino) == wanted
