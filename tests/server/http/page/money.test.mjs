// Money as text and back, exactly.

import assert from "node:assert/strict";
import { test } from "node:test";

import { compact, format, formatSigned, parse, units } from "../../../../server/http/page/money.js";

test("an amount is written with the decimals of its asset", () => {
    assert.equal(format(1_234_500n, 2), "12,345.00");
    assert.equal(format(5n, 2), "0.05");
    assert.equal(format(0n, 2), "0.00");
    assert.equal(format(1_000n, 0), "1,000");
    assert.equal(format(1n, 9), "0.000000001");
    assert.equal(format(-250n, 2), "\u22122.50");
    assert.equal(format(9_223_372_036_854_775_807n, 2), "92,233,720,368,547,758.07");
    assert.equal(format(1_250_000n, 6, { trim: true }), "1.25");
});

test("a change is written with its sign", () => {
    assert.deepEqual(
        [1n, 0n, -1n].map((amount) => formatSigned(amount, 2)),
        ["+0.01", "0.00", "\u22120.01"],
    );
});

test("what was written is read again", () => {
    for (const amount of [0n, 1n, 99n, 100n, 123_456_789n, 10n ** 15n]) {
        for (const scale of [0, 2, 6, 9]) assert.equal(parse(format(amount, scale), scale), amount);
    }
});

test("people may write a comma, a blank, or no zero before the point", () => {
    assert.deepEqual(
        ["12,5", "12.50", ".5", "1 000", "1,000.25", " 7 "].map((text) => parse(text, 2)),
        [1_250n, 1_250n, 50n, 100_000n, 100_025n, 700n],
    );
});

test("what is no amount of the asset is refused, never rounded", () => {
    for (const text of ["", ".", "abc", "-1", "1.234", "1e5", "0x10", "1.2.3", "NaN"])
        assert.equal(parse(text, 2), null);
    assert.equal(parse("1.5", 0), null);
    assert.equal(parse("1.500", 1), 15n);
});

test("a chip shows the size of an amount and never more than it is", () => {
    const shown = [
        [10n, "0.1"],
        [100n, "1"],
        [2_550n, "25.5"],
        [99_999n, "999"],
        [150_000n, "1.5k"],
        [199_999n, "1.9k"],
        [100_000_000n, "1m"],
        [1n, "0.01"],
    ];
    for (const [amount, text] of shown) assert.equal(compact(amount, 2), text);
});

test("amounts of the wire are whole numbers of any size", () => {
    assert.equal(units(5), 5n);
    assert.equal(units(2n ** 62n), 2n ** 62n);
    assert.throws(() => units(0.5), RangeError);
});
