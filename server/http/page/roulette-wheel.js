// The picture of a roulette wheel: the ball runs, falls, and the hub shows the pocket.

import { h, prefersCalm, s } from "./dom.js";
import { colourOf, pocketText, wheelOf } from "./roulette-layout.js";

const RIM = 97;
const INNER = 62;
const BALL_TRACK = 88;
const BALL_REST = 68;
const TURN = 360;
const WHEEL_TURNS = 1.25;
const BALL_TURNS = 5;

/** A wheel for one variant in `element`; `spin` runs the ball, `rest` shows a pocket at once, `clear` takes the ball away. */
export class Wheel {
  element;
  #pockets;
  #disc;
  #arm;
  #ball;
  #hub;
  #angle = 0;
  #ballAngle = 0;
  #running = [];

  constructor(variant) {
    this.#pockets = wheelOf(variant);
    const step = TURN / this.#pockets.length;
    const sectors = this.#pockets.flatMap((pocket, index) => sector(pocket, index * step, step));
    this.#disc = s("g", {}, ...sectors, s("circle", { class: "wheel-inner", r: INNER }), ...spokes());
    this.#ball = s("circle", { class: "wheel-ball", r: 4.6 });
    this.#arm = s("g", { visibility: "hidden" }, this.#ball);
    this.#hub = h("span", { class: "wheel-hub", data: { testid: "pocket" } });
    const face = s(
      "svg",
      { viewBox: "-100 -100 200 200", "aria-hidden": "true" },
      s("circle", { class: "wheel-rim", r: 99 }),
      this.#disc,
      this.#arm,
    );
    this.element = h("div", { class: "wheel" }, face, this.#hub);
  }

  /** Let the ball come to rest on `pocket` in `durationMs`; resolves when it lies there, also when it was hurried. */
  async spin(pocket, durationMs) {
    this.clear();
    if (prefersCalm() || durationMs < 200) {
      this.rest(pocket);
      return;
    }
    const from = { disc: this.#angle, ball: this.#ballAngle };
    this.#angle = (from.disc + WHEEL_TURNS * TURN) % TURN;
    const disc = from.disc + WHEEL_TURNS * TURN;
    const lies = disc + this.#place(pocket);
    const back = (((from.ball - lies) % TURN) + TURN) % TURN;
    const ball = from.ball - BALL_TURNS * TURN - back;
    this.#ballAngle = ((ball % TURN) + TURN) % TURN;
    this.#arm.setAttribute("visibility", "visible");
    const options = { duration: durationMs, fill: "forwards" };
    this.#running = [
      this.#disc.animate(turns(from.disc, disc), { ...options, easing: "cubic-bezier(.2,.5,.35,1)" }),
      this.#arm.animate(turns(from.ball, ball), { ...options, easing: "cubic-bezier(.15,.55,.3,1)" }),
      this.#ball.animate(fall(), options),
    ];
    await Promise.all(this.#running.map((animation) => animation.finished)).catch(() => {});
    if (this.#running.length > 0) this.rest(pocket);
  }

  rest(pocket) {
    this.#stop();
    this.#ballAngle = this.#angle + this.#place(pocket);
    this.#disc.setAttribute("transform", `rotate(${this.#angle})`);
    this.#arm.setAttribute("transform", `rotate(${this.#ballAngle})`);
    this.#ball.setAttribute("transform", `translate(0 ${-BALL_REST})`);
    this.#arm.setAttribute("visibility", "visible");
    this.#hub.textContent = pocketText(pocket);
    this.#hub.dataset.colour = colourOf(pocket);
  }

  clear() {
    this.#stop();
    this.#arm.setAttribute("visibility", "hidden");
    this.#hub.textContent = "";
    delete this.#hub.dataset.colour;
  }

  #stop() {
    const running = this.#running;
    this.#running = [];
    for (const animation of running) animation.cancel();
  }

  #place(pocket) {
    return (this.#pockets.indexOf(pocket) * TURN) / this.#pockets.length;
  }
}

const turns = (from, to) => [{ transform: `rotate(${from}deg)` }, { transform: `rotate(${to}deg)` }];

/** The ball keeps to its track, drops, bounces off the frets and lies still. */
function fall() {
  const at = (radius, offset) => ({ transform: `translate(0, ${-radius}px)`, offset });
  return [
    at(BALL_TRACK, 0),
    at(BALL_TRACK, 0.55),
    at(BALL_REST - 2, 0.74),
    at(BALL_REST + 9, 0.81),
    at(BALL_REST - 1, 0.88),
    at(BALL_REST, 1),
  ];
}

function sector(pocket, middle, step) {
  const point = (angle, radius) => {
    const radians = ((angle - 90) * Math.PI) / 180;
    return `${(radius * Math.cos(radians)).toFixed(3)} ${(radius * Math.sin(radians)).toFixed(3)}`;
  };
  const [from, to] = [middle - step / 2, middle + step / 2];
  const shape = `M${point(from, RIM)}A${RIM} ${RIM} 0 0 1 ${point(to, RIM)}L${point(to, INNER)}A${INNER} ${INNER} 0 0 0 ${point(from, INNER)}Z`;
  return [
    s("path", { class: `wheel-pocket wheel-${colourOf(pocket)}`, d: shape }),
    s("text", { class: "wheel-text", transform: `rotate(${middle.toFixed(3)}) translate(0 -86)` }, pocketText(pocket)),
  ];
}

function spokes() {
  return [0, 90, 180, 270].map((angle) =>
    s("path", { class: "wheel-spoke", d: "M0 -58 L4 -30 L-4 -30Z", transform: `rotate(${angle})` }),
  );
}
