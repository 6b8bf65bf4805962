// Where a client stands in each stream, so that it knows when it missed something.

/** What is to be done with a push: show it, drop it because it was seen, or ask for the stream anew. */
export const Verdict = Object.freeze({ NEXT: "next", OLD: "old", GAP: "gap" });

/** Positions `(epoch, seq)` of the streams that are wanted. A stream without a position waits for its snapshot. */
export class Streams {
  #positions = new Map();

  want(stream) {
    if (!this.#positions.has(stream)) this.#positions.set(stream, null);
  }

  forget(stream) {
    this.#positions.delete(stream);
  }

  /** Wait for a new snapshot: what comes before it is dropped. */
  restart(stream) {
    if (this.#positions.has(stream)) this.#positions.set(stream, null);
  }

  /** Everything from here on is new: a snapshot says so, and `welcome` does for the wallet. */
  start(stream, epoch, seq) {
    this.#positions.set(stream, { epoch, seq });
  }

  wanted() {
    return [...this.#positions.keys()];
  }

  waiting() {
    return this.wanted().filter((stream) => this.#positions.get(stream) === null);
  }

  /** The positions as `resume` carries them. */
  seen() {
    const known = [...this.#positions].filter(([, position]) => position !== null);
    return known.map(([stream, { epoch, seq }]) => ({ stream, epoch, seq }));
  }

  /** Judge event `seq` of a stream, whether it came as a push or inside a reply, and move on if it is the next one. */
  admit({ stream, epoch, seq }) {
    const position = this.#positions.get(stream);
    if (!position) return Verdict.OLD;
    if (epoch === position.epoch && seq <= position.seq) return Verdict.OLD;
    if (epoch !== position.epoch || seq !== position.seq + 1) return Verdict.GAP;
    position.seq = seq;
    return Verdict.NEXT;
  }
}
