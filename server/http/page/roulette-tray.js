// What lies in the player's hand: the chip to place, the kind of bet, and taking back.

import { h, icon } from "./dom.js";
import { Emitter } from "./emitter.js";
import { compact, format } from "./money.js";

const STEPS = [1n, 5n, 10n, 50n, 250n, 1_000n, 5_000n];
const USUAL_STEP = 2;
const KINDS = { straight: "Number", split: "Split", street: "Street", corner: "Corner", line: "Line" };

/** Emits `undo`, `clear`, `again` and `kind(kind)`; `chip` is the amount of the chosen chip, `kind` the chosen kind of bet. */
export class Tray extends Emitter {
  element;
  chip = 0n;
  kind = "straight";
  #chips = h("div", { class: "tray-chips", role: "radiogroup", "aria-label": "Chip" });
  #undo = this.#button("undo", "Undo");
  #clear = this.#button("clear", "Clear", "cross");
  #again = this.#button("again", "Repeat");

  constructor() {
    super();
    const kinds = Object.entries(KINDS).map(([kind, name]) => this.#kindChoice(kind, name));
    this.element = h(
      "div",
      { class: "tray" },
      h("div", { class: "tray-kinds", role: "radiogroup", "aria-label": "Kind of bet" }, ...kinds),
      h("div", { class: "row tray-buttons" }, this.#undo, this.#clear, this.#again),
      this.#chips,
    );
  }

  /** Offer chips for these limits. */
  deal(limits, scale) {
    const amounts = STEPS.map((step) => limits.min * step).filter((amount) => amount <= limits.max);
    if (!amounts.includes(this.chip)) this.chip = amounts[Math.min(USUAL_STEP, amounts.length - 1)];
    this.#chips.replaceChildren(...amounts.map((amount, index) => this.#chipChoice(amount, index, scale)));
  }

  /** Which buttons make sense now. */
  allow({ open, bets, repeat }) {
    this.#undo.disabled = this.#clear.disabled = !open || !bets;
    this.#again.disabled = !open || !repeat;
  }

  #chipChoice(amount, index, scale) {
    const choose = () => {
      this.chip = amount;
    };
    const radio = h("input", {
      type: "radio",
      name: "chip",
      checked: amount === this.chip,
      "aria-label": format(amount, scale),
      on: { change: choose },
    });
    return h("label", { class: "chip", data: { step: index } }, radio, h("span", {}, compact(amount, scale)));
  }

  #kindChoice(kind, name) {
    const choose = () => {
      this.kind = kind;
      this.emit("kind", kind);
    };
    return h(
      "label",
      {},
      h("input", { type: "radio", name: "kind", checked: kind === "straight", on: { change: choose } }),
      name,
    );
  }

  #button(event, text, picture = event) {
    return h(
      "button",
      {
        type: "button",
        class: "button",
        "aria-label": text,
        title: text,
        disabled: true,
        on: { click: () => this.emit(event) },
      },
      icon(picture),
      h("span", {}, text),
    );
  }
}
