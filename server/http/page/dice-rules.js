// Dice in exact integers: what wins, what it pays, and what it returns in the long run.

import { format } from "./money.js";

export const ROLL_MAX = 10_000;
const ROLLS = 10_001n;
const ONE = 10_000n;
const FAIR_SHARE = 9_900n;

/** How many of the 10,001 rolls come strictly over (or under) a target in hundredths. */
export function winsOf(target, over) {
  return over ? ROLL_MAX - target : target;
}

/** What a win pays for one staked, in ten-thousandths: 99 through the chance in percent, cut off in favour of the house. */
export function multiplierOf(wins) {
  return (FAIR_SHARE * ONE) / BigInt(wins);
}

/** What a win pays, stake included, in ledger units. */
export function payoutOf(stake, multiplier) {
  return (stake * multiplier) / ONE;
}

/** The largest stake that wins no more than `profit` on top of itself. */
export function stakeOfProfit(profit, multiplier) {
  return ((profit + 1n) * ONE - 1n) / (multiplier - ONE);
}

/** The chance to win in percent, to four digits. */
export function chanceText(wins) {
  return percentText(BigInt(wins), ROLLS);
}

/** The true return of this very stake in percent to four digits: cutting off a payout costs the more the smaller it is. */
export function returnText(wins, multiplier, stake) {
  return percentText(BigInt(wins) * payoutOf(stake, multiplier), ROLLS * stake);
}

/** A multiplier as text with the decimals it needs, two at least. */
export function multiplierText(multiplier) {
  return format(multiplier, 4).replace(/0{1,2}$/, "");
}

/** A roll or target in hundredths as text. */
export function rollText(roll) {
  return format(BigInt(roll), 2);
}

/** The targets between which a bet can be placed: at least one roll must win, and a win must pay more than was staked. */
export function targetBounds(over) {
  const winsMax = Number(FAIR_SHARE) - 1;
  return over ? { least: ROLL_MAX - winsMax, most: ROLL_MAX - 1 } : { least: 1, most: winsMax };
}

function percentText(part, whole) {
  const tenThousandths = (part * 2_000_000n + whole) / (2n * whole);
  return `${format(tenThousandths, 4)}%`;
}
