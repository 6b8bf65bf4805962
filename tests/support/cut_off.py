"""One process's way to a store, which can be cut: what was asked is done and answered when it is whole again."""

import asyncio
from collections.abc import Callable
from typing import Any


class CutOff:
    """Has whatever methods the store has."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self._whole = asyncio.Event()
        self._whole.set()

    def cut(self) -> None:
        """Nothing arrives any more, and nobody is told."""
        self._whole.clear()

    def mend(self) -> None:
        """Everything arrives."""
        self._whole.set()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def ask(*arguments: Any, **named: Any) -> Any:
            await self._whole.wait()
            return await getattr(self.store, name)(*arguments, **named)

        return ask
