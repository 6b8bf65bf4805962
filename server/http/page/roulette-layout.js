// The layout of roulette: every spot a chip can lie on, what it covers, what it pays, and where it is.
//
// The board is 14 units wide and 5 high: the zeros, twelve columns of three numbers, "2 to 1"; under them the dozens and the even
// chances. A page that is taller than wide shows it turned by a quarter. Spots are named as `protocol/games/roulette.py` does.

export const DOUBLE_ZERO = 37;
export const BOARD = Object.freeze({ width: 14, height: 5 });

const RED = new Set([1, 3, 5, 7, 9, 12, 14, 16, 18, 19, 21, 23, 25, 27, 30, 32, 34, 36]);
const ODDS = {
  straight: 35,
  split: 17,
  street: 11,
  trio: 11,
  corner: 8,
  first_four: 8,
  first_five: 6,
  line: 5,
  dozen: 2,
  column: 2,
};
const EVEN = {
  low: ["1–18", (n) => n <= 18],
  even: ["Even", (n) => n % 2 === 0],
  red: ["Red", (n) => RED.has(n)],
  black: ["Black", (n) => !RED.has(n)],
  odd: ["Odd", (n) => n % 2 === 1],
  high: ["19–36", (n) => n >= 19],
};
const EUROPEAN_WHEEL = [
  0, 32, 15, 19, 4, 21, 2, 25, 17, 34, 6, 27, 13, 36, 11, 30, 8, 23, 10, 5, 24, 16, 33, 1, 20, 14, 31, 9, 22, 18, 29, 7,
  28, 12, 35, 3, 26,
];
const AMERICAN_WHEEL = [
  0, 28, 9, 26, 30, 11, 7, 20, 32, 17, 5, 22, 34, 15, 3, 24, 36, 13, 1, 37, 27, 10, 25, 29, 12, 8, 19, 31, 18, 6, 21,
  33, 16, 4, 23, 35, 14, 2,
];

/** A pocket as it is written: 37 is `00`. */
export const pocketText = (pocket) => (pocket === DOUBLE_ZERO ? "00" : String(pocket));

/** `red`, `black` or `green`. */
export function colourOf(pocket) {
  if (pocket === 0 || pocket === DOUBLE_ZERO) return "green";
  return RED.has(pocket) ? "red" : "black";
}

/** The pockets of a variant's wheel, clockwise. */
export const wheelOf = (variant) => (variant === "american" ? AMERICAN_WHEEL : EUROPEAN_WHEEL);

const columnAt = (number) => Math.ceil(number / 3);
const rowAt = (number) => 2 - ((number - 1) % 3);
const middle = (number) => ({ x: columnAt(number) + 0.5, y: rowAt(number) + 0.5 });
const range = (first, count, step = 1) => Array.from({ length: count }, (_, n) => first + n * step);

/** Every spot of a variant by name: `{name, kind, label, covers, odds, x, y, box?}`; a chip lies at x, y; `box` is `[x, y, w, h]`. */
export function layoutOf(variant) {
  const spots = new Map();
  const add = (kind, rest, covers, place, label) => {
    const name = rest === null ? kind : `${kind}:${rest}`;
    spots.set(name, { name, kind, covers, odds: ODDS[kind] ?? 1, label: label ?? labelOf(kind, covers), ...place });
  };
  // On a wide box the chip lies to the side, so that the words stay readable.
  const boxed = (x, y, w, h) => ({ x: x + (w > 1 ? 0.79 * w : w / 2), y: y + h / 2, box: [x, y, w, h] });
  addZeros(add, boxed, variant === "american");
  for (const n of range(1, 36)) {
    const { x, y } = middle(n);
    const upper = n % 3 !== 0;
    add("straight", n, [n], boxed(columnAt(n), rowAt(n), 1, 1));
    if (upper) add("split", `${n}-${n + 1}`, [n, n + 1], { x, y: y - 0.5 });
    if (n <= 33) add("split", `${n}-${n + 3}`, [n, n + 3], { x: x + 0.5, y });
    if (upper && n <= 33) add("corner", n, [n, n + 1, n + 3, n + 4], { x: x + 0.5, y: y - 0.5 });
    if (n % 3 === 1) add("street", n, range(n, 3), { x, y: 3 });
    if (n % 3 === 1 && n <= 31) add("line", n, range(n, 6), { x: x + 0.5, y: 3 });
  }
  for (const n of [1, 2, 3]) {
    add("column", n, range(n, 12, 3), boxed(13, rowAt(n), 1, 1), "2 to 1");
    add("dozen", n, range(12 * n - 11, 12), boxed(4 * n - 3, 3, 4, 1), ["1st 12", "2nd 12", "3rd 12"][n - 1]);
  }
  Object.entries(EVEN).forEach(([kind, [label, wins]], n) => {
    add(kind, null, range(1, 36).filter(wins), boxed(1 + 2 * n, 4, 2, 1), label);
  });
  return spots;
}

function addZeros(add, boxed, american) {
  const zero = 0;
  const double = DOUBLE_ZERO;
  if (american) {
    add("straight", "00", [double], boxed(0, 0, 1, 1.5));
    add("straight", "0", [zero], boxed(0, 1.5, 1, 1.5));
    add("split", "0-00", [zero, double], { x: 0.5, y: 1.5 });
    add("split", "0-1", [zero, 1], { x: 1, y: 2.5 });
    add("split", "0-2", [zero, 2], { x: 1, y: 1.74 });
    add("split", "00-2", [double, 2], { x: 1, y: 1.26 });
    add("split", "00-3", [double, 3], { x: 1, y: 0.5 });
    add("trio", "0-1-2", [zero, 1, 2], { x: 1, y: 2 });
    add("trio", "0-00-2", [zero, double, 2], { x: 1, y: 1.5 });
    add("trio", "00-2-3", [double, 2, 3], { x: 1, y: 1 });
    add("first_five", null, [zero, double, 1, 2, 3], { x: 1, y: 3 });
  } else {
    add("straight", "0", [zero], boxed(0, 0, 1, 3));
    for (const n of [1, 2, 3]) add("split", `0-${n}`, [zero, n], { x: 1, y: middle(n).y });
    add("trio", "0-1-2", [zero, 1, 2], { x: 1, y: 2 });
    add("trio", "0-2-3", [zero, 2, 3], { x: 1, y: 1 });
    add("first_four", null, [zero, 1, 2, 3], { x: 1, y: 3 });
  }
}

function labelOf(kind, covers) {
  const numbers = covers.map(pocketText);
  if (kind === "straight") return numbers[0];
  const name = kind.replace("_", " ");
  const listed = kind === "line" ? `${numbers[0]}–${numbers.at(-1)}` : numbers.join(", ");
  return `${name[0].toUpperCase()}${name.slice(1)} ${listed}`;
}

const PICKED = {
  split: ["split"],
  street: ["street", "trio"],
  corner: ["corner", "first_four", "first_five"],
  line: ["line"],
};

/** The spot of a kind that covers `number` and lies nearest to a point of the board, or null. */
export function nearestSpot(spots, kind, number, { x, y }) {
  if (kind === "straight")
    return [...spots.values()].find((spot) => spot.kind === kind && spot.covers[0] === number) ?? null;
  const away = (spot) => (spot.x - x) ** 2 + (spot.y - y) ** 2;
  const fitting = [...spots.values()].filter(
    (spot) => PICKED[kind].includes(spot.kind) && spot.covers.includes(number),
  );
  return fitting.reduce((best, spot) => (best === null || away(spot) < away(best) ? spot : best), null);
}

/** What a wager is paid, stake included. La Partage gives half of an even chance back on zero, an odd unit staying with the house. */
export function payoutOf(spot, amount, pocket, variant) {
  if (spot.covers.includes(pocket)) return amount * BigInt(spot.odds + 1);
  return variant === "la_partage" && pocket === 0 && spot.odds === 1 ? amount / 2n : 0n;
}
