// The wire under a conversation: one WebSocket at a time, opened again with growing pauses, and probed when it falls silent.

import { finalClosing } from "./catalogue.js";
import { Emitter } from "./emitter.js";

export const SUBPROTOCOL = "croupier.v1";
const LOGIN_SECONDS_MAX = 10;
const SILENCE_SECONDS_MAX = 12;
const PROBE_SECONDS_MAX = 5;
const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 8_000;

/** Emits `status({kind, text?, retryAt?})`; kind is `connecting`, `online`, `waiting` (for `retryAt`, ms) or `stopped` (until `start`). */
export class Connection extends Emitter {
  #url;
  #conversation;
  #open;
  #now;
  #chance;
  #socket = null;
  #timer = null;
  #attempts = 0;
  #stopped = false;

  /** `open(url, subprotocol)` makes a WebSocket, `now()` is in ms, `chance()` is in [0, 1). */
  constructor({ url, conversation, open, now, chance }) {
    super();
    this.#url = url;
    this.#conversation = conversation;
    this.#open = open;
    this.#now = now;
    this.#chance = chance;
    conversation.on("welcome", () => this.#welcomed());
    conversation.on("busy", () => this.#socket && this.#dropped(this.#socket, null));
    conversation.on("locked", (text) => this.stop(text));
  }

  /** Connect now, whatever pause was on. */
  start() {
    this.#stopped = false;
    this.#abandon();
    this.emit("status", { kind: "connecting" });
    const socket = this.#open(this.#url, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#conversation.opened((bytes) => socket.send(bytes));
    socket.onmessage = (event) => this.#received(socket, event.data);
    socket.onclose = (event) => this.#dropped(socket, event.code);
    this.#expect(LOGIN_SECONDS_MAX, () => this.#dropped(socket, null));
  }

  /** Stay away, and say why. */
  stop(text) {
    this.#stopped = true;
    this.#abandon();
    this.#conversation.closed();
    this.emit("status", { kind: "stopped", text });
  }

  /** Is anybody there? Asked when the page comes back to life; a line that does not answer soon is dropped. */
  probe() {
    if (this.#stopped) return;
    if (!this.#socket) this.start();
    else if (this.#conversation.online) this.#probe(this.#socket);
  }

  #received(socket, data) {
    try {
      this.#conversation.received(new Uint8Array(data));
    } catch (error) {
      this.#conversation.emit("fault", error);
    }
    if (this.#conversation.online && socket === this.#socket)
      this.#expect(SILENCE_SECONDS_MAX, () => this.#probe(socket));
  }

  #probe(socket) {
    const asked = this.#now();
    this.#conversation.request({ t: "ping" }, { once: true }).reply.then(
      (pong) => this.#conversation.setClock(pong.now_ms, (this.#now() - asked) / 2),
      () => {},
    );
    this.#expect(PROBE_SECONDS_MAX, () => this.#dropped(socket, null));
  }

  #welcomed() {
    this.#attempts = 0;
    this.emit("status", { kind: "online" });
  }

  #dropped(socket, closeCode) {
    if (socket !== this.#socket) return;
    this.#abandon();
    this.#conversation.closed();
    const final = finalClosing(closeCode);
    if (final) {
      this.stop(final);
      return;
    }
    const pause = Math.min(PAUSE_MS_MAX, PAUSE_MS_MIN * 2 ** this.#attempts) * (0.5 + this.#chance() / 2);
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.start(), pause);
    this.emit("status", { kind: "waiting", retryAt: this.#now() + pause });
  }

  #expect(seconds, otherwise) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(otherwise, seconds * 1000);
  }

  #abandon() {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }
}
