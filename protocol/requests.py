"""What any client may ask, whatever it plays. The games' own requests are in `protocol.games`."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from protocol.jackpots import ListJackpots
from protocol.model import AssetCode, BetKey, Message, Request, TableKey

NAME_CHARS_MAX: Final = 32
INIT_DATA_CHARS_MAX: Final = 3900
TOKEN_CHARS_MAX: Final = 512
CLIENT_SEED_CHARS_MAX: Final = 64
STREAMS_MAX: Final = 32
STATEMENT_ROWS_MAX: Final = 100
ROUNDS_MAX: Final = 20
"""Of a page of rounds, each of which is some questions to the ledger."""

BalanceName = Literal["cash", "bonus"]
StreamName = Annotated[
    str, Field(min_length=1, max_length=80, description="`wallet`, `lobby`, `table:ID` or `jackpot:NAME`")
]
ClientSeed = Annotated[str, Field(min_length=1, max_length=CLIENT_SEED_CHARS_MAX, pattern=r"^[\x21-\x39\x3b-\x7e]+$")]


class StreamPosition(Message):
    """The last event of a stream that a client has seen."""

    t: Literal["at"] = "at"
    stream: StreamName
    epoch: Annotated[int, Field(ge=0)]
    seq: Annotated[int, Field(ge=0)]


class AuthGuest(Request):
    """Play with play money: as a new guest, or as the one who holds this secret."""

    t: Literal["auth.guest"] = "auth.guest"
    name: Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX)] | None = None
    secret: Annotated[bytes, Field(min_length=32, max_length=32)] | None = None


class AuthTelegram(Request):
    """Log in by the raw `initData` of a Telegram Mini App; accepted once."""

    t: Literal["auth.telegram"] = "auth.telegram"
    init_data: Annotated[str, Field(min_length=1, max_length=INIT_DATA_CHARS_MAX)]


class AuthToken(Request):
    """Log in again by the short-lived access token of an earlier `welcome`."""

    t: Literal["auth.token"] = "auth.token"
    token: Annotated[str, Field(min_length=1, max_length=TOKEN_CHARS_MAX)]


class Resume(Request):
    """Go on with a session on a new socket: one use of its resume token, and what was seen of each stream."""

    t: Literal["resume"] = "resume"
    token: Annotated[str, Field(min_length=1, max_length=TOKEN_CHARS_MAX)]
    streams: Annotated[tuple[StreamPosition, ...], Field(max_length=STREAMS_MAX)] = ()


class Ping(Request):
    """Ask for the server's time."""

    t: Literal["ping"] = "ping"


class Watch(Request):
    """Begin to receive a stream: first a snapshot, then each event."""

    t: Literal["watch"] = "watch"
    stream: StreamName


class Unwatch(Request):
    """Stop receiving a stream."""

    t: Literal["unwatch"] = "unwatch"
    stream: StreamName


class ListTables(Request):
    """Ask for the lobby's tables."""

    t: Literal["lobby.list"] = "lobby.list"


class ListGames(Request):
    """Ask for the games that one plays alone, and the limits on their bets. Tables are in the lobby."""

    t: Literal["games.list"] = "games.list"


class ListOpen(Request):
    """Ask for one's own games of several steps that are open: to go on with them after a reconnect."""

    room: ClassVar[str] = "instant"
    t: Literal["games.open"] = "games.open"


class Sit(Request):
    """Take a seat at a table; needed to bet there. Repeating it changes nothing."""

    room: ClassVar[str] = "table"
    t: Literal["table.sit"] = "table.sit"
    table: TableKey


class Leave(Request):
    """Give the seat up. Bets of the round stay and are settled."""

    room: ClassVar[str] = "table"
    t: Literal["table.leave"] = "table.leave"
    table: TableKey


class Balances(Request):
    """Ask for one's balances."""

    room: ClassVar[str] = "wallet"
    t: Literal["wallet.balances"] = "wallet.balances"


class Statement(Request):
    """Ask for the transfers of one balance, newest first; `before` is the cursor of the page before."""

    t: Literal["wallet.statement"] = "wallet.statement"
    asset: AssetCode
    balance: BalanceName = "cash"
    before: Annotated[int, Field(gt=0, lt=2**63)] | None = None
    limit: Annotated[int, Field(ge=1, le=STATEMENT_ROWS_MAX)] = 50


class LastRounds(Request):
    """Ask for the rounds that were played with one balance, newest first; `before` is `next` of the page before."""

    t: Literal["rounds.last"] = "rounds.last"
    asset: AssetCode
    balance: BalanceName = "cash"
    before: Annotated[int, Field(gt=0, lt=2**63)] | None = None
    limit: Annotated[int, Field(ge=1, le=ROUNDS_MAX)] = 10


class Seeds(Request):
    """Ask for the commitment to one's server seed, one's client seed and the next nonce."""

    room: ClassVar[str] = "instant"
    t: Literal["fairness.seeds"] = "fairness.seeds"


class RotateSeeds(Request):
    """Reveal the server seed in use, and go on with a new one and this client seed."""

    room: ClassVar[str] = "instant"
    t: Literal["fairness.rotate"] = "fairness.rotate"
    client_seed: ClientSeed


class Proof(Request):
    """Ask for everything that a settled bet's outcome can be checked by."""

    t: Literal["fairness.proof"] = "fairness.proof"
    bet: BetKey


CORE_REQUESTS: Final[tuple[type[Request], ...]] = (
    AuthGuest,
    AuthTelegram,
    AuthToken,
    Resume,
    Ping,
    Watch,
    Unwatch,
    ListTables,
    ListJackpots,
    ListGames,
    ListOpen,
    Sit,
    Leave,
    Balances,
    Statement,
    LastRounds,
    Seeds,
    RotateSeeds,
    Proof,
)
