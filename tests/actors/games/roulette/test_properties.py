"""Whatever is played at a table, in whatever order: these hold after every step."""

from itertools import product
from typing import ClassVar

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from actors.games.board import losses
from actors.games.interface import Limits, RoundSettled
from actors.games.roulette import Variant, layout_of
from protocol.codec import encode
from protocol.errors import Code, Refusal
from protocol.ids import PlayerId
from tests.actors.games.roulette.oracle import covered, paid
from tests.actors.games.roulette.play import GAME, Table, rules, seed_of

LIMITS = Limits(min_bet=2, max_bet=60, max_total=150, exposure_max=900)
PLAYERS = [PlayerId(n) for n in (1, 2, 3, 4)]
AT = ("table:roulette-1", 1, 1)
NAMES: dict[Variant, list[str]] = {
    variant: sorted(layout_of(variant).spots) for variant in ("european", "american", "la_partage")
}

amounts = st.integers(1, 70)
variants: st.SearchStrategy[Variant] = st.sampled_from(sorted(NAMES))


@st.composite
def wagers_of(draw: st.DrawFn, variant: Variant) -> tuple[tuple[str, int], ...]:
    # Few spots, so that bets meet on them.
    spots = st.sampled_from(["straight:17", "red", "black", "even", "split:0-1", "dozen:2"]) | st.sampled_from(
        NAMES[variant]
    )
    return tuple(draw(st.lists(st.tuples(spots, amounts), min_size=1, max_size=4)))


def is_betting(play: "Play") -> bool:
    return play.table.state.round.phase == "betting" and play.table.now < play.table.state.round.until


def has_bets(play: "Play") -> bool:
    return is_betting(play) and bool(GAME.bets(play.table.state))


class Play(RuleBasedStateMachine):
    """Four players at a table with tight limits. `reached` guards against properties of which nothing was seen."""

    reached: ClassVar[set[Code | str]] = set()

    @initialize(variant=variants)
    def sit_down(self, variant: Variant) -> None:
        self.table = Table(rules(variant, LIMITS, bets_per_player_max=6))
        self.variant: Variant = variant
        self.layout = layout_of(variant)
        self.table.open()

    @precondition(is_betting)
    @rule(player=st.sampled_from(PLAYERS), data=st.data(), entropy=st.sampled_from(["", "words"]))
    def bet(self, player: PlayerId, data: st.DataObject, entropy: str) -> None:
        decided = self.table.bet(player, *data.draw(wagers_of(self.variant)), entropy=entropy)
        if isinstance(decided, Refusal):
            self.reached.add(decided.code)

    @precondition(has_bets)
    @rule(player=st.sampled_from(PLAYERS), undo=st.booleans())
    def take_back(self, player: PlayerId, undo: bool) -> None:
        before = self.table.state.liability
        decided = self.table.undo(player) if undo else self.table.clear(player)
        self.reached.add(decided.code if isinstance(decided, Refusal) else "bets returned")
        assert all(now <= then for now, then in zip(self.table.state.liability, before, strict=True))

    @rule(milliseconds=st.integers(0, 1_500))
    def wait(self, milliseconds: int) -> None:
        self.table.now += milliseconds
        if is_betting(self):
            assert self.table.advance(to_deadline=False) == ()

    @precondition(lambda self: has_bets(self) or not is_betting(self))
    @rule()
    def go_on(self) -> None:
        assert self.table.advance() != ()

    @precondition(lambda self: not is_betting(self))
    @rule(player=st.sampled_from(PLAYERS))
    def come_late(self, player: PlayerId) -> None:
        for decided in (self.table.bet(player, ("red", 2)), self.table.undo(player), self.table.clear(player)):
            assert isinstance(decided, Refusal)
            assert decided.code is Code.BETTING_CLOSED

    @invariant()
    def replaying_what_happened_gives_the_same_table(self) -> None:
        replayed = self.table.replayed()

        assert GAME.dump(replayed) == GAME.dump(self.table.state)
        assert replayed.liability == self.table.state.liability
        assert replayed.round.bets == self.table.state.round.bets

    @invariant()
    def a_dumped_table_is_loaded_as_it_was(self) -> None:
        dumped = GAME.dump(self.table.state)
        loaded = GAME.load(self.table.rules, dumped)

        assert GAME.dump(loaded) == dumped
        assert loaded.liability == self.table.state.liability
        assert loaded.round.binding == self.table.state.round.binding
        assert loaded.round.bets.standing == self.table.state.round.bets.standing
        assert loaded.round.bets.spots == self.table.state.round.bets.spots
        for player in PLAYERS:
            assert loaded.round.bets.players.get(player) == self.table.state.round.bets.players.get(player)
            assert GAME.view(loaded, player, *AT, now=1) == GAME.view(self.table.state, player, *AT, now=1)

    @invariant()
    def liability_is_what_each_bet_can_cost_on_each_pocket(self) -> None:
        standing = GAME.bets(self.table.state).values()
        assert self.table.state.liability == [
            sum(
                max(0, sum(paid(self.layout, spot, amount, pocket) for spot, amount in bet.wagers) - bet.stake)
                for bet in standing
            )
            for pocket in range(self.layout.pockets)
        ]

    @invariant()
    def no_limit_is_passed(self) -> None:
        assert max(self.table.state.liability) <= LIMITS.exposure_max
        for player in PLAYERS:
            spots: dict[str, int] = {}
            for bet in GAME.bets(self.table.state).values():
                if bet.player == player:
                    for spot, amount in bet.wagers:
                        assert amount >= LIMITS.min_bet
                        spots[spot] = spots.get(spot, 0) + amount
            assert max(spots.values(), default=0) <= LIMITS.max_bet
            assert sum(spots.values()) <= LIMITS.max_total

    @invariant()
    def the_seed_of_a_round_is_nowhere_before_the_ball_is_thrown(self) -> None:
        state, now = self.table.state, self.table.now
        if state.round.phase not in ("betting", "closed"):
            return
        bets = tuple(GAME.bets(state).values())
        told = [GAME.publish(state, event, *AT) for event in self.table.events if not isinstance(event, RoundSettled)]
        told += [GAME.view(state, viewer, *AT, now=now) for viewer in (None, *PLAYERS)]
        told.append(GAME.published(state, bets, *AT, now=now))
        shown = [encode(message) for message in told if message is not None]
        shown += [repr(seen).encode() for seen in (state, GAME.lobby(state), GAME.binding(state))]
        secret = seed_of(state.round.number).encode()
        assert secret not in GAME.dump(state)
        assert not [text for text in shown if secret in text]

    @invariant()
    def money_in_is_money_out_and_what_the_house_keeps(self) -> None:
        settled = self.table.events[-1] if self.table.events else None
        if isinstance(settled, RoundSettled):
            standing, pocket = GAME.bets(self.table.state), self.table.pocket
            assert pocket is not None
            self.reached.update(["bets paid"] if standing else [])
            assert dict(settled.payouts) == {
                bet_id: sum(paid(self.layout, spot, amount, pocket) for spot, amount in bet.wagers)
                for bet_id, bet in standing.items()
            }
            kept = sum(bet.stake for bet in standing.values()) - sum(payout for _, payout in settled.payouts)
            assert kept >= -self.table.state.liability[pocket] >= -LIMITS.exposure_max


def test_a_table_keeps_its_promises_after_every_step() -> None:
    Play.reached.clear()

    run_state_machine_as_test(Play, settings=settings(max_examples=60, stateful_step_count=40, deadline=None))

    assert Play.reached >= {"bets paid", "bets returned", Code.EXPOSURE_LIMIT, Code.BET_ABOVE_MAXIMUM}


bets_of = st.shared(variants, key="variant").flatmap(
    lambda variant: st.tuples(st.just(variant), st.lists(wagers_of(variant), min_size=1, max_size=5))
)


@given(bets_of)
def test_exposure_is_the_worst_pocket_and_the_worst_choice_of_bets_taken_back(
    played: tuple[Variant, list[tuple[tuple[str, int], ...]]],
) -> None:
    variant, bets = played
    layout = layout_of(variant)

    def lost(kept: tuple[bool, ...], pocket: int) -> int:
        wagers = [wager for bet, stands in zip(bets, kept, strict=True) if stands for wager in bet]
        return sum(paid(layout, spot, amount, pocket) - amount for spot, amount in wagers)

    worst = max(
        lost(kept, pocket) for kept in product((True, False), repeat=len(bets)) for pocket in range(layout.pockets)
    )

    assert worst == max(sum(costs) for costs in zip(*(losses(layout, bet) for bet in bets), strict=True))


@given(bets_of)
def test_taking_back_restores_what_was_before_exactly(
    played: tuple[Variant, list[tuple[tuple[str, int], ...]]],
) -> None:
    variant, bets = played
    table = Table(rules(variant))
    table.open()
    table.bet(PLAYERS[0], ("red", 7), ("straight:17", 3))
    before = (table.state.liability, dict(table.state.round.bets.spots), table.state.round.bets.total)
    accepted = [wagers for wagers in bets if not isinstance(table.bet(PLAYERS[1], *wagers), Refusal)]

    for _ in accepted[1:]:
        table.undo(PLAYERS[1])
    if accepted:
        table.clear(PLAYERS[1])

    assert (table.state.liability, table.state.round.bets.spots, table.state.round.bets.total) == before
    assert table.state.round.bets.players_standing == 1


@given(variants, st.data())
def test_only_spots_of_the_layout_are_ever_accepted(variant: Variant, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted({*NAMES["european"], *NAMES["american"]})) | st.text(max_size=12))
    table = Table(rules(variant))
    table.open()

    decided = table.bet(PLAYERS[0], (name, 2))

    if name in NAMES[variant]:
        assert not isinstance(decided, Refusal)
        assert set(layout_of(variant).spots[name].pockets) == covered(name)
    else:
        assert isinstance(decided, Refusal)
        assert decided.code is Code.INVALID_BET
