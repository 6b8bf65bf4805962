"""The sockets of a session, which may be at several gateways, are put in order by the player's wallet."""

from typing import Any

from actors.runtime.ref import Ref
from protocol.commands import TakeSession, claim_of
from tests.support.casino import ANN, BEN, Casino


def take(casino: Casino, session: str, player: Any = ANN) -> dict[str, Any]:
    taken: dict[str, Any] = casino.ask(Ref("wallet", player), TakeSession(session))
    assert taken["session"] == session
    return taken


def test_each_claim_is_greater_than_the_one_before_and_every_watcher_hears_of_it() -> None:
    casino = Casino()
    casino.open(ANN, 100)
    taken = [take(casino, session) for session in ("a", "b", "a")]
    take(casino, "c", BEN)

    claims = [claim_of(one) for one in taken]
    assert claims == sorted(set(claims))
    assert [event for event in casino.events(f"wallet:{ANN}") if event["t"] == "session.taken"] == taken


def test_claims_go_on_growing_when_the_wallet_was_asleep_or_its_host_has_died() -> None:
    casino = Casino()
    casino.open(ANN, 100)
    claims = [claim_of(take(casino, "a"))]
    assert casino.sleep() >= 1
    claims.append(claim_of(take(casino, "a")))
    casino.restart()
    claims.append(claim_of(take(casino, "a")))

    assert claims == sorted(set(claims))
    assert len(claims) == 3


def test_a_claim_writes_nothing() -> None:
    casino = Casino()
    casino.open(ANN, 100)
    batches = casino.host.counters.batches
    take(casino, "a")
    assert casino.host.counters.batches == batches
