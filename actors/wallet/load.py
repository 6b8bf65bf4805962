"""How wallets wake up."""

from collections.abc import Sequence

from actors.runtime.actor import Actor
from actors.runtime.ref import Ref
from actors.wallet.wallet import Wallet
from persistence.interfaces import Ledger
from protocol.ids import PlayerId
from protocol.money import Asset


class WalletKind:
    """Wallets from their accounts and pending holds."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self._assets = {asset.number: asset for asset in assets}

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`. A player without accounts has an empty wallet."""
        rows = await ledger.load_wallets([PlayerId(int(ref.key)) for ref in refs])
        return {ref: Wallet(PlayerId(int(ref.key)), rows[PlayerId(int(ref.key))], self._assets) for ref in refs}
