"""`croupier fairness`: what seeds are bound to, and whether a settled bet agrees with what was committed to."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

import click

from actors.fairness.chain import CHAIN_ROUNDS, is_chain, rounds_since
from actors.fairness.commitment import commitment_of
from actors.fairness.draws import U32_BYTES, Draws, first_u32, float_of
from actors.fairness.verify import Report, verify
from actors.games.catalogue import VERIFIABLE
from persistence.interfaces import StoreError
from protocol.errors import CATALOGUE, Refusal
from protocol.ids import BetId, PlayerId
from protocol.replies import ProofView
from server.cli.bet_ids import bet_id
from server.cli.databases import opened_databases
from server.cli.errors import UserError
from server.cli.options import configured
from server.cli.outcomes import OUTCOMES, Params
from server.config import Config
from server.proof_json import PROOF_PREFIX, proof_from_json

__all__ = ["command"]

FLOATS_MAX: Final = 10_000
DISAGREES_EXIT_CODE: Final = 1
ANSWER_SECONDS_MAX: Final = 10.0
WALK_MAX: Final = 10_000_000
"""Rounds of a chain that are walked: some seconds."""
PROOF_BYTES_MAX: Final = 8 << 20
"""Of a round with very many bets, each of which contributed."""
SAID_BYTES_MAX: Final = 500

LoadProof = Callable[[BetId], Awaitable[ProofView | Refusal]]


@click.group(name="fairness")
def command() -> None:
    """Recompute outcomes from their seeds, and verify settled bets."""


def _seeded(function: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--nonce", required=True, type=click.IntRange(min=0), help="Number of the bet, or of the round."),
        click.option("--client-seed", required=True, help="The player's, or the mixed one of a table's round."),
        click.option("--server-seed", required=True, help="As it was revealed."),
    ):
        function = option(function)
    return function


@command.command(name="outcome")
@click.argument("game", type=click.Choice(sorted(OUTCOMES)))
@_seeded
@click.option("--param", "params", metavar="KEY=VALUE", multiple=True, help="A parameter of the bet, see above.")
def outcome_command(game: str, server_seed: str, client_seed: str, nonce: int, params: tuple[str, ...]) -> None:
    """Print the outcome that the seeds are bound to, as JSON.

    \b
    Parameters of GAME, all of them optional:
      dice      target=5050 over=true stake=100      target in hundredths
      roulette  variant=european spot=red stake=100  or american, la_partage
      blackjack decks=6 cards=20                     the first cards of the shoe; 0 decks: endless
      baccarat  variant=eight_decks left=888… spot=banker stake=100  or infinite
      sicbo     variant=atlantic_city spot=small stake=100  or macau, australia
      crash     target=200 stake=100                 target in hundredths
      poker     variant=holdem players=6 table=T     or omaha; who is dealt in; rules=1 for old hands
      jackpot   stake=100 every=1000000 level=0      and bet=HEX of a bet at a table
    Stakes and payouts are in ledger units.
    """
    asked = Params(params)
    described = OUTCOMES[game]((server_seed, client_seed, nonce), asked)
    asked.end(game)
    bound = {
        "game": game,
        "commitment": commitment_of(server_seed),
        "client_seed": client_seed,
        "nonce": nonce,
        "float": float_of(first_u32(server_seed, client_seed, nonce)),
    }
    click.echo(json.dumps(bound | described))


@command.command(name="floats")
@_seeded
@click.option("--count", type=click.IntRange(1, FLOATS_MAX), default=8, show_default=True, help="How many floats.")
@click.option("--cursor", type=click.IntRange(min=0), default=0, show_default=True, help="Bytes to skip.")
def floats_command(server_seed: str, client_seed: str, nonce: int, count: int, cursor: int) -> None:
    """Print the bytes that the seeds are bound to, and the floats that each four of them make, as JSON."""
    stream = Draws(server_seed, client_seed, nonce, cursor=cursor).take(count * U32_BYTES)
    u32s = [int.from_bytes(stream[at : at + U32_BYTES], "big") for at in range(0, len(stream), U32_BYTES)]
    click.echo(json.dumps({"bytes": list(stream), "floats": [float_of(u32) for u32 in u32s]}))


@command.command(name="chain")
@click.option("--terminating", metavar="HEX", required=True, help="The hash that was published before the first round.")
@click.option(
    "--server-seed", "server_seeds", metavar="HEX", required=True, multiple=True, help="As revealed, in order."
)
@click.option(
    "--rounds", type=click.IntRange(1, WALK_MAX), default=CHAIN_ROUNDS, show_default=True, help="Of the chain."
)
def chain_command(terminating: str, server_seeds: tuple[str, ...], rounds: int) -> None:
    """Walk revealed server seeds of a chain back to its terminating hash, and print what is found as JSON.

    Of several seeds each must be the one after the last. `number` counts the rounds of the chain from 1. Ends with exit
    code 1 when they are not of the chain.
    """
    number = rounds_since(terminating, server_seeds[0], rounds)
    follow = is_chain(server_seeds[0], server_seeds[1:])
    ok = bool(number) and follow
    click.echo(json.dumps({"ok": ok, "number": number or None, "in_order": follow}))
    if not ok:
        raise SystemExit(DISAGREES_EXIT_CODE)


@command.command(name="verify")
@click.argument("bet")
@click.option(
    "--proof",
    "file",
    metavar="FILE",
    type=click.File("rb"),
    help="Read the bet's `proof` message from this file (JSON, ids in hexadecimal; - is stdin), and no database.",
)
@click.option("--url", metavar="URL", help="Ask a server (http://127.0.0.1:8080) for the proof.")
@click.option("--player", type=click.IntRange(min=1), help="Whose bet it is, if two players used this id.")
@click.option("--commitment", metavar="HEX", help="What was shown before the bet, to compare with.")
@configured
def verify_command(
    bet: str, file: Any, url: str | None, player: int | None, commitment: str | None, config: Config
) -> None:
    """Recompute the settled bet with this id (hexadecimal) from public data, and print each check as JSON.

    Ends with exit code 1 when something does not agree, or when the server seed is still secret.
    """
    found = bet_id(bet, "BET")
    report = asyncio.run(verified(found, _loader(file, url, player, config), commitment))
    click.echo(json.dumps(_as_json(report), default=str))
    if not report.ok:
        raise SystemExit(DISAGREES_EXIT_CODE)


async def verified(bet: BetId, load_proof: LoadProof, commitment: str | None = None) -> Report:
    """Check a bet by the proof that is loaded for it. Raises `UserError` when there is none, or of another bet."""
    proof = await load_proof(bet)
    if isinstance(proof, Refusal):
        evidence = ", ".join(f"{key} {value}" for key, value in proof.evidence.items())
        raise UserError(f"bet {bet.hex()}: {CATALOGUE[proof.code].text} {evidence}".rstrip())
    if proof.bet != bet:
        raise UserError(f"bet {bet.hex()}: this is the proof of bet {proof.bet.hex()}")
    if proof.game not in VERIFIABLE:
        raise UserError(f"bet {bet.hex()}: there is no game {proof.game!r}")
    return verify(proof, VERIFIABLE[proof.game], commitment)


def _loader(file: Any, url: str | None, player: int | None, config: Config) -> LoadProof:
    if file is not None and url is not None:
        raise UserError("a proof is read from a file (--proof) or from a server (--url), not from both")
    if file is not None:
        return _from_file(file.read())
    if url is None:
        return _from_database(config, player)
    if not url.startswith(("http://", "https://")):
        raise UserError(f"--url takes the address of a server, http://HOST:PORT, not {url!r}")
    return _from_server(url)


def _from_database(config: Config, player: int | None) -> LoadProof:
    async def load(bet: BetId) -> ProofView | Refusal:
        from persistence.embedded import EngineError
        from server.bootstrap import open_queries

        try:
            async with (
                opened_databases(config) as addresses,
                open_queries(addresses, shards=config.shards) as queries,
            ):
                return await queries.proof(PlayerId(player) if player is not None else None, bet)
        except (EngineError, StoreError) as error:
            raise UserError(f"cannot read the ledger: {error}") from error

    return load


def _from_file(text: bytes) -> LoadProof:
    async def load(bet: BetId) -> ProofView | Refusal:
        try:
            return proof_from_json(text)
        except ValueError as error:
            raise UserError(f"the file holds no proof of bet {bet.hex()}: {error}") from error

    return load


def _from_server(url: str) -> LoadProof:
    from http.client import HTTPException
    from urllib.error import HTTPError

    async def load(bet: BetId) -> ProofView | Refusal:
        try:
            return proof_from_json(await asyncio.to_thread(_fetched, f"{url.rstrip('/')}{PROOF_PREFIX}{bet.hex()}"))
        except HTTPError as error:
            said = error.read(SAID_BYTES_MAX).decode(errors="replace").strip()
            raise UserError(f"bet {bet.hex()}: {url} answers {error.code}: {said}") from error
        except (OSError, HTTPException) as error:
            raise UserError(f"cannot ask {url}: {error}") from error
        except ValueError as error:
            raise UserError(f"{url} gives no proof of bet {bet.hex()}: {error}") from error

    return load


def _fetched(url: str) -> bytes:
    from urllib.request import urlopen

    with urlopen(url, timeout=ANSWER_SECONDS_MAX) as answer:  # noqa: S310 - its scheme was looked at
        body: bytes = answer.read(PROOF_BYTES_MAX + 1)
    if len(body) > PROOF_BYTES_MAX:
        raise ValueError(f"it has more than {PROOF_BYTES_MAX:,} bytes")
    return body


def _as_json(report: Report) -> dict[str, Any]:
    checks = [{"name": one.name, "ok": one.ok, "said": one.said, "found": one.found} for one in report.checks]
    failed = report.failed.name if report.failed else None
    return {"bet": report.bet.hex(), "game": report.game, "ok": report.ok, "failed": failed, "checks": checks}
