"""A bot at a table: it sits down, bets at random moments, and knows what every bet pays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from clients.bots.books import Change
from clients.bots.bot import Bot
from clients.bots.grounds import Grounds
from clients.bots.layouts import DRAWN
from clients.bots.seat import Bet, Seat, Standing
from clients.bots.tables import Tables
from clients.python.conversation import Asked
from protocol.errors import Code

BETS_MAX: Final = 3
"""Requests of one bot in one round."""
TAKE_BACK_SHARE: Final = 0.1
"""Rounds in which the bot takes back its newest bet or, half as often, all of them."""
MARGIN_SHARE: Final = 0.1
MARGIN_MS_MAX: Final = 500
"""At the end of the betting time nothing is asked any more: a tenth of it, and no more than this."""
PROOF_PAUSE_SECONDS: Final = 0.5
"""Between two questions for the outcome of a round that the bot did not see."""

LISTING: Final = "listing"
SITTING: Final = "sitting"
WATCHING: Final = "watching"
TAKING_BACK: Final = "taking back"


@dataclass(frozen=True, slots=True)
class Proving:
    """The context of a question for the outcome of a bet."""

    bet: bytes


class TableBot(Bot):
    """Bets in every round; whatever its bets pay is reckoned from the result and compared with the wallet."""

    def __init__(self, grounds: Grounds, number: int, tables: Tables, game: str) -> None:
        super().__init__(grounds, number)
        self._game = game
        self._drawn = DRAWN[game]
        self._tags = {f"{game}.{what}": what for what in ("opened", self._drawn, "settled", "snapshot")}
        self._tables = tables
        self._chance = grounds.chance(number, "play")
        self._welcome: dict[str, Any] = {}
        self._seat: Seat | None = None
        self._seated = False
        self._round = 0
        self._closes_at_ms = 0
        self._planned = 0
        self._standing: dict[bytes, Standing] = {}

    def welcomed(self, welcome: dict[str, Any]) -> None:
        """Look for a table."""
        self._welcome = welcome
        self.ask({"t": "lobby.list"}, LISTING)

    def message(self, payload: bytes) -> None:
        """A message came; one that the bot before at this table decoded is not decoded again."""
        self.heard(self._tables.decoded(self.number, payload))

    def anything_open(self) -> bool:
        """Whether money is on the layout."""
        return bool(self._standing or self.books.dues)

    def bets_unresolved(self) -> int:
        """Bets on their way, and those whose round was not seen to end."""
        return super().bets_unresolved() + len(self._standing)

    def play(self) -> None:
        """Bet in the present round, if that was not planned before."""
        window_ms = self._closes_at_ms - self.conversation.ids.now_ms()
        window_ms -= min(MARGIN_MS_MAX, int(window_ms * MARGIN_SHARE))
        seat = self._seat
        if seat is None or not self._seated or self._planned == self._round or window_ms <= 0:
            return
        self._planned = self._round
        chance, later = self._chance, self.grounds.loop.call_later
        moments = sorted(chance.random() * window_ms / 1000 for _ in range(chance.randint(1, BETS_MAX)))
        for moment in moments:
            later(moment, partial(self._bet, seat, self._round, seat.choose(chance), f"{chance.getrandbits(64):016x}"))
        taking_back = chance.random()
        if taking_back < TAKE_BACK_SHARE:
            request = f"{self._game}.{'clear' if taking_back < TAKE_BACK_SHARE / 3 else 'undo'}"
            moment = moments[-1] + chance.random() * (window_ms / 1000 - moments[-1])
            later(moment, partial(self._take_back, seat, self._round, request))

    def answered(self, asked: Asked, fields: dict[str, Any]) -> None:
        """Go on with what was asked for."""
        tag = fields["t"]
        match asked.context:
            case Bet() as bet if tag == f"{self._game}.placed":
                self._placed(asked, bet, fields)
            case Bet() if tag == "error":
                self.books.decline(asked.id)
            case Proving(bet=bet_id):
                self._proved(bet_id, fields)
            case "taking back":
                if tag == f"{self._game}.returned":
                    self._returned(fields)
                self._prove_older(self._round)
            case "listing" if tag == "tables":
                self._take_table(fields)
            case "sitting" if tag == "done":
                self._seated = True
                self._sat()
            case "sitting":
                self._sat()
        self.books.look_again()
        if tag == "error" and fields["code"] == Code.NOT_SEATED and self._seated and self._seat is not None:
            self._sit(self._seat)

    def pushed(self, stream: str, fields: dict[str, Any]) -> None:
        """Follow the rounds of the table, and the wallet."""
        tag = fields["t"]
        match self._tags.get(tag, tag):
            case "wallet.changed":
                self.books.pushed(fields)
            case "wallet.snapshot":
                self.books.lose_certainty()
            case "opened":
                self._opened(fields["round"], fields["closes_at_ms"])
            case "settled":
                self._settled(fields["round"], fields)
            case "snapshot":
                self._looked(fields)
            case drawn if drawn == self._drawn:
                self._tables.fanout.drawn(fields, self.heard_at)
        if not self.books.certain or not self.playing:
            self.go_on()

    def result_of(self, proof: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a bet is reckoned from, of its proof."""
        outcome: Mapping[str, Any] = proof["outcome"]
        return outcome

    def _take_table(self, fields: dict[str, Any]) -> None:
        hello = self.conversation.hello
        if hello is not None:
            self._tables.fanout.hello(hello["now_ms"], self.conversation.ids.set_at)
        seat = self._seat = self._tables.seat(self.number, self._game, fields["tables"], self._welcome["balances"])
        if seat is None:
            self.give_up("no table")
            return
        self.books.asset = seat.asset
        self.send(self.conversation.watch(f"table:{seat.table}", WATCHING))
        self._sit(seat)

    def _sit(self, seat: Seat) -> None:
        self._seated = False
        self.ask({"t": "table.sit", "table": seat.table}, SITTING)

    def _sat(self) -> None:
        if self._welcome:
            self.ready(self._welcome)
            self._welcome = {}

    def _may_ask(self, round_number: int) -> bool:
        return (
            self.playing
            and self._round == round_number
            and self._seated
            and self.books.certain
            and self.conversation.open
        )

    def _bet(self, seat: Seat, round_number: int, bet: Bet, entropy: str) -> None:
        if self._may_ask(round_number):
            wagers = [{"t": "wager", "spot": spot, "amount": amount} for spot, amount in bet.wagers]
            self.ask({"t": f"{self._game}.bet", "table": seat.table, "wagers": wagers, "entropy": entropy}, bet)

    def _take_back(self, seat: Seat, round_number: int, request: str) -> None:
        if self._may_ask(round_number) and any(one.round == round_number for one in self._standing.values()):
            self.ask({"t": request, "table": seat.table}, TAKING_BACK)

    def _placed(self, asked: Asked, bet: Bet, fields: dict[str, Any]) -> None:
        self.tally.latencies.add(self.heard_at - asked.at)
        self.tally.bets += 1
        self._standing[asked.id] = Standing(bet, fields["round"])
        if fields["stake"] != bet.stake:
            self.tally.mismatch(self.books.player, f"{fields['stake']} is held for {bet.wagers}, not {bet.stake}")
        self.books.hold(asked.id, bet.stake)
        self.books.changed(
            Change(fields["epoch"], fields["seq"], -bet.stake, bet.stake, fields["available"], fields["held"])
        )
        if self.grounds.journal is not None:
            self.grounds.journal.acknowledged(self.books.player, self._game, fields)
        if fields["round"] < self._round:
            self._prove(asked.id)

    def _returned(self, fields: dict[str, Any]) -> None:
        taken = [bet for bet in fields["bets"] if bet in self._standing]
        amount = sum(self._standing[bet].bet.stake for bet in taken)
        if amount != fields["amount"]:
            self.tally.mismatch(self.books.player, f"{fields['amount']} is given back for bets of {amount}")
        if self.grounds.journal is not None:
            self.grounds.journal.acknowledged(self.books.player, self._game, fields)
        self.books.resolve({bet: self._standing.pop(bet).bet.stake for bet in taken})

    def _opened(self, round_number: int, closes_at_ms: int) -> None:
        self._round = round_number
        self._closes_at_ms = closes_at_ms
        if self.books.decided_waits():
            self.books.lose_certainty()
        self._prove_older(round_number)
        if self.playing and self.books.certain:
            self.play()

    def _settled(self, round_number: int, result: Mapping[str, Any]) -> None:
        if self._taking_back():
            return  # perhaps they do not stand: what came of them is asked when that is known
        self._resolve([bet for bet, standing in self._standing.items() if standing.round == round_number], result)

    def _looked(self, snapshot: dict[str, Any]) -> None:
        round_number = snapshot["round"]
        self._round = round_number
        self._closes_at_ms = snapshot["until_ms"] if snapshot["phase"] == "betting" else 0
        settled = snapshot["phase"] in ("settled", "waiting")
        self._prove_older(round_number + 1 if settled else round_number)
        if self.playing and self.books.certain:
            self.play()

    def _resolve(self, bets: Sequence[bytes], result: Mapping[str, Any]) -> None:
        """The round of these bets is over: reckon what each pays."""
        back = {}
        for bet in bets:
            standing = self._standing.pop(bet)
            back[bet] = payout = standing.bet.payout(result)
            self.tally.staked += standing.bet.stake
            self.tally.won += payout
        self.books.resolve(back)

    def _taking_back(self) -> bool:
        """Whether bets were asked for again, and it is not known whether they were given back."""
        return any(asked.context == TAKING_BACK for asked in self.conversation.unanswered.values())

    def _prove_older(self, round_number: int) -> None:
        """Ask what came of bets of rounds that ended while the bot was not there."""
        for bet, standing in self._standing.items():
            if standing.round < round_number:
                self._prove(bet)

    def _prove(self, bet: bytes) -> None:
        on_its_way = any(asked.context == Proving(bet) for asked in self.conversation.unanswered.values())
        if bet in self._standing and not on_its_way and not self._taking_back():
            self.ask({"t": "fairness.proof", "bet": bet}, Proving(bet))

    def _proved(self, bet: bytes, fields: dict[str, Any]) -> None:
        if bet not in self._standing:
            return
        if fields["t"] == "proof":
            self._resolve([bet], self.result_of(fields))
        elif fields["code"] == Code.BET_NOT_SETTLED:
            self.grounds.loop.call_later(PROOF_PAUSE_SECONDS, self._prove, bet)
        else:
            self.tally.mismatch(self.books.player, f"the bet {bet.hex()} was accepted, and is now {fields['name']}")
            self.books.resolve({bet: self._standing.pop(bet).bet.stake})
