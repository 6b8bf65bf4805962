"""A process that runs engines and does nothing else, to be killed by tests: `python engine_host.py DATA_DIR`.

Prints one line of JSON when ready, or `{"error": …, "message": …}` and ends with code 1. SIGTERM stops it in order.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from persistence.embedded import EngineError, Engines, PostgresSettings


async def main(data_dir: Path) -> int:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        async with Engines(data_dir, postgres=PostgresSettings(shared_buffers_mib=16)) as engines:
            ready = {
                "pid": os.getpid(),
                "database_url": engines.postgres.dsn,
                "redis_url": engines.valkey.url,
                "engine_pids": [engines.postgres.pid, engines.valkey.pid],
            }
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
            await stop.wait()
    except EngineError as error:
        sys.stdout.write(json.dumps({"error": type(error).__name__, "message": str(error)}) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]))))
