"""Examples of what any client may ask."""

import hmac
from typing import Final
from urllib.parse import urlencode

from protocol.jackpots import ListJackpots
from protocol.model import Request
from protocol.requests import (
    AuthGuest,
    AuthTelegram,
    AuthToken,
    Balances,
    LastRounds,
    Leave,
    ListGames,
    ListTables,
    Ping,
    Proof,
    Resume,
    RotateSeeds,
    Seeds,
    Sit,
    Statement,
    StreamPosition,
    Unwatch,
    Watch,
)
from server.gateway.tokens import new_access_token, secret_text
from server.reference.examples.dice import dice_bet
from server.reference.examples.played import EPOCH
from server.reference.examples.roulette import STREAM
from server.reference.examples.story import ASSET, NAME, NOW_MS, PLAYER, STREAM_EPOCH, TABLE, story_bytes, story_id
from server.telegram.init_data import secret_of

BOT_TOKEN: Final = "1234567890:an-example-and-no-bot-at-all-AAAAAA"  # noqa: S105
ACCESS_TOKEN_MS: Final = 3_600_000


def access_token() -> str:
    """The guest's access token, good for an hour."""
    return new_access_token(story_bytes("token key"), PLAYER, NOW_MS + ACCESS_TOKEN_MS)


def resume_token(number: int) -> str:
    """The resume token of one `welcome` after another."""
    return secret_text(story_bytes(f"resume token {number}"))


def init_data() -> str:
    """What Telegram gives a Mini App, signed as the bot of `BOT_TOKEN` would have it."""
    fields = {"auth_date": str(NOW_MS // 1000), "query_id": "AAHexample", "user": '{"id":42,"first_name":"Ada"}'}
    check = "\n".join(f"{key}={value}" for key, value in sorted(fields.items()))
    return urlencode({**fields, "hash": hmac.digest(secret_of(BOT_TOKEN), check.encode(), "sha256").hex()})


def request_examples() -> tuple[Request, ...]:
    """One of each request that belongs to no game."""
    seen = (
        StreamPosition(stream="wallet", epoch=STREAM_EPOCH, seq=2),
        StreamPosition(stream=STREAM, epoch=EPOCH, seq=4),
    )
    return (
        AuthGuest(id=story_id("auth.guest", 1_000), name=NAME),
        AuthTelegram(id=story_id("auth.telegram", 1_000), init_data=init_data()),
        AuthToken(id=story_id("auth.token", 1_000), token=access_token()),
        Resume(id=story_id("resume", 60_000), token=resume_token(1), streams=seen),
        Ping(id=story_id("ping", 2_000)),
        Watch(id=story_id("watch", 11_000), stream=STREAM),
        Unwatch(id=story_id("unwatch", 50_000), stream=STREAM),
        ListTables(id=story_id("lobby.list", 10_000)),
        ListJackpots(id=story_id("jackpots.list", 10_200)),
        ListGames(id=story_id("games.list", 3_500)),
        Sit(id=story_id("table.sit", 11_500), table=TABLE),
        Leave(id=story_id("table.leave", 49_000), table=TABLE),
        Balances(id=story_id("wallet.balances", 3_000)),
        Statement(id=story_id("wallet.statement", 8_000), asset=ASSET, limit=2),
        LastRounds(id=story_id("rounds.last", 8_500), asset=ASSET, limit=1),
        Seeds(id=story_id("fairness.seeds", 3_000)),
        RotateSeeds(id=story_id("fairness.rotate", 7_000), client_seed="my-own-words"),
        Proof(id=story_id("fairness.proof", 9_000), bet=dice_bet().id),
    )
