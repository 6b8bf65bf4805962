// The seeds that the player's instant games are drawn from, as far as the player may know them.

import { Emitter } from "./emitter.js";

/**
 * Emits `changed` and `rotated(turned, shown)`: `shown` is what was known before, null when that was of another seed.
 * `now` is `{number, commitment, clientSeed, nonce, next}`, or null before the server said.
 */
export class Seeds extends Emitter {
  now = null;
  #conversation;

  constructor(conversation) {
    super();
    this.#conversation = conversation;
  }

  async load() {
    const view = await this.#conversation.request({ t: "fairness.seeds" }).reply;
    this.now = seedsOf(view, view.nonce);
    this.emit("changed");
  }

  /** Have the server seed in use revealed, and go on with a new one and this client seed. */
  async rotate(clientSeed) {
    const turned = await this.#conversation.request({ t: "fairness.rotate", client_seed: clientSeed }).reply;
    const shown = this.now?.number === turned.revealed_number ? this.now : null;
    this.now = seedsOf(turned, 0);
    this.emit("changed");
    this.emit("rotated", turned, shown);
    return turned;
  }

  /** A bet was drawn from seed `number` with `nonce`. */
  used(number, nonce) {
    if (this.now?.number !== number) return this.load();
    this.now.nonce = Math.max(this.now.nonce, nonce + 1);
    this.emit("changed");
    return Promise.resolve();
  }
}

function seedsOf(view, nonce) {
  const { number, commitment, client_seed: clientSeed, next_commitment: next } = view;
  return { number, commitment, clientSeed, nonce, next };
}
