"""`croupier games`: what can be played here, and the jackpots of it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import click

from actors.jackpots.plan import Plan
from server.cli import monitor, rtp
from server.cli.options import configured
from server.cli.text import table_text
from server.config import Config, PokerSettings, SitngoSettings, TableSettings
from server.play import configured_jackpots

__all__ = ["command"]


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
    tournaments = [one for one in games if one["game"] == "sitngo"]
    if tournaments:
        click.echo(
            "\nSit-and-go: a bet is the entry and the fee. The entries are paid out as prizes; the house keeps the fee."
        )
        terms = ("table", "seats", "entry", "fee", "chips")
        heads = ("TABLE", "SEATS", "ENTRY", "FEE", "CHIPS", "LEVEL", "PRIZES")
        rows = [[*(_shown(one[key]) for key in terms), _level(one), _prizes(one)] for one in tournaments]
        click.echo(table_text(heads, rows))


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
        elif isinstance(one, SitngoSettings):
            price = one.structure.price
            yield {**named, "min_bet": price, "max_bet": price, "exposure_max": None, **_sitngo(one)}
        elif isinstance(one, TableSettings):
            yield {**named, "min_bet": one.min_bet, "max_bet": one.max_bet, "exposure_max": one.exposure_max}


def _poker(one: PokerSettings) -> dict[str, Any]:
    """What is played for is the players' own; the house risks nothing, and takes a rake."""
    rake = {"rake_per_mille": one.rake_per_mille, "rake_cap": one.rake_cap}
    return {"seats": one.seats, "small_blind": one.small_blind, "big_blind": one.big_blind, **rake}


def _sitngo(one: SitngoSettings) -> dict[str, Any]:
    """What is paid, and what is played for."""
    structure = one.structure
    return {
        "seats": structure.seats,
        "entry": structure.entry,
        "fee": structure.fee,
        "chips": structure.chips,
        "level_hands": structure.level_hands,
        "level_ms": structure.level_ms,
        "prizes": structure.prizes,
        "levels": [(level.small_blind, level.big_blind, level.ante) for level in structure.levels],
    }


def _level(game: Mapping[str, Any]) -> str:
    return f"{game['level_hands']} hands" if game["level_hands"] else f"{game['level_ms'] / 1000:g} s"


def _prizes(game: Mapping[str, Any]) -> str:
    return " ".join(f"{prize:,}" for prize in game["prizes"] if prize)


command.add_command(monitor.command)
command.add_command(rtp.command)


def _shown(value: object) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
