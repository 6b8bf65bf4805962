// The tables there are, live, and which one is open.

import { h, icon } from "./dom.js";
import { Emitter } from "./emitter.js";
import { format, units } from "./money.js";
import { colourOf, pocketText } from "./roulette-layout.js";

const VARIANTS = { european: "European", american: "American", la_partage: "La Partage" };
const PHASES = {
  betting: "betting open",
  closed: "no more bets",
  spinning: "spinning",
  settled: "paying out",
  waiting: "waiting",
};
const GLIMPSE = 3;

/** How a variant is called. */
export const variantName = (variant) => VARIANTS[variant] ?? variant;

/** Emits `chosen(table)` with the id of the table to play at: the first one until the visitor picks another. */
export class Lobby extends Emitter {
  tables = [];
  chosen = null;
  #root;
  #wallet;

  constructor(root, { conversation, wallet }) {
    super();
    this.#root = root;
    this.#wallet = wallet;
    conversation.on("lobby.snapshot", (snapshot) =>
      this.#show(snapshot.tables.filter((table) => table.game === "roulette")),
    );
    conversation.watch("lobby");
  }

  choose(table) {
    if (this.chosen === table) return;
    this.chosen = table;
    this.#draw();
    this.emit("chosen", table);
  }

  #show(tables) {
    this.tables = tables;
    this.#draw();
    if (!tables.some((table) => table.table === this.chosen) && tables.length > 0) this.choose(tables[0].table);
  }

  /** Cards are kept and filled anew, so that focus stays where it is. */
  #draw() {
    const cards = new Map([...this.#root.children].map((card) => [card.dataset.table, card]));
    for (const table of this.tables) {
      const card = cards.get(table.table) ?? this.#addCard(table);
      cards.delete(table.table);
      card.setAttribute("aria-pressed", String(table.table === this.chosen));
      card.replaceChildren(...this.#lines(table));
    }
    for (const card of cards.values()) card.remove();
  }

  #addCard(table) {
    const card = h("button", {
      type: "button",
      class: "table-card",
      data: { table: table.table },
      on: { click: () => this.choose(table.table) },
    });
    this.#root.append(card);
    return card;
  }

  #lines(table) {
    const scale = this.#wallet.scaleOf(table.asset);
    const limit = (amount) => format(units(amount), scale, { trim: true });
    const glimpse = table.history
      .slice(0, GLIMPSE)
      .map((pocket) => h("i", { data: { colour: colourOf(pocket) } }, pocketText(pocket)));
    const phase = PHASES[table.phase] ?? table.phase;
    const people = `${table.seated} seated, ${table.watching} watching`;
    return [
      h("b", { class: "table-name" }, variantName(table.variant)),
      h("span", { class: "glimpse", "aria-hidden": "true" }, ...glimpse),
      h("span", { class: "caption table-limits" }, `${limit(table.min_bet)} – ${limit(table.max_bet)} ${table.asset}`),
      h("span", { class: "caption table-phase", data: { phase: table.phase } }, phase),
      h(
        "span",
        { class: "row caption people", title: people },
        icon("people"),
        h("span", { "aria-label": people }, `${table.watching}`),
      ),
    ];
  }
}
