// The numbers of the protocol's error catalogue that the page acts on, and its words for the refusals a player meets.

import { format, units } from "./money.js";

export const Code = Object.freeze({
  ID_FROM_FUTURE: 1007,
  NOT_AUTHENTICATED: 2001,
  LOGIN_REFUSED: 2003,
  LOGIN_STALE: 2004,
  LOGIN_REPLAYED: 2005,
  GUESTS_NOT_ALLOWED: 2006,
  RESUME_UNKNOWN: 2007,
  TOKEN_INVALID: 2008,
  INSUFFICIENT_FUNDS: 4001,
  BETTING_CLOSED: 5001,
  BET_BELOW_MINIMUM: 5002,
  BET_ABOVE_MAXIMUM: 5003,
  TABLE_LIMIT: 5004,
  EXPOSURE_LIMIT: 5005,
  INVALID_BET: 5006,
  NOT_SEATED: 5007,
  TABLE_FULL: 5008,
  NOTHING_TO_UNDO: 5009,
  TOO_MANY_BETS: 5010,
  SEED_IN_USE: 5011,
  BET_NOT_SETTLED: 5012,
  BET_NOT_TAKEN: 5013,
  GAME_OPEN: 5021,
  NO_SUCH_GAME: 5022,
  OUT_OF_TURN: 5023,
  ILLEGAL_STEP: 5024,
});

const WORDS = {
  [Code.INSUFFICIENT_FUNDS]: "Not enough money for that bet.",
  [Code.BETTING_CLOSED]: "Too late: no more bets this round.",
  [Code.BET_BELOW_MINIMUM]: "That is below the minimum bet.",
  [Code.BET_ABOVE_MAXIMUM]: "That is above the maximum bet.",
  [Code.TABLE_LIMIT]: "That would pass the most you may bet in one round here.",
  [Code.EXPOSURE_LIMIT]: "The house cannot cover a win that large. Try a smaller bet.",
  [Code.TABLE_FULL]: "Every seat at this table is taken. You can still watch.",
  [Code.NOTHING_TO_UNDO]: "You have no bets to take back.",
  [Code.TOO_MANY_BETS]: "You have placed as many bets as one round takes.",
  [Code.SEED_IN_USE]: "A bet is still open on this seed. Try again when it is settled.",
  [Code.BET_NOT_SETTLED]: "This bet is still in play. Its proof comes with the result.",
  [Code.BET_NOT_TAKEN]: "The bet came too late for its round. The stake is yours again.",
  [Code.GAME_OPEN]: "You have an open game. Finish it first.",
  [Code.NO_SUCH_GAME]: "That game is over.",
  [Code.OUT_OF_TURN]: "The game has gone on since.",
  [Code.ILLEGAL_STEP]: "That is not allowed now.",
};

/** What the server answered instead of doing it. */
export class Refused extends Error {
  constructor({ code, name, text, evidence }) {
    super(text);
    this.code = code;
    this.title = name;
    this.evidence = evidence;
  }
}

/** A refusal in a sentence for the player; limits in its evidence are added, written in the asset's decimals when it is known. */
export function explain(refused, scale = null) {
  const sentence = WORDS[refused.code] ?? refused.message;
  const limit = Object.entries(refused.evidence ?? {}).find(([key]) =>
    /^(?:min|max|limit)|(?:_min|_max)$/.test(key),
  )?.[1];
  const isAmount = typeof limit === "number" || typeof limit === "bigint";
  return isAmount && scale !== null && refused.code >= 4000
    ? `${sentence} The limit is ${format(units(limit), scale)}.`
    : sentence;
}

const FINAL_CLOSINGS = new Map([
  [1002, "The server did not understand this page."],
  [1003, "The server did not understand this page."],
  [1009, "The server refused a message as too large."],
  [4002, "The server asks for a new login."],
  [4003, "You went on playing in another window."],
  [4005, "Too many messages were sent."],
  [4006, "Too many messages were refused."],
]);

/** Why one should not come back by oneself after this close code, or null when one should. */
export function finalClosing(closeCode) {
  return FINAL_CLOSINGS.get(closeCode) ?? null;
}
