"""How long it takes from the start of the process to the line that says that players can connect."""

from collections.abc import Mapping

from server.bench.ground import Ground, served


class Ready:
    """On a new data dir, and again on the same one after a proper stop."""

    name = "ready"

    def run(self, ground: Ground) -> Mapping[str, float]:
        """Seconds to the line."""
        with ground.folder() as folder:
            with served(folder) as new:
                pass
            with served(folder) as existing:
                pass
        return {"ready_new": new.ready_seconds, "ready_existing": existing.ready_seconds}
