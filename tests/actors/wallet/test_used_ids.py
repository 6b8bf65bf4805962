"""Ids that were used lately on a host, by whomever."""

from hypothesis import given
from hypothesis import strategies as st

from actors.wallet.used_ids import IDS_MAX, KEPT_MS, SECOND_MS, UsedIds
from protocol.ids import CommandId, PlayerId, command_id_from, unix_ms_of

ANN, BEN = PlayerId(1), PlayerId(2)
NOW = 1_700_000_000_000


def made(at: int, n: int = 0) -> CommandId:
    return command_id_from(at, n.to_bytes(10, "big"))


def test_an_id_belongs_to_the_first_who_uses_it() -> None:
    used = UsedIds()
    used.add(made(NOW), ANN, NOW)
    used.add(made(NOW), BEN, NOW)
    assert used.owner(made(NOW)) == ANN
    assert used.owner(made(NOW, 1)) is None
    assert len(used) == 1


def test_old_ids_are_forgotten_and_then_lie_below_the_floor() -> None:
    used = UsedIds(NOW)
    assert used.floor == NOW
    used.add(made(NOW), ANN, NOW)
    later = NOW + KEPT_MS + 2 * SECOND_MS
    used.add(made(later), ANN, later)
    assert used.owner(made(NOW)) is None
    assert NOW <= used.floor < later
    assert len(used) == 1


def test_an_id_from_the_future_is_kept_until_its_time_is_past() -> None:
    used = UsedIds()
    ahead = made(NOW + 30 * SECOND_MS)
    used.add(ahead, ANN, NOW)
    for seconds in range(30):
        used.add(made(NOW + seconds * SECOND_MS, 7), BEN, NOW + seconds * SECOND_MS)
        assert used.owner(ahead) == ANN
    much_later = NOW + 30 * SECOND_MS + KEPT_MS + 2 * SECOND_MS
    used.add(made(much_later), BEN, much_later)
    assert used.owner(ahead) is None
    assert unix_ms_of(ahead) <= used.floor


def test_there_is_a_limit_to_how_many_are_kept() -> None:
    used = UsedIds()
    for n in range(IDS_MAX + 1):
        used.add(made(NOW, n), ANN, NOW)
    used.add(made(NOW + SECOND_MS), ANN, NOW + SECOND_MS)
    assert len(used) == 1
    assert used.floor >= NOW


@given(
    st.lists(
        st.tuples(st.integers(0, 20_000), st.integers(-8_000, 60_000), st.integers(0, 3), st.sampled_from((ANN, BEN))),
        max_size=60,
    )
)
def test_whoever_used_an_id_is_known_or_the_id_lies_below_the_floor(
    uses: list[tuple[int, int, int, PlayerId]],
) -> None:
    """So no wallet ever takes an id for new that another player has used."""
    used, owners, now = UsedIds(), dict[CommandId, PlayerId](), NOW
    for passed, ahead, n, player in uses:
        now += passed
        command = made(now + ahead, n)
        if used.owner(command) is None and unix_ms_of(command) > used.floor:
            assert command not in owners
        used.add(command, player, now)
        owners.setdefault(command, player)
        assert all(used.owner(one) == owner or unix_ms_of(one) <= used.floor for one, owner in owners.items())
