// The terms of a dice bet as the player sets them: side, target and stake, with what they mean shown at once.

import {
  ROLL_MAX,
  chanceText,
  multiplierOf,
  multiplierText,
  payoutOf,
  returnText,
  rollText,
  stakeOfProfit,
  targetBounds,
  winsOf,
} from "./dice-rules.js";
import { h, icon } from "./dom.js";
import { Emitter } from "./emitter.js";
import { format, parse, units } from "./money.js";

const TARGET_STEP = 50;
const SCALE = ["0", "25", "50", "75", "100"];

/** Emits `play({stake, target, over})`. `track`, `facts` and `form` are its elements; `busy` keeps the player from rolling. */
export class Terms extends Emitter {
  #purse;
  #games;
  #target = 5_050;
  #over = true;
  #busy = false;
  #slider = h("input", {
    class: "dice-slider",
    type: "range",
    min: 0,
    max: ROLL_MAX,
    step: TARGET_STEP,
    "aria-label": "Target",
    on: { input: () => this.#aim(Number(this.#slider.value)) },
  });
  #targetInput = h("input", {
    inputmode: "decimal",
    autocomplete: "off",
    on: { change: () => this.#aimAt(this.#targetInput.value) },
  });
  #stakeInput = h("input", {
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": "Stake",
    data: { testid: "dice-amount" },
    on: { input: () => this.#show(), blur: () => this.#tidy() },
  });
  #stakeField = h("div", { class: "field" }, this.#stakeInput);
  #limits = h("span", { class: "caption", data: { testid: "dice-limits" } });
  #go = h("button", { class: "button button-main dice-go", data: { testid: "roll-dice" } }, icon("dice"), "Roll dice");
  #facts = new Map(["Multiplier", "Win chance", "Return to player", "Pays"].map((name) => [name, h("dd")]));

  constructor(purse, games) {
    super();
    this.#purse = purse;
    this.#games = games;
    const scale = h("div", { class: "dice-scale", "aria-hidden": "true" }, ...SCALE.map((text) => h("span", {}, text)));
    this.track = h("div", { class: "dice-track" }, h("div", { class: "dice-bar" }), this.#slider, scale);
    const facts = [...this.#facts].map(([name, value]) => h("div", { class: "term" }, h("dt", {}, name), value));
    this.facts = h("dl", { class: "dice-terms" }, ...facts);
    this.form = this.#buildForm();
    purse.on("changed", () => this.#setStake(10n ** BigInt(purse.scale)));
    games.on("changed", () => this.#show());
    this.#show();
  }

  set busy(busy) {
    this.#busy = busy;
    this.#show();
  }

  #buildForm() {
    const side = (over, text) => {
      const choose = () => this.#turn(over);
      return h("label", {}, h("input", { type: "radio", name: "side", checked: over, on: { change: choose } }), text);
    };
    const sides = h("div", { class: "dice-sides", role: "radiogroup", "aria-label": "Side" });
    sides.append(side(true, "Over"), side(false, "Under"));
    this.#stakeField.append(
      this.#nudge("½", "Half the stake", (stake) => stake / 2n),
      this.#nudge("2×", "Double the stake", (stake) => stake * 2n),
      this.#nudge("Max", "Stake the most", () => this.#most()),
    );
    const named = (name, tag, ...children) => h(tag, {}, h("span", { class: "caption" }, name), ...children);
    const stake = named("Stake", "div", this.#stakeField, this.#limits);
    stake.className = "dice-amount";
    return h(
      "form",
      { class: "dice-controls", on: { submit: (event) => this.#submit(event) } },
      named("Side", "div", sides),
      named("Target", "label", h("span", { class: "field" }, this.#targetInput)),
      stake,
      this.#go,
    );
  }

  #nudge(text, label, change) {
    const click = () => this.#setStake(change(this.#stake() ?? 0n));
    return h("button", { type: "button", class: "nudge", "aria-label": label, on: { click } }, text);
  }

  #submit(event) {
    event.preventDefault();
    if (!this.#go.disabled) this.emit("play", { stake: this.#stake(), target: this.#target, over: this.#over });
  }

  #stake() {
    const stake = parse(this.#stakeInput.value, this.#purse.scale);
    return stake !== null && stake > 0n ? stake : null;
  }

  /** The most that may be staked on this target: of the balance, and within the limits. */
  #most() {
    const { available, account } = this.#purse;
    const limits = account && this.#games.limitsOf("dice", account.asset);
    if (!limits) return available;
    return smallest(available, limits.most, stakeOfProfit(limits.profitMost, this.#multiplier()));
  }

  #multiplier() {
    return multiplierOf(winsOf(this.#target, this.#over));
  }

  /** Whether the server, as far as is known, takes this stake. */
  #within(stake, limits) {
    return (
      !limits ||
      (stake >= limits.least &&
        stake <= limits.most &&
        payoutOf(stake, this.#multiplier()) - stake <= limits.profitMost)
    );
  }

  #setStake(stake) {
    this.#stakeInput.value = format(stake > 0n ? stake : 1n, this.#purse.scale).replaceAll(",", "");
    this.#show();
  }

  #tidy() {
    const stake = this.#stake();
    if (stake !== null) this.#setStake(stake);
  }

  #aim(target) {
    const { least, most } = targetBounds(this.#over);
    this.#target = Math.min(most, Math.max(least, target));
    this.#show();
  }

  #aimAt(text) {
    const target = parse(text, 2);
    this.#aim(target === null || target > units(ROLL_MAX) ? this.#target : Number(target));
  }

  /** The other side with the same chance. */
  #turn(over) {
    if (over === this.#over) return;
    this.#over = over;
    this.#aim(ROLL_MAX - this.#target);
  }

  #show() {
    const wins = winsOf(this.#target, this.#over);
    const multiplier = this.#multiplier();
    const stake = this.#stake();
    const { account, scale } = this.#purse;
    const limits = account && this.#games.limitsOf("dice", account.asset);
    const fits = stake !== null && this.#within(stake, limits);
    this.#slider.value = this.#target;
    this.#slider.setAttribute("aria-valuetext", `${this.#over ? "over" : "under"} ${rollText(this.#target)}`);
    this.#targetInput.value = rollText(this.#target);
    this.track.dataset.over = this.#over;
    this.track.style.setProperty("--target", `${this.#target / 100}%`);
    this.#facts.get("Multiplier").textContent = `${multiplierText(multiplier)}×`;
    this.#facts.get("Win chance").textContent = chanceText(wins);
    this.#facts.get("Return to player").textContent = stake === null ? "–" : returnText(wins, multiplier, stake);
    const pays = stake === null ? "–" : format(payoutOf(stake, multiplier), this.#purse.scale);
    this.#facts.get("Pays").textContent = pays;
    this.#limits.textContent = limits ? limitsText(limits, scale) : "";
    this.#stakeField.dataset.wrong = !fits;
    this.#go.disabled = !fits || account === null || this.#busy;
  }
}

const smallest = (...amounts) => amounts.reduce((least, amount) => (amount < least ? amount : least));

function limitsText({ least, most, profitMost }, scale) {
  const text = (amount) => format(amount, scale, { trim: true });
  return `${text(least)} – ${text(most)}, to win up to ${text(profitMost)}`;
}
