"""The engines that come along: started where the configuration names none, and kept running."""

import asyncio
import contextlib
from typing import Final

from structlog.typing import FilteringBoundLogger

from persistence.embedded import Engine, EngineError, Engines
from persistence.postgres.database import Address
from protocol.shards import ShardRange
from server.bootstrap.stores import addresses_of
from server.bootstrap.watchers import Watchers
from server.config import Config

ENGINE_RETRY_SECONDS: Final = 0.5


class EngineRoom:
    """The embedded engines of a process. `engines` is nothing when the configuration names others for all of them."""

    def __init__(self, config: Config, watchers: Watchers, log: FilteringBoundLogger) -> None:
        self._config = config
        self._watchers = watchers
        self._log = log
        self.engines: Engines | None = None

    async def start(self, stack: contextlib.AsyncExitStack) -> tuple[list[Address], str]:
        """The databases, by their shards, and the URL of Redis; what was started for them is stopped by `stack`.

        Raises `EngineError`, `OSError`.
        """
        config = self._config
        addresses = addresses_of(config)
        redis_url = config.redis_url.get_secret_value() if config.redis_url else None
        if addresses and redis_url is not None:
            return addresses, redis_url
        engines = Engines(config.data_dir, with_postgres=not addresses, with_valkey=redis_url is None)
        await stack.enter_async_context(engines)
        self.engines = engines
        if not addresses:
            addresses = [Address(ShardRange.whole(config.shards), engines.postgres.dsn)]
            self._watchers.start(self._keep_running(engines.postgres), "watch postgres")
        if redis_url is None:
            redis_url = engines.valkey.url
            self._watchers.start(self._keep_running(engines.valkey), "watch valkey")
        return addresses, redis_url

    async def _keep_running(self, engine: Engine) -> None:
        """Start an engine again whenever it ends without being told to."""
        while True:
            exit_ = await asyncio.shield(engine.exited)
            if exit_.expected:
                return
            self._log.error("engine ended, starting it again", engine=engine.name, exit=str(exit_))
            try:
                await engine.restart()
                self._log.info("engine is back", engine=engine.name)
            except (EngineError, OSError) as error:
                self._log.error(
                    "engine does not start", engine=engine.name, error=str(error), again_in_seconds=ENGINE_RETRY_SECONDS
                )
                await asyncio.sleep(ENGINE_RETRY_SECONDS)
