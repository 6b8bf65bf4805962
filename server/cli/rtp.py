"""`croupier games rtp`: the exact odds of a game, or of one table of it as it is configured."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from actors.fairness.verify import NotAWager
from actors.games.catalogue import BOARD_GAMES
from actors.games.sheets import SAMPLES, Line, line_of, lines_at, sheet
from server.cli.errors import UserError
from server.cli.options import configured
from server.cli.simulated import HEAD as SIMULATED_HEAD
from server.cli.simulated import ROUNDS, ROUNDS_MAX, ROUNDS_MIN, SEED, simulated
from server.cli.simulated import row_of as simulated_row
from server.cli.table_rules import rules_at
from server.cli.text import table_text
from server.config import Config
from server.odds_text import row_of

__all__ = ["command"]

_TRUTHS = {"true": True, "false": False}


@click.command(name="rtp")
@click.argument("game", type=click.Choice([*sorted(SAMPLES), "poker", "sitngo"]))
@click.option("--param", "params", metavar="KEY=VALUE", multiple=True, help="Only wagers like this, see above.")
@click.option(
    "--rounds",
    type=click.IntRange(ROUNDS_MIN, ROUNDS_MAX),
    help=f"Of blackjack from whole decks: simulate so many for each line; {ROUNDS:,} if only decks=… is given.",
)
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Of what is simulated.")
@click.option("--table", metavar="ID", help="By the rules of this table, as it is configured.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, with exact fractions.")
@configured
def command(
    config: Config,
    game: str,
    params: tuple[str, ...],
    rounds: int | None,
    seed: int,
    table: str | None,
    json_wanted: bool,
) -> None:
    """Print the exact return to the player, and the standard deviation, of each kind of wager on GAME.

    Figures are per unit staked, for stakes that no rounding touches; they are computed, not simulated, but for those of
    blackjack from whole decks, which come with their standard error. What a jackpot adds for its games is not in them:
    see `croupier games jackpots`.

    \b
    Parameters by game:
      baccarat  variant=eight_decks      or infinite; spot=banker
      blackjack natural=3:2 peek=true    one box, played best, from an endless shoe; hits_soft_17,
                                         doubles_after_split, surrender=true; hands_max=4;
                                         decks=6 is simulated
      crash     target=200               in hundredths
      dice      target=5050 over=true    target in hundredths
      hilo      rank=7 guess=higher      one guess after a card, ace 1 to king 13; or lower
      keno      picks=5 risk=classic     how many numbers; or low, medium, high
      limbo     target=200               in hundredths
      mines     mines=3 tiles=5          reveal so many tiles, then stop
      plinko    rows=16 risk=high        8 to 16; low, medium, high, expert
      roulette  variant=european         or american, la_partage; spot=red
      sicbo     variant=macau            or atlantic_city, australia; spot=triple:6
      slots     machine=aurora           orchard, caravan, aurora
      videopoker hold=best               always hold what is best
      wheel     segments=50 risk=low     10, 20, … 50; low, medium, high
    """
    if game in ("poker", "sitngo"):
        takes = "a rake" if game == "poker" else "a fee"
        raise UserError(
            f"{game} has no return to the player: what one wins another loses, and the house takes {takes};"
            " `croupier games` lists it"
        )
    wanted = dict(_pair(text) for text in params)
    if table is not None:
        if wanted:
            raise UserError("--table has rules of its own: it takes no --param")
        rules = rules_at(config, game, table)
        if game in BOARD_GAMES:
            _print_exact(game, lines_at(game, rules), json_wanted)
            return
        wanted = dict(rules)
    if rounds is not None or (game == "blackjack" and "decks" in wanted):
        _print_simulated(game, simulated(wanted, rounds, seed) if game == "blackjack" else None, json_wanted)
        return
    _print_exact(game, _chosen(game, wanted), json_wanted)


def _print_exact(game: str, lines: Sequence[Line], json_wanted: bool) -> None:
    if json_wanted:
        click.echo(json.dumps({"game": game, "wagers": [_as_json(line) for line in lines]}))
        return
    head = ("WAGER", "RTP %", "EDGE %", "DEVIATION", "PAID EVERY", "AT MOST")
    click.echo(table_text(head, [row_of(line) for line in lines]))


def _print_simulated(game: str, lines: list[dict[str, Any]] | None, json_wanted: bool) -> None:
    if lines is None:
        raise UserError(f"{game} is computed exactly: only blackjack takes --rounds")
    if json_wanted:
        click.echo(json.dumps({"game": game, "simulated": lines}))
        return
    click.echo(table_text(SIMULATED_HEAD, [simulated_row(line) for line in lines]))


def _chosen(game: str, wanted: Mapping[str, Any]) -> Sequence[Line]:
    """The lines of the sheet that agree with what is wanted; else the wager itself, if there is such a one."""
    known = set(SAMPLES[game][0])
    if unknown := set(wanted) - known:
        raise UserError(f"{game} has no --param {', '.join(sorted(unknown))}, but {', '.join(sorted(known))}")
    found = [line for line in sheet(game) if all(_comparable(line.params[key]) == wanted[key] for key in wanted)]
    if found:
        return found
    given = f"{game} has no wager with {', '.join(f'{key}={value}' for key, value in wanted.items())}"
    if set(wanted) != known:
        raise UserError(given)
    try:
        return [line_of(game, wanted)]
    except (NotAWager, ValueError, KeyError) as error:
        raise UserError(given) from error


def _comparable(value: object) -> object:
    return len(value) if isinstance(value, list) else value


def _pair(text: str) -> tuple[str, Any]:
    key, separator, value = text.partition("=")
    if not separator or not key or not value:
        raise UserError(f"--param takes KEY=VALUE, not {text!r}")
    if value in _TRUTHS:
        return key, _TRUTHS[value]
    return key, int(value) if value.isascii() and value.isdigit() else value


def _as_json(line: Line) -> dict[str, Any]:
    payoffs = [{"pays": str(multiple), "chance": str(chance)} for multiple, chance in (line.payoffs or {}).items()]
    exact = {"rtp": line.rtp, "variance": line.variance, "hit_rate": line.hit_rate, "pays_at_most": line.best}
    return {
        "params": dict(line.params),
        "rtp": float(line.rtp),
        "standard_deviation": line.deviation,
        "exact": {key: str(figure) for key, figure in exact.items()},
        "payoffs": payoffs or None,
    }
