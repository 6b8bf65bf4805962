"""What a spin pays, by the rules of the machine."""

import pytest

from actors.fairness.draws import Draws, chosen
from actors.games.slots import Reels
from protocol.games.slots import FreeSpins, Machine
from tests.actors.games.slots.small import small_machine


def showing(*rows: str, **changes: object) -> tuple[int, int]:
    """What a machine with one stop that matters pays when it shows these rows."""
    screen = [row.split() for row in rows]
    strips = tuple(tuple(column) for column in zip(*screen, strict=True))
    return _plain(strips, **changes).won([0] * len(strips))


def _plain(strips: tuple[tuple[str, ...], ...], **changes: object) -> Reels:
    shown = {symbol for strip in strips for symbol in strip}
    pays = {symbol: paid for symbol, paid in ALL_PAYS.items() if symbol in shown}
    wild = "wild" if "wild" in shown else None
    scatter = "star" if "star" in shown else None
    scatter_pays = (0, 2, 10) if scatter else ()
    fields: dict[str, object] = {"wild": wild, "scatter": scatter, "scatter_pays": scatter_pays, "lines": ((1, 1, 1),)}
    return Reels(Machine(name="one", strips=strips, pays=pays, best=1, **{**fields, **changes}))  # type: ignore[arg-type]


ALL_PAYS = {"wild": (0, 3, 50), "ace": (1, 2, 20), "ten": (0, 0, 7), "two": (0, 0, 5), "pip": (0, 0, 1)}


@pytest.mark.parametrize(
    ("middle", "units"),
    [
        ("ace ace ace", 20),
        ("ace ace ten", 2),
        ("ace ten ace", 1),
        ("ten ace ace", 0),
        ("ace wild ace", 20),
        ("ace wild ten", 2),
        ("wild ten ten", 7),
        ("wild ace ten", 2),
        ("wild wild wild", 50),
        ("wild wild ace", 20),
        ("wild wild ten", 7),
        ("wild ten two", 0),
        ("ten wild two", 0),
    ],
)
def test_a_line_pays_its_run_from_the_left_with_wilds_for_what_they_stand_for(middle: str, units: int) -> None:
    assert showing("ten ace two", middle, "two ten ace") == (units, 0)


def test_wilds_that_begin_a_line_pay_at_least_what_they_are_worth_themselves() -> None:
    assert showing("two ten ten", "wild wild two", "ten ace ace") == (5, 0)
    assert showing("two ten ten", "wild wild pip", "ten ace ace") == (3, 0)
    assert showing("two star ten", "wild wild star", "ten ace ace") == (3 + 2, 2)


def test_a_scatter_ends_a_line_and_is_no_wilds_business() -> None:
    assert showing("two two two", "wild star wild", "ten ten ten") == (0, 1)
    assert showing("two two two", "star wild wild", "ten ten ten") == (0, 1)


def test_scatters_pay_on_the_whole_stake_wherever_they_are() -> None:
    assert showing("star two two", "ten two star", "ten star ten", lines=((1, 1, 1), (2, 2, 2))) == (10 * 2, 3)
    assert showing("star two two", "ten two two", "ten star ten", lines=((1, 1, 1), (0, 0, 0))) == (2 * 2, 2)


def test_every_line_pays_by_itself() -> None:
    rows = ("two two two", "ace ace ten", "ten ten ten")

    assert showing(*rows, lines=((0, 0, 0), (1, 1, 1), (2, 2, 2), (2, 1, 0))) == (5 + 2 + 7 + 0, 0)


def test_a_full_screen_of_a_doubled_symbol_pays_every_line_double() -> None:
    lines = ((0, 0, 0), (1, 1, 1))
    full, doubled = ("two two two",) * 3, frozenset({"two"})

    assert showing(*full, lines=lines) == (10, 0)
    assert showing(*full, lines=lines, doubled=doubled) == (20, 0)
    assert showing("two two two", "two two two", "two two ten", lines=lines, doubled=doubled) == (10, 0)
    assert showing("two two two", "two wild two", "two two two", lines=lines, doubled=doubled) == (10, 0)


def test_a_strip_goes_on_at_its_start() -> None:
    machine = small_machine()

    assert [machine.window(0, stop) for stop in (3, 4)] == [("ten", "star", "ace"), ("star", "ace", "wild")]
    assert Reels(machine).won([4, 3, 5])[0] == showing("star ace ace", "ace wild ten", "wild ten wild", **_LINES)[0]


_LINES = {"lines": ((0, 0, 0), (1, 1, 1), (2, 2, 2), (0, 1, 2))}


def test_each_stop_is_the_next_number_of_the_stream_reel_by_reel_and_spin_by_spin() -> None:
    machine = small_machine(free_spins=FreeSpins(scatters=1, spins=3, again=0, spins_max=3, multiplier=3))
    reels = Reels(machine)
    for nonce in range(20):
        numbers = Draws("server", "client", nonce)
        stops, _ = reels.play(Draws("server", "client", nonce))
        assert stops == [[chosen(numbers.u32(), size) for size in (5, 4, 6)] for _ in stops]


def test_free_spins_are_given_by_scatters_multiplied_and_bounded() -> None:
    machine = small_machine(free_spins=FreeSpins(scatters=2, spins=2, again=2, spins_max=5, multiplier=3))
    reels, lengths = Reels(machine), set()
    for nonce in range(500):
        stops, multipliers = reels.play(Draws("server", "client", nonce))
        won = [reels.won(spin) for spin in stops]
        lengths.add(len(stops))
        giving = [scatters >= 2 for _, scatters in won]
        given = min(5, 2 + 2 * sum(giving[1:])) if giving[0] else 0
        assert len(stops) == 1 + given
        assert multipliers == [units * 2_500 * (3 if at else 1) for at, (units, _) in enumerate(won)]

    assert lengths == {1, 3, 5, 6}
