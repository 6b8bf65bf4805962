"""What outcomes are bound to in a simulated casino: each to one seed, from when its commitment is written."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgpack

from actors.fairness.commitment import commitment_of
from actors.fairness.entropy import client_seed_from
from actors.fairness.seal import Sealer, player_seed, round_seed
from actors.games.baccarat.shoe import CARDS, CUT_CARDS, DECKS
from actors.games.catalogue import VERIFIABLE
from actors.games.crash import bust_of, recorded_of
from actors.games.steps import LATE
from actors.instant.journal import journal_of, read_steps
from persistence.memory.tables import StoredBet, Tables
from protocol.ids import BetId, PlayerId, TableId
from protocol.money import player_of
from protocol.records import Bet, BetEnd, BetState, Record, RoundEnd, RoundOpen, SeedEnd, SeedOpen
from tests.support import simulation_blackjack
from tests.support.simulation_blackjack import broken_promise, house_of, is_raise, recomputed
from tests.support.simulation_plan import Played


class Shoe:
    """What a shoe of eight decks has left, counted card by card."""

    def __init__(self) -> None:
        self._number = 1
        self._left = dict.fromkeys(CARDS, DECKS)

    def said(self) -> Mapping[str, Any]:
        """As bets have it."""
        return {"shoe": self._number, "left": "".join(str(left) for left in self._left.values())}

    def dealt(self, cards: list[str]) -> None:
        """These are out. The round in which the cut card comes is the last of its shoe."""
        for card in cards:
            self._left[card] -= 1
        if sum(self._left.values()) <= CUT_CARDS:
            self._number, self._left = self._number + 1, dict.fromkeys(CARDS, DECKS)


class Draws:
    """Opens each sealed seed when it is written, and computes from it, and from the rows alone, what must come."""

    def __init__(
        self,
        tables: Tables,
        sealer: Sealer,
        played: Mapping[str, Played],
        same: Callable[[str, object, Any, Any], None],
    ) -> None:
        self.checked: Counter[str] = Counter()
        self._tables = tables
        self._sealer = sealer
        self._played = played
        self._same = same
        self._of_rounds: dict[tuple[str, int], str] = {}
        self._of_players: dict[tuple[PlayerId, int], str] = {}
        self._shoes: dict[str, Shoe] = {}
        self._begun: dict[tuple[str, int], Mapping[str, Any]] = {}

    def written(self, record: Record) -> None:
        """A record was written, with all the others of its batch."""
        match record:
            case RoundOpen():
                seed = self._sealer.open(record.sealed, round_seed(TableId(record.table_id), record.round))
                self._of_rounds[record.table_id, record.round] = seed
                self._same("commitment", record.table_id, commitment_of(seed), record.commitment)
            case SeedOpen():
                seed = self._sealer.open(record.sealed, player_seed(record.player, record.number))
                self._of_players[record.player, record.number] = seed
                self._same("commitment", record.player, commitment_of(seed), record.commitment)
                if (before := self._tables.seeds.get((record.player, record.number - 1))) is not None:
                    self._same("announcement", record.player, before.next_commitment, record.commitment)
            case RoundEnd(table_id=table) if table in self._played:
                self._check_round(record)
            case SeedEnd():
                bound = self._of_players[record.player, record.number]
                self._same("seed", record.player, record.server_seed, bound)
            case Bet(seed=int(), state=BetState.SETTLED):
                self._check_draw(self._tables.bets[record.id])
            case BetEnd(state=BetState.SETTLED):
                self._check_payout(self._tables.bets[record.id])

    def _check_round(self, ended: RoundEnd) -> None:
        """The outcome follows from the seed that was bound, and from the entropy of bets, in the table's order."""
        key = ended.table_id, ended.round
        bets = [bet for bet in self._tables.bets.values() if (bet.table_id, bet.round) == key]
        mixed = msgpack.unpackb(ended.contributions)
        held = Counter(msgpack.unpackb(bet.params)["entropy"] for bet in bets)
        self._same("entropy of no bet", key, list(Counter(mixed) - held), [])
        commitment = self._tables.rounds[key].commitment
        client_seed = client_seed_from(TableId(ended.table_id), ended.round, commitment, mixed)
        game, variant = self._played[ended.table_id]
        shoe = self._shoes.setdefault(ended.table_id, Shoe())
        self._begun[key] = begun = {"variant": variant, **(shoe.said() if variant == "eight_decks" else {})}
        outcome: Mapping[str, Any]
        if game == "crash":
            outcome = {"bust": bust_of(self._of_rounds[key], client_seed)}
        elif game == simulation_blackjack.GAME:
            outcome = self._play(ended, client_seed)
        else:
            outcome, _ = VERIFIABLE[game].recompute(
                self._of_rounds[key], client_seed, ended.round, params={**begun, "wagers": []}, stake=0
            )
        if variant == "eight_decks":
            shoe.dealt([*outcome["burned"], *outcome["player"], *outcome["banker"]])
        self._same("seed", key, ended.server_seed, self._of_rounds[key])
        self._same("client seed", key, ended.client_seed, client_seed)
        _, recorded = recorded_of(BetId(b""), {}, msgpack.unpackb(ended.outcome))
        self._same("outcome", key, recorded, dict(outcome))
        self.checked["rounds"] += 1

    def _play(self, ended: RoundEnd, client_seed: str) -> Mapping[str, Any]:
        """A round of blackjack, from the seeds and from what was chosen."""
        key, recorded = (ended.table_id, ended.round), msgpack.unpackb(ended.outcome)
        if not recorded["boxes"]:
            return {**recorded, "steps": [], "dealer": []}
        house = {**house_of(ended.table_id), "wagers": []}
        self.checked.update(f"steps: {name}" for name, *_ in recorded["steps"])
        return recomputed(house, recorded, (self._of_rounds[key], client_seed, ended.round), 0)[0]

    def finished(self) -> None:
        """The entropy of every bet that ever stood is in its round, and no other; and so is what was put down in it."""
        of_rounds: dict[tuple[str, int], Counter[str]] = {}
        for bet in self._tables.bets.values():
            # What is put down in the middle of a round has the entropy of the bet that its box began with.
            if bet.table_id is not None and bet.state != BetState.DISOWNED and not is_raise(bet):
                entropy = msgpack.unpackb(bet.params)["entropy"]
                of_rounds.setdefault((bet.table_id, bet.round or 0), Counter())[entropy] += 1
        for key, row in self._tables.rounds.items():
            if row.contributions is not None and row.table_id in self._played:
                mixed = Counter(msgpack.unpackb(row.contributions))
                self._same("contributions", key, mixed, of_rounds.get(key, Counter()))
            is_played = self._played.get(row.table_id, ("",))[0] == simulation_blackjack.GAME
            if is_played and row.outcome is not None:
                bets = [bet for bet in self._tables.bets.values() if (bet.table_id, bet.round) == key]
                self._same("play", key, broken_promise(bets, msgpack.unpackb(row.outcome)), "")

    def _check_draw(self, bet: StoredBet) -> None:
        player = player_of(bet.account)
        seed = self._tables.seeds[player, bet.seed or 0]
        bound = self._of_players[player, seed.number]
        outcome, payout = VERIFIABLE[bet.game].recompute(
            bound, seed.client_seed, bet.nonce, params=msgpack.unpackb(bet.params), stake=bet.stake
        )
        self._same("outcome", bet.id.hex(), msgpack.unpackb(bet.outcome or b""), dict(outcome))
        self._same("payout", bet.id.hex(), bet.payout, payout)
        self.checked["draws"] += 1
        self.checked[f"draws of {bet.game}"] += 1

    def _check_payout(self, bet: StoredBet) -> None:
        if bet.table_id is None:
            self._check_game(bet)
            return
        found = self._tables.rounds[bet.table_id or "", bet.round or 0]
        bound = self._of_rounds[found.table_id, found.round]
        params, _ = recorded_of(bet.id, msgpack.unpackb(bet.params), msgpack.unpackb(found.outcome or b"\x80"))
        begun = self._begun[found.table_id, found.round]
        if "cashed_out" in params:
            self.checked["cash-outs"] += 1
        self._same("beginning", bet.id.hex(), {name: params.get(name) for name in begun}, begun)
        client_seed = found.client_seed or ""
        if bet.game == simulation_blackjack.GAME:
            outcome = msgpack.unpackb(found.outcome or b"")
            _, payout = recomputed(params, outcome, (bound, client_seed, found.round), bet.stake)
        else:
            _, payout = VERIFIABLE[bet.game].recompute(bound, client_seed, found.round, params=params, stake=bet.stake)
        self._same("payout", bet.id.hex(), bet.payout, payout)
        self.checked["payouts"] += 1
        self.checked[f"payouts of {bet.game}"] += 1

    def _check_game(self, bet: StoredBet) -> None:
        """A game of steps: what it paid follows from its seed and from the steps that are written."""
        player, journal = player_of(bet.account), journal_of(bet.id)
        entries = sorted((one.n, one.event) for one in self._tables.journal.values() if one.actor == journal)
        self._same("steps", bet.id.hex(), [n for n, _ in entries], list(range(1, len(entries) + 1)))
        steps = read_steps(entries)
        seed = self._tables.seeds[player, bet.seed or 0]
        outcome, payout = VERIFIABLE[bet.game].recompute(
            self._of_players[player, seed.number],
            seed.client_seed,
            bet.nonce,
            params={**msgpack.unpackb(bet.params), "steps": [one.step for one in steps]},
            stake=bet.stake,
        )
        self._same("outcome", bet.id.hex(), steps[-1].outcome, dict(outcome))
        self._same("payout", bet.id.hex(), bet.payout, payout)
        self.checked["late" if steps[-1].step == LATE else "games"] += 1
        self.checked[f"games of {bet.game}"] += 1
