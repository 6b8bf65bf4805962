import socket
from collections.abc import Iterator

import pytest

from server.cluster.ports import KEPT_PORTS, CannotListen, free_port, require_free_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_that_nobody_has_is_free() -> None:
    port = free_port()
    require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)  # asking does not take it


def test_a_free_port_is_none_that_the_system_gives_to_others_unless_all_of_those_are_taken(
    taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert free_port() in KEPT_PORTS
    monkeypatch.setattr("server.cluster.ports.KEPT_PORTS", range(taken, taken + 1))
    assert free_port() not in {0, taken}


def test_a_port_that_somebody_has_is_named_and_so_is_the_way_out(taken: int) -> None:
    with pytest.raises(CannotListen, match=rf"port {taken} of 127.0.0.1: another program listens there; .*--port"):
        require_free_port("127.0.0.1", taken)


def test_an_address_of_another_machine_is_said_to_be_none_of_ours() -> None:
    with pytest.raises(CannotListen, match=r"port 8080 of 192.0.2.1: Cannot assign requested address"):
        require_free_port("192.0.2.1", 8080)
