// Messages to bytes and back: the part of msgpack that croupier.v1 speaks, and nothing that could mean two things.
//
// Integers up to int64/uint64 (a Number when it is safe, a BigInt otherwise), strings, byte strings, booleans, null, arrays, and
// maps with string keys. Extension types, keys that stand twice and bytes after the value are refused.

const NESTING_MAX = 8;
const UTF8 = new TextDecoder("utf-8", { fatal: true });
const TO_UTF8 = new TextEncoder();

/** What cannot be written or read. */
export class MsgpackError extends Error {}

/** The bytes of a value. Keys whose value is undefined are left out; numbers that are not safe integers are refused. */
export function encode(value) {
  const out = [];
  write(out, value, 0);
  return Uint8Array.from(out);
}

function write(out, value, depth) {
  if (depth > NESTING_MAX) throw new MsgpackError("nested too deep");
  if (value === null) out.push(0xc0);
  else if (typeof value === "boolean") out.push(value ? 0xc3 : 0xc2);
  else if (typeof value === "number" || typeof value === "bigint") writeInteger(out, value);
  else if (typeof value === "string") {
    const bytes = TO_UTF8.encode(value);
    if (bytes.length < 32) out.push(0xa0 | bytes.length);
    else writeLength(out, bytes.length, 0xd9, 0xda, 0xdb);
    pushAll(out, bytes);
  } else if (value instanceof Uint8Array) {
    writeLength(out, value.length, 0xc4, 0xc5, 0xc6);
    pushAll(out, value);
  } else if (Array.isArray(value)) {
    if (value.length < 16) out.push(0x90 | value.length);
    else writeLength(out, value.length, null, 0xdc, 0xdd);
    for (const item of value) write(out, item, depth + 1);
  } else if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    if (entries.length < 16) out.push(0x80 | entries.length);
    else writeLength(out, entries.length, null, 0xde, 0xdf);
    for (const [key, inner] of entries) {
      write(out, key, depth + 1);
      write(out, inner, depth + 1);
    }
  } else throw new MsgpackError(`${typeof value} does not go on the wire`);
}

function pushAll(out, bytes) {
  for (const byte of bytes) out.push(byte);
}

function pushBigEndian(out, value, bytes) {
  for (let shift = BigInt(8 * (bytes - 1)); shift >= 0n; shift -= 8n) out.push(Number((value >> shift) & 0xffn));
}

function writeLength(out, length, tag8, tag16, tag32) {
  if (tag8 !== null && length < 0x100) out.push(tag8, length);
  else if (length < 0x10000) out.push(tag16, length >> 8, length & 0xff);
  else {
    out.push(tag32);
    pushBigEndian(out, BigInt(length), 4);
  }
}

function writeInteger(out, value) {
  if (typeof value === "number" && !Number.isSafeInteger(value))
    throw new MsgpackError(`${value} is not a safe integer`);
  const integer = BigInt(value);
  if (integer >= 0n) {
    if (integer < 0x80n) out.push(Number(integer));
    else if (integer < 1n << 8n) out.push(0xcc, Number(integer));
    else if (integer < 1n << 16n) (out.push(0xcd), pushBigEndian(out, integer, 2));
    else if (integer < 1n << 32n) (out.push(0xce), pushBigEndian(out, integer, 4));
    else if (integer < 1n << 64n) (out.push(0xcf), pushBigEndian(out, integer, 8));
    else throw new MsgpackError(`${integer} needs more than 64 bits`);
  } else if (integer >= -32n) out.push(Number(integer) & 0xff);
  else if (integer >= -(1n << 7n)) (out.push(0xd0), pushBigEndian(out, integer, 1));
  else if (integer >= -(1n << 15n)) (out.push(0xd1), pushBigEndian(out, integer, 2));
  else if (integer >= -(1n << 31n)) (out.push(0xd2), pushBigEndian(out, integer, 4));
  else if (integer >= -(1n << 63n)) (out.push(0xd3), pushBigEndian(out, integer, 8));
  else throw new MsgpackError(`${integer} needs more than 64 bits`);
}

/** The one value in these bytes; maps come without a prototype. Throws `MsgpackError`. */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new MsgpackError("bytes after the message");
  return value;
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  take(length) {
    const from = this.at;
    if (from + length > this.bytes.length) throw new MsgpackError("the message is cut short");
    this.at += length;
    return from;
  }

  value(depth) {
    if (depth > NESTING_MAX) throw new MsgpackError("nested too deep");
    const tag = this.bytes[this.take(1)];
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.map(tag & 0x0f, depth);
    if (tag < 0xa0) return this.array(tag & 0x0f, depth);
    if (tag < 0xc0) return this.string(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.binary(this.unsigned(1 << (tag - 0xc4)));
      case 0xca:
        return this.view.getFloat32(this.take(4));
      case 0xcb:
        return this.view.getFloat64(this.take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.unsigned(1 << (tag - 0xcc));
      case 0xcf:
        return narrow(this.view.getBigUint64(this.take(8)));
      case 0xd0:
        return this.view.getInt8(this.take(1));
      case 0xd1:
        return this.view.getInt16(this.take(2));
      case 0xd2:
        return this.view.getInt32(this.take(4));
      case 0xd3:
        return narrow(this.view.getBigInt64(this.take(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.string(this.unsigned(1 << (tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.array(this.unsigned(2 << (tag - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.map(this.unsigned(2 << (tag - 0xde)), depth);
      default:
        throw new MsgpackError(`tag ${tag} is not spoken here`);
    }
  }

  unsigned(width) {
    const at = this.take(width);
    if (width === 1) return this.view.getUint8(at);
    return width === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  binary(length) {
    const from = this.take(length);
    return this.bytes.slice(from, from + length);
  }

  string(length) {
    const from = this.take(length);
    try {
      return UTF8.decode(this.bytes.subarray(from, from + length));
    } catch {
      throw new MsgpackError("a string is not UTF-8");
    }
  }

  array(length, depth) {
    const items = [];
    while (items.length < length) items.push(this.value(depth + 1));
    return items;
  }

  map(length, depth) {
    const fields = Object.create(null);
    for (let n = 0; n < length; n += 1) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new MsgpackError("a key is not a string");
      if (key in fields) throw new MsgpackError(`the key ${key} stands twice`);
      fields[key] = this.value(depth + 1);
    }
    return fields;
  }
}

function narrow(integer) {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
