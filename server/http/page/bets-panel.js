// The list of the player's own bets; each opens its proof.

import { h, icon } from "./dom.js";
import { format, formatSigned } from "./money.js";

const PICTURES = { dice: "dice", roulette: "wheel" };
const WORDS = { pending: "sending…", open: "in play", returned: "taken back", refused: "refused" };

/** The list in `root`. Needs `Bets`, `Wallet`, `Toasts` and `openProof(bet)`. */
export class BetsPanel {
  #with;
  #list = h("ul", { class: "bets-list" });
  #older = h(
    "button",
    { type: "button", class: "button", hidden: true, on: { click: () => this.#more() } },
    "Older bets",
  );
  #due = false;

  constructor(root, services) {
    this.#with = services;
    const title = h(
      "div",
      { class: "row spread" },
      h("h2", {}, "My bets"),
      h("span", { class: "caption" }, "Tap one for its proof"),
    );
    root.append(title, h("div", { class: "bets-scroll" }, this.#list, this.#older));
    services.bets.on("changed", () => this.#soon());
    this.#show();
  }

  async #more() {
    try {
      await this.#with.bets.older();
    } catch (error) {
      this.#with.toasts.failed(error);
    }
  }

  /** Draw once for many changes. */
  #soon() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.#show();
    });
  }

  #show() {
    const bets = this.#with.bets.all();
    this.#older.hidden = !this.#with.bets.more;
    if (bets.length === 0) this.#list.replaceChildren(h("li", { class: "muted small" }, "Your bets appear here."));
    else this.#list.replaceChildren(...bets.map((bet) => this.#line(bet)));
  }

  #line(bet) {
    const scale = this.#with.wallet.scaleOf(bet.asset);
    const settled = bet.state === "settled";
    const net = settled ? bet.payout - bet.stake : 0n;
    const result = settled ? formatSigned(net, scale) : WORDS[bet.state];
    const time = new Date(bet.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const name = h(
      "span",
      { class: "bet-name" },
      bet.label,
      h("span", { class: "caption" }, `${time} · ${format(bet.stake, scale)}`),
    );
    const tone = settled && bet.payout > 0n ? "good" : "muted";
    const open = () => this.#with.openProof(bet);
    const line = h(
      "button",
      {
        type: "button",
        class: "bet",
        disabled: !settled && bet.state !== "open",
        data: { state: bet.state, key: bet.key },
        on: { click: open },
      },
      icon(PICTURES[bet.game] ?? "list"),
      name,
      h("span", { class: `bet-result ${tone}` }, result),
    );
    return h("li", {}, line);
  }
}
