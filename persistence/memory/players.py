"""Who is who, in memory: the promises of the real one, for tests and simulations."""

from collections.abc import Sequence

from persistence.interfaces import PlayerRow, Players, Rejected
from persistence.player_ids import checked_player_id
from protocol.ids import PlayerId
from protocol.money import Asset

__all__ = ["MemoryPlayers"]


class MemoryPlayers(Players):
    """Numbers players in the order in which they come, after `newest`."""

    def __init__(self, newest: int = 0) -> None:
        self._newest = newest
        self._rows: dict[PlayerId, PlayerRow] = {}
        self._numbers: dict[tuple[str, str], PlayerId] = {}
        self._proofs: dict[bytes, int] = {}
        self._assets: dict[int, Asset] = {}

    def register_now(
        self, provider: str, subject: str, name: str, proof: bytes | None, proof_expires_ms: int
    ) -> PlayerRow | None:
        """See `Players.register`."""
        if proof is not None:
            if proof in self._proofs:
                return None
            self._proofs[proof] = proof_expires_ms
        number = self._numbers.get((provider, subject))
        if number is not None:
            return self._rows[number]
        number = checked_player_id(self._newest + 1)
        self._newest = number
        self._numbers[provider, subject] = number
        self._rows[number] = PlayerRow(number, name, created=False)
        return PlayerRow(number, name, created=True)

    def find_now(self, player: PlayerId) -> PlayerRow | None:
        """See `Players.find`."""
        return self._rows.get(player)

    def define_assets_now(self, assets: Sequence[Asset]) -> None:
        """See `Players.define_assets`."""
        known = dict(self._assets)
        for asset in assets:
            same_code = next((one for one in known.values() if one.code == asset.code), asset)
            if known.setdefault(asset.number, asset) != asset or same_code != asset:
                raise Rejected(f"{asset} is known otherwise: {known[asset.number]}, {same_code}")
        self._assets = known

    def forget_proofs_now(self, now_ms: int) -> int:
        """Forget proofs that would be refused for their age anyway; says how many."""
        old = [proof for proof, expires_ms in self._proofs.items() if expires_ms < now_ms]
        for proof in old:
            del self._proofs[proof]
        return len(old)

    # --- the same, as the interface has it ---

    async def register(
        self, provider: str, subject: str, name: str, proof: bytes | None, proof_expires_ms: int
    ) -> PlayerRow | None:
        """See `Players.register`."""
        return self.register_now(provider, subject, name, proof, proof_expires_ms)

    async def find(self, player: PlayerId) -> PlayerRow | None:
        """See `Players.find`."""
        return self.find_now(player)

    async def define_assets(self, assets: Sequence[Asset]) -> None:
        """See `Players.define_assets`."""
        self.define_assets_now(assets)

    async def forget_proofs(self, now_ms: int) -> int:
        """See `forget_proofs_now`."""
        return self.forget_proofs_now(now_ms)
