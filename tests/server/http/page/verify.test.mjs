// Proofs computed again: published outcomes hold, and every lie is found.

import assert from "node:assert/strict";
import { test } from "node:test";

import { digestsFrom } from "../../../../server/http/page/digests.js";
import { toHex } from "../../../../server/http/page/ids.js";
import { IN_PART, verdictOf, verifyProof, verifyRound } from "../../../../server/http/page/verify.js";
import { vectors } from "./vectors.mjs";

const digests = digestsFrom(undefined);
const { set_A: published } = await vectors("pf_stake_games.json");
const { round } = await vectors("page_round.json");
const text = (value) => new TextEncoder().encode(value);

async function diceProof(nonce, roll, changes = {}) {
    return {
        game: "dice",
        commitment: toHex(await digests.sha256(text(published.serverSeed))),
        server_seed: published.serverSeed,
        client_seed: published.clientSeed,
        nonce,
        params: { target: 5_050, over: true },
        outcome: { roll },
        stake: 100,
        payout: roll > 5_050 ? 200 : 0,
        ...changes,
    };
}

const check = (proof, note = null) => verifyProof(proof, { digests, note, scale: 2 });
const failed = (steps) => steps.filter((step) => step.ok === false).map((step) => step.name.split(":")[0]);

test("published dice rolls follow from their seeds", async () => {
    for (const [index, nonce] of published.nonces.entries()) {
        const roll = Math.round(published.dice[index] * 100);
        assert.equal(verdictOf(await check(await diceProof(nonce, roll))), true);
    }
});

test("published roulette numbers follow from their seeds", async () => {
    const commitment = toHex(await digests.sha256(text(published.serverSeed)));
    const seeds = {
        commitment,
        serverSeed: published.serverSeed,
        clientSeed: published.clientSeed,
        variant: "european",
    };
    for (const [index, nonce] of published.nonces.entries()) {
        assert.deepEqual(await verifyRound({ ...seeds, round: nonce }, digests), {
            committed: true,
            pocket: published.roulette[index],
        });
    }
});

test("each thing said falsely of a roll is found", async () => {
    const lies = [
        [{ commitment: "0".repeat(64) }, "The server seed is the one committed to"],
        [{ outcome: { roll: 9_307 } }, "The outcome follows"],
        [{ client_seed: "another" }, "The outcome follows"],
        [{ payout: 201 }, "The payout follows"],
        [{ params: { target: 9_400, over: true } }, "The payout follows"],
    ];
    for (const [lie, name] of lies)
        assert.ok(failed(await check(await diceProof(20, 9_308, lie))).includes(name), name);
});

test("a commitment other than the one noted before the bet is found", async () => {
    const proof = await diceProof(20, 9_308);
    assert.equal(verdictOf(await check(proof, { commitment: proof.commitment })), true);
    assert.equal(verdictOf(await check(proof, { commitment: "f".repeat(64) })), false);
});

test("a secret seed proves nothing yet, and disproves nothing", async () => {
    assert.equal(verdictOf(await check(await diceProof(20, 9_308, { server_seed: null }))), null);
});

test("a round of roulette is proved from its seed and all its players' chance", async () => {
    assert.equal(verdictOf(await check(round)), true);
    assert.equal(verdictOf(await check(round, { commitment: round.commitment, entropy: round.params.entropy })), true);
});

test("each thing said falsely of a round is found", async () => {
    const swapped = [round.contributions[1], round.contributions[0], ...round.contributions.slice(2)];
    const lies = [
        [{ contributions: swapped }, "All players' chance makes the client seed"],
        [{ contributions: round.contributions.slice(1) }, "All players' chance makes the client seed"],
        [{ table: "roulette-9" }, "All players' chance makes the client seed"],
        [{ round: round.round + 1 }, "The draw belongs to this round"],
        [{ params: { ...round.params, entropy: "mine" } }, "Your bet's own chance is mixed in"],
        [{ params: { ...round.params, variant: "american" } }, "The outcome follows"],
        [{ outcome: { pocket: (round.outcome.pocket + 1) % 37 } }, "The outcome follows"],
        [{ payout: round.payout + 1 }, "The payout follows"],
    ];
    for (const [lie, name] of lies) assert.ok(failed(await check({ ...round, ...lie })).includes(name), name);
});

test("an entropy that is not the one this browser sent is found", async () => {
    assert.deepEqual(failed(await check(round, { entropy: "what I sent" })), ["Your bet's own chance is mixed in"]);
});

test("of a game that the page does not compute, seed and chance are proved and the rest is left to the verifier", async () => {
    for (const game of ["crash", "blackjack", "sicbo", "baccarat"]) {
        const proof = { ...round, game, params: { entropy: round.params.entropy }, outcome: {} };
        assert.equal(verdictOf(await check(proof)), IN_PART);
        assert.equal(verdictOf(await check({ ...proof, server_seed: null })), null);
        assert.deepEqual(failed(await check({ ...proof, client_seed: "another" })), [
            "All players' chance makes the client seed",
        ]);
    }
    for (const game of ["limbo", "slots", "mines"]) {
        const proof = await diceProof(20, 9_308, { game, params: {}, outcome: {} });
        assert.equal(verdictOf(await check(proof)), IN_PART);
        assert.deepEqual(failed(await check({ ...proof, commitment: "0".repeat(64) })), [
            "The server seed is the one committed to",
        ]);
    }
});
