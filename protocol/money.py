"""Money: integers in the ledger unit of an asset, and how an account's number is composed."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from protocol.ids import AccountId, PlayerId, ShardId

AMOUNT_MAX: Final = 10**15
"""The largest amount of one transfer, in ledger units: far below the int64 that holds a balance."""
ASSETS_MAX: Final = 32
KINDS_MAX: Final = 8
_ASSET_BITS: Final = 5
_KIND_BITS: Final = 3
_LOW_BITS: Final = _ASSET_BITS + _KIND_BITS
_SHARD_BITS: Final = 20
JACKPOTS_MAX: Final = 2**20
"""The number of a jackpot is above the other bits of its accounts."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A currency of the ledger: `scale` decimals, so that one unit is 10**scale ledger units."""

    number: int
    code: str
    scale: int


class Balance(IntEnum):
    """Which of a player's balances of one asset an account holds."""

    CASH = 0
    BONUS = 1


class HouseAccount(IntEnum):
    """The house's side: `HOUSE` takes stakes and pays wins, `TREASURY` is where money enters and leaves.

    `ESCROW` holds what players have brought to poker tables as chips, or paid for tournaments: theirs, and no revenue.
    `JACKPOT` is what is owed to players in the pools of a jackpot: a liability, and none of the house's revenue.
    """

    HOUSE = 0
    TREASURY = 1
    ESCROW = 2
    JACKPOT = 3


STANDING: Final = (HouseAccount.HOUSE, HouseAccount.TREASURY, HouseAccount.ESCROW)
"""Those that are there as soon as a shard is owned. Others come with what first moves on them."""


def player_account(player: PlayerId, asset: int, balance: Balance) -> AccountId:
    """The account of one balance of one player: positive, so that it can be told from the house's."""
    return AccountId((player << _LOW_BITS) | (asset << _KIND_BITS) | balance)


def house_account(asset: int, kind: HouseAccount, shard: ShardId) -> AccountId:
    """An account of the house: negative. One per asset and shard, so that none is a hot row of the cluster."""
    return AccountId(-((((asset << _KIND_BITS) | kind) << _SHARD_BITS | shard) + 1))


def jackpot_account(asset: int, jackpot: int, shard: ShardId) -> AccountId:
    """An account of one jackpot, by its number: the house's of kind `JACKPOT`, one per shard as all of them."""
    high = jackpot << (_ASSET_BITS + _KIND_BITS + _SHARD_BITS)
    return AccountId(house_account(asset, HouseAccount.JACKPOT, shard) - high)


def jackpot_of(account: AccountId) -> int:
    """The number of the jackpot whose account this is; only for accounts of kind `JACKPOT`."""
    return (-account - 1) >> (_ASSET_BITS + _KIND_BITS + _SHARD_BITS)


def player_of(account: AccountId) -> PlayerId:
    """The player whose account this is; only for positive account numbers."""
    return PlayerId(account >> _LOW_BITS)


def asset_of(account: AccountId) -> int:
    """The number of the asset that an account counts, the house's as well."""
    if account > 0:
        return (account >> _KIND_BITS) & (ASSETS_MAX - 1)
    return ((-account - 1) >> (_SHARD_BITS + _KIND_BITS)) & (ASSETS_MAX - 1)


def balance_of(account: AccountId) -> Balance:
    """Which balance of its player an account is; only for positive account numbers."""
    return Balance(account & (KINDS_MAX - 1))


def house_kind_of(account: AccountId) -> HouseAccount:
    """Which account of the house this is; only for negative account numbers."""
    return HouseAccount(((-account - 1) >> _SHARD_BITS) & (KINDS_MAX - 1))


def house_shard_of(account: AccountId) -> ShardId:
    """The shard that an account of the house is of; only for negative account numbers."""
    return ShardId((-account - 1) & ((1 << _SHARD_BITS) - 1))
