"""Examples of what the server says, whatever is played."""

from typing import Final

from actors.games.catalogue import TABLE_GAMES, table_rules
from actors.jackpots.jackpot import pools_of
from actors.jackpots.pools import Memory, Seeded
from protocol.codec import MESSAGE_BYTES_MAX
from protocol.errors import Code, Refusal
from protocol.jackpots import Jackpots, JackpotSnapshot, PoolView
from protocol.model import Message
from protocol.replies import (
    AssetInfo,
    Done,
    GameInfo,
    Games,
    Hello,
    LobbySnapshot,
    PlayedRound,
    Pong,
    RoundsPage,
    SeedsRotated,
    SeedsView,
    StatementPage,
    StatementRow,
    TableInfo,
    Tables,
    WalletBalances,
    WalletChanged,
    WalletSnapshot,
    Watching,
    Welcome,
)
from protocol.version import PROTOCOL_VERSION
from server.config import Config
from server.config.limits import Limits
from server.config.play import DEFAULT_INSTANT
from server.config.tables import DEFAULT_TABLES, TableSettings
from server.gateway.actions import failed
from server.gateway.tokens import secret_text
from server.play import configured_jackpots
from server.reference.examples.dice import STAKE, dice_bet, dice_proof, dice_seeds, dice_settled
from server.reference.examples.played import EPOCH
from server.reference.examples.requests import access_token, resume_token
from server.reference.examples.roulette import STREAM
from server.reference.examples.story import (
    ASSET,
    LEDGER_EPOCH,
    NAME,
    NOW_MS,
    OPENING,
    PLAYER,
    STREAM_EPOCH,
    story_balance,
    story_bytes,
    story_id,
    story_seeds,
)

TRANSFER: Final = LEDGER_EPOCH << 40
"""Before the first transfer of epoch 7."""


def hello() -> Hello:
    """The greeting of an embedded server."""
    return Hello(
        protocol=PROTOCOL_VERSION,
        server="croupier/0.1.0",
        now_ms=NOW_MS,
        logins=("auth.token", "auth.guest"),
        assets=(AssetInfo(code=ASSET, scale=2),),
        message_bytes_max=MESSAGE_BYTES_MAX,
        ping_seconds=int(Limits().ping_seconds),
    )


def welcome() -> Welcome:
    """To a new guest, who must keep the secret."""
    return Welcome(
        id=story_id("auth.guest", 1_000),
        player=PLAYER,
        name=NAME,
        session=secret_text(story_bytes("session")[:12]),
        resume=resume_token(1),
        token=access_token(),
        guest_secret=story_bytes("guest secret"),
        resumed=False,
        epoch=STREAM_EPOCH,
        seq=1,
        balances=(story_balance(OPENING),),
    )


def seeds() -> SeedsView:
    """The commitment, before the first bet."""
    first = dice_seeds()
    return SeedsView(
        id=story_id("fairness.seeds", 3_000),
        number=1,
        commitment=first.commitment,
        client_seed=first.client_seed,
        nonce=0,
        next_commitment=story_seeds("second").commitment,
    )


def seeds_rotated() -> SeedsRotated:
    """The first seed is revealed, after one bet."""
    first = dice_seeds()
    return SeedsRotated(
        id=story_id("fairness.rotate", 7_000),
        revealed_number=1,
        revealed_server_seed=first.server_seed,
        revealed_commitment=first.commitment,
        revealed_client_seed=first.client_seed,
        revealed_bets=1,
        number=2,
        commitment=story_seeds("second").commitment,
        client_seed="my-own-words",
        next_commitment=story_seeds("third").commitment,
    )


def wallet_changed(seq: int, available: int, reason: str, ref: bytes) -> WalletChanged:
    """The play money is now so much, and nothing is held."""
    return WalletChanged(
        stream="wallet",
        epoch=STREAM_EPOCH,
        seq=seq,
        asset=ASSET,
        balance="cash",
        available=available,
        held=0,
        reason=reason,
        ref=ref,
    )


def watching(seq: int) -> Watching:
    """The answer to `watch`, with the position of the snapshot that follows."""
    return Watching(id=story_id("watch", 11_000), stream=STREAM, epoch=EPOCH, seq=seq)


def reply_examples() -> tuple[Message, ...]:
    """One of each message of the server that belongs to no game."""
    settled = dice_settled()
    tables = (_first_table(),)
    return (
        hello(),
        welcome(),
        failed(dice_bet().id, Refusal(Code.INSUFFICIENT_FUNDS, {"available": 400, "needed": STAKE})),
        Pong(id=story_id("ping", 2_000), now_ms=NOW_MS + 2_040),
        Done(id=story_id("table.sit", 11_500)),
        watching(2),
        Tables(id=story_id("lobby.list", 10_000), tables=tables),
        Games(id=story_id("games.list", 3_500), games=(_dice(),)),
        LobbySnapshot(stream="lobby", epoch=NOW_MS, seq=1, tables=tables, pools=_pools()),
        Jackpots(id=story_id("jackpots.list", 10_200), pools=_pools()),
        JackpotSnapshot(stream="jackpot:orchards", epoch=EPOCH, seq=0, pools=_pools()),
        WalletBalances(
            id=story_id("wallet.balances", 3_000), epoch=STREAM_EPOCH, seq=1, balances=(story_balance(OPENING),)
        ),
        WalletSnapshot(
            stream="wallet", epoch=STREAM_EPOCH, seq=2, balances=(story_balance(settled.available, settled.held),)
        ),
        wallet_changed(2, settled.available, "bet", settled.id),
        _statement(),
        _rounds(),
        seeds(),
        seeds_rotated(),
        dice_proof(),
    )


def _statement() -> StatementPage:
    """The dice bet, newest first; the next page begins with the opening balance."""
    settled = dice_settled()
    stake = StatementRow(
        cursor=TRANSFER + 2, at_ms=NOW_MS + 4_000, amount=-STAKE, after=OPENING - STAKE, kind="stake", ref=settled.id
    )
    win = {"cursor": TRANSFER + 3, "amount": settled.payout, "after": settled.available, "kind": "win"}
    rows = (stake.model_copy(update=win), stake)
    request_id = story_id("wallet.statement", 8_000)
    return StatementPage(id=request_id, asset=ASSET, balance="cash", rows=rows, next=TRANSFER + 1)


def _rounds() -> RoundsPage:
    """The dice bet, which is all that was played yet."""
    settled, proof = dice_settled(), dice_proof()
    at = NOW_MS + 4_000
    played = PlayedRound(
        bet=settled.id,
        game=proof.game,
        rules=1,
        table=None,
        round=None,
        stake=STAKE,
        payout=settled.payout,
        params=proof.params,
        outcome=proof.outcome,
        steps=(),
        phases=("placed", "settled"),
        phases_at_ms=(at, at),
        available_before=OPENING,
        held_before=0,
        available_after=settled.available,
        held_after=0,
        posted_before=OPENING,
        posted_after=settled.available,
    )
    request_id = story_id("rounds.last", 8_500)
    return RoundsPage(id=request_id, asset=ASSET, balance="cash", rounds=(played,), next=None)


def _dice() -> GameInfo:
    """Dice with play money."""
    one = DEFAULT_INSTANT[0]
    return GameInfo(game="dice", asset=one.asset, min_bet=one.min_bet, max_bet=one.max_bet, max_profit=one.max_profit)


def _pools() -> tuple[PoolView, ...]:
    """The default one, before anybody has played."""
    (plan,) = configured_jackpots(Config())
    memory = Memory()
    for level in plan.levels:
        memory.apply(Seeded(level.name, level.seed))
    return pools_of(plan, memory)


def _first_table() -> TableInfo:
    """A table at which nothing was played yet, as it says itself."""
    settings = next(table for table in DEFAULT_TABLES if isinstance(table, TableSettings))
    game = TABLE_GAMES[settings.game]
    shown = game.lobby(game.fresh(table_rules(settings.model_dump())))
    return TableInfo(
        table=settings.id,
        game=settings.game,
        variant=settings.variant,
        asset=settings.asset,
        min_bet=settings.min_bet,
        max_bet=settings.max_bet,
        max_total=settings.max_total,
        seated=0,
        watching=0,
        **shown,
    )
