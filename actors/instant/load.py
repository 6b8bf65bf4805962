"""How the instant games of a player wake up."""

from collections.abc import Mapping, Sequence

from actors.fairness.seal import Sealer
from actors.games.interface import Limits
from actors.instant.instant import Instant, wake_seed
from actors.runtime.actor import Actor
from actors.runtime.ref import Ref
from actors.wallet.wallet import DRAW_BITS
from persistence.interfaces import Ledger
from protocol.ids import PlayerId
from protocol.money import Asset


class InstantKind:
    """Instant games from the newest seed and the newest draw; `limits` by game and asset code."""

    def __init__(self, assets: Sequence[Asset], limits: Mapping[tuple[str, str], Limits], sealer: Sealer) -> None:
        self._assets = {asset.code: asset for asset in assets}
        self._limits = dict(limits)
        self._sealer = sealer

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`."""
        players = [PlayerId(int(ref.key)) for ref in refs]
        seeds = await ledger.load_seeds(players)
        wallets = await ledger.load_wallets(players)
        actors: dict[Ref, Actor] = {}
        for ref, player in zip(refs, players, strict=True):
            draw_high = max((account.draw_high for account in wallets[player].accounts), default=0)
            seed = wake_seed(seeds.get(player), draw_high, DRAW_BITS, self._sealer)
            actors[ref] = Instant(player, seed, self._assets, self._limits, self._sealer)
        return actors
