// Hashes of the fairness scheme by the browser's own WebCrypto, or by our own code where the page is not in a secure context.

import { hmacSha256, sha256 } from "./sha256.js";

/** `{name, sha256(bytes), hmac(key, message)}`, both asynchronous and giving 32 bytes; `subtle` may be missing. */
export function digestsFrom(subtle) {
  if (!subtle) {
    return {
      name: "own code",
      sha256: async (bytes) => sha256(bytes),
      hmac: async (key, message) => hmacSha256(key, message),
    };
  }
  return {
    name: "WebCrypto",
    sha256: async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes)),
    async hmac(key, message) {
      const held = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
      return new Uint8Array(await subtle.sign("HMAC", held, message));
    },
  };
}
