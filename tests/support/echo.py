"""The smallest service of a process: it says back what it is told, or fails when it is told to."""

from actors.runtime.carrier import Carrier, ProcessName
from actors.runtime.transport import Service


class Echo(Service):
    """Answers `echo`, `config` and `name`; `ask` has another process say its name; everything else fails."""

    def __init__(self, name: ProcessName, config: bytes, carrier: Carrier) -> None:
        self._name = name
        self._config = config
        self._carrier = carrier

    async def call(self, method: str, payload: bytes) -> bytes:
        """See `Service.call`."""
        match method:
            case "echo" | "link" | "health":
                return payload
            case "config":
                return self._config
            case "name":
                return self._name.encode()
            case "ask":
                return await self._carrier.peer(ProcessName(payload.decode())).call("name", b"")
        raise ValueError(f"no such method: {method}")


async def make_echo(name: ProcessName, config: bytes, carrier: Carrier) -> Service:
    """A `Factory`."""
    return Echo(name, config, carrier)


async def make_nothing(name: ProcessName, config: bytes, carrier: Carrier) -> Service:
    """A `Factory` that cannot."""
    raise ConnectionError("there is no database here")


class Odd(Exception):
    """An error that is made from other things than its words, so that it cannot be put together again from them."""

    def __init__(self, what: str, *, why: str) -> None:
        super().__init__(f"{what}, because {why}")


async def make_odd(name: ProcessName, config: bytes, carrier: Carrier) -> Service:
    """A `Factory` that cannot, and says so in a way of its own."""
    raise Odd("there is no room", why="everybody is here")
