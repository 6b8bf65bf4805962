"""The actor of a player's instant games: it draws, and the wallet decides whether the draw is paid for.

The outcome of the next nonce is computed, and the wallet, its neighbour, is told stake and payout together. Only when
the wallet has accepted is the nonce used; a refusal leaves it for the next bet, and nobody has seen what it would have
been. Nonces have no gaps.
"""

from typing import Any, Final

import msgpack

from actors.fairness.commitment import commitment_of, new_server_seed
from actors.fairness.seal import NONCE_BYTES, Sealer, player_seed
from actors.games.catalogue import INSTANT_GAMES, STEP_GAMES
from actors.games.interface import InstantGame, Limits
from actors.games.steps import StepGame
from actors.instant.games import Desk, Open
from actors.jackpots.plan import Entry
from actors.runtime.actor import Sender
from actors.runtime.ref import Ref
from actors.runtime.turn import Turn
from actors.wallet.digest import digest_of
from actors.wallet.recall import drawn
from persistence.interfaces import KnownCommand, SeedRow
from protocol.commands import Asked, FeedJackpot, Keep, Play, RefuseBet, Wake
from protocol.errors import Code, Refusal
from protocol.ids import BetId, CommandId, PlayerId
from protocol.model import Request
from protocol.money import Asset, Balance, player_account
from protocol.records import SeedEnd, SeedOpen
from protocol.replies import OpenGames, SeedsView
from protocol.requests import ListOpen, RotateSeeds, Seeds

SERVER_SEED_BYTES: Final = 32
CLIENT_SEED_BYTES: Final = 8
_BALANCES: Final = {"cash": Balance.CASH, "bonus": Balance.BONUS}


class PlayerSeed:
    """A server seed in use, in the clear: it must not be written or logged."""

    __slots__ = ("client_seed", "commitment", "following", "nonce", "number", "server_seed")

    def __init__(self, number: int, server_seed: str, client_seed: str, nonce: int, following: str) -> None:
        self.number = number
        self.server_seed = server_seed
        self.commitment = commitment_of(server_seed)
        self.client_seed = client_seed
        self.nonce = nonce
        self.following = following
        """The server seed after this one, chosen already: nobody can choose it to suit a client seed."""


class Instant:
    """One player's instant games."""

    __slots__ = ("_assets", "_jackpots", "_limits", "_open", "_player", "_sealer", "_seed", "_wallet")

    def __init__(
        self,
        player: PlayerId,
        seed: PlayerSeed | None,
        assets: dict[str, Asset],
        limits: dict[tuple[str, str], Limits],
        sealer: Sealer,
        games: dict[str, Open],
        jackpots: dict[tuple[str, str], Entry],
    ) -> None:
        self._player = player
        self._seed = seed
        self._assets = assets
        self._limits = limits
        self._sealer = sealer
        self._wallet = Ref("wallet", player)
        self._jackpots = jackpots
        self._open = Desk(self._wallet, games, jackpots)

    # --- what the host calls ---

    def awake(self, turn: Turn) -> None:
        """See that there is a seed to draw from."""
        if self._seed is None:
            first = new_server_seed(turn.entropy(SERVER_SEED_BYTES))
            self._begin(turn, self._seed_after(turn, 0, first, turn.entropy(CLIENT_SEED_BYTES).hex()))
        self._open.arm(turn)

    def receive(self, turn: Turn, command: Any, sender: Sender) -> None:
        """Handle one message."""
        if type(command) is Asked:
            request = command.request
            game = _BY_REQUEST.get(type(request))
            if game is not None:
                self._bet(turn, game, request, sender)
            elif (starting := _STARTS.get(type(request))) is not None:
                turn.answer(sender, self._start(turn, starting, request))
            elif (going_on := _STEPS.get(type(request))) is not None:
                turn.answer(sender, self._open.step(turn, going_on, request))
            elif type(request) is ListOpen:
                turn.answer(sender, self._view_open(request))
            elif type(request) is Seeds:
                turn.answer(sender, self._view(request))
            elif type(request) is RotateSeeds:
                self._rotate(turn, request, sender)
            else:
                turn.answer(sender, Refusal(Code.UNKNOWN_TYPE, {"t": request.t}))
        elif type(command) is Wake:
            self._open.wake(turn)

    def remember(self, command: CommandId, known: KnownCommand | None) -> None:
        """Instant games ask the wallet, which remembers."""

    def void(self, command: Any) -> None:
        """Nothing is noted of a message before it is handled."""

    def called(self, turn: Turn, command: Any) -> Any:
        """No neighbour calls instant games."""
        raise TypeError(f"instant games are not called with {type(command).__name__}")

    def may_sleep(self, now: int) -> bool:
        """Nothing is kept here that the store does not have; but an open game waits for its time."""
        return not len(self._open)

    # --- betting ---

    def _bet(self, turn: Turn, game: InstantGame, request: Any, sender: Sender) -> None:
        asset = self._assets.get(request.asset)
        limits = self._limits.get((game.name, request.asset))
        digest = digest_of(request)
        if asset is None or limits is None:
            unknown = Refusal(Code.UNKNOWN_ASSET, {"asset": request.asset, "game": game.name})
            turn.answer(sender, turn.call(self._wallet, RefuseBet(request.id, digest, unknown)))
            return
        play = game.check(request, limits)
        if isinstance(play, Refusal):
            turn.answer(sender, turn.call(self._wallet, RefuseBet(request.id, digest, play)))
            return
        jackpot = self._jackpots.get((game.name, request.asset)) if self._jackpots else None
        if jackpot is not None:
            turn.need(jackpot.feeder)
        seed = self._current()
        result = game.play(play, seed.server_seed, seed.client_seed, seed.nonce)
        reply = {
            "t": game.settled,
            "id": request.id,
            "stake": play.stake,
            "payout": result.payout,
            "seed": seed.number,
            "nonce": seed.nonce,
            "jackpot": None,
        }
        reply.update(game.reply(play, result))
        params = play.params
        won: tuple[str, ...] = ()
        if jackpot is not None:
            won = jackpot.won(seed.server_seed, seed.client_seed, seed.nonce, play.stake)
            params = {**params, "jackpot": {**jackpot.recorded, "won": won}}
            reply["jackpot"] = drawn(params["jackpot"])
        account = player_account(self._player, asset.number, _BALANCES[request.balance])
        played = turn.call(
            self._wallet,
            Play(
                request.id,
                digest,
                account,
                game.name,
                play.stake,
                result.payout,
                seed.number,
                seed.nonce,
                _pack(params),
                _pack(result.outcome),
                reply,
                sender,
            ),
        )
        if played.accepted:
            seed.nonce += 1
            if jackpot is not None:
                turn.call(jackpot.feeder, FeedJackpot(request.id, account, play.stake, won))
        turn.answer(sender, played.answer)

    def _start(self, turn: Turn, game: StepGame[Any], request: Any) -> Refusal | dict[str, Any]:
        """Begin a game of steps: its draw is used with the commit that holds its stake."""
        asset, limits = self._assets.get(request.asset), self._limits.get((game.name, request.asset))
        if asset is None or limits is None:
            play: Any = Refusal(Code.UNKNOWN_ASSET, {"asset": request.asset, "game": game.name})
        else:
            play = game.check(request, limits)
        if asset is None or isinstance(play, Refusal):
            refused: Refusal | dict[str, Any] = turn.call(self._wallet, RefuseBet(request.id, digest_of(request), play))
            return refused
        seed, account = self._current(), player_account(self._player, asset.number, _BALANCES[request.balance])
        jackpot = self._jackpots.get((game.name, request.asset))
        won = () if jackpot is None else jackpot.won(seed.server_seed, seed.client_seed, seed.nonce, play.stake)
        begun = Open(
            game,
            BetId(request.id),
            request.asset,
            request.balance,
            play.stake,
            seed.number,
            seed.nonce,
            game.start(play, seed.server_seed, seed.client_seed, seed.nonce),
            0,
            turn.now,
            None if jackpot is None else jackpot.plan.name,
            won,
        )
        answer, is_begun = self._open.begin(turn, request, play, account, begun)
        seed.nonce += is_begun
        return answer

    def _view_open(self, request: Request) -> OpenGames:
        games = ({**one.reply(), "asset": one.asset, "balance": one.balance} for one in self._open.all())
        return OpenGames(id=request.id, games=tuple(games))

    # --- seeds ---

    def _current(self) -> PlayerSeed:
        if self._seed is None:
            raise RuntimeError(f"the instant games of player {self._player} have no seed")
        return self._seed

    def _view(self, request: Request) -> SeedsView:
        seed = self._current()
        return SeedsView(
            id=request.id,
            number=seed.number,
            commitment=seed.commitment,
            client_seed=seed.client_seed,
            nonce=seed.nonce,
            next_commitment=commitment_of(seed.following),
        )

    def _rotate(self, turn: Turn, request: RotateSeeds, sender: Sender) -> None:
        """Reveal and begin anew, if the wallet says that the id is new; it keeps the answer with all the others.

        A seed that an open game was drawn from stays secret.
        """
        old = self._current()
        if len(self._open):
            in_use = Refusal(Code.SEED_IN_USE, {"number": old.number, "bets": [one.bet for one in self._open.all()]})
            turn.answer(sender, turn.call(self._wallet, RefuseBet(BetId(request.id), digest_of(request), in_use)))
            return
        new = self._seed_after(turn, old.number, old.following, request.client_seed)
        answer = {
            "t": "seeds.rotated",
            "id": request.id,
            "revealed_number": old.number,
            "revealed_server_seed": old.server_seed,
            "revealed_commitment": old.commitment,
            "revealed_client_seed": old.client_seed,
            "revealed_bets": old.nonce,
            "number": new.number,
            "commitment": new.commitment,
            "client_seed": new.client_seed,
            "next_commitment": commitment_of(new.following),
        }
        kept = turn.call(self._wallet, Keep(CommandId(request.id), digest_of(request), answer))
        if kept.fresh:
            turn.stage(SeedEnd(self._player, old.number, old.server_seed, old.nonce, turn.now))
            self._begin(turn, new)
        turn.answer(sender, kept.answer)

    def _seed_after(self, turn: Turn, number: int, server_seed: str, client_seed: str) -> PlayerSeed:
        return PlayerSeed(number + 1, server_seed, client_seed, 0, new_server_seed(turn.entropy(SERVER_SEED_BYTES)))

    def _begin(self, turn: Turn, seed: PlayerSeed) -> None:
        """Commit to a seed, with which the next draws are made, and to the one after it."""
        self._seed = seed
        player, number = self._player, seed.number
        sealed = self._sealer.seal(seed.server_seed, player_seed(player, number), turn.entropy(NONCE_BYTES))
        following = self._sealer.seal(seed.following, player_seed(player, number + 1), turn.entropy(NONCE_BYTES))
        turn.stage(
            SeedOpen(
                player,
                number,
                seed.commitment,
                sealed,
                seed.client_seed,
                turn.now,
                commitment_of(seed.following),
                following,
            )
        )


def wake_seed(row: SeedRow | None, draw_high: int, draw_bits: int, sealer: Sealer) -> PlayerSeed | None:
    """The seed in use and its next nonce, from the newest seed and the newest draw that was paid for."""
    if row is None:
        return None
    number, nonce = divmod(draw_high, 1 << draw_bits)
    server_seed = sealer.open(row.sealed, player_seed(row.player, row.number))
    following = sealer.open(row.next_sealed, player_seed(row.player, row.number + 1))
    return PlayerSeed(row.number, server_seed, row.client_seed, nonce + 1 if number == row.number else 0, following)


_pack: Final = msgpack.Packer().pack
_BY_REQUEST: Final[dict[type[Request], InstantGame]] = {game.request: game for game in INSTANT_GAMES.values()}
_STARTS: Final[dict[type[Request], StepGame[Any]]] = {game.request: game for game in STEP_GAMES.values()}
_STEPS: Final[dict[type[Request], StepGame[Any]]] = {step: game for game in STEP_GAMES.values() for step in game.steps}
