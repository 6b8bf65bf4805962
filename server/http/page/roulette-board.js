// The picture of the layout: cells and places between them to tap, the chips that lie there, and what has won.

import { h } from "./dom.js";
import { compact, format } from "./money.js";
import { BOARD, colourOf, layoutOf, nearestSpot } from "./roulette-layout.js";

/** From this width on the layout lies lengthwise (as in roulette.css); below it stands upright, turned by a quarter. */
const LENGTHWISE = "(min-width: 720px)";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** The board of one variant in `element`. `onTap(spot)` hears which spot was meant, or null with the kind that there is none of. */
export class Board {
  element;
  spots;
  kind = "straight";
  #onTap;
  #scale;
  #places = new Map();
  #chips = new Map();
  #layer = h("div", { class: "chips", "aria-hidden": "true" });
  #lengthwise = matchMedia(LENGTHWISE);

  constructor(variant, scale, onTap) {
    this.spots = layoutOf(variant);
    this.#scale = scale;
    this.#onTap = onTap;
    this.element = h("div", {
      class: "board",
      role: "group",
      "aria-label": "Roulette layout",
      on: { keydown: (event) => this.#walk(event) },
    });
    for (const spot of this.spots.values()) this.#places.set(spot.name, spot.box ? this.#cell(spot) : this.#gap(spot));
    this.element.append(...this.#places.values(), this.#layer);
    this.#places.get("straight:0").tabIndex = 0;
  }

  /** Whether a wager can be placed now. */
  set open(open) {
    this.element.dataset.open = open;
    for (const place of this.#places.values()) place.setAttribute("aria-disabled", String(!open));
  }

  /** Show which spots win, all of them for null. */
  mark(pocket) {
    for (const [name, place] of this.#places) {
      const spot = this.spots.get(name);
      place.dataset.won = pocket !== null && Boolean(spot.box) && spot.covers.includes(pocket);
    }
  }

  /** Draw the chips: amounts by spot of mine (answered), of mine still pending, and of everybody else. */
  draw({ mine, pending, others }) {
    const names = new Set([...mine.keys(), ...pending.keys(), ...others.keys()]);
    for (const [name, chip] of this.#chips) {
      if (names.has(name)) continue;
      chip.remove();
      this.#chips.delete(name);
    }
    for (const name of names)
      this.#drawChip(name, mine.get(name) ?? 0n, pending.get(name) ?? 0n, others.get(name) ?? 0n);
  }

  #drawChip(name, mine, pending, others) {
    const spot = this.spots.get(name);
    if (!spot) return;
    if (!this.#chips.has(name)) {
      const made = h("div", { class: "stack", vars: { "--x": spot.x, "--y": spot.y }, data: { spot: name } });
      this.#layer.append(made);
      this.#chips.set(name, made);
    }
    const stack = this.#chips.get(name);
    const own = mine + pending;
    const wanted = [];
    if (others > 0n)
      wanted.push(h("span", { class: "chip-others", data: { units: others } }, compact(others, this.#scale)));
    if (own > 0n)
      wanted.push(
        h("span", { class: "chip-mine", data: { units: own, pending: pending > 0n } }, compact(own, this.#scale)),
      );
    stack.replaceChildren(...wanted);
    const told = [
      own > 0n ? `you have ${format(own, this.#scale)}` : "",
      others > 0n ? `others have ${format(others, this.#scale)}` : "",
    ];
    this.#places.get(name).setAttribute("aria-description", told.filter(Boolean).join(", "));
  }

  #cell(spot) {
    const [x, y, w, height] = spot.box;
    const colour =
      spot.kind === "straight" ? colourOf(spot.covers[0]) : ["red", "black"].includes(spot.kind) ? spot.kind : "none";
    return this.#place(
      spot,
      "cell",
      { "--bx": x, "--by": y, "--bw": w, "--bh": height },
      { colour, wide: w > 1 },
      h("span", {}, spot.label),
    );
  }

  #gap(spot) {
    return this.#place(spot, "gap", { "--x": spot.x, "--y": spot.y }, { kind: spot.kind }, null);
  }

  #place(spot, name, vars, data, content) {
    const light = (on) => () => this.#light(spot, on);
    return h(
      "button",
      {
        type: "button",
        class: name,
        vars,
        tabindex: -1,
        "aria-label": content && spot.kind !== "straight" ? `${spot.label}` : spot.label,
        data: { ...data, spot: spot.name },
        on: {
          click: (event) => this.#tapped(spot, event),
          pointerenter: light(true),
          pointerleave: light(false),
          focus: light(true),
          blur: light(false),
        },
      },
      content,
    );
  }

  /** Show what a spot between or beside the numbers covers. */
  #light(spot, on) {
    if (spot.kind === "straight") return;
    for (const number of spot.covers) this.#places.get(`straight:${number === 37 ? "00" : number}`).dataset.lit = on;
  }

  #tapped(spot, event) {
    const picking = spot.kind === "straight" && this.kind !== "straight" && !this.#lengthwise.matches;
    if (!picking) this.#onTap(spot);
    else
      this.#onTap(nearestSpot(this.spots, this.kind, spot.covers[0], event.detail === 0 ? spot : this.#pointOf(event)));
  }

  /** Where on the board, in its units, a finger came down. */
  #pointOf(event) {
    const box = this.element.getBoundingClientRect();
    const [along, across] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    if (this.#lengthwise.matches) return { x: along * BOARD.width, y: across * BOARD.height };
    return { x: across * BOARD.width, y: (1 - along) * BOARD.height };
  }

  /** Arrow keys go to the nearest place in that direction; one place at a time takes part in the order of Tab. */
  #walk(event) {
    const [dx, dy] = ARROWS[event.key] ?? [0, 0];
    const from = event.target.closest("button");
    if (!from || (dx === 0 && dy === 0)) return;
    event.preventDefault();
    const at = centre(from);
    let best = null;
    for (const place of this.#places.values()) {
      const to = centre(place);
      const [ahead, aside] = [
        (to.x - at.x) * dx + (to.y - at.y) * dy,
        Math.abs((to.x - at.x) * dy) + Math.abs((to.y - at.y) * dx),
      ];
      const far = ahead + 3 * aside;
      if (to.w > 0 && ahead > 2 && aside <= ahead * 2 && (!best || far < best.far)) best = { place, far };
    }
    if (!best) return;
    from.tabIndex = -1;
    best.place.tabIndex = 0;
    best.place.focus();
  }
}

function centre(element) {
  const box = element.getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2, w: box.width };
}
