"""Whether somebody answers at the address of a Ray: asked before Ray is, which would try for a minute."""

import asyncio
from typing import Final

from actors.runtime.carrier import CarrierError

AUTO: Final = "auto"
"""The Ray that this machine is a node of."""
CONNECT_SECONDS_MAX: Final = 5.0


async def require_reachable(address: str) -> None:
    """`auto`, `host:port` or `ray://host:port`. Raises `CarrierError` for others, and when nobody listens there."""
    if address == AUTO:
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdigit():
        raise CarrierError(f"{address!r} is no address of a Ray: auto, host:port or ray://host:port")
    try:
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        writer.close()
    except (OSError, OverflowError, TimeoutError) as error:
        raise CarrierError(f"nobody answers at {address}: {str(error) or 'no answer in time'}") from error
