// A ring that runs out with the time left, and the seconds in it.

import { h, s } from "./dom.js";

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;
const TICK_MS = 200;
const HURRY_SECONDS = 5;

/** `element` shows the time until `until` (ms, of the server's clock `now()`), of which `whole` ms is a full ring. */
export class Countdown {
  element;
  #now;
  #arc = s("circle", { class: "ring-arc", r: RADIUS, "stroke-dasharray": ROUND });
  #text = h("span", { class: "ring-text" });
  #timer = null;
  #until = 0;
  #whole = 1;

  constructor(now) {
    this.#now = now;
    const ring = s(
      "svg",
      { viewBox: "-24 -24 48 48", "aria-hidden": "true" },
      s("circle", { class: "ring-track", r: RADIUS }),
      this.#arc,
    );
    this.element = h("div", { class: "ring", role: "timer" }, ring, this.#text);
  }

  run(until, whole) {
    clearInterval(this.#timer);
    this.#until = until;
    this.#whole = Math.max(1, whole);
    this.#timer = setInterval(() => this.#show(), TICK_MS);
    this.#show();
  }

  stop() {
    clearInterval(this.#timer);
    this.#text.textContent = "";
    this.#arc.setAttribute("stroke-dashoffset", ROUND);
  }

  #show() {
    const left = Math.max(0, this.#until - this.#now());
    const seconds = Math.ceil(left / 1000);
    this.#arc.setAttribute("stroke-dashoffset", ROUND * (1 - Math.min(1, left / this.#whole)));
    if (this.#text.textContent !== String(seconds)) this.#text.textContent = seconds;
    this.element.dataset.hurry = seconds <= HURRY_SECONDS;
    if (left === 0) clearInterval(this.#timer);
  }
}
