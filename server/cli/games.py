"""`croupier games`: what can be played here, and the exact odds of it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from actors.fairness.verify import NotAWager
from actors.games.sheets import SAMPLES, Line, line_of, sheet
from actors.jackpots.plan import Plan
from server.cli import monitor
from server.cli.errors import UserError
from server.cli.options import configured
from server.cli.simulated import HEAD as SIMULATED_HEAD
from server.cli.simulated import ROUNDS, ROUNDS_MAX, ROUNDS_MIN, SEED, simulated
from server.cli.simulated import row_of as simulated_row
from server.cli.text import table_text
from server.config import Config, PokerSettings, TableSettings
from server.odds_text import row_of
from server.play import configured_jackpots

__all__ = ["command"]

_TRUTHS = {"true": True, "false": False}


@click.group(name="games", invoke_without_command=True)
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON.")
@configured
@click.pass_context
def command(context: click.Context, config: Config, json_wanted: bool) -> None:
    """List the games that a server started here would offer, with variants and limits; or print odds."""
    if context.invoked_subcommand is not None:
        return
    jackpots = {(game, one.asset.code): one for one in configured_jackpots(config) for game in one.games}
    games = [_with_jackpot(one, jackpots) for one in (*_instant(config), *_tables(config))]
    if json_wanted:
        click.echo(json.dumps(games))
        return
    head = ("GAME", "TABLE", "VARIANT", "ASSET", "MIN BET", "MAX BET", "MOST AT RISK", "JACKPOT", "SHARE %")
    keys = ("game", "table", "variant", "asset", "min_bet", "max_bet", "exposure_max", "jackpot")
    click.echo(table_text(head, [[*(_shown(one[key]) for key in keys), _share(one)] for one in games]))
    poker = [one for one in games if one["game"] == "poker"]
    if poker:
        click.echo(
            "\nPoker: bets are buy-ins. The house risks nothing and takes a rake of the pots, up to a cap a hand."
        )
        stakes = ("table", "seats", "small_blind", "big_blind", "rake_per_mille", "rake_cap")
        titles = ("TABLE", "SEATS", "SMALL BLIND", "BIG BLIND", "RAKE ‰", "AT MOST")
        click.echo(table_text(titles, [[_shown(one[key]) for key in stakes] for one in poker]))


def _with_jackpot(game: Mapping[str, Any], jackpots: Mapping[tuple[str, str], Plan]) -> dict[str, Any]:
    """With the jackpot that a game is in, and the share of each stake that it has, in parts per million."""
    plan = jackpots.get((game["game"], game["asset"]))
    if plan is None:
        return {**game, "jackpot": None, "jackpot_share": 0}
    return {**game, "jackpot": plan.name, "jackpot_share": sum(level.share for level in plan.levels)}


def _share(game: Mapping[str, Any]) -> str:
    return f"{game['jackpot_share'] / 10_000:.4f}" if game["jackpot"] is not None else "-"


@command.command(name="jackpots")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, with exact fractions.")
@configured
def jackpots_command(config: Config, json_wanted: bool) -> None:
    """List the jackpots: what feeds each pool, how often it is won, and what it adds to the return of its games.

    What a pool returns is its share of each stake, all of which is won one day, and the house's seed once for each win.
    """
    plans = configured_jackpots(config)
    if json_wanted:
        click.echo(json.dumps([_jackpot_as_json(plan) for plan in plans]))
        return
    head = ("JACKPOT", "LEVEL", "GAMES", "ASSET", "SHARE %", "WON EVERY", "SEED", "CAP", "RETURN %")
    rows = [
        [
            *(plan.name, level.name, ",".join(plan.games), plan.asset.code, f"{level.share / 10_000:.4f}"),
            *(f"{amount:,}" for amount in (level.every, level.seed, level.cap)),
            f"{float(100 * level.returned):.4f}",
        ]
        for plan in plans
        for level in plan.levels
    ]
    click.echo(table_text(head, rows))


def _jackpot_as_json(plan: Plan) -> dict[str, Any]:
    levels = [
        {
            "level": level.name,
            "share": level.share,
            "every": level.every,
            "seed": level.seed,
            "cap": level.cap,
            "return": str(level.returned),
        }
        for level in plan.levels
    ]
    told = {"jackpot": plan.name, "number": plan.number, "asset": plan.asset.code, "games": plan.games}
    return {**told, "levels": levels, "return": str(plan.returned)}


def _instant(config: Config) -> Iterable[dict[str, Any]]:
    for one in config.instant:
        limits = {"min_bet": one.min_bet, "max_bet": one.max_bet, "exposure_max": one.max_profit}
        yield {"game": one.game, "table": None, "variant": None, "asset": one.asset, **limits}


def _tables(config: Config) -> Iterable[dict[str, Any]]:
    for one in config.tables:
        named = {"game": one.game, "table": one.id, "variant": one.variant, "asset": one.asset}
        if isinstance(one, PokerSettings):
            yield {**named, "min_bet": one.buy_in_min, "max_bet": one.buy_in_max, "exposure_max": None, **_poker(one)}
        elif isinstance(one, TableSettings):
            yield {**named, "min_bet": one.min_bet, "max_bet": one.max_bet, "exposure_max": one.exposure_max}


def _poker(one: PokerSettings) -> dict[str, Any]:
    """What is played for is the players' own; the house risks nothing, and takes a rake."""
    rake = {"rake_per_mille": one.rake_per_mille, "rake_cap": one.rake_cap}
    return {"seats": one.seats, "small_blind": one.small_blind, "big_blind": one.big_blind, **rake}


@command.command(name="rtp")
@click.argument("game", type=click.Choice([*sorted(SAMPLES), "poker"]))
@click.option("--param", "params", metavar="KEY=VALUE", multiple=True, help="Only wagers like this, see above.")
@click.option(
    "--rounds",
    type=click.IntRange(ROUNDS_MIN, ROUNDS_MAX),
    help=f"Of blackjack from whole decks: simulate so many for each line; {ROUNDS:,} if only decks=… is given.",
)
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Of what is simulated.")
@click.option("--json", "json_wanted", is_flag=True, help="Print JSON, with exact fractions.")
def rtp_command(game: str, params: tuple[str, ...], rounds: int | None, seed: int, json_wanted: bool) -> None:
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
    if game == "poker":
        raise UserError(
            "poker has no return to the player: what one wins another loses, and the house takes a rake;"
            " `croupier games` lists it"
        )
    wanted = dict(_pair(text) for text in params)
    if rounds is not None or (game == "blackjack" and "decks" in wanted):
        _print_simulated(game, simulated(wanted, rounds, seed) if game == "blackjack" else None, json_wanted)
        return
    lines = _chosen(game, wanted)
    if json_wanted:
        click.echo(json.dumps({"game": game, "wagers": [_as_json(line) for line in lines]}))
        return
    head = ("WAGER", "RTP %", "EDGE %", "DEVIATION", "PAID EVERY", "AT MOST")
    click.echo(table_text(head, [row_of(line) for line in lines]))


command.add_command(monitor.command)


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


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
