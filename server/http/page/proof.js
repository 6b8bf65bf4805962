// One bet's proof in a dialog: asked for, computed again in this browser, shown step by step.

import { explain } from "./catalogue.js";
import { h, icon } from "./dom.js";
import { toHex } from "./ids.js";
import { format, units } from "./money.js";
import { IN_PART, isComputedHere, verdictOf, verifyProof } from "./verify.js";

const VERDICTS = new Map([
  [true, ["good", "tick", "Verified: every step follows from public data."]],
  [false, ["bad", "cross", "This proof does not hold."]],
  [null, ["muted", "lock", "Not revealed yet: the server seed is still in use."]],
  [IN_PART, ["muted", "shield", "The server seed is the one committed to; the verifier computes the rest."]],
]);
const GAMES = { sicbo: "Sic bo", hilo: "Hi-lo", videopoker: "Video poker" };
const PICTURES = new Map([
  [true, "tick"],
  [false, "cross"],
  [null, "lock"],
  [IN_PART, "shield"],
]);

/** The dialog `root`. Needs the conversation, `Wallet`, `Seeds`, `Notebook`, `Toasts` and `digests`. */
export class ProofSheet {
  #root;
  #with;
  #body = h("div", { class: "proof", "aria-live": "polite" });

  constructor(root, services) {
    this.#root = root;
    this.#with = services;
    const close = h(
      "button",
      { type: "button", class: "button button-bare", "aria-label": "Close", on: { click: () => root.close() } },
      icon("cross"),
    );
    root.append(h("div", { class: "row spread" }, h("h2", {}, "Proof of a bet"), close), this.#body);
    root.addEventListener("click", (event) => event.target === root && root.close());
  }

  /** Show the proof of one of the player's bets. */
  async open(bet) {
    this.#body.replaceChildren(h("p", { class: "muted" }, "Asking for the proof…"));
    if (!this.#root.open) this.#root.showModal();
    try {
      const proof = await this.#with.conversation.request({ t: "fairness.proof", bet: bet.id }).reply;
      const scale = this.#with.wallet.scaleOf(bet.asset);
      const steps = await verifyProof(proof, {
        digests: this.#with.digests,
        note: this.#with.notebook.of(bet.key),
        scale,
      });
      this.#body.replaceChildren(
        ...this.#summary(bet, proof, scale),
        this.#verdict(steps),
        ...this.#reveal(bet, proof),
        this.#steps(steps),
        this.#share(proof),
      );
    } catch (error) {
      this.#body.replaceChildren(
        h("p", {}, explain(error), " ", h("span", { class: "muted" }, error.code ? `#${error.code}` : "")),
      );
    }
  }

  #summary(bet, proof, scale) {
    const where = proof.table ? `${proof.table}, round ${proof.round}` : `nonce ${proof.nonce}`;
    const paid = units(proof.payout);
    const stake = `Staked ${format(units(proof.stake), scale)} ${bet.asset}, paid `;
    return [
      h(
        "p",
        {},
        h("b", {}, GAMES[proof.game] ?? `${proof.game[0].toUpperCase()}${proof.game.slice(1)}`),
        h("span", { class: "muted" }, ` · ${where}`),
      ),
      h("p", { class: "small" }, stake, h("b", { class: paid > 0n ? "good" : "" }, format(paid, scale))),
      h("p", { class: "mono muted" }, toHex(proof.bet)),
    ];
  }

  #verdict(steps) {
    const verdict = verdictOf(steps);
    const [tone, picture, text] = VERDICTS.get(verdict);
    return h("p", { class: `proof-verdict ${tone}`, data: { testid: "proof-verdict", verdict } }, icon(picture), text);
  }

  #reveal(bet, proof) {
    if (proof.server_seed !== null) return [];
    const turn = async (event) => {
      event.target.disabled = true;
      try {
        await this.#with.seeds.rotate(this.#with.seeds.now?.clientSeed ?? proof.client_seed);
        await this.open(bet);
      } catch (error) {
        event.target.disabled = false;
        this.#with.toasts.failed(error);
      }
    };
    return [
      h(
        "button",
        { type: "button", class: "button button-main", data: { testid: "reveal" }, on: { click: turn } },
        "Reveal the seed and verify",
      ),
    ];
  }

  #steps(steps) {
    const item = ({ name, ok, lines }) => {
      const details = lines.map(([label, value]) =>
        h("div", {}, h("dt", {}, label), h("dd", { class: "mono" }, String(value))),
      );
      return h(
        "li",
        { class: "step", data: { ok } },
        icon(PICTURES.get(ok)),
        h("div", {}, h("p", {}, name), h("dl", {}, ...details)),
      );
    };
    return h("ol", { class: "steps", data: { testid: "proof-steps" } }, ...steps.map(item));
  }

  #share(proof) {
    const digests = `Computed by ${this.#with.digests.name} in this page.`;
    if (proof.server_seed === null) return h("p", { class: "caption" }, digests);
    return h(
      "div",
      { class: "share" },
      h("p", { class: "caption" }, `${digests} ${isComputedHere(proof.game) ? "Or check" : "Check"} it elsewhere:`),
      h("p", { class: "mono" }, commandFor(proof)),
    );
  }
}

/** What to type in order to have a revealed bet checked without this page. */
function commandFor(proof) {
  if (!isComputedHere(proof.game)) {
    return `curl -s '${new URL(`proof/${toHex(proof.bet)}`, location.href)}' | python3 -m verifier -`;
  }
  const params = proof.game === "roulette" ? ` --param variant=${proof.params.variant}` : "";
  return `croupier fairness outcome ${proof.game} --server-seed ${proof.server_seed} --client-seed '${proof.client_seed}' --nonce ${proof.nonce}${params}`;
}
