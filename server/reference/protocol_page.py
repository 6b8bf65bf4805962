"""`docs/reference/protocol.md`: every message with its fields and an example, the catalogues, a worked session."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Final

from protocol.answers import ANSWERS
from protocol.codec import FIELDS_MAX, MESSAGE_BYTES_MAX, NESTING_MAX, encode
from protocol.dialects import client_dialect, server_dialect
from protocol.errors import CATALOGUE, CLOSINGS
from protocol.games.table import WAGERS_MAX
from protocol.model import Message, Push, Reply, Request
from protocol.money import AMOUNT_MAX
from protocol.requests import CLIENT_SEED_CHARS_MAX, NAME_CHARS_MAX, STATEMENT_ROWS_MAX, STREAMS_MAX
from protocol.schema import Schema, model_schema, protocol_schema
from protocol.version import SUBPROTOCOL
from server.gateway.session import ERRORS_MAX, ID_AHEAD_MS_MAX, LOGIN_FAILURES_MAX
from server.reference.examples import examples
from server.reference.markdown import code, page, table
from server.reference.notation import hexadecimal, notation
from server.reference.session import session
from server.reference.shapes import shape

ROOMS: Final = {
    "gateway": "What the gateway answers itself",
    "wallet": "What the player's wallet answers",
    "instant": "What the player's instant games answer",
    "table": "What a table answers",
}
_FORM: Final = f"""\
A client opens a WebSocket at `/ws` with the subprotocol `{SUBPROTOCOL}`. Every message, both ways, is one binary frame:
a msgpack map with text keys, each once. Its tag `t` says which message it is. There are no extension types, nothing
comes after the map, and the order of keys means nothing. A field that is not in these tables is refused.

Amounts are integers in the asset's ledger unit: with `scale` 2, an amount of 1050 is 10.50.

This page is the whole protocol. The same as [JSON Schema](protocol.schema.json) and as
[TypeScript types](../../clients/typescript/protocol.ts). How to use it: [Write a client](../howto/write-a-client.md)"""
_IDS: Final = f"""\
A request carries an `id`: the sixteen bytes of a UUID of version 7, made by the client and kept until it is answered.
The same id has one effect and one answer: to repeat a request with its id is always safe, on any connection, and
answers as the first time. Only a position (`epoch`, `seq`) in an answer from before a restart is 0, which means: none.
The same id with another body is refused (1008). Its time may be at most {ID_AHEAD_MS_MAX // 1000} seconds ahead of the
server's."""
_STREAMS: Final = """\
What the server says unasked is an event of a stream: `wallet` (one's own, watched from the login on), `table:ID`,
`jackpot:NAME` and `lobby`. Events of a stream are numbered by `seq` without gaps within an `epoch`. A snapshot replaces
what was known and carries the position it is of. Whoever sees a gap, or another `epoch`, asks for a snapshot by
`watch`. An answer that carries `epoch` and `seq` is itself that event of `wallet`."""
_NOTATION: Final = """\
Examples are in diagnostic notation: JSON, but that bytes are `h'0123'`. Below each are its bytes on the wire in
hexadecimal. A request's field with a default may be left out."""


def protocol_page() -> str:
    """The text of the page."""
    return page(
        f"Protocol {SUBPROTOCOL}",
        _FORM,
        f"## Ids\n\n{_IDS}",
        f"## Streams\n\n{_STREAMS}",
        f"## Limits\n\n{_limits()}",
        f"## Reading the examples\n\n{_NOTATION}",
        *_sections(),
        f"## Errors\n\n{_errors()}",
        f"## Close codes\n\n{_closes()}",
        f"## A worked session\n\n{_session()}",
    )


def _limits() -> str:
    rows = [
        ("Bytes of a message to the server", MESSAGE_BYTES_MAX),
        ("Nesting of maps and arrays, the message included", NESTING_MAX),
        ("Fields of a message", FIELDS_MAX),
        ("Largest amount of one transfer", AMOUNT_MAX),
        ("Characters of a name", NAME_CHARS_MAX),
        ("Characters of a client seed or of entropy", CLIENT_SEED_CHARS_MAX),
        ("Rows of a statement's page", STATEMENT_ROWS_MAX),
        ("Streams of one connection", STREAMS_MAX),
        ("Wagers of one bet at a table", WAGERS_MAX),
        ("Messages in a row that cannot be understood", ERRORS_MAX),
        ("Failed logins of one connection", LOGIN_FAILURES_MAX),
    ]
    more = "Rates, waits and queues are [configuration](configuration.md#limits)."
    return table(("what", "most"), [(what, f"{most:,}") for what, most in rows]) + f"\n\n{more}"


def _sections() -> Iterator[str]:
    requests = tuple(client_dialect().models.values())
    spoken = tuple(server_dialect().models.values())
    shown = examples()
    for room, title in ROOMS.items():
        yield f"## {title}"
        yield from (_request(model, shown[_tag(model)]) for model in requests if model.room == room)
    replies = [model for model in spoken if issubclass(model, Reply)]
    pushes = [model for model in spoken if issubclass(model, Push)]
    greetings = [model for model in spoken if model not in replies and model not in pushes]
    for title, models in (("The greeting", greetings), ("Replies", replies), ("Events", pushes)):
        yield f"## {title}"
        yield from (_spoken(model, shown[_tag(model)]) for model in models)
    yield "## Parts of messages"
    yield from _parts({model.__name__ for model in (*requests, *spoken)})


def _request(model: type[Request], example: Message) -> str:
    answer = ANSWERS[model].__name__
    return "\n\n".join(
        [
            _head(model),
            f"Answered by [{answer}](#{answer.lower()}), or by [Failed](#failed).",
            _fields(model_schema(model, "validation")),
            _example(example),
        ]
    )


def _spoken(model: type[Message], example: Message) -> str:
    return "\n\n".join([_head(model), _fields(model_schema(model, "serialization")), _example(example)])


def _parts(messages: Iterable[str]) -> Iterator[str]:
    for name, schema in protocol_schema()["$defs"].items():
        if name not in messages and "properties" in schema:
            yield f"### {name}\n\n{schema['description']}\n\n{_fields(schema)}"


def _head(model: type[Message]) -> str:
    return f"### {model.__name__}\n\n`{_tag(model)}`: {inspect.getdoc(model)}"


def _fields(schema: Schema) -> str:
    rows = []
    for name, field in schema["properties"].items():
        needed = name in schema["required"]
        default = "" if needed else f" Default: `{notation(field.get('default'))}`."
        said = f" ({field['description']})" if "description" in field else ""
        rows.append((f"`{name}`", f"{shape(field)}{said}.{default}"))
    return table(("field", "value"), rows)


def _example(message: Message) -> str:
    return f"{code(notation(message))}\n\n{code(hexadecimal(encode(message)))}"


def _errors() -> str:
    rows = [
        (
            str(code.value),
            f"`{code.name.lower()}`",
            meaning.text,
            _yes(meaning.may_retry),
            _yes(meaning.sticky),
        )
        for code, meaning in CATALOGUE.items()
    ]
    words = (
        "Told by [Failed](#failed). *Retry*: the same request with the same id may succeed later. *Sticky*: a request"
        " that would have moved money stays refused under its id for ever, so that a delayed duplicate cannot succeed"
        " after a deposit or under other limits; questions are decided anew each time."
    )
    return f"{words}\n\n{table(('code', 'name', 'meaning', 'retry', 'sticky'), rows)}"


def _closes() -> str:
    rows = [
        (str(close.value), f"`{close.name.lower()}`", closing.text, _yes(closing.may_reconnect))
        for close, closing in CLOSINGS.items()
    ]
    words = "*Reconnect*: the client should come back by itself, waiting longer after each failure."
    return f"{words}\n\n{table(('code', 'name', 'meaning', 'reconnect'), rows)}"


def _session() -> str:
    parts = []
    for step in session():
        side = "Client" if step.from_client else "Server"
        note = f" {step.note}" if step.note else ""
        parts.append(f"**{side}: `{step.message.t}`.**{note}\n\n{_example(step.message)}")
    return "\n\n".join(parts)


def _tag(model: type[Message]) -> str:
    tag: str = model.model_fields["t"].default
    return tag


def _yes(value: bool) -> str:
    return "yes" if value else ""
