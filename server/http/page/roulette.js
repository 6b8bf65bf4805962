// The roulette room as it is seen: tables to choose from, the wheel, the layout, the chips in hand, and what others do.

import { Countdown } from "./countdown.js";
import { h, icon } from "./dom.js";
import { Lobby } from "./lobby.js";
import { format } from "./money.js";
import { Board } from "./roulette-board.js";
import { Feed } from "./roulette-feed.js";
import { colourOf, pocketText } from "./roulette-layout.js";
import { othersBySpot, sumBySpot } from "./roulette-state.js";
import { RouletteTable, sumOf } from "./roulette-table.js";
import { Tray } from "./roulette-tray.js";
import { Wheel } from "./roulette-wheel.js";
import { verifyRound } from "./verify.js";

const PHASES = {
  waiting: "Waiting for the first round",
  betting: "Place your bets",
  closed: "No more bets",
  spinning: "The ball is rolling",
  settled: "Next round soon",
};
const REVEAL_BEFORE_MS = 350;

/** The room in `root`. Needs the conversation, `Wallet`, `Purse`, `Bets`, `Notebook`, `Toasts`, `digests` and `random(n)`. */
export class Roulette {
  #with;
  #table = null;
  #board = null;
  #wheel = null;
  #ringOf = null;
  #tray = new Tray();
  #feed = new Feed();
  #ring;
  #parts;

  constructor(root, services) {
    this.#with = services;
    this.#ring = new Countdown(() => services.conversation.serverNow());
    this.#parts = this.#build(root);
    this.#tray.on("undo", () => this.#try(this.#table.undo()));
    this.#tray.on("clear", () => this.#try(this.#table.clear()));
    this.#tray.on("again", () => this.#place(this.#table.last));
    this.#tray.on("kind", (kind) => this.#board && (this.#board.kind = kind));
    new Lobby(this.#parts.tables, services).on("chosen", (id) => this.#open(id));
  }

  #build(root) {
    const tables = h("div", { class: "tables", role: "group", "aria-label": "Tables" });
    const phase = h("p", { class: "phase", data: { testid: "phase" } }, "Opening the table…");
    const verdict = h("p", { class: "verdict", data: { testid: "verdict" } });
    const stake = h("p", { class: "caption", data: { testid: "on-table" } });
    const badge = h("p", { class: "badge", hidden: true }, icon("shield"), h("span"));
    const history = h("ol", { class: "numbers", "aria-label": "Last numbers, newest first" });
    const wheel = h("div", { class: "wheel-place" });
    const board = h("div", { class: "board-place" });
    const head = h("div", { class: "row status-head" }, this.#ring.element, h("div", {}, phase, verdict, stake));
    const status = h("div", { class: "status" }, head, history, badge);
    root.append(
      tables,
      h("div", { class: "card roulette-table" }, wheel, status, board, this.#tray.element, this.#feed.element),
    );
    return { tables, phase, verdict, stake, badge, history, wheel, board };
  }

  get #scale() {
    return this.#with.wallet.scaleOf(this.#table.state.asset);
  }

  #open(id) {
    this.#table?.leave();
    this.#ring.stop();
    this.#clearResult();
    this.#parts.phase.textContent = "Opening the table…";
    this.#board = this.#wheel = this.#ringOf = null;
    const table = new RouletteTable(id, this.#with);
    this.#table = table;
    table.on("replaced", (snapshot) => this.#replaced(snapshot));
    table.on("happened", (tag, event) => this.#happened(tag, event));
    table.on("settled", (result) => this.#settled(result));
    table.on("changed", () => this.#show());
    table.on("missed", () => this.#try(this.#with.bets.load({ asset: table.state.asset, balance: "cash" })));
  }

  #replaced({ variant, now_ms: nowMs }) {
    const { phase, pocket, limits } = this.#table.state;
    if (!this.#board) {
      this.#board = new Board(variant, this.#scale, (spot) => this.#tapped(spot));
      this.#board.kind = this.#tray.kind;
      this.#wheel = new Wheel(variant);
      this.#parts.board.replaceChildren(this.#board.element);
      this.#parts.wheel.replaceChildren(this.#wheel.element);
      this.#tray.deal(limits, this.#scale);
    }
    this.#clearResult();
    if (phase === "spinning") this.#spin();
    else if (phase === "settled" && pocket !== null) this.#reveal(pocket);
    this.#run(nowMs);
    this.#show();
  }

  #happened(tag, event) {
    if (tag === "roulette.opened") this.#clearResult();
    if (tag === "roulette.spun") this.#spin();
    if (event.now_ms !== undefined) this.#run(event.now_ms);
    this.#show();
  }

  #run(nowMs) {
    const { round, phase, untilMs } = this.#table.state;
    if (phase === "waiting") this.#ring.stop();
    else if (this.#ringOf !== `${round} ${phase}`) this.#ring.run(untilMs, untilMs - nowMs);
    this.#ringOf = `${round} ${phase}`;
  }

  #clearResult() {
    this.#wheel?.clear();
    this.#board?.mark(null);
    this.#parts.badge.hidden = true;
    this.#parts.verdict.textContent = "";
  }

  async #spin() {
    const { pocket, untilMs, round } = this.#table.state;
    const wheel = this.#wheel;
    await wheel.spin(pocket, untilMs - this.#with.conversation.serverNow() - REVEAL_BEFORE_MS);
    if (wheel === this.#wheel && this.#table.state.round === round) this.#reveal(pocket);
  }

  #reveal(pocket) {
    this.#wheel.rest(pocket);
    this.#board.mark(pocket);
    if (this.#parts.verdict.textContent === "") this.#tell(pocket, { staked: 0n, won: 0n });
  }

  #settled(result) {
    const { pocket } = this.#table.state;
    this.#reveal(pocket);
    this.#tell(pocket, result);
    this.#with.toasts.say(this.#parts.verdict.textContent);
    this.#try(this.#prove());
  }

  #tell(pocket, { staked, won }) {
    const money = (amount) => format(amount, this.#scale);
    const { verdict } = this.#parts;
    let text = `${pocketText(pocket)} ${colourOf(pocket)}`;
    if (won > staked) text += `: you won ${money(won)}`;
    else if (won > 0n && won === staked) text += `: your ${money(won)} came back`;
    else if (won > 0n) text += `: ${money(won)} of your ${money(staked)} came back`;
    else if (staked > 0n) text += `: you lost ${money(staked)}`;
    verdict.textContent = text;
    verdict.dataset.state = won > staked ? "won" : "";
  }

  /** Any visitor can check a round that was watched from before its end, with or without a bet on it. */
  async #prove() {
    const { state } = this.#table;
    if (!state.serverSeed || !state.clientSeed) return;
    const { committed, pocket } = await verifyRound(state, this.#with.digests);
    const ok = committed && pocket === state.pocket;
    const { badge } = this.#parts;
    badge.hidden = state.phase !== "settled";
    badge.dataset.ok = ok;
    badge.lastChild.textContent = ok
      ? `Round ${state.round} verified in your browser`
      : `Round ${state.round} does not verify`;
  }

  #stakeText(mine, sent) {
    const staked = sumOf([...mine, ...sent]);
    const round = `Round ${this.#table.state.round}`;
    return staked === 0n ? round : `${round} · ${format(staked, this.#scale)} of yours on the table`;
  }

  #tapped(spot) {
    if (spot) this.#place([[spot.name, this.#tray.chip]]);
    else this.#with.toasts.warn("There is no such bet on that number.");
  }

  #place(wagers) {
    if (this.#table.state.phase === "betting") this.#try(this.#table.place(wagers));
    else this.#with.toasts.warn("No more bets this round. Wait for the next one.");
  }

  #try(doing) {
    doing.catch((error) => this.#with.toasts.failed(error, this.#scale));
  }

  #show() {
    const { state, pending, last, spots } = this.#table;
    const open = state.phase === "betting";
    const sent = sumBySpot(pending);
    const mine = sumBySpot(state.mine);
    this.#parts.phase.textContent = PHASES[state.phase];
    this.#parts.phase.dataset.phase = state.phase;
    this.#parts.history.replaceChildren(
      ...state.history.map((pocket) => h("li", { data: { colour: colourOf(pocket) } }, pocketText(pocket))),
    );
    this.#parts.stake.textContent = state.phase === "settled" ? "" : this.#stakeText(mine, sent);
    this.#board.open = open;
    this.#board.draw({ mine, pending: sent, others: othersBySpot(state) });
    this.#tray.allow({ open, bets: state.mine.size + sent.size > 0, repeat: last.length > 0 && state.mine.size === 0 });
    this.#feed.show(state, spots, this.#scale, this.#with.conversation.player);
  }
}
