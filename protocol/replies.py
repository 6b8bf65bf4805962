"""What the server says, whatever is played. The games' own replies and events are in `protocol.games`."""

from typing import Any, Final, Literal

from protocol.jackpots import Jackpots, JackpotSnapshot, PoolView
from protocol.model import Message, Push, Reply


class AssetInfo(Message):
    """An asset as clients show it: an amount of `1` is `10 ** -scale` of `code`."""

    t: Literal["asset"] = "asset"
    code: str
    scale: int


class BalanceView(Message):
    """One balance: what may be staked, and what is held for open bets, in ledger units."""

    t: Literal["balance"] = "balance"
    asset: str
    balance: str
    available: int
    held: int


class Hello(Message):
    """The first thing on a new socket: who speaks, its time, and how one may log in."""

    t: Literal["hello"] = "hello"
    protocol: int
    server: str
    now_ms: int
    logins: tuple[str, ...]
    assets: tuple[AssetInfo, ...]
    message_bytes_max: int
    ping_seconds: int


class Welcome(Reply):
    """Logged in or resumed. `resume` is good for one use; `token` logs in again until it expires.

    `balances` are those of now. The `wallet` stream begins after `(epoch, seq)`: the position of the balances or, when
    a resume is exact, the one that the client had seen, and all events since follow.
    """

    t: Literal["welcome"] = "welcome"
    player: int
    name: str
    session: str
    resume: str
    token: str
    guest_secret: bytes | None = None
    resumed: bool = False
    epoch: int
    seq: int
    balances: tuple[BalanceView, ...]


class Failed(Reply):
    """The request was not done: `code` and `name` of the catalogue, and the evidence.

    An `id` of no bytes answers what had no id that could be read.
    """

    t: Literal["error"] = "error"
    code: int
    name: str
    text: str
    retry: bool
    evidence: dict[str, Any]


class Pong(Reply):
    """The server's time."""

    t: Literal["pong"] = "pong"
    now_ms: int


class Done(Reply):
    """It is so, and there is nothing more to say."""

    t: Literal["done"] = "done"


class Watching(Reply):
    """The stream begins after this position; a snapshot or the missed events follow."""

    t: Literal["watching"] = "watching"
    stream: str
    epoch: int
    seq: int


class TableInfo(Message):
    """A table as the lobby lists it. `history` is the newest outcomes, newest first."""

    t: Literal["table"] = "table"
    table: str
    game: str
    variant: str
    asset: str
    min_bet: int
    max_bet: int
    max_total: int
    phase: str
    round: int
    closes_at_ms: int
    seated: int
    watching: int
    history: tuple[Any, ...]


class Tables(Reply):
    """The lobby."""

    t: Literal["tables"] = "tables"
    tables: tuple[TableInfo, ...]


class GameInfo(Message):
    """A game that one plays alone, in one asset: what a bet may be, and the most it may win on top of its stake."""

    t: Literal["game"] = "game"
    game: str
    asset: str
    min_bet: int
    max_bet: int
    max_profit: int


class Games(Reply):
    """The games that are offered here. One in an asset that is not among them is refused (1010)."""

    t: Literal["games"] = "games"
    games: tuple[GameInfo, ...]


class OpenGames(Reply):
    """One's open games, oldest first: the fields of their newest replies but `id`, and `asset` and `balance`."""

    t: Literal["games.state"] = "games.state"
    games: tuple[dict[str, Any], ...]


class LobbySnapshot(Push):
    """The whole lobby; it replaces what was known. Coalesced to a few a second."""

    t: Literal["lobby.snapshot"] = "lobby.snapshot"
    tables: tuple[TableInfo, ...]
    pools: tuple[PoolView, ...] = ()


class WalletBalances(Reply):
    """All balances, as of event `seq` of the `wallet` stream."""

    t: Literal["wallet"] = "wallet"
    epoch: int
    seq: int
    balances: tuple[BalanceView, ...]


class WalletSnapshot(Push):
    """All balances; it replaces what was known."""

    t: Literal["wallet.snapshot"] = "wallet.snapshot"
    balances: tuple[BalanceView, ...]


class WalletChanged(Push):
    """A balance changed: `reason` is the kind of transfer or of hold, `ref` the bet or command it belongs to."""

    t: Literal["wallet.changed"] = "wallet.changed"
    asset: str
    balance: str
    available: int
    held: int
    reason: str
    ref: bytes


class StatementRow(Message):
    """One transfer: a positive amount came in, a negative one went out; `after` is the balance posted then."""

    t: Literal["row"] = "row"
    cursor: int
    at_ms: int
    amount: int
    after: int
    kind: str
    ref: bytes


class StatementPage(Reply):
    """Transfers, newest first; `next` is the cursor for the next page, or nothing."""

    t: Literal["statement"] = "statement"
    asset: str
    balance: str
    rows: tuple[StatementRow, ...]
    next: int | None


class PlayedRound(Message):
    """One bet, from its start to its end. `rules` is the version of the game's rules that it was accepted under.

    `phases` are in order, `phases_at_ms` when each was; of a game of steps `steps` are what was chosen, as in the
    proof. Funds: `available` and `held` around the placing of the bet, and the balance `posted` around its payment.
    """

    t: Literal["played"] = "played"
    bet: bytes
    game: str
    rules: int
    table: str | None
    round: int | None
    stake: int
    payout: int
    params: dict[str, Any]
    outcome: dict[str, Any]
    steps: tuple[tuple[str | int, ...], ...]
    phases: tuple[str, ...]
    phases_at_ms: tuple[int, ...]
    available_before: int
    held_before: int
    available_after: int
    held_after: int
    posted_before: int
    posted_after: int


class RoundsPage(Reply):
    """Rounds that were paid, newest first; `next` is the cursor for the next page, or nothing."""

    t: Literal["rounds"] = "rounds"
    asset: str
    balance: str
    rounds: tuple[PlayedRound, ...]
    next: int | None


class SeedsView(Reply):
    """The commitment (SHA-256 of the server seed's text), the client seed, and the nonce of the next bet.

    `next_commitment` is that of the server seed after this one: known before its client seed is chosen.
    """

    t: Literal["seeds"] = "seeds"
    number: int
    commitment: str
    client_seed: str
    nonce: int
    next_commitment: str


class SeedsRotated(Reply):
    """The server seed that was in use, revealed, and the one now in use, which was the `next_commitment` before."""

    t: Literal["seeds.rotated"] = "seeds.rotated"
    revealed_number: int
    revealed_server_seed: str
    revealed_commitment: str
    revealed_client_seed: str
    revealed_bets: int
    number: int
    commitment: str
    client_seed: str
    next_commitment: str


class ProofView(Reply):
    """What a bet's outcome follows from. `server_seed` is absent while it is in use: rotate, then ask again."""

    t: Literal["proof"] = "proof"
    bet: bytes
    game: str
    commitment: str
    server_seed: str | None
    client_seed: str
    nonce: int
    params: dict[str, Any]
    outcome: dict[str, Any]
    stake: int
    payout: int
    table: str | None = None
    round: int | None = None
    contributions: tuple[str, ...] = ()


CORE_REPLIES: Final[tuple[type[Message], ...]] = (
    Hello,
    Welcome,
    Failed,
    Pong,
    Done,
    Watching,
    Tables,
    Jackpots,
    JackpotSnapshot,
    Games,
    OpenGames,
    LobbySnapshot,
    WalletBalances,
    WalletSnapshot,
    WalletChanged,
    StatementPage,
    RoundsPage,
    SeedsView,
    SeedsRotated,
    ProofView,
)
