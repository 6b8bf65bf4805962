"""Verifying a settled bet from public data alone: each thing that was said is computed again and compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from
from actors.fairness.jackpot import levels_won, recorded_levels
from protocol.ids import BetId, TableId
from protocol.replies import ProofView


class NotAWager(ValueError):
    """Recorded parameters are no wager of their game; `field` names what is wrong with them."""

    def __init__(self, field: str, found: object) -> None:
        super().__init__(f"{field} is {found!r}")
        self.field = field
        self.found = found


class Recompute(Protocol):
    """A game's rules as a function: the outcome that the seeds are bound to, and what the wager is paid for it."""

    def __call__(
        self, server_seed: str, client_seed: str, nonce: int, *, params: Mapping[str, Any], stake: int
    ) -> tuple[Mapping[str, Any], int]:
        """`params` are the bet's as recorded. Raises `NotAWager` when they, or the stake, are none of this game."""


@dataclass(frozen=True, slots=True)
class Verifiable:
    """A game as its bets are verified. Whether it is played at tables is known here, not believed from a proof."""

    recompute: Recompute
    at_table: bool
    is_played: bool = False
    """What players chose in a round is part of its outcome, and is recomputed from: the `played` of its params."""


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: what was said, and what follows from the rest of the public data."""

    name: str
    said: object
    found: object

    @property
    def ok(self) -> bool:
        """Whether they agree."""
        return self.said == self.found


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked of one bet, in order. A check that fails may make those after it fail too.

    revealed      the server seed is public (when not, nothing else can be checked yet)
    commitment    its hash is what was committed to
    expected      … and what the player was shown before the bet, when that is given
    table         it names the table at which it was played                 (tables)
    round         the draw's nonce is the number of the round               (tables)
    client_seed   the players' contributions mix to it                      (tables)
    contribution  this bet's entropy is among them                          (tables)
    wager         the recorded parameters are a wager of this game
    outcome       the seeds give it
    payout        the rules pay that for it
    jackpot       the seeds win these levels of its jackpot                 (bets in one)
    """

    bet: BetId
    game: str
    checks: tuple[Check, ...]

    @property
    def failed(self) -> Check | None:
        """The first check that failed."""
        return next((check for check in self.checks if not check.ok), None)

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return self.failed is None


def verify(proof: ProofView, game: Verifiable, expected_commitment: str | None = None) -> Report:
    """Check a bet's proof by the rules of its game; `expected_commitment` is what the player noted before the bet."""
    checks = [Check("revealed", said=True, found=proof.server_seed is not None)]
    if proof.server_seed is not None:
        checks.append(Check("commitment", proof.commitment, commitment_of(proof.server_seed)))
        if expected_commitment is not None:
            checks.append(Check("expected", expected_commitment, proof.commitment))
        if game.at_table:
            checks += _round_checks(proof)
        checks += _outcome_checks(proof, proof.server_seed, game)
        if "jackpot" in proof.params:
            checks.append(_jackpot_check(proof, proof.server_seed, game))
    return Report(BetId(proof.bet), proof.game, tuple(checks))


def _round_checks(proof: ProofView) -> list[Check]:
    mixed = client_seed_from(TableId(proof.table or ""), proof.nonce, proof.commitment, proof.contributions)
    return [
        Check("table", said=True, found=proof.table is not None),
        Check("round", proof.round, proof.nonce),
        Check("client_seed", proof.client_seed, mixed),
        Check("contribution", said=True, found=proof.params.get("entropy") in proof.contributions),
    ]


def _jackpot_check(proof: ProofView, server_seed: str, game: Verifiable) -> Check:
    """Which levels are won. What says so are the bets of one draw; of others it is only found."""
    recorded = proof.params["jackpot"]
    bet = BetId(proof.bet) if game.at_table else None
    try:
        levels = recorded_levels(recorded)
        found = list(levels_won(levels, server_seed, proof.client_seed, proof.nonce, proof.stake, bet))
        said = list(recorded.get("won", found))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return Check("jackpot", said="what a bet records of its jackpot", found=f"{type(error).__name__}: {error}")
    return Check("jackpot", said, found)


def _outcome_checks(proof: ProofView, server_seed: str, game: Verifiable) -> list[Check]:
    params = {**proof.params, "played": proof.outcome} if game.is_played else proof.params
    try:
        if proof.stake <= 0:
            raise NotAWager("stake", proof.stake)
        outcome, payout = game.recompute(server_seed, proof.client_seed, proof.nonce, params=params, stake=proof.stake)
    except NotAWager as error:
        return [Check("wager", said="a wager of the game", found=str(error))]
    return [
        Check("wager", said=True, found=True),
        Check("outcome", _listed(proof.outcome), _listed(outcome)),
        Check("payout", proof.payout, payout),
    ]


def _listed(value: Any) -> Any:
    """With every sequence as a list: which kind of them there is depends on how a proof was read."""
    if isinstance(value, Mapping):
        return {key: _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value
