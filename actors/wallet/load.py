"""How wallets wake up."""

from collections.abc import Sequence

from actors.jackpots.plan import Entries
from actors.runtime.actor import Actor
from actors.runtime.ref import Ref
from actors.wallet.used_ids import UsedIds
from actors.wallet.wallet import Wallet
from persistence.interfaces import Ledger
from protocol.ids import PlayerId
from protocol.money import Asset


class WalletKind:
    """Wallets from their accounts and pending holds. All of a host share the ids that were used there lately."""

    def __init__(self, assets: Sequence[Asset], used: UsedIds | None = None, jackpots: Entries | None = None) -> None:
        self._jackpots = jackpots or Entries()
        self._assets = {asset.number: asset for asset in assets}
        self._used = used if used is not None else UsedIds()

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`. A player without accounts has an empty wallet."""
        rows = await ledger.load_wallets([PlayerId(int(ref.key)) for ref in refs])
        players = {ref: PlayerId(int(ref.key)) for ref in refs}
        feeders = self._jackpots.feeders
        return {
            ref: Wallet(player, rows[player], self._assets, self._used, feeders(player))
            for ref, player in players.items()
        }


async def players_to_wake(ledger: Ledger) -> list[Ref]:
    """The wallets with stakes that wait for their tables: a table that never took a bet does not ask for them."""
    return [Ref("wallet", player) for player in await ledger.players_with_holds()]
