// Who wants to know is told: the one way models speak to views.

/** Named events with any number of listeners, told in the order they came. */
export class Emitter {
  #listeners = new Map();

  /** Call `listener` at every event of this name; returns how to stop that. */
  on(name, listener) {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit(name, ...details) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(...details);
  }
}
