"""Questions about the past, answered from the ledger without troubling an actor."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgpack

from actors.games.catalogue import STEP_GAMES
from actors.games.crash import recorded_of
from actors.instant.journal import journal_of, read_steps
from persistence.interfaces import BetRow
from persistence.ledgers import Ledgers
from protocol.errors import Code, Refusal
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.ids import BetId, PlayerId
from protocol.money import Asset, Balance, player_account, player_of
from protocol.records import BetState, TransferKind
from protocol.replies import ProofView, RoundsPage, StatementPage, StatementRow
from protocol.requests import LastRounds, Statement
from server.poker_hands import hand_of
from server.replay import Replay, replay
from server.replay_hand import ReplayedHand
from server.rounds import Recall

_BALANCES: Final = {"cash": Balance.CASH, "bonus": Balance.BONUS}


class LedgerQueries:
    """Statements and proofs, each from the ledger that has it."""

    def __init__(self, ledgers: Ledgers, assets: Sequence[Asset]) -> None:
        self._ledgers = ledgers
        self._assets = {asset.code: asset for asset in assets}

    async def statement(self, player: PlayerId, request: Statement) -> StatementPage | Refusal:
        """A page of the transfers of one of the player's balances, newest first."""
        asset = self._assets.get(request.asset)
        if asset is None:
            return Refusal(Code.UNKNOWN_ASSET, {"asset": request.asset})
        account = player_account(player, asset.number, _BALANCES[request.balance])
        lines, following = await self._ledgers.of_player(player).statement(account, request.before, request.limit)
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

    async def last_rounds(self, player: PlayerId, request: LastRounds) -> RoundsPage | Refusal:
        """A page of the rounds that were played with one of the player's balances, newest first."""
        asset = self._assets.get(request.asset)
        if asset is None:
            return Refusal(Code.UNKNOWN_ASSET, {"asset": request.asset})
        account = player_account(player, asset.number, _BALANCES[request.balance])
        recall = Recall(self._ledgers)
        page = await recall.page(account, request.before, request.limit)
        rounds = [await recall.played(bet, page.lines[bet.id]) for bet in page.bets]
        return RoundsPage(
            id=request.id, asset=request.asset, balance=request.balance, rounds=tuple(rounds), next=page.following
        )

    async def replay(self, round_id: str) -> Replay | ReplayedHand | Refusal:
        """A round of a table (`TABLE:NUMBER`), or of one player (the bet's id), recalled and played again."""
        return await replay(self._ledgers, round_id, self.proof)

    async def poker_hand(self, player: PlayerId | None, request: PokerRecall) -> PokerHand | Refusal:
        """A hand of poker that is over, as the player may see it; `player` nobody: all that was shown."""
        found = await self._ledgers.of_table(request.table).find_round(request.table, request.hand)
        return hand_of(found, player, request)

    async def proof(self, player: PlayerId | None, bet_id: BetId) -> ProofView | Refusal:
        """What a bet can be checked by; `player` nobody: whoever's it is, if it is one player's."""
        found = await self._ledgers.find_bets(bet_id, player)
        bets = [one for one in found if player in (None, player_of(one.account))]
        if not bets:
            return Refusal(Code.UNKNOWN_BET)
        if len(bets) > 1:
            return Refusal(Code.ID_REUSED, {"bets": len(bets)})
        [bet] = bets
        if bet.state != BetState.SETTLED or bet.payout is None:
            return Refusal(Code.BET_NOT_SETTLED, {"state": BetState(bet.state).name.lower()})
        return await (self._of_seed(bet) if bet.table_id is None else self._of_round(bet))

    async def _of_seed(self, bet: BetRow) -> ProofView | Refusal:
        player = player_of(bet.account)
        seed = await self._ledgers.of_player(player).find_seed(player, bet.seed or 0)
        if seed is None:
            return Refusal(Code.UNKNOWN_BET)
        params: dict[str, Any] = msgpack.unpackb(bet.params)
        outcome: Mapping[str, Any] = msgpack.unpackb(bet.outcome or b"\x80")
        if bet.game in STEP_GAMES:
            name = journal_of(bet.id)
            journals = await self._ledgers.of_player(player).load_journals([name])
            steps = read_steps(journals[name].events)
            params["steps"] = [list(one.step) for one in steps]
            outcome = (steps[-1].outcome if steps else None) or {}
        return ProofView(
            id=b"",
            bet=bet.id,
            game=bet.game,
            commitment=seed.commitment,
            server_seed=seed.server_seed,
            client_seed=seed.client_seed,
            nonce=bet.nonce,
            params=params,
            outcome=dict(outcome),
            stake=bet.stake,
            payout=bet.payout or 0,
        )

    async def _of_round(self, bet: BetRow) -> ProofView | Refusal:
        table = bet.table_id or ""
        found = await self._ledgers.of_table(table).find_round(table, bet.round or 0)
        if found is None or found.outcome is None or found.server_seed is None or found.client_seed is None:
            return Refusal(Code.BET_NOT_SETTLED)
        params, outcome = recorded_of(bet.id, msgpack.unpackb(bet.params), msgpack.unpackb(found.outcome))
        return ProofView(
            id=b"",
            bet=bet.id,
            game=bet.game,
            commitment=found.commitment,
            server_seed=found.server_seed,
            client_seed=found.client_seed,
            nonce=found.round,
            params=params,
            outcome=outcome,
            stake=bet.stake,
            payout=bet.payout or 0,
            table=found.table_id,
            round=found.round,
            contributions=msgpack.unpackb(found.contributions or b"\x90", use_list=False),
        )
