// Dice as it is played: a bet is sent, stays pending until it is answered, and its roll is shown.

import { Roll } from "./dice-roll.js";
import { rollText } from "./dice-rules.js";
import { Terms } from "./dice-terms.js";
import { h } from "./dom.js";
import { format, units } from "./money.js";

const PENDING_MAX = 8;

/** The dice table in `root`. Needs the conversation, `Purse`, `Games`, `Bets`, `Seeds`, `Notebook`, `Toasts` and `openProof(bet)`. */
export class Dice {
  #with;
  #terms;
  #roll;
  #pending = 0;

  constructor(root, services) {
    this.#with = services;
    this.#terms = new Terms(services.purse, services.games);
    this.#roll = new Roll(this.#terms.track);
    this.#terms.on("play", (terms) => this.#play(terms));
    const { track, facts, form } = this.#terms;
    root.append(h("div", { class: "card dice-table" }, this.#roll.strip, this.#roll.board, track, facts, form));
  }

  async #play({ stake, target, over }) {
    const { conversation, purse, bets, seeds, notebook, toasts } = this.#with;
    const { account, scale } = purse;
    const label = `${over ? "Over" : "Under"} ${rollText(target)}`;
    const bound = seeds.now;
    const { id, reply } = conversation.request({ t: "dice.bet", ...account, amount: stake, target, over }, { account });
    const key = bets.add(id, { game: "dice", label, asset: account.asset, stake });
    const pill = this.#roll.expect(label, () => this.#with.openProof(bets.of(key)));
    this.#count(+1);
    try {
      const settled = await reply;
      const rolled = `${label} → ${rollText(settled.roll)}`;
      if (bound?.number === settled.seed)
        notebook.write(key, { game: "dice", label: rolled, commitment: bound.commitment });
      bets.change(key, { state: "settled", payout: units(settled.payout), label: rolled });
      this.#show(pill, settled, stake, scale);
      await seeds.used(settled.seed, settled.nonce);
    } catch (error) {
      if (bets.of(key)?.state === "pending") {
        pill.remove();
        bets.change(key, { state: "refused" });
      }
      toasts.failed(error, scale);
    } finally {
      this.#count(-1);
    }
  }

  #count(change) {
    this.#pending += change;
    this.#terms.busy = this.#pending >= PENDING_MAX;
  }

  #show(pill, { roll, payout }, stake, scale) {
    const won = units(payout) > 0n;
    const text = won ? `Won ${format(units(payout) - stake, scale)}` : `Lost ${format(stake, scale)}`;
    this.#roll.show(pill, roll, won, text);
    this.#with.toasts.say(`Rolled ${rollText(roll)}. ${text}.`);
  }
}
