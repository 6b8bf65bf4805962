// What this browser noted of each bet before its outcome was known, so that a proof can be held against it later.

const NOTES = "croupier.notes";
const NOTES_MAX = 200;

/** Notes `{game, label, commitment, entropy?}` by the hex id of a bet; the oldest are forgotten. */
export class Notebook {
  #store;
  #notes;

  constructor(store) {
    this.#store = store;
    this.#notes = new Map(Object.entries(parsed(store.getItem(NOTES))));
  }

  of(key) {
    return this.#notes.get(key) ?? null;
  }

  write(key, note) {
    this.#notes.delete(key);
    this.#notes.set(key, note);
    for (const oldest of this.#notes.keys()) {
      if (this.#notes.size <= NOTES_MAX) break;
      this.#notes.delete(oldest);
    }
    try {
      this.#store.setItem(NOTES, JSON.stringify(Object.fromEntries(this.#notes)));
    } catch {
      // A full store costs only the comparison with the note, and only after a reload.
    }
  }
}

function parsed(text) {
  try {
    return JSON.parse(text ?? "{}") ?? {};
  } catch {
    return {};
  }
}
