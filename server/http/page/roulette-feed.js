// What goes on at a table, in words: bets of others as they come, and who won.

import { h } from "./dom.js";
import { format } from "./money.js";

const LINES_MAX = 14;

/** The list in `element`; `show(state, spots, scale, me)` fills it from what is known of the table. */
export class Feed {
  element;
  #list = h("ul", { class: "feed-list" });
  #title = h("h2", {}, "At the table");
  #sum = h("p", { class: "caption" });

  constructor() {
    this.element = h("div", { class: "feed" }, h("div", { class: "row spread" }, this.#title, this.#sum), this.#list);
  }

  show(state, spots, scale, me) {
    const players = state.players === 1 ? "1 player" : `${state.players} players`;
    this.#sum.textContent = `${players} · ${format(state.total, scale)} ${state.asset}`;
    this.#title.textContent = state.result ? "Paid out" : "At the table";
    const lines = state.result ? this.#winners(state.result, scale, me) : this.#bets(state.feed, spots, scale);
    this.#list.replaceChildren(...lines.slice(0, LINES_MAX));
  }

  #winners({ winners }, scale, me) {
    if (winners.length === 0) return [h("li", { class: "muted" }, "Nobody won this round.")];
    return winners.map(({ player, name, payout }) => {
      const who = player === me ? "You" : name;
      return h(
        "li",
        { data: { me: player === me } },
        h("span", {}, who),
        h("span", { class: "good" }, format(payout, scale)),
      );
    });
  }

  #bets(feed, spots, scale) {
    if (feed.length === 0) return [h("li", { class: "muted" }, "Bets of other visitors appear here.")];
    return feed.map(({ name, spot, amount }) => {
      const where = spots.get(spot)?.label ?? spot;
      const text = amount > 0n ? where : `took back ${where}`;
      return h(
        "li",
        {},
        h("span", {}, h("b", {}, name), ` ${text}`),
        h("span", {}, format(amount > 0n ? amount : -amount, scale)),
      );
    });
  }
}
