"""Who is who, in memory: the promises that PostgreSQL keeps as well."""

import pytest

from persistence.interfaces import PlayerRow, Rejected
from persistence.memory.players import MemoryPlayers
from protocol.ids import PLAYER_ID_MAX, PlayerId
from protocol.money import Asset

PLAY = Asset(1, "PLAY", 2)


async def test_an_identity_is_one_player_who_is_made_once() -> None:
    players = MemoryPlayers()
    ann = await players.register("guest", "a", "Ann", None, 0)
    again = await players.register("guest", "a", "Anna", None, 0)
    other = await players.register("telegram", "a", "Ann", None, 0)
    assert ann == PlayerRow(PlayerId(1), "Ann", created=True)
    assert again == PlayerRow(PlayerId(1), "Ann", created=False)
    assert other == PlayerRow(PlayerId(2), "Ann", created=True)
    assert await players.find(PlayerId(2)) == PlayerRow(PlayerId(2), "Ann", created=False)
    assert await players.find(PlayerId(3)) is None


async def test_a_number_that_no_account_could_be_made_of_is_given_to_nobody() -> None:
    players = MemoryPlayers(newest=PLAYER_ID_MAX - 1)
    last = await players.register("guest", "a", "Ann", None, 0)
    assert last == PlayerRow(PlayerId(PLAYER_ID_MAX), "Ann", created=True)
    with pytest.raises(Rejected, match=str(PLAYER_ID_MAX)):
        await players.register("guest", "b", "Ben", None, 0)
    assert await players.register("guest", "a", "Ann", None, 0) == PlayerRow(last.id, "Ann", created=False)


async def test_a_proof_is_good_for_one_use_until_it_is_too_old_to_matter() -> None:
    players = MemoryPlayers()
    assert await players.register("telegram", "1", "Ann", b"proof", 100) is not None
    assert await players.register("telegram", "2", "Ben", b"proof", 100) is None
    assert await players.find(PlayerId(2)) is None
    assert await players.forget_proofs(100) == 0
    assert await players.forget_proofs(101) == 1
    assert await players.register("telegram", "2", "Ben", b"proof", 200) is not None


@pytest.mark.parametrize("other", [Asset(1, "PLAY", 3), Asset(1, "COIN", 2), Asset(2, "PLAY", 2)], ids=str)
async def test_an_asset_keeps_its_number_code_and_scale(other: Asset) -> None:
    players = MemoryPlayers()
    await players.define_assets([PLAY])
    await players.define_assets([PLAY, Asset(3, "TON", 9)])
    with pytest.raises(Rejected):
        await players.define_assets([Asset(4, "XTR", 0), other])
    await players.define_assets([Asset(4, "STAR", 1)])
