// Identities: the UUIDv7 of a request, and bytes as text.

const RANDOM_BYTES = 10;

/** Sixteen bytes of a UUIDv7 (RFC 9562) from a time in ms and `random(10)`, ten random bytes. */
export function uuid7(nowMs, random) {
  const id = new Uint8Array(16);
  new DataView(id.buffer).setBigUint64(0, BigInt(Math.trunc(nowMs)) << 16n);
  id.set(random(RANDOM_BYTES), 6);
  id[6] = 0x70 | (id[6] & 0x0f);
  id[8] = 0x80 | (id[8] & 0x3f);
  return id;
}

/** The time (ms since 1970) that is written into a UUIDv7. */
export function timeOf(id) {
  return Number(new DataView(id.buffer, id.byteOffset, id.byteLength).getBigUint64(0) >> 16n);
}

/** Bytes as lower-case hexadecimal text. */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hexadecimal text as bytes. Throws on anything else. */
export function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new RangeError("not hexadecimal text");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
