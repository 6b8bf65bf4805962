// The client's half of croupier.v1 without a wire: login, requests until they are answered, streams without gaps.
//
// A request keeps its id until it is answered. It is repeated after a reconnect and when the server asks to try again, so one id has
// one effect however often the line breaks. Whoever owns a wire calls `opened`, `received` and `closed`.

import { Code, Refused } from "./catalogue.js";
import { Emitter } from "./emitter.js";
import { toHex, uuid7 } from "./ids.js";
import { decode, encode } from "./msgpack.js";
import { Streams, Verdict } from "./streams.js";

const REPEAT_MS_MIN = 250;
const REPEAT_MS_MAX = 4_000;
const WALLET = "wallet";

/**
 * Emits `hello(hello)`, `welcome(welcome)`, `moved(account, reply)` when a reply carried the wallet's next event, every push that is news by its
 * tag, `busy(text)` when a login should be tried later, `locked(text)` when no login is left, and `fault(refused)`.
 */
export class Conversation extends Emitter {
  player = null;
  online = false;
  #now;
  #random;
  #later;
  #credentials;
  #send = null;
  #clockAheadMs = 0;
  #resumeToken = null;
  #logins = [];
  #login = null;
  #unanswered = new Map();
  #streams = new Streams();

  /** `now()` in ms, `random(n)` bytes, `later(ms, call)` a timer, and the `Credentials`. */
  constructor({ now, random, later, credentials }) {
    super();
    this.#now = now;
    this.#random = random;
    this.#later = later;
    this.#credentials = credentials;
  }

  /** The server's time in ms, as far as it is known. */
  serverNow() {
    return this.#now() + this.#clockAheadMs;
  }

  /** Correct our idea of the server's time by what it said, `trip` ms ago. */
  setClock(serverMs, trip = 0) {
    this.#clockAheadMs = serverMs + trip - this.#now();
  }

  opened(send) {
    this.#send = send;
  }

  closed() {
    this.#send = null;
    this.online = false;
    for (const request of [...this.#unanswered.values()]) if (request.once) this.#forget(request);
  }

  /**
   * Ask, and be answered by the reply or a `Refused`. `once`: given up silently when the line breaks. `account`: the `{asset, balance}`
   * that a bet is placed from, whose new state its reply carries. Returns `{id, reply}`.
   */
  request(fields, { once = false, account = null } = {}) {
    const id = uuid7(this.serverNow(), this.#random);
    const request = { key: toHex(id), bytes: encode({ ...fields, id }), once, account, tries: 0, player: this.player };
    const reply = new Promise((resolve, reject) => Object.assign(request, { resolve, reject }));
    this.#unanswered.set(request.key, request);
    if (this.online) this.#send(request.bytes);
    return { id, reply };
  }

  /** Receive a stream from now on: a snapshot, then each event. */
  watch(stream) {
    this.#streams.want(stream);
    if (this.online) this.#askFor(stream);
  }

  unwatch(stream) {
    this.#streams.forget(stream);
    if (this.online) this.request({ t: "unwatch", stream }, { once: true }).reply.catch(() => {});
  }

  /** Ask for a stream's snapshot anew, because what is shown is in doubt. */
  refresh(stream) {
    this.#streams.restart(stream);
    if (this.online) this.#askFor(stream);
  }

  received(bytes) {
    const message = decode(bytes);
    if (message.t === "hello") this.#greeted(message);
    else if (message.id !== undefined) this.#answered(message);
    else if (message.stream !== undefined) this.#pushed(message);
  }

  #greeted(hello) {
    this.setClock(hello.now_ms);
    this.#logins = this.#credentials.logins(hello.logins);
    this.emit("hello", hello);
    const streams = this.#streams.seen().map((position) => ({ t: "at", ...position }));
    this.#tryLogin(this.#resumeToken ? { t: "resume", token: this.#resumeToken, streams } : this.#logins.shift());
    this.#resumeToken = null;
  }

  #tryLogin(login) {
    this.#login = login ?? null;
    if (!login) {
      this.emit("locked", "There is no way to log in from here. Open the game in Telegram.");
      return;
    }
    const id = uuid7(this.serverNow(), this.#random);
    this.#login = { ...login, key: toHex(id) };
    this.#send(encode({ ...login, id }));
  }

  #answered(message) {
    const key = toHex(message.id);
    if (key === this.#login?.key) this.#loginAnswered(message);
    const request = this.#unanswered.get(key);
    if (!request) return;
    if (message.t === "error" && message.retry) this.#repeatLater(request);
    else {
      this.#unanswered.delete(key);
      if (message.t === "error") request.reject(new Refused(message));
      else {
        if (request.account) this.#movedWallet(request.account, message);
        request.resolve(message);
      }
    }
  }

  #loginAnswered(message) {
    const login = this.#login;
    this.#login = null;
    if (message.t === "welcome") this.#welcomed(message, login);
    else if (message.retry) this.emit("busy", message.text);
    else {
      if (login.t !== "resume") this.#credentials.spend(login);
      if (message.code === Code.LOGIN_REFUSED && login.t === "auth.guest" && login.secret)
        this.#tryLogin({ t: "auth.guest" });
      else if (this.#logins.length > 0) this.#tryLogin(this.#logins.shift());
      else this.emit("locked", message.text);
    }
  }

  #welcomed(welcome, login) {
    const samePlayer = this.player === null || this.player === welcome.player;
    this.player = welcome.player;
    this.#resumeToken = welcome.resume;
    this.#credentials.welcomed(welcome, login);
    if (!welcome.resumed) for (const stream of this.#streams.wanted()) this.#streams.restart(stream);
    this.#streams.start(WALLET, welcome.epoch, welcome.seq);
    this.online = true;
    this.emit("welcome", welcome);
    for (const request of [...this.#unanswered.values()]) {
      if (samePlayer || request.player === null) this.#send(request.bytes);
      else this.#giveUp(request, "You are logged in as somebody else now.");
    }
    for (const stream of this.#streams.waiting()) this.#askFor(stream);
  }

  #pushed(push) {
    if (push.t.endsWith(".snapshot")) this.#streams.start(push.stream, push.epoch, push.seq);
    else {
      const verdict = this.#streams.admit(push);
      if (verdict === Verdict.GAP) this.refresh(push.stream);
      if (verdict !== Verdict.NEXT) return;
    }
    this.emit(push.t, push);
  }

  /** A reply of the wallet carries the event it caused. */
  #movedWallet(account, reply) {
    const verdict = this.#streams.admit({ ...reply, stream: WALLET });
    if (verdict === Verdict.GAP) this.refresh(WALLET);
    if (verdict === Verdict.NEXT) this.emit("moved", account, reply);
  }

  #askFor(stream) {
    this.request({ t: "watch", stream }, { once: true }).reply.catch((error) => this.emit("fault", error));
  }

  #repeatLater(request) {
    const wait = Math.min(REPEAT_MS_MAX, REPEAT_MS_MIN * 2 ** request.tries);
    request.tries += 1;
    this.#later(wait, () => {
      if (this.online && this.#unanswered.has(request.key)) this.#send(request.bytes);
    });
  }

  #giveUp(request, text) {
    this.#unanswered.delete(request.key);
    request.reject(new Refused({ code: Code.NOT_AUTHENTICATED, name: "not_authenticated", text, evidence: {} }));
  }

  #forget(request) {
    this.#unanswered.delete(request.key);
  }
}
