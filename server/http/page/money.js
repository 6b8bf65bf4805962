// Money as people read and write it. Amounts are integers in the asset's ledger unit, held as BigInt; never a float.

/** The ledger units in whatever the wire gave, a Number or a BigInt. */
export const units = (value) => BigInt(value);

/** An amount with its decimals and thousands: `format(1234500n, 2)` is `12,345.00`. */
export function format(amount, scale, { trim = false } = {}) {
  const negative = amount < 0n;
  const digits = (negative ? -amount : amount).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale).replace(/\B(?=(?:\d{3})+$)/g, ",");
  let decimals = digits.slice(digits.length - scale);
  if (trim) decimals = decimals.replace(/0+$/, "");
  return `${negative ? "\u2212" : ""}${whole}${decimals ? `.${decimals}` : ""}`;
}

/** The amount with its sign before it: what was won or lost. */
export function formatSigned(amount, scale) {
  return `${amount > 0n ? "+" : ""}${format(amount, scale)}`;
}

/** At most four characters or so, for a chip: `1.5k`, `25`, `0.1`; digits that do not fit are cut off. */
export function compact(amount, scale) {
  const whole = amount / 10n ** BigInt(scale);
  for (const [power, letter] of [
    [9, "b"],
    [6, "m"],
    [3, "k"],
  ]) {
    if (whole >= 10n ** BigInt(power)) {
      const tenths = whole / 10n ** BigInt(power - 1);
      const text = tenths >= 1000n || tenths % 10n === 0n ? `${tenths / 10n}` : `${tenths / 10n}.${tenths % 10n}`;
      return `${text}${letter}`;
    }
  }
  const decimals = Math.max(0, whole >= 100n ? 0 : whole >= 10n ? 1 : 2);
  const kept = amount / 10n ** BigInt(Math.max(0, scale - decimals));
  return format(kept, Math.min(scale, decimals), { trim: true });
}

/** The ledger units that a person wrote, `12.5` or `12,5` or `1 000`; null when it is not an amount of this scale. */
export function parse(text, scale) {
  const plain = text
    .replace(/[\s_]/g, "")
    .replace(/,(?=\d{3}(?:\D|$))/g, "")
    .replace(",", ".");
  const parts = /^(\d+)(?:\.(\d*))?$/.exec(plain) ?? /^()\.(\d+)$/.exec(plain);
  if (!parts) return null;
  const decimals = (parts[2] ?? "").replace(/0+$/, "");
  if (decimals.length > scale) return null;
  return BigInt(parts[1] + decimals.padEnd(scale, "0") || "0");
}
