"""How the instant games of a player wake up."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgpack

from actors.fairness.jackpot import levels_won, recorded_levels
from actors.fairness.seal import Sealer
from actors.games.catalogue import STEP_VERSIONS
from actors.games.interface import InstantPlay, Limits
from actors.instant.games import Open
from actors.instant.instant import Instant, PlayerSeed, wake_seed
from actors.instant.journal import journal_of, read_steps
from actors.jackpots.plan import Entries
from actors.runtime.actor import Actor
from actors.runtime.ref import Ref
from actors.wallet.wallet import DRAW_BITS, own_games
from persistence.interfaces import BetRow, JournalRow, KnownCommand, Ledger, Unavailable, WalletRow
from protocol.ids import BetId, CommandId, PlayerId
from protocol.money import Asset, asset_of, balance_of
from protocol.records import BetState


class InstantKind:
    """Instant games from the newest seed and the newest draw, and open games from their steps.

    `limits` are by game and asset code; `jackpots` says which games are in one.
    """

    def __init__(
        self,
        assets: Sequence[Asset],
        limits: Mapping[tuple[str, str], Limits],
        sealer: Sealer,
        jackpots: Entries | None = None,
    ) -> None:
        self._assets = {asset.code: asset for asset in assets}
        self._codes = {asset.number: asset.code for asset in assets}
        self._limits = dict(limits)
        self._sealer = sealer
        self._jackpots = jackpots or Entries()

    async def load(self, ledger: Ledger, refs: Sequence[Ref]) -> dict[Ref, Actor]:
        """See `Kind.load`. Raises `Unavailable` also when another owner of the shard writes meanwhile."""
        players = [PlayerId(int(ref.key)) for ref in refs]
        seeds = await ledger.load_seeds(players)
        wallets = await ledger.load_wallets(players)
        open_bets = [bet for player in players for bet in _open_bets(player, wallets[player])]
        bets = await ledger.find_commands(open_bets) if open_bets else {}
        journals = await ledger.load_journals([journal_of(BetId(bet)) for bet in open_bets]) if open_bets else {}
        actors: dict[Ref, Actor] = {}
        for ref, player in zip(refs, players, strict=True):
            draw_high = max((account.draw_high for account in wallets[player].accounts), default=0)
            seed = wake_seed(seeds.get(player), draw_high, DRAW_BITS, self._sealer)
            games = [self._game(bets.get(bet), journals, seed) for bet in _open_bets(player, wallets[player])]
            games.sort(key=lambda one: one.nonce)
            open_games = {one.game.name: one for one in games}
            jackpots = self._jackpots.of(player)
            actors[ref] = Instant(player, seed, self._assets, self._limits, self._sealer, open_games, jackpots)
        return actors

    def _game(self, known: KnownCommand | None, journals: Mapping[str, JournalRow], seed: PlayerSeed | None) -> Open:
        """An open game, played again to where it stands."""
        bet = known.bet if known is not None else None
        if bet is None or bet.state != BetState.OPEN or seed is None or bet.seed != seed.number:
            # Holds, bets and seeds are read one after the other: only another owner can write between them.
            raise Unavailable("somebody else goes on with a game")
        return _played(bet, journals[journal_of(bet.id)], seed, self._codes[asset_of(bet.account)])


def _played(bet: BetRow, journal: JournalRow, seed: PlayerSeed, asset: str) -> Open:
    params: dict[str, Any] = msgpack.unpackb(bet.params)
    game = STEP_VERSIONS[bet.game].of(params)
    play = InstantPlay(bet.stake, params["payout_max"], params)
    recorded = params.get("jackpot")
    begun = Open(
        game=game,
        bet=bet.id,
        asset=asset,
        balance=balance_of(bet.account).name.lower(),  # type: ignore[arg-type]
        stake=bet.stake,
        seed=seed.number,
        nonce=bet.nonce,
        jackpot=recorded["name"] if recorded is not None else None,
        won=_won(recorded, seed, bet),
        state=game.start(play, seed.server_seed, seed.client_seed, bet.nonce),
        step=0,
        at=bet.placed_at,
    )
    for taken in read_steps(journal.events):
        begun = begun.after(game.act(begun.state, taken.step), taken.at)
    return begun


def _won(recorded: Mapping[str, Any] | None, seed: PlayerSeed, bet: BetRow) -> tuple[str, ...]:
    """What a game has won of its jackpot when it is over, by what was recorded when it began."""
    if recorded is None:
        return ()
    return levels_won(recorded_levels(recorded), seed.server_seed, seed.client_seed, bet.nonce, bet.stake)


def _open_bets(player: PlayerId, wallet: WalletRow) -> list[CommandId]:
    own = own_games(player)
    return [hold.id for hold in wallet.holds if hold.owner == own]
