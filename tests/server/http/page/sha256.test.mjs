// Our own SHA-256 and HMAC, and those of the browser, against published vectors.

import assert from "node:assert/strict";
import { test } from "node:test";

import { digestsFrom } from "../../../../server/http/page/digests.js";
import { fromHex, toHex } from "../../../../server/http/page/ids.js";
import { vectors } from "./vectors.mjs";

const { sha256, hmac } = await vectors("page_sha256.json");
const text = (value) => new TextEncoder().encode(value);

for (const digests of [digestsFrom(undefined), digestsFrom(globalThis.crypto.subtle)]) {
    test(`SHA-256 by ${digests.name} gives what FIPS 180 gives`, async () => {
        for (const { message, repeat = 1, digest } of sha256)
            assert.equal(toHex(await digests.sha256(text(message.repeat(repeat)))), digest);
    });

    test(`HMAC-SHA256 by ${digests.name} gives what RFC 4231 gives`, async () => {
        for (const { key, data, digest } of hmac)
            assert.equal(toHex(await digests.hmac(fromHex(key), fromHex(data))), digest);
    });
}

test("own code and WebCrypto agree at every length around a block", async () => {
    const [own, native] = [digestsFrom(undefined), digestsFrom(globalThis.crypto.subtle)];
    for (let length = 0; length <= 130; length += 1) {
        const message = Uint8Array.from({ length }, (_, n) => (n * 31 + length) & 0xff);
        assert.equal(toHex(await own.sha256(message)), toHex(await native.sha256(message)));
        if (length > 0)
            assert.equal(toHex(await own.hmac(message, message)), toHex(await native.hmac(message, message)));
    }
});
