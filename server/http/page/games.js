// The games that are played alone, and what may be staked on them, as the server says at each login.

import { Emitter } from "./emitter.js";
import { units } from "./money.js";

/** Emits `changed`, and `failed(error)` when the server did not say. */
export class Games extends Emitter {
  #limits = new Map();

  constructor(conversation) {
    super();
    conversation.on("welcome", () => this.#load(conversation));
  }

  /** `{least, most, profitMost}` of one bet, in ledger units; null where the game is not offered, or not known yet. */
  limitsOf(game, asset) {
    return this.#limits.get(`${game} ${asset}`) ?? null;
  }

  async #load(conversation) {
    try {
      const { games } = await conversation.request({ t: "games.list" }, { once: true }).reply;
      this.#limits = new Map(games.map((one) => [`${one.game} ${one.asset}`, limitsOf(one)]));
      this.emit("changed");
    } catch (error) {
      this.emit("failed", error);
    }
  }
}

function limitsOf(game) {
  return { least: units(game.min_bet), most: units(game.max_bet), profitMost: units(game.max_profit) };
}
