// The balance in the header, and which balance is played from.

import { h } from "./dom.js";
import { Emitter } from "./emitter.js";
import { format } from "./money.js";

const GLOW_MS = 900;

/** Emits `changed(account)` when another `{asset, balance}` is chosen; `account` is null until the player is known. */
export class Purse extends Emitter {
  account = null;
  #wallet;
  #amount = h("span", { class: "purse-amount", data: { testid: "balance" } }, "…");
  #note = h("span", { class: "purse-note" });
  #select = h("select", {
    "aria-label": "Balance to play from",
    on: { change: () => this.#choose(this.#select.value) },
  });
  #shown = null;
  #fade = null;

  constructor(root, wallet) {
    super();
    this.#wallet = wallet;
    root.append(h("div", { class: "purse-now" }, this.#amount, h("span", { class: "row" }, this.#note, this.#select)));
    wallet.on("changed", () => this.#show());
  }

  get scale() {
    return this.account ? this.#wallet.scaleOf(this.account.asset) : 0;
  }

  /** What may be staked now, in ledger units. */
  get available() {
    return this.account ? this.#wallet.of(this.account.asset, this.account.balance).available : 0n;
  }

  #choose(key) {
    const [asset, balance] = key.split(" ");
    this.account = { asset, balance };
    this.#shown = null;
    this.#show();
    this.emit("changed", this.account);
  }

  #show() {
    const all = this.#wallet.all();
    const filled = all.filter((one) => one.available > 0n || one.held > 0n);
    if (!this.account && all.length > 0) {
      const { asset, balance } = filled[0] ?? all[0];
      this.#choose(`${asset} ${balance}`);
      return;
    }
    if (!this.account) return;
    const { asset, balance, available, held } = this.#wallet.of(this.account.asset, this.account.balance);
    const options = filled.some((one) => one.asset === asset && one.balance === balance)
      ? filled
      : [this.account, ...filled];
    const named = (one) => (one.balance === "cash" ? one.asset : `${one.asset} ${one.balance}`);
    this.#select.hidden = options.length < 2;
    this.#select.replaceChildren(
      ...options.map((one) =>
        h("option", { value: `${one.asset} ${one.balance}`, selected: named(one) === named(this.account) }, named(one)),
      ),
    );
    const unit = options.length < 2 ? named(this.account) : "";
    this.#note.textContent = [unit, held > 0n ? `${format(held, this.scale)} in play` : ""].filter(Boolean).join(" · ");
    this.#glow(available);
    this.#amount.textContent = format(available, this.scale);
    this.#amount.dataset.units = available.toString();
  }

  #glow(available) {
    if (this.#shown !== null && this.#shown !== available) {
      this.#amount.dataset.moved = available > this.#shown ? "up" : "down";
      clearTimeout(this.#fade);
      this.#fade = setTimeout(() => delete this.#amount.dataset.moved, GLOW_MS);
    }
    this.#shown = available;
  }
}
