// A visitor's part in one roulette table: its stream, a seat when the first chip is placed, and bets until they are answered.

import { Emitter } from "./emitter.js";
import { toHex } from "./ids.js";
import { units } from "./money.js";
import { layoutOf, payoutOf } from "./roulette-layout.js";
import { apply, fromSnapshot, placed, returned, sumBySpot } from "./roulette-state.js";

const WAGERS_MAX = 32;
const ENTROPY_BYTES = 8;
const DOUBT_MS = 2_000;

/** What wagers `[spot, amount]` come to. */
export const sumOf = (wagers) => wagers.reduce((all, [, amount]) => all + units(amount), 0n);

/**
 * Emits `replaced(snapshot)`, `happened(tag, event)`, `settled({staked, won})`, `missed` after a round that was not seen, and `changed`. `state` is as in roulette-state.js, null
 * before the first snapshot; `pending` holds wagers that were sent and not answered; `last` are the wagers of my last round.
 */
export class RouletteTable extends Emitter {
  state = null;
  pending = new Map();
  last = [];
  #with;
  #id;
  #stream;
  #spots = null;
  #sitting = null;
  #doubt = null;
  #deaf = [];

  /** Needs the conversation, `Bets`, `Notebook`, `Purse` and `random(n)`. */
  constructor(id, services) {
    super();
    this.#id = id;
    this.#with = services;
    this.#stream = `table:${id}`;
    this.#hear("roulette.snapshot", (push) => this.#replaced(push));
    for (const tag of Object.keys(apply)) this.#hear(tag, (push) => this.#happened(tag, push));
    services.conversation.watch(this.#stream);
  }

  /** Stop watching. Bets that were placed stay. */
  leave() {
    clearTimeout(this.#doubt);
    for (const stop of this.#deaf) stop();
    this.#with.conversation.unwatch(this.#stream);
  }

  get spots() {
    return this.#spots;
  }

  /** Put wagers on the layout, in as few bets as they fit; throws a `Refused` when one is refused. */
  async place(wagers) {
    for (let at = 0; at < wagers.length; at += WAGERS_MAX) {
      const part = wagers.slice(at, at + WAGERS_MAX);
      const mark = Symbol("pending");
      this.pending.set(mark, { wagers: part });
      this.emit("changed");
      try {
        await this.#sit();
        await this.#send(part);
      } finally {
        this.pending.delete(mark);
        this.emit("changed");
      }
    }
  }

  undo() {
    return this.#takeBack("roulette.undo");
  }

  clear() {
    return this.#takeBack("roulette.clear");
  }

  #hear(tag, listener) {
    this.#deaf.push(this.#with.conversation.on(tag, (push) => push.stream === this.#stream && listener(push)));
  }

  #replaced(snapshot) {
    const before = this.state;
    this.state = fromSnapshot(snapshot);
    this.#spots ??= layoutOf(snapshot.variant);
    const ids = new Map(snapshot.mine.map(([id]) => [toHex(id), id]));
    for (const [key, { wagers }] of this.state.mine) {
      this.#with.bets.add(ids.get(key), {
        game: "roulette",
        label: this.#label(wagers),
        asset: snapshot.asset,
        stake: sumOf(wagers),
        state: "open",
      });
    }
    // A round that ended unseen has settled bets whose results only the statement tells.
    if (before && before.round !== this.state.round) this.emit("missed");
    this.emit("replaced", snapshot);
  }

  #happened(tag, event) {
    if (!this.state) return;
    apply[tag](this.state, event, this.#with.conversation.player);
    if (tag === "roulette.bets") this.#doubtLater();
    if (tag === "roulette.closed" && this.state.mine.size > 0) this.last = [...sumBySpot(this.state.mine)];
    this.emit("happened", tag, event);
    if (tag === "roulette.settled") this.#settled();
  }

  #settled() {
    const { pocket, variant, mine } = this.state;
    const result = { staked: 0n, won: 0n };
    for (const [key, { wagers }] of mine) {
      const payout = wagers.reduce(
        (paid, [spot, amount]) => paid + payoutOf(this.#spots.get(spot), amount, pocket, variant),
        0n,
      );
      this.#with.bets.change(key, { state: "settled", payout });
      result.staked += sumOf(wagers);
      result.won += payout;
    }
    this.emit("settled", result);
  }

  #sit() {
    if (this.state.seated) return Promise.resolve();
    const { reply } = this.#sitting ? {} : this.#with.conversation.request({ t: "table.sit", table: this.#id });
    this.#sitting ??= reply.then(() => (this.state.seated = true)).finally(() => (this.#sitting = null));
    return this.#sitting;
  }

  async #send(wagers) {
    const { conversation, bets, notebook, purse, random } = this.#with;
    const { asset, commitment, round } = this.state;
    const account = purse.account?.asset === asset ? purse.account : { asset, balance: "cash" };
    const note = { game: "roulette", label: this.#label(wagers), commitment, entropy: toHex(random(ENTROPY_BYTES)) };
    const fields = {
      t: "roulette.bet",
      table: this.#id,
      balance: account.balance,
      wagers: wagers.map(([spot, amount]) => ({ spot, amount })),
      entropy: note.entropy,
      ...(round > 0 && { round }),
    };
    const { id, reply } = conversation.request(fields, { account });
    const key = bets.add(id, { game: "roulette", label: note.label, asset, stake: sumOf(wagers) });
    try {
      const answer = await reply;
      if (answer.round === round) notebook.write(key, note);
      bets.change(key, { state: "open" });
      placed(this.state, key, answer.round, wagers);
    } catch (error) {
      bets.change(key, { state: "refused" });
      throw error;
    }
  }

  async #takeBack(t) {
    const answer = await this.#with.conversation.request({ t, table: this.#id }).reply;
    const keys = answer.bets.map(toHex);
    for (const key of keys) this.#with.bets.change(key, { state: "returned" });
    returned(this.state, keys);
    this.emit("changed");
  }

  /** What the table says of my bets and what its replies said must come to the same; a lasting difference asks for a snapshot. */
  #doubtLater() {
    clearTimeout(this.#doubt);
    this.#doubt = setTimeout(() => {
      const { mine, heardMine, unlisted } = this.state;
      const same = String([...sumBySpot(mine)].sort()) === String([...heardMine].sort());
      if (this.pending.size === 0 && (!same || unlisted > 0)) this.#with.conversation.refresh(this.#stream);
    }, DOUBT_MS);
  }

  #label(wagers) {
    const [[first]] = wagers;
    const { kind, label } = this.#spots.get(first) ?? { label: first };
    const name = kind === "straight" ? `Number ${label}` : label;
    return wagers.length > 1 ? `${name} and ${wagers.length - 1} more` : name;
  }
}
