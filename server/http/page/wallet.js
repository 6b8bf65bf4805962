// The player's balances, as the server last said.

import { Emitter } from "./emitter.js";
import { units } from "./money.js";

/** Emits `changed(asset, balance, reason)`. Amounts are BigInt ledger units. */
export class Wallet extends Emitter {
  #balances = new Map();
  #scales = new Map();

  constructor(conversation) {
    super();
    conversation.on("hello", (hello) => hello.assets.forEach((asset) => this.#scales.set(asset.code, asset.scale)));
    conversation.on("welcome", (welcome) => this.#replace(welcome.balances));
    conversation.on("wallet.snapshot", (snapshot) => this.#replace(snapshot.balances));
    conversation.on("wallet.changed", (change) => {
      this.#set(change);
      this.emit("changed", change.asset, change.balance, change.reason);
    });
    conversation.on("moved", ({ asset, balance }, reply) => {
      this.#set({ asset, balance, available: reply.available, held: reply.held });
      this.emit("changed", asset, balance, "bet");
    });
  }

  scaleOf(asset) {
    return this.#scales.get(asset) ?? 0;
  }

  /** `{asset, balance, available, held}` of one balance; zero when the player has none. */
  of(asset, balance = "cash") {
    return this.#balances.get(`${asset} ${balance}`) ?? { asset, balance, available: 0n, held: 0n };
  }

  all() {
    return [...this.#balances.values()];
  }

  #replace(balances) {
    this.#balances.clear();
    for (const balance of balances) this.#set(balance);
    this.emit("changed", null, null, "snapshot");
  }

  #set({ asset, balance, available, held }) {
    this.#balances.set(`${asset} ${balance}`, { asset, balance, available: units(available), held: units(held) });
  }
}
