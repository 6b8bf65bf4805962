// The seeds that the player's instant games are drawn from, as far as the player may know them.

import { Emitter } from "./emitter.js";

/** Emits `changed` and `rotated(revealed)`. `now` is `{number, commitment, clientSeed, nonce}`, or null before the server said. */
export class Seeds extends Emitter {
  now = null;
  #conversation;

  constructor(conversation) {
    super();
    this.#conversation = conversation;
  }

  async load() {
    const view = await this.#conversation.request({ t: "fairness.seeds" }).reply;
    this.now = { number: view.number, commitment: view.commitment, clientSeed: view.client_seed, nonce: view.nonce };
    this.emit("changed");
  }

  /** Have the server seed in use revealed, and go on with a new one and this client seed. */
  async rotate(clientSeed) {
    const turned = await this.#conversation.request({ t: "fairness.rotate", client_seed: clientSeed }).reply;
    this.now = { number: turned.number, commitment: turned.commitment, clientSeed: turned.client_seed, nonce: 0 };
    this.emit("changed");
    this.emit("rotated", turned);
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
