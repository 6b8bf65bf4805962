"""Which reply answers which request when it is done. One that is not done is answered by `Failed`."""

from collections.abc import Mapping
from typing import Final

from protocol.games.baccarat import BaccaratBet, BaccaratClear, BaccaratPlaced, BaccaratReturned, BaccaratUndo
from protocol.games.blackjack import (
    BlackjackAct,
    BlackjackActed,
    BlackjackBet,
    BlackjackClear,
    BlackjackPlaced,
    BlackjackRaise,
    BlackjackRaised,
    BlackjackReturned,
    BlackjackUndo,
)
from protocol.games.crash import (
    CrashBet,
    CrashCashed,
    CrashCashout,
    CrashClear,
    CrashPlaced,
    CrashReturned,
    CrashUndo,
)
from protocol.games.dice import DiceBet, DiceSettled
from protocol.games.hilo import HiloBet, HiloCashOut, HiloGuess, HiloSkip, HiloState
from protocol.games.keno import KenoBet, KenoSettled
from protocol.games.limbo import LimboBet, LimboSettled
from protocol.games.mines import MinesBet, MinesCashOut, MinesReveal, MinesState
from protocol.games.plinko import PlinkoBet, PlinkoSettled
from protocol.games.poker import (
    PokerAct,
    PokerAway,
    PokerBack,
    PokerBought,
    PokerHole,
    PokerLeave,
    PokerMix,
    PokerPeek,
    PokerShow,
    PokerSit,
    PokerTopUp,
)
from protocol.games.pokerhand import PokerHand, PokerRecall
from protocol.games.roulette import RouletteBet, RouletteClear, RoulettePlaced, RouletteReturned, RouletteUndo
from protocol.games.sicbo import SicBoBet, SicBoClear, SicBoPlaced, SicBoReturned, SicBoUndo
from protocol.games.sitngo import SitngoRegister, SitngoRegistered, SitngoUnregister
from protocol.games.slots import SlotsBet, SlotsSettled
from protocol.games.videopoker import VideopokerBet, VideopokerDraw, VideopokerState
from protocol.games.wheel import WheelBet, WheelSettled
from protocol.jackpots import Jackpots, ListJackpots
from protocol.model import Reply, Request
from protocol.replies import (
    Done,
    Games,
    OpenGames,
    Pong,
    ProofView,
    RoundsPage,
    SeedsRotated,
    SeedsView,
    StatementPage,
    Tables,
    WalletBalances,
    Watching,
    Welcome,
)
from protocol.requests import (
    AuthGuest,
    AuthTelegram,
    AuthToken,
    Balances,
    LastRounds,
    Leave,
    ListGames,
    ListOpen,
    ListTables,
    Ping,
    Proof,
    Resume,
    RotateSeeds,
    Seeds,
    Sit,
    Statement,
    Unwatch,
    Watch,
)

ANSWERS: Final[Mapping[type[Request], type[Reply]]] = {
    AuthGuest: Welcome,
    AuthTelegram: Welcome,
    AuthToken: Welcome,
    Resume: Welcome,
    Ping: Pong,
    Watch: Watching,
    Unwatch: Done,
    ListTables: Tables,
    ListJackpots: Jackpots,
    ListGames: Games,
    ListOpen: OpenGames,
    Sit: Done,
    Leave: Done,
    Balances: WalletBalances,
    Statement: StatementPage,
    LastRounds: RoundsPage,
    Seeds: SeedsView,
    RotateSeeds: SeedsRotated,
    Proof: ProofView,
    DiceBet: DiceSettled,
    LimboBet: LimboSettled,
    PlinkoBet: PlinkoSettled,
    KenoBet: KenoSettled,
    WheelBet: WheelSettled,
    SlotsBet: SlotsSettled,
    MinesBet: MinesState,
    MinesReveal: MinesState,
    MinesCashOut: MinesState,
    HiloBet: HiloState,
    HiloGuess: HiloState,
    HiloSkip: HiloState,
    HiloCashOut: HiloState,
    VideopokerBet: VideopokerState,
    VideopokerDraw: VideopokerState,
    BlackjackBet: BlackjackPlaced,
    BlackjackUndo: BlackjackReturned,
    BlackjackClear: BlackjackReturned,
    BlackjackAct: BlackjackActed,
    BlackjackRaise: BlackjackRaised,
    RouletteBet: RoulettePlaced,
    RouletteUndo: RouletteReturned,
    RouletteClear: RouletteReturned,
    SicBoBet: SicBoPlaced,
    SicBoUndo: SicBoReturned,
    SicBoClear: SicBoReturned,
    BaccaratBet: BaccaratPlaced,
    BaccaratUndo: BaccaratReturned,
    BaccaratClear: BaccaratReturned,
    CrashBet: CrashPlaced,
    CrashUndo: CrashReturned,
    CrashClear: CrashReturned,
    CrashCashout: CrashCashed,
    PokerSit: PokerBought,
    PokerTopUp: PokerBought,
    PokerLeave: Done,
    PokerAway: Done,
    PokerBack: Done,
    PokerAct: Done,
    PokerShow: Done,
    PokerMix: Done,
    PokerPeek: PokerHole,
    PokerRecall: PokerHand,
    SitngoRegister: SitngoRegistered,
    SitngoUnregister: Done,
}
