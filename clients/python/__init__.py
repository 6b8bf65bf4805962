"""The Python SDK: a reconnecting client, and the conversation without wires that it is a shell of."""

from clients.python.client import Client
from clients.python.credentials import Guest, Telegram, Token
from clients.python.errors import ClientError, Closed, LoginRefused, Refused, Unanswered
from clients.python.settings import Settings
from clients.python.subscription import Subscription

__all__ = [
    "Client",
    "ClientError",
    "Closed",
    "Guest",
    "LoginRefused",
    "Refused",
    "Settings",
    "Subscription",
    "Telegram",
    "Token",
    "Unanswered",
]
