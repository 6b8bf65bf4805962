"""Questions about the past, answered from the ledger without troubling an actor."""

from collections.abc import Sequence
from typing import Final

import msgpack

from persistence.interfaces import BetRow, Ledger
from protocol.errors import Code, Refusal
from protocol.ids import BetId, PlayerId
from protocol.money import Asset, Balance, player_account, player_of
from protocol.records import BetState, TransferKind
from protocol.replies import ProofView, StatementPage, StatementRow
from protocol.requests import Statement

_BALANCES: Final = {"cash": Balance.CASH, "bonus": Balance.BONUS}


class LedgerQueries:
    """Statements and proofs."""

    def __init__(self, ledger: Ledger, assets: Sequence[Asset]) -> None:
        self._ledger = ledger
        self._assets = {asset.code: asset for asset in assets}

    async def statement(self, player: PlayerId, request: Statement) -> StatementPage | Refusal:
        """A page of the transfers of one of the player's balances, newest first."""
        asset = self._assets.get(request.asset)
        if asset is None:
            return Refusal(Code.UNKNOWN_ASSET, {"asset": request.asset})
        account = player_account(player, asset.number, _BALANCES[request.balance])
        lines, following = await self._ledger.statement(account, request.before, request.limit)
        rows = tuple(
            StatementRow(
                cursor=line.id,
                at_ms=line.at_ms,
                amount=line.amount,
                after=line.after,
                kind=TransferKind(line.kind).name.lower(),
                ref=line.ref,
            )
            for line in lines
        )
        return StatementPage(id=request.id, asset=request.asset, balance=request.balance, rows=rows, next=following)

    async def proof(self, player: PlayerId | None, bet_id: BetId) -> ProofView | Refusal:
        """What a bet can be checked by; `player` nobody: whoever's it is."""
        bet = await self._ledger.find_bet(bet_id)
        if bet is None or (player is not None and player_of(bet.account) != player):
            return Refusal(Code.UNKNOWN_BET)
        if bet.state != BetState.SETTLED or bet.payout is None:
            return Refusal(Code.BET_NOT_SETTLED, {"state": BetState(bet.state).name.lower()})
        return await (self._of_seed(bet) if bet.table_id is None else self._of_round(bet))

    async def _of_seed(self, bet: BetRow) -> ProofView | Refusal:
        seed = await self._ledger.find_seed(player_of(bet.account), bet.seed or 0)
        if seed is None:
            return Refusal(Code.UNKNOWN_BET)
        return ProofView(
            id=b"",
            bet=bet.id,
            game=bet.game,
            commitment=seed.commitment,
            server_seed=seed.server_seed,
            client_seed=seed.client_seed,
            nonce=bet.nonce,
            params=msgpack.unpackb(bet.params, use_list=False),
            outcome=msgpack.unpackb(bet.outcome or b"\x80", use_list=False),
            stake=bet.stake,
            payout=bet.payout or 0,
        )

    async def _of_round(self, bet: BetRow) -> ProofView | Refusal:
        found = await self._ledger.find_round(bet.table_id or "", bet.round or 0)
        if found is None or found.outcome is None or found.server_seed is None or found.client_seed is None:
            return Refusal(Code.BET_NOT_SETTLED)
        return ProofView(
            id=b"",
            bet=bet.id,
            game=bet.game,
            commitment=found.commitment,
            server_seed=found.server_seed,
            client_seed=found.client_seed,
            nonce=found.round,
            params=msgpack.unpackb(bet.params, use_list=False),
            outcome=msgpack.unpackb(found.outcome, use_list=False),
            stake=bet.stake,
            payout=bet.payout or 0,
            table=found.table_id,
            round=found.round,
            contributions=msgpack.unpackb(found.contributions or b"\x90", use_list=False),
        )
