// The picture of a roll: the number runs, the marker moves along the track, and the strip remembers.

import { rollText } from "./dice-rules.js";
import { h, prefersCalm } from "./dom.js";

const ROLLING_MS = 340;
const STRIP_MAX = 24;

/** `strip` and `board` are its elements; the marker is put into `track`. */
export class Roll {
  strip = h("div", { class: "dice-strip", role: "group", "aria-label": "Your last rolls" });
  #number = h("output", { class: "dice-number", data: { testid: "roll" } }, "0.00");
  #verdict = h("p", { class: "dice-verdict" }, "Pick a target and roll.");
  #marker = h("span", { class: "dice-marker", "aria-hidden": "true" });
  #track;
  #shown = 0;
  #frame = null;

  constructor(track) {
    this.#track = track;
    track.append(this.#marker);
    this.board = h("div", { class: "dice-roll" }, this.#number, this.#verdict);
  }

  /** A bet was sent: its place in the strip, which `open` is called on. */
  expect(label, open) {
    const pill = h("button", { type: "button", class: "pill", title: label, on: { click: open } }, "…");
    pill.dataset.state = "pending";
    this.strip.prepend(pill);
    while (this.strip.children.length > STRIP_MAX) this.strip.lastChild.remove();
    return pill;
  }

  /** Show a result, in the strip's `pill` too. */
  show(pill, roll, won, text) {
    const state = won ? "won" : "lost";
    pill.textContent = rollText(roll);
    pill.dataset.state = state;
    this.#track.style.setProperty("--roll", `${roll / 100}%`);
    this.#marker.dataset.state = state;
    this.#marker.textContent = rollText(roll);
    this.#number.dataset.state = "rolling";
    this.#run(roll, () => {
      this.#number.dataset.state = state;
      this.#verdict.textContent = text;
    });
  }

  #run(roll, done) {
    const from = this.#shown;
    const began = performance.now();
    cancelAnimationFrame(this.#frame);
    const step = (now) => {
      const part = prefersCalm() ? 1 : Math.min(1, Math.max(0, (now - began) / ROLLING_MS));
      this.#shown = Math.round(from + (roll - from) * (1 - (1 - part) ** 3));
      this.#number.textContent = rollText(this.#shown);
      if (part < 1) this.#frame = requestAnimationFrame(step);
      else done();
    };
    this.#frame = requestAnimationFrame(step);
  }
}
