"""What Telegram does: it signs who opened a Mini App."""

import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from server.telegram.init_data import secret_of


def sign(fields: Mapping[str, str], bot_token: str) -> str:
    """`initData` with these fields, as Telegram would make it for this bot."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    digest = hmac.digest(secret_of(bot_token), text.encode(), "sha256").hex()
    return urlencode({**fields, "hash": digest}, quote_via=quote)
