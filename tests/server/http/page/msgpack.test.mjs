// The codec against bytes written in the msgpack specification and by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex } from "../../../../server/http/page/ids.js";
import { MsgpackError, decode, encode } from "../../../../server/http/page/msgpack.js";
import { vectors } from "./vectors.mjs";

const { values, refused } = await vectors("page_msgpack.json");

function made({ bytes, bigint, value }) {
    if (bytes !== undefined) return fromHex(bytes);
    if (bigint !== undefined) return BigInt(bigint);
    return value?.constructor === Object ? Object.assign(Object.create(null), value) : value;
}

for (const { name, hex, other = [], ...value } of values) {
    test(`${name} is written in its shortest form`, () => {
        assert.equal(toHex(encode(made(value))), hex);
    });
    test(`${name} is read in every form`, () => {
        for (const form of [hex, ...other]) assert.deepEqual(decode(fromHex(form)), made(value));
    });
}

for (const { name, hex } of refused) {
    test(`${name} is refused`, () => {
        assert.throws(() => decode(fromHex(hex)), MsgpackError);
    });
}

test("every beginning of a message is refused, not misread", () => {
    const whole = encode({
        t: "dice.bet",
        id: new Uint8Array(16),
        amount: 2 ** 40,
        over: true,
        seen: [null, -1, 70_000],
    });
    for (let length = 0; length < whole.length; length += 1)
        assert.throws(() => decode(whole.subarray(0, length)), MsgpackError);
});

test("a number that is not a safe integer is not written", () => {
    for (const number of [0.5, NaN, Infinity, 2 ** 53]) assert.throws(() => encode(number), MsgpackError);
    for (const number of [1n << 64n, -(1n << 63n) - 1n]) assert.throws(() => encode(number), MsgpackError);
});

test("a key without a value is left out", () => {
    assert.equal(toHex(encode({ a: 1, b: undefined })), "81a16101");
});

test("a key cannot reach the prototype", () => {
    const fields = decode(fromHex("81a95f5f70726f746f5f5f81a17801"));
    assert.equal(Object.getPrototypeOf(fields), null);
    assert.equal({}.x, undefined);
});

test("what is nested without end is refused", () => {
    assert.throws(() => decode(new Uint8Array(100).fill(0x91)), MsgpackError);
});
