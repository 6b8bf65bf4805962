// The player's own bets: those of this visit as they go, and older ones from the statement.

import { Emitter } from "./emitter.js";
import { timeOf, toHex } from "./ids.js";
import { units } from "./money.js";

const PAGE_ROWS = 50;

/**
 * Emits `changed`. A bet is `{key, id, game, label, asset, stake, payout, state, at}`; `state` is `pending` (not answered), `open`,
 * `settled`, `returned` or `refused`; `at` is in ms.
 */
export class Bets extends Emitter {
  #conversation;
  #notebook;
  #bets = new Map();
  #wins = new Map();
  #cursor = null;
  #account = null;
  #loading = null;

  constructor(conversation, notebook) {
    super();
    this.#conversation = conversation;
    this.#notebook = notebook;
  }

  /** Newest first. */
  all() {
    return [...this.#bets.values()].sort((one, other) => other.at - one.at || (other.key > one.key ? 1 : -1));
  }

  of(key) {
    return this.#bets.get(key) ?? null;
  }

  get more() {
    return this.#cursor !== null;
  }

  /** A bet was sent, or the server told of one that is open. */
  add(id, { game, label, asset, stake, state = "pending" }) {
    const key = toHex(id);
    if (!this.#bets.has(key))
      this.#bets.set(key, { key, id, game, label, asset, stake, payout: null, state, at: timeOf(id) });
    this.emit("changed");
    return key;
  }

  change(key, changes) {
    const bet = this.#bets.get(key);
    if (!bet) return;
    Object.assign(bet, changes);
    this.emit("changed");
  }

  /** Read the newest page of this balance's statement anew; what is settled and not in it is forgotten. */
  load(account) {
    if (this.#loading === null || this.#account !== account) {
      this.#account = account;
      const loading = this.#reload().finally(() => {
        if (this.#loading === loading) this.#loading = null;
      });
      this.#loading = loading;
    }
    return this.#loading;
  }

  #reload() {
    this.#cursor = null;
    this.#wins.clear();
    for (const [key, bet] of this.#bets) if (bet.state !== "pending" && bet.state !== "open") this.#bets.delete(key);
    return this.older();
  }

  /** Read one page further back. */
  async older() {
    const account = this.#account;
    const request = { t: "wallet.statement", asset: account.asset, balance: account.balance, limit: PAGE_ROWS };
    const page = await this.#conversation.request({ ...request, before: this.#cursor ?? undefined }).reply;
    if (account !== this.#account) return;
    for (const row of page.rows) this.#take(row, page.asset);
    this.#cursor = page.next;
    this.emit("changed");
  }

  /** A win stands above its stake in a statement, so a stake whose win was not seen is lost. */
  #take(row, asset) {
    const key = toHex(row.ref);
    const amount = units(row.amount);
    if (row.kind === "win") this.#wins.set(key, amount);
    if (row.kind !== "stake") return;
    const note = this.#notebook.of(key);
    const known = this.#bets.get(key) ?? {
      key,
      id: row.ref,
      game: note?.game ?? null,
      label: note?.label ?? "Bet",
      at: timeOf(row.ref),
    };
    this.#bets.set(key, { ...known, asset, stake: -amount, payout: this.#wins.get(key) ?? 0n, state: "settled" });
  }
}
