// How this browser proves who it is: Telegram's word, an access token, or a guest's secret.

import { fromHex, toHex } from "./ids.js";

const GUEST_SECRET = "croupier.guest-secret";
const GUEST_NAME = "croupier.guest-name";
const ACCESS_TOKEN = "croupier.access-token";
const SPENT_INIT_DATA = "croupier.spent-init-data";
const SECRET_HEX = /^[0-9a-f]{64}$/;

/** Keeps secrets in the stores of the browser: `lasting` (a guest's secret) and `passing` (of this tab). */
export class Credentials {
  #lasting;
  #passing;
  #initData;

  constructor({ lasting, passing, initData = "" }) {
    this.#lasting = lasting;
    this.#passing = passing;
    this.#initData = initData;
  }

  /** Whether Telegram opened the page: then nobody is a guest here by choice. */
  get inTelegram() {
    return this.#initData !== "";
  }

  /** The logins worth trying among the `allowed` tags, best first, as requests. Telegram's proof is accepted once, so it is tried once. */
  logins(allowed) {
    const logins = [];
    const token = this.#passing.getItem(ACCESS_TOKEN);
    const fresh = this.#initData && this.#passing.getItem(SPENT_INIT_DATA) !== this.#initData;
    if (fresh && allowed.includes("auth.telegram")) logins.push({ t: "auth.telegram", init_data: this.#initData });
    if (token && this.#initData && allowed.includes("auth.token")) logins.push({ t: "auth.token", token });
    if (allowed.includes("auth.guest")) logins.push(this.#guest());
    return logins;
  }

  /** Remember what a `welcome` gave for the next time. */
  welcomed(welcome, login) {
    this.#passing.setItem(ACCESS_TOKEN, welcome.token);
    if (login?.t === "auth.telegram") this.spend(login);
    if (welcome.guest_secret) this.#lasting.setItem(GUEST_SECRET, toHex(welcome.guest_secret));
  }

  /** This login was refused: do not try it again. */
  spend(login) {
    if (login.t === "auth.telegram") this.#passing.setItem(SPENT_INIT_DATA, login.init_data);
    if (login.t === "auth.token") this.#passing.removeItem(ACCESS_TOKEN);
    if (login.t === "auth.guest") this.#lasting.removeItem(GUEST_SECRET);
  }

  /** Be a new guest at the next login, of this name if it is not empty. */
  becomeGuest(name) {
    this.#lasting.removeItem(GUEST_SECRET);
    this.#passing.removeItem(ACCESS_TOKEN);
    if (name) this.#passing.setItem(GUEST_NAME, name);
  }

  #guest() {
    const kept = this.#lasting.getItem(GUEST_SECRET);
    if (kept && SECRET_HEX.test(kept)) return { t: "auth.guest", secret: fromHex(kept) };
    return { t: "auth.guest", name: this.#passing.getItem(GUEST_NAME) ?? undefined };
  }
}

/** A store of the browser, or one that lasts as long as the page where the browser gives none. */
export function storeOr(open) {
  try {
    const store = open();
    store.getItem(GUEST_SECRET);
    return store;
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => kept.set(key, value),
      removeItem: (key) => kept.delete(key),
    };
  }
}
