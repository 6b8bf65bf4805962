"""The closed, numbered catalogue of everything that can be refused, and of the reasons a socket is closed.

1xxx  the message itself      may not succeed as it is
2xxx  who is speaking         log in again
3xxx  too much, too fast      may be retried later
4xxx  money                   decided by the wallet, and sticky for its id
5xxx  games and tables        decided by the game; sticky for its id wherever money would have moved
6xxx  the platform            the same id may be retried; the effect is unknown until it is answered

Sticky: a request that would have moved money and was refused with this code stays refused under its id, whatever the
balances, rounds, limits and games are when it comes again; its wallet keeps the refusal. Questions, and taking a seat,
are decided anew each time.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, NamedTuple


class Code(IntEnum):
    """Every error a client can be told, by number."""

    MALFORMED = 1001
    UNKNOWN_TYPE = 1002
    INVALID_FIELD = 1003
    TOO_LARGE = 1004
    NOT_BINARY = 1005
    BAD_ID = 1006
    ID_FROM_FUTURE = 1007
    ID_REUSED = 1008
    UNKNOWN_TABLE = 1009
    UNKNOWN_ASSET = 1010
    UNKNOWN_BET = 1011
    UNKNOWN_STREAM = 1012

    NOT_AUTHENTICATED = 2001
    ALREADY_AUTHENTICATED = 2002
    LOGIN_REFUSED = 2003
    LOGIN_STALE = 2004
    LOGIN_REPLAYED = 2005
    GUESTS_NOT_ALLOWED = 2006
    RESUME_UNKNOWN = 2007
    TOKEN_INVALID = 2008

    RATE_LIMITED = 3001
    TOO_MANY_CONNECTIONS = 3002
    OVERLOADED = 3003
    TOO_MANY_SUBSCRIPTIONS = 3004

    INSUFFICIENT_FUNDS = 4001
    AMOUNT_OUT_OF_RANGE = 4002
    HOLD_UNKNOWN = 4003
    HOLD_RESOLVED = 4004
    BALANCE_LIMIT = 4005

    BETTING_CLOSED = 5001
    BET_BELOW_MINIMUM = 5002
    BET_ABOVE_MAXIMUM = 5003
    TABLE_LIMIT = 5004
    EXPOSURE_LIMIT = 5005
    INVALID_BET = 5006
    NOT_SEATED = 5007
    TABLE_FULL = 5008
    NOTHING_TO_UNDO = 5009
    TOO_MANY_BETS = 5010
    SEED_IN_USE = 5011
    BET_NOT_SETTLED = 5012
    BET_NOT_TAKEN = 5013
    GAME_OPEN = 5021
    NO_SUCH_GAME = 5022
    OUT_OF_TURN = 5023
    ILLEGAL_STEP = 5024
    CRASHED = 5025
    CASHED_OUT = 5026

    TRY_AGAIN = 6001
    INTERNAL = 6002
    RESTARTING = 6003


class Meaning(NamedTuple):
    """What a code says, and what the client may do: repeat the request with its id, or reconnect."""

    text: str
    may_retry: bool = False
    may_reconnect: bool = True
    sticky: bool = False


CATALOGUE: Final[dict[Code, Meaning]] = {
    Code.MALFORMED: Meaning("The message is not a msgpack map as this protocol writes it."),
    Code.UNKNOWN_TYPE: Meaning("There is no message with this tag."),
    Code.INVALID_FIELD: Meaning("A field is missing, unknown, of the wrong type, or out of its range."),
    Code.TOO_LARGE: Meaning("The message is larger, or nested deeper, than allowed."),
    Code.NOT_BINARY: Meaning("Messages are binary frames; text frames are not spoken here."),
    Code.BAD_ID: Meaning("The id is not the sixteen bytes of a UUID of version 7."),
    Code.ID_FROM_FUTURE: Meaning("The id was made by a clock that is ahead of ours; set it by the time in `hello`."),
    Code.ID_REUSED: Meaning("This id was used before, for another request."),
    Code.UNKNOWN_TABLE: Meaning("There is no table with this id."),
    Code.UNKNOWN_ASSET: Meaning("There is no such asset, or it has no such balance.", sticky=True),
    Code.UNKNOWN_BET: Meaning("There is no such bet, or it is another player's."),
    Code.UNKNOWN_STREAM: Meaning("There is no such stream."),
    Code.NOT_AUTHENTICATED: Meaning("Log in or resume first."),
    Code.ALREADY_AUTHENTICATED: Meaning("This connection is logged in already."),
    Code.LOGIN_REFUSED: Meaning("The proof of who you are is not valid."),
    Code.LOGIN_STALE: Meaning("The proof of who you are is too old; open the app again."),
    Code.LOGIN_REPLAYED: Meaning("This proof was used before; open the app again."),
    Code.GUESTS_NOT_ALLOWED: Meaning("Guests do not play here."),
    Code.RESUME_UNKNOWN: Meaning("The resume token is used, expired or unknown; log in."),
    Code.TOKEN_INVALID: Meaning("The access token is expired or not ours; log in."),
    Code.RATE_LIMITED: Meaning("Too many messages; wait and repeat.", may_retry=True),
    Code.TOO_MANY_CONNECTIONS: Meaning("Too many connections.", may_retry=True),
    Code.OVERLOADED: Meaning("Too much is waiting; repeat with the same id a little later.", may_retry=True),
    Code.TOO_MANY_SUBSCRIPTIONS: Meaning("This connection watches too many streams."),
    Code.INSUFFICIENT_FUNDS: Meaning("The balance is too low.", sticky=True),
    Code.AMOUNT_OUT_OF_RANGE: Meaning("The amount is not allowed.", sticky=True),
    Code.HOLD_UNKNOWN: Meaning("There is no such hold.", sticky=True),
    Code.HOLD_RESOLVED: Meaning("The hold was captured or released before.", sticky=True),
    Code.BALANCE_LIMIT: Meaning("The balance would grow past what the ledger counts.", sticky=True),
    Code.BETTING_CLOSED: Meaning("Betting is closed.", sticky=True),
    Code.BET_BELOW_MINIMUM: Meaning("The bet is below the minimum.", sticky=True),
    Code.BET_ABOVE_MAXIMUM: Meaning("The bet is above the maximum.", sticky=True),
    Code.TABLE_LIMIT: Meaning("Your bets of this round would be above the table's maximum.", sticky=True),
    Code.EXPOSURE_LIMIT: Meaning("The house cannot cover this bet at this table now.", sticky=True),
    Code.INVALID_BET: Meaning("There is no such bet in this game.", sticky=True),
    Code.NOT_SEATED: Meaning("Sit down at the table first.", sticky=True),
    Code.TABLE_FULL: Meaning("Every seat is taken."),
    Code.NOTHING_TO_UNDO: Meaning("You have no bet in this round.", sticky=True),
    Code.TOO_MANY_BETS: Meaning("You have too many bets in this round.", sticky=True),
    Code.SEED_IN_USE: Meaning("The seed is still in use by an open bet.", sticky=True),
    Code.BET_NOT_SETTLED: Meaning("The bet is not settled yet, so its seed is still secret."),
    Code.BET_NOT_TAKEN: Meaning("The bet came too late for its round, and the stake is free again.", sticky=True),
    Code.GAME_OPEN: Meaning("You have an open game of this kind; finish it first.", sticky=True),
    Code.NO_SUCH_GAME: Meaning("You have no such open game: it is over, or never began.", sticky=True),
    Code.OUT_OF_TURN: Meaning("The game is at another step.", sticky=True),
    Code.ILLEGAL_STEP: Meaning("The rules do not allow this step now.", sticky=True),
    Code.CRASHED: Meaning("It was over before this came.", sticky=True),
    Code.CASHED_OUT: Meaning("This bet is cashed out already.", sticky=True),
    Code.TRY_AGAIN: Meaning("It is not known whether this was done; repeat with the same id.", may_retry=True),
    Code.INTERNAL: Meaning("A fault of ours; repeat with the same id.", may_retry=True),
    Code.RESTARTING: Meaning("The server is restarting; reconnect and repeat.", may_retry=True),
}


class Close(IntEnum):
    """Why the server closed a socket (RFC 6455: 1000-1015 are the standard's, 4000-4999 are ours)."""

    GOING_AWAY = 1001
    PROTOCOL_ERROR = 1002
    UNSUPPORTED_DATA = 1003
    TOO_LARGE = 1009
    INTERNAL = 1011
    RESTARTING = 1012
    OVERLOADED = 1013
    HELLO_TIMEOUT = 4001
    NOT_AUTHENTICATED = 4002
    SESSION_TAKEN_OVER = 4003
    SLOW_READER = 4004
    FLOOD = 4005
    TOO_MANY_ERRORS = 4006
    PONG_TIMEOUT = 4007
    TOO_MANY_CONNECTIONS = 4008


class Closing(NamedTuple):
    """What a close code says, and whether the client should come back by itself."""

    text: str
    may_reconnect: bool


CLOSINGS: Final[dict[Close, Closing]] = {
    Close.GOING_AWAY: Closing("going away", True),
    Close.PROTOCOL_ERROR: Closing("WebSocket protocol error", False),
    Close.UNSUPPORTED_DATA: Closing("only binary messages are spoken here", False),
    Close.TOO_LARGE: Closing("message too large", False),
    Close.INTERNAL: Closing("internal error, reconnect", True),
    Close.RESTARTING: Closing("server restarting, reconnect", True),
    Close.OVERLOADED: Closing("overloaded, reconnect later", True),
    Close.HELLO_TIMEOUT: Closing("no login in time", True),
    Close.NOT_AUTHENTICATED: Closing("not authenticated", False),
    Close.SESSION_TAKEN_OVER: Closing("the session continues on another connection", False),
    Close.SLOW_READER: Closing("reading too slowly, reconnect", True),
    Close.FLOOD: Closing("too many messages", False),
    Close.TOO_MANY_ERRORS: Closing("too many invalid messages", False),
    Close.PONG_TIMEOUT: Closing("no answer to pings, reconnect", True),
    Close.TOO_MANY_CONNECTIONS: Closing("too many connections", True),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command's answer when it is not done: a code of the catalogue and the evidence for it."""

    code: Code
    evidence: dict[str, Any] = field(default_factory=dict)


class ProtocolError(Exception):
    """A message that cannot be understood; it carries the refusal that its sender is told."""

    def __init__(self, code: Code, **evidence: Any) -> None:
        super().__init__(f"{code.value} {code.name.lower()}: {CATALOGUE[code].text} {evidence or ''}".rstrip())
        self.refusal = Refusal(code, evidence)
