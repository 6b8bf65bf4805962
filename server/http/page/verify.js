// A bet's proof computed again, step by step, from public data alone.
//
// The scheme: the commitment is SHA-256 of the server seed's text. A draw takes the first four bytes of HMAC-SHA256(server seed,
// "client seed:nonce:0") as a number u, and of n outcomes it chooses floor(u * n / 2^32). At a table the nonce is the round, and the client
// seed is the end of a hash chain over what each bet of the round contributed.

import { ROLL_MAX, multiplierOf, multiplierText, payoutOf as dicePayoutOf, rollText, winsOf } from "./dice-rules.js";
import { toHex } from "./ids.js";
import { format, units } from "./money.js";
import { colourOf, layoutOf, payoutOf as wagerPayoutOf, pocketText, wheelOf } from "./roulette-layout.js";

/** Games whose outcomes this page computes; those of all others are computed by the verifier. */
const COMPUTED_HERE = new Set(["dice", "roulette"]);
/** The verdict where all that can be compared here holds, and the verifier has to do the rest. */
export const IN_PART = "part";

const ROUND_DOMAIN = "croupier.round.v1";
const TEXT = new TextEncoder();

/**
 * The steps `{name, said, found, ok, lines}` of a proof as `fairness.proof` answers it; `ok` is null where nothing can be compared yet.
 * `note` is what this browser noted before the outcome, or null; `scale` is of the bet's asset.
 */
export async function verifyProof(proof, { digests, note, scale }) {
  const steps = [noted(proof, note)];
  if (proof.server_seed === null) {
    steps.push(step("The server seed is still secret", { ok: null, lines: [["Commitment", proof.commitment]] }));
    return steps.filter(Boolean);
  }
  const seed = TEXT.encode(proof.server_seed);
  const commitment = toHex(await digests.sha256(seed));
  const lines = [
    ["Server seed", proof.server_seed],
    ["SHA-256 of it", commitment],
  ];
  steps.push(step("The server seed is the one committed to", { said: proof.commitment, found: commitment, lines }));
  if (proof.table) steps.push(...(await roundSteps(proof, digests, note)));
  if (COMPUTED_HERE.has(proof.game)) steps.push(...(await outcomeSteps(proof, digests, seed, scale)));
  else steps.push(step("What these seeds decide is computed by the verifier", { ok: IN_PART }));
  return steps.filter(Boolean);
}

/** Whether the steps prove the bet: true, false, null while the seed is secret, or `IN_PART`. */
export function verdictOf(steps) {
  if (steps.some((one) => one.ok === false)) return false;
  if (steps.some((one) => one.ok === null)) return null;
  return steps.some((one) => one.ok === IN_PART) ? IN_PART : true;
}

/** Whether this page computes what a game's seeds decide. */
export const isComputedHere = (game) => COMPUTED_HERE.has(game);

/** The pocket that a round's seeds are bound to, and whether the server seed is the one that was committed to. */
export async function verifyRound({ commitment, serverSeed, clientSeed, round, variant }, digests) {
  const seed = TEXT.encode(serverSeed);
  const committed = toHex(await digests.sha256(seed)) === commitment;
  const { u32 } = await draw(digests, seed, clientSeed, round);
  return { committed, pocket: chosen(u32, wheelOf(variant).length) };
}

function step(name, { said, found, ok, lines = [] }) {
  return { name, said, found, lines, ok: ok === undefined ? said === found : ok };
}

function noted(proof, note) {
  if (!note?.commitment) return null;
  const name = "The commitment is the one this page noted before the outcome";
  return step(name, { said: note.commitment, found: proof.commitment, lines: [["Noted", note.commitment]] });
}

async function draw(digests, seed, clientSeed, nonce) {
  const message = `${clientSeed}:${nonce}:0`;
  const block = await digests.hmac(seed, TEXT.encode(message));
  return { message, block, u32: new DataView(block.buffer, block.byteOffset).getUint32(0) };
}

const chosen = (u32, outcomes) => Number((BigInt(u32) * BigInt(outcomes)) >> 32n);

async function roundSteps(proof, digests, note) {
  let link = await digests.sha256(TEXT.encode(`${ROUND_DOMAIN}:${proof.table}:${proof.nonce}:${proof.commitment}`));
  for (const contribution of proof.contributions) {
    const text = TEXT.encode(contribution);
    const next = new Uint8Array(link.length + text.length);
    next.set(link);
    next.set(text, link.length);
    link = await digests.sha256(next);
  }
  const mixed = toHex(link);
  const count = proof.contributions.length;
  const mine = note?.entropy ?? proof.params.entropy;
  return [
    step("The draw belongs to this round", { said: proof.round, found: proof.nonce, lines: [["Round", proof.round]] }),
    step("Your bet's own chance is mixed in", {
      ok: proof.contributions.includes(mine),
      lines: [["Your contribution", mine]],
    }),
    step("All players' chance makes the client seed", {
      said: proof.client_seed,
      found: mixed,
      lines: [
        ["Contributions", count],
        ["Their chain ends in", mixed],
      ],
    }),
  ];
}

async function outcomeSteps(proof, digests, seed, scale) {
  const { message, block, u32 } = await draw(digests, seed, proof.client_seed, proof.nonce);
  const outcomes = proof.game === "roulette" ? wheelOf(proof.params.variant).length : ROLL_MAX + 1;
  const found = chosen(u32, outcomes);
  const shown = proof.game === "roulette" ? `${pocketText(found)}, ${colourOf(found)}` : rollText(found);
  const said = proof.game === "roulette" ? proof.outcome.pocket : proof.outcome.roll;
  const drawn = [
    ["HMAC-SHA256 of", message],
    ["Gives", toHex(block)],
    ["First four bytes", `${toHex(block.subarray(0, 4))} = ${u32}`],
    [`× ${outcomes} ÷ 2³², cut off`, String(found)],
  ];
  const { lines, payout } = proof.game === "roulette" ? roulettePay(proof, found, scale) : dicePay(proof, found, scale);
  return [
    step(`The outcome follows: ${shown}`, { said, found, lines: drawn }),
    step(`The payout follows: ${format(payout, scale)}`, { said: units(proof.payout), found: payout, lines }),
  ];
}

function dicePay({ params: { target, over }, stake }, roll, scale) {
  const won = over ? roll > target : roll < target;
  const multiplier = multiplierOf(winsOf(target, over));
  const payout = won ? dicePayoutOf(units(stake), multiplier) : 0n;
  const terms = `${rollText(roll)} ${won ? "is" : "is not"} ${over ? "over" : "under"} ${rollText(target)}`;
  const pay = won
    ? `${format(units(stake), scale)} × ${multiplierText(multiplier)}`
    : `${format(units(stake), scale)} lost`;
  return {
    payout,
    lines: [
      ["Bet", terms],
      ["Paid", pay],
    ],
  };
}

function roulettePay({ params: { variant, wagers } }, pocket, scale) {
  const layout = layoutOf(variant);
  let payout = 0n;
  const lines = wagers.map(([name, amount]) => {
    const spot = layout.get(name);
    const paid = wagerPayoutOf(spot, units(amount), pocket, variant);
    payout += paid;
    return [spot.label, `${format(units(amount), scale)} at ${spot.odds} to 1 pays ${format(paid, scale)}`];
  });
  return { payout, lines };
}
