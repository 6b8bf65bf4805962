"""`croupier cluster`: the same server as many processes, over one or many machines."""

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from server.cli.errors import UserError
from server.cli.options import configured
from server.config import Config

if TYPE_CHECKING:
    from server.cluster.client import DirectoryLine

__all__ = ["command"]

WATCH_SECONDS: Final = 2.0


@click.group(name="cluster")
def command() -> None:
    """Run gateways and hosts as processes of a cluster, on this machine or on those of a Ray that runs already."""


def reaching(function: Callable[..., None]) -> Callable[..., None]:
    """The flags that say which cluster is meant."""
    for option in (
        click.option("--name", default="croupier", show_default=True, help="The cluster's name."),
        click.option(
            "--address", metavar="ADDRESS", help="A Ray that runs already: auto, HOST:PORT or ray://HOST:PORT."
        ),
    ):
        function = option(function)
    return function


def data_dir_option(function: Callable[..., None]) -> Callable[..., None]:
    """Where the cluster of this machine was started."""
    option = click.option(
        "--data-dir",
        type=click.Path(path_type=Path),
        default=lambda: Path(os.environ.get("CROUPIER_DATA_DIR") or ".croupier"),
        show_default=".croupier",
        help="Folder that the cluster was started with.",
    )
    return option(function)


@command.command()
@click.option("--hosts", type=click.IntRange(min=1), default=2, show_default=True, help="Who run the games.")
@click.option(
    "--gateways", type=click.IntRange(min=1), default=1, show_default=True, help="Processes that let players in."
)
@click.option("--foreground", is_flag=True, help="Stay, log to stderr, and stop the cluster with SIGTERM or Ctrl-C.")
@reaching
@configured
def up(config: Config, *, hosts: int, gateways: int, name: str, address: str | None, foreground: bool) -> None:
    """Start a cluster. Prints a line of JSON when players can connect, and leaves a supervisor behind."""
    from server.bootstrap import CannotStart
    from server.cli.cluster_up import start_in_background
    from server.cluster.supervise import supervise
    from server.cluster.supervisor import Plan

    whole = config.model_copy(update={"data_dir": config.data_dir.absolute()})
    plan = Plan(name, hosts, gateways, address)

    def ready(status: dict[str, Any], pid: int | None = None) -> None:
        if (kept := size_kept(status, hosts, gateways)) is not None:
            click.echo(kept, err=True)
        click.echo(json.dumps(ready_line(status, os.getpid() if pid is None else pid)))

    try:
        if foreground:
            asyncio.run(supervise(whole, plan, ready))
        else:
            ready(*start_in_background(whole, plan))
    except CannotStart as error:
        raise UserError(str(error)) from error


def size_kept(status: dict[str, Any], hosts: int, gateways: int) -> str | None:
    """What is said when the cluster was up already, and is of another size than was asked for."""
    from server.cluster.room import counted

    cluster = status["cluster"]
    if (cluster["hosts"], cluster["gateways"]) == (hosts, gateways):
        return None
    return (
        f"cluster {cluster['name']!r} was up already, and is to have {counted(cluster['hosts'], 'host')} and"
        f" {counted(cluster['gateways'], 'gateway')} as before: change that with croupier cluster scale"
    )


def ready_line(status: dict[str, Any], pid: int) -> dict[str, object]:
    """What is printed when players can connect; `http` and `ws` are the first gateway's."""
    doors = [
        {"name": one["name"], "http": f"http://{where}", "ws": f"ws://{where}/ws"}
        for one in status["gateways"]
        if (where := _in_url(*one["address"]))
    ]
    first = doors[0] if doors else {}
    return {
        "ready": True,
        "cluster": status["cluster"]["name"],
        "http": first.get("http"),
        "ws": first.get("ws"),
        "gateways": doors,
        "hosts": [one["name"] for one in status["hosts"]],
        "pid": pid,
    }


def _in_url(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print everything that is known, as one line of JSON.")
@click.option("--watch", is_flag=True, help=f"Print it again every {WATCH_SECONDS:.0f} seconds.")
@reaching
@data_dir_option
def status(*, data_dir: Path, name: str, address: str | None, as_json: bool, watch: bool) -> None:
    """Show hosts, gateways and shards, and what is under way."""
    from server.cli.cluster_table import table

    async def show(line: "DirectoryLine") -> None:
        while True:
            told = await line.status()
            if watch and not as_json:
                click.clear()
            click.echo(json.dumps(told) if as_json else table(told))
            if not watch:
                return
            await asyncio.sleep(WATCH_SECONDS)

    _with_directory(data_dir, name, address, show)


@command.command()
@click.option("--hosts", type=click.IntRange(min=1), help="How many hosts there should be.")
@click.option("--gateways", type=click.IntRange(min=1), help="How many gateways there should be.")
@reaching
@data_dir_option
def scale(*, data_dir: Path, name: str, address: str | None, hosts: int | None, gateways: int | None) -> None:
    """Have more hosts or gateways, or fewer, while players play."""
    if hosts is None and gateways is None:
        raise UserError("say how many: --hosts N, --gateways M or both")
    _work(data_dir, name, address, "scale", hosts=hosts, gateways=gateways)


@command.command()
@click.argument("what", metavar="HOST|GATEWAY|NODE")
@click.option("--replace", is_flag=True, help="Start a new process in the place of the one that is named.")
@reaching
@data_dir_option
def drain(*, data_dir: Path, name: str, address: str | None, what: str, replace: bool) -> None:
    """Empty one process and end it: its tables go to other hosts, its players to other gateways.

    A host or gateway is gone for good, and one less is wanted, unless it is to be replaced. A node, by its address or
    id, loses all its processes and gets none any more: as many are wanted as before, elsewhere.
    """
    _work(data_dir, name, address, "drain", what=what, replace=replace)


@command.command()
@reaching
@data_dir_option
def rebalance(*, data_dir: Path, name: str, address: str | None) -> None:
    """Move tables and players, while they play, until hosts carry about the same."""
    _work(data_dir, name, address, "rebalance")


@command.command(name="rolling-restart")
@reaching
@data_dir_option
def rolling_restart(*, data_dir: Path, name: str, address: str | None) -> None:
    """Replace the directory, then every host and gateway by a new process, one after another, while players play."""

    async def restart(line: "DirectoryLine") -> None:
        await line.renew()
        click.echo("the directory was replaced", err=True)
        await _follow(line, "restart", {})

    _with_directory(data_dir, name, address, restart)


@command.command()
@reaching
@data_dir_option
def down(*, data_dir: Path, name: str, address: str | None) -> None:
    """Stop the cluster in order: players are told to come back, what was begun is written."""
    from server.cli.cluster_down import remove_leftovers, stop_supervisor
    from server.cluster.whereabouts import left_behind

    if address is None and stop_supervisor(data_dir):
        click.echo("the cluster is stopped")
        return

    async def stop(line: "DirectoryLine") -> None:
        click.echo(await line.stop(lambda said: click.echo(said, err=True)))

    try:
        _with_directory(data_dir, name, address, stop)
    except UserError as error:
        if address is not None or left_behind(data_dir) is None:
            raise
        # What its supervisor brought along, such as a database, has ended with it.
        click.echo(f"it cannot be stopped in order ({error}); its processes are ended", err=True)
    if address is None:
        asyncio.run(remove_leftovers(data_dir))


def _work(data_dir: Path, name: str, address: str | None, method: str, **arguments: Any) -> None:
    given = {key: value for key, value in arguments.items() if value is not None}
    _with_directory(data_dir, name, address, lambda line: _follow(line, method, given))


async def _follow(line: "DirectoryLine", method: str, arguments: dict[str, Any]) -> None:
    from server.cluster.client import followed

    click.echo(await followed(line, method, arguments, lambda said: click.echo(said, err=True)))


def _with_directory(
    data_dir: Path, name: str, address: str | None, work: Callable[["DirectoryLine"], Coroutine[Any, Any, None]]
) -> None:
    from server.cluster.client import CannotReach, reached

    async def run() -> None:
        async with reached(data_dir, name, address) as line:
            await work(line)

    try:
        asyncio.run(run())
    except CannotReach as error:
        raise UserError(str(error)) from error
