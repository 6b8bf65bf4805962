// The fairness panel: what the next bets are bound to, and changing it.

import { h, icon } from "./dom.js";
import { toHex } from "./ids.js";

const SEED_BYTES = 8;
const SEED = /^[\x21-\x39\x3b-\x7e]{1,64}$/;
const TEXT = new TextEncoder();

/** The panel in `root`. Needs `Seeds`, `Bets`, `Toasts`, `digests` and `random(n)`. */
export class Fairness {
  #with;
  #commitment = h("p", { class: "mono", data: { testid: "commitment" } }, "…");
  #next = h("dd", { class: "mono", data: { testid: "next-commitment" } }, "…");
  #nonce = h("dd", { data: { testid: "nonce" } }, "…");
  #clientSeed = h("dd", { class: "mono" }, "…");
  #input = h("input", {
    maxlength: 64,
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": "New client seed",
    on: { input: () => this.#check() },
  });
  #field = h(
    "div",
    { class: "field" },
    this.#input,
    h(
      "button",
      { type: "button", class: "nudge", "aria-label": "Another random seed", on: { click: () => this.#refill() } },
      icon("again"),
    ),
  );
  #rotate = h("button", { class: "button", data: { testid: "rotate" } }, icon("swap"), "Reveal and change seeds");
  #revealed = h("div", { class: "revealed", "aria-live": "polite" });

  constructor(root, services) {
    this.#with = services;
    const terms = h(
      "dl",
      { class: "seed-terms" },
      h("div", {}, h("dt", {}, "Your client seed"), this.#clientSeed),
      h("div", {}, h("dt", {}, "Next nonce"), this.#nonce),
      h("div", {}, h("dt", {}, "Commitment of the next server seed"), this.#next),
    );
    const form = h(
      "form",
      { class: "stack-form", on: { submit: (event) => this.#submit(event) } },
      h("h3", {}, "New client seed"),
      this.#field,
      this.#rotate,
    );
    root.append(
      h("div", { class: "row spread" }, h("h2", {}, "Fairness"), icon("shield")),
      h(
        "p",
        { class: "small muted" },
        "The server seed was chosen before you bet: this is its SHA-256. Each roll follows from it, your client seed and the nonce.",
      ),
      h("h3", {}, "Commitment"),
      this.#commitment,
      terms,
      form,
      this.#revealed,
    );
    services.seeds.on("changed", () => this.#show());
    services.seeds.on("rotated", (turned, shown) => this.#reveal(turned, shown));
    this.#refill();
  }

  #show() {
    const { commitment, clientSeed, nonce, next } = this.#with.seeds.now;
    this.#commitment.textContent = commitment;
    this.#next.textContent = next;
    this.#clientSeed.textContent = clientSeed;
    this.#nonce.textContent = nonce;
  }

  #refill() {
    this.#input.value = toHex(this.#with.random(SEED_BYTES));
    this.#check();
  }

  #check() {
    const fits = SEED.test(this.#input.value);
    this.#field.dataset.wrong = !fits;
    this.#rotate.disabled = !fits;
    return fits;
  }

  async #submit(event) {
    event.preventDefault();
    if (!this.#check()) return;
    this.#rotate.disabled = true;
    try {
      await this.#with.seeds.rotate(this.#input.value);
      this.#refill();
    } catch (error) {
      this.#with.toasts.failed(error);
    } finally {
      this.#check();
    }
  }

  /** Hold what was revealed against what was shown, which says more than the server's own word of it. */
  async #reveal(turned, shown) {
    const found = toHex(await this.#with.digests.sha256(TEXT.encode(turned.revealed_server_seed)));
    const bets = turned.revealed_bets === 1 ? "1 bet" : `${turned.revealed_bets} bets`;
    this.#revealed.replaceChildren(
      h("h3", {}, `Server seed ${turned.revealed_number} revealed (${bets})`),
      h("p", { class: "mono", data: { testid: "revealed" } }, turned.revealed_server_seed),
      verdict(found === (shown?.commitment ?? turned.revealed_commitment), {
        good: "It hashes to the commitment you were shown.",
        bad: "It does not hash to the commitment you were shown.",
      }),
    );
    if (shown === null) return;
    const announced = verdict(turned.commitment === shown.next, {
      good: "The new server seed is the one announced before.",
      bad: "The new server seed is not the one announced before.",
    });
    this.#revealed.append(announced);
  }
}

function verdict(ok, { good, bad }) {
  return h("p", { class: `row small ${ok ? "good" : "bad"}` }, icon(ok ? "tick" : "cross"), ok ? good : bad);
}
