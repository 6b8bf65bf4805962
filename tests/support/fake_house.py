"""What a fake server remembers: players, wallets, answers and rounds, by the protocol but without any durability."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]
HISTORY = 20
ROUND_MS = {"betting": 250, "closed": 20, "spinning": 20, "settled": 20}


def now_ms() -> int:
    return int(time.time() * 1000)


@dataclass
class Player:
    """A player's wallet: one balance, and the answers given."""

    number: int
    name: str
    available: int
    held: int = 0
    seq: int = 0
    answers: dict[bytes, Fields] = field(default_factory=dict)
    secret: bytes = b""


@dataclass
class Table:
    """A table that is always in some phase of some round."""

    id: str
    variant: str
    round: int = 0
    phase: str = "waiting"
    until: int = 0
    pocket: int | None = None
    seq: int = 0
    seats: set[int] = field(default_factory=set)
    bets: dict[bytes, tuple[Player, list[tuple[str, int]], int]] = field(default_factory=dict)
    """Of this round: whose, wagers, stake."""
    proofs: dict[bytes, Fields] = field(default_factory=dict)
    history: list[int] = field(default_factory=list)


class House:
    """`pays(table, spot, amount, pocket)` is the pay table; `push(player or stream, event)` sends an event."""

    def __init__(self, opening: int, tables: dict[str, str], pays: Callable[[str, str, int, int], int]) -> None:
        self.opening = opening
        self.epoch = 1
        self.players: dict[int, Player] = {}
        self.tables = {table: Table(table, variant) for table, variant in tables.items()}
        self.chance = random.Random(7)
        self.pays = pays
        self.push_wallet: Callable[[Player, Fields], None] = lambda player, event: None
        self.push_table: Callable[[Table, Fields], None] = lambda table, event: None
        self.bets_done: list[bytes] = []
        """Ids of bets in the order in which they took effect."""

    def new_player(self, name: str) -> Player:
        number = len(self.players) + 1
        player = self.players[number] = Player(number, name, self.opening, secret=number.to_bytes(32, "big"))
        return player

    def new_epoch(self) -> None:
        """As after a crash: streams begin anew, everything else is still there."""
        self.epoch += 1
        for player in self.players.values():
            player.seq = 0
        for table in self.tables.values():
            table.seq = 0

    def balances(self, player: Player) -> list[Fields]:
        return [
            {"t": "balance", "asset": "PLAY", "balance": "cash", "available": player.available, "held": player.held},
            {"t": "balance", "asset": "USDT", "balance": "cash", "available": 0, "held": 0},
        ]

    def changed(self, player: Player, reason: str, ref: bytes) -> None:
        player.seq += 1
        self.push_wallet(
            player,
            {
                "t": "wallet.changed", "stream": "wallet", "epoch": self.epoch, "seq": player.seq, "asset": "PLAY",
                "balance": "cash", "available": player.available, "held": player.held, "reason": reason, "ref": ref,
            },
        )  # fmt: skip

    def position(self, player: Player) -> Fields:
        return {"available": player.available, "held": player.held, "epoch": self.epoch, "seq": player.seq}

    def answer(self, player: Player, request: Fields) -> Fields:
        """The one answer to a request: effects happen once an id."""
        known = player.answers.get(request["id"])
        if known is not None:
            return known
        do = getattr(self, "on_" + request["t"].replace(".", "_"), None)
        answer: Fields = self.failed(1002) if do is None else do(player, request)
        answer["id"] = request["id"]
        if request["t"] in ("dice.bet", "roulette.bet", "roulette.undo", "roulette.clear"):
            player.answers[request["id"]] = answer
            self.bets_done.append(request["id"])
        return answer

    @staticmethod
    def failed(code: int, name: str = "refused", retry: bool = False, **evidence: Any) -> Fields:
        return {"t": "error", "code": code, "name": name, "text": "No.", "retry": retry, "evidence": evidence}

    def on_dice_bet(self, player: Player, bet: Fields) -> Fields:
        stake = bet["amount"]
        if stake > player.available:
            return self.failed(4001, "insufficient_funds", available=player.available)
        wins = 10_000 - bet["target"] if bet["over"] else bet["target"]
        roll = self.chance.randrange(10_001)
        won = roll > bet["target"] if bet["over"] else roll < bet["target"]
        multiplier = 99_000_000 // wins
        payout = stake * multiplier // 10_000 if won else 0
        player.available += payout - stake
        player.seq += 1
        return {
            "t": "dice.settled", "roll": roll, "stake": stake, "payout": payout, "multiplier": multiplier,
            "seed": 1, "nonce": player.seq, "jackpot": None, **self.position(player),
        }  # fmt: skip

    def on_wallet_balances(self, player: Player, _: Fields) -> Fields:
        return {"t": "wallet", "epoch": self.epoch, "seq": player.seq, "balances": self.balances(player)}

    def on_wallet_statement(self, player: Player, request: Fields) -> Fields:
        row = {"t": "row", "cursor": 1, "at_ms": 1, "amount": 5, "after": 5, "kind": "deposit", "ref": bytes(16)}
        return {"t": "statement", "asset": request["asset"], "balance": request["balance"], "rows": [row], "next": None}

    def on_fairness_rotate(self, player: Player, request: Fields) -> Fields:
        return {
            "t": "seeds.rotated", "revealed_number": 1, "revealed_server_seed": "s", "revealed_commitment": "c",
            "revealed_client_seed": "old", "revealed_bets": 3, "number": 2, "commitment": "d",
            "client_seed": request["client_seed"], "next_commitment": "e",
        }  # fmt: skip

    def on_fairness_seeds(self, player: Player, _: Fields) -> Fields:
        return {"t": "seeds", "number": 1, "commitment": "c", "client_seed": "x", "nonce": 0, "next_commitment": "d"}

    def on_ping(self, player: Player, _: Fields) -> Fields:
        return {"t": "pong", "now_ms": now_ms()}

    def on_lobby_list(self, player: Player, _: Fields) -> Fields:
        return {"t": "tables", "tables": [self.listed(table) for table in self.tables.values()]}

    def on_games_list(self, player: Player, _: Fields) -> Fields:
        dice = {"game": "dice", "asset": "PLAY", "min_bet": 1, "max_bet": 100_000, "max_profit": 10_000_000}
        return {"t": "games", "games": [{"t": "game", **dice}]}

    def listed(self, table: Table) -> Fields:
        return {
            "t": "table", "table": table.id, "game": "roulette", "variant": table.variant, "asset": "PLAY",
            "min_bet": 10, "max_bet": 50_000, "max_total": 200_000, "phase": table.phase, "round": table.round,
            "closes_at_ms": table.until, "seated": len(table.seats), "watching": 0, "history": table.history,
        }  # fmt: skip

    def on_table_sit(self, player: Player, request: Fields) -> Fields:
        self.tables[request["table"]].seats.add(player.number)
        return {"t": "done"}

    def on_table_leave(self, player: Player, request: Fields) -> Fields:
        self.tables[request["table"]].seats.discard(player.number)
        return {"t": "done"}

    def on_roulette_bet(self, player: Player, bet: Fields) -> Fields:
        table = self.tables[bet["table"]]
        wagers = [(wager["spot"], wager["amount"]) for wager in bet["wagers"]]
        stake = sum(amount for _, amount in wagers)
        if player.number not in table.seats:
            return self.failed(5007, "not_seated")
        if table.phase != "betting":
            return self.failed(5001, "betting_closed")
        player.available -= stake
        player.held += stake
        player.seq += 1
        table.bets[bet["id"]] = (player, wagers, stake)
        return {
            "t": "roulette.placed", "table": table.id, "round": table.round, "stake": stake, **self.position(player),
        }  # fmt: skip

    def on_roulette_undo(self, player: Player, request: Fields) -> Fields:
        return self._take_back(player, request, newest_only=True)

    def on_roulette_clear(self, player: Player, request: Fields) -> Fields:
        return self._take_back(player, request, newest_only=False)

    def _take_back(self, player: Player, request: Fields, newest_only: bool) -> Fields:
        table = self.tables[request["table"]]
        mine = [bet for bet, (owner, _, _) in table.bets.items() if owner is player]
        mine = mine[-1:] if newest_only else mine
        if not mine or table.phase != "betting":
            return self.failed(5009, "nothing_to_undo")
        amount = sum(table.bets.pop(bet)[2] for bet in mine)
        player.available += amount
        player.held -= amount
        self.changed(player, "release", mine[-1])
        return {"t": "roulette.returned", "table": table.id, "round": table.round, "bets": mine, "amount": amount}

    def on_fairness_proof(self, player: Player, request: Fields) -> Fields:
        for table in self.tables.values():
            if request["bet"] in table.proofs:
                return dict(table.proofs[request["bet"]])
            if request["bet"] in table.bets:
                return self.failed(5012, "bet_not_settled")
        return self.failed(1011, "unknown_bet")

    def snapshot(self, table: Table, player: Player) -> Fields:
        mine = [
            (bet, spot, amount)
            for bet, (owner, wagers, _) in table.bets.items()
            if owner is player
            for spot, amount in wagers
        ]
        return {
            "t": "roulette.snapshot", "stream": f"table:{table.id}", "epoch": self.epoch, "seq": table.seq,
            "table": table.id, "variant": table.variant, "asset": "PLAY", "min_bet": 10, "max_bet": 50_000,
            "max_total": 200_000, "phase": table.phase, "round": table.round, "commitment": "c", "now_ms": now_ms(),
            "until_ms": table.until, "pocket": table.pocket, "history": table.history, "spots": {}, "players": 0,
            "seated": player.number in table.seats, "mine": mine,
        }  # fmt: skip

    def advance(self, table: Table) -> int:
        """The table's next phase. Return how long it lasts, in ms."""
        after = {
            "waiting": "betting",
            "betting": "closed",
            "closed": "spinning",
            "spinning": "settled",
            "settled": "betting",
        }
        table.phase = after[table.phase]
        lasts = ROUND_MS[table.phase]
        table.until = now_ms() + lasts
        table.seq += 1
        common = {
            "stream": f"table:{table.id}", "epoch": self.epoch, "seq": table.seq, "now_ms": now_ms(),
        }  # fmt: skip
        match table.phase:
            case "betting":
                table.round += 1
                table.pocket = None
                event = {"t": "roulette.opened", "commitment": "c", "closes_at_ms": table.until}
            case "closed":
                event = {"t": "roulette.closed", "client_seed": "x", "spins_at_ms": table.until}
            case "spinning":
                table.pocket = self.chance.randrange(38 if table.variant == "american" else 37)
                event = {"t": "roulette.spun", "pocket": table.pocket, "server_seed": "s", "settles_at_ms": table.until}
            case _:
                event = self._settle(table) | {"opens_at_ms": table.until}
        self.push_table(table, {**common, "round": table.round, **event})
        return lasts

    def _settle(self, table: Table) -> Fields:
        pocket = table.pocket if table.pocket is not None else 0
        table.history = [pocket, *table.history][:HISTORY]
        by_player: dict[int, list[bytes]] = {}
        staked = paid = 0
        for bet, (player, wagers, stake) in table.bets.items():
            payout = sum(self.pays(table.variant, spot, amount, pocket) for spot, amount in wagers)
            player.held -= stake
            player.available += payout
            staked, paid = staked + stake, paid + payout
            by_player.setdefault(player.number, []).append(bet)
            table.proofs[bet] = {
                "t": "proof", "bet": bet, "game": "roulette", "commitment": "c", "server_seed": "s", "client_seed": "x",
                "nonce": table.round, "params": {}, "outcome": {"pocket": pocket}, "stake": stake, "payout": payout,
                "table": table.id, "round": table.round, "contributions": [],
            }  # fmt: skip
        table.bets.clear()
        for number, bets in by_player.items():
            self.changed(self.players[number], "settle", bets[-1])
        return {"t": "roulette.settled", "pocket": pocket, "staked": staked, "paid": paid, "winners": []}
