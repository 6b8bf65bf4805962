"""The wheel: the pocket that seeds are bound to."""

from actors.fairness.draws import chosen, first_u32
from actors.games.board import Layout


def pocket_of(layout: Layout, server_seed: str, client_seed: str, number: int) -> int:
    """floor(float * pockets) of the first float of round `number`."""
    return chosen(first_u32(server_seed, client_seed, number), layout.cases)
