// Short messages over the page: refusals with their number, and good news.

import { Refused, explain } from "./catalogue.js";
import { h, icon } from "./dom.js";

const SHOWN_MS = 6_000;
const SHOWN_MAX = 3;

/** Shows messages in `root` (errors, read out at once) and says results politely in `said`. */
export class Toasts {
  #root;
  #said;

  constructor(root, said) {
    this.#root = root;
    this.#said = said;
  }

  /** Something was refused or failed; limits among the evidence are written with the decimals of `scale`. */
  failed(error, scale = null) {
    if (error instanceof Refused) this.#show("bad", explain(error, scale), `#${error.code}`);
    else this.#show("bad", `Something went wrong on this page: ${error.message}`, "");
  }

  warn(text) {
    this.#show("bad", text, "");
  }

  good(text) {
    this.#show("good", text, "");
  }

  /** For those who listen rather than look. */
  say(text) {
    this.#said.textContent = text;
  }

  #show(kind, text, number) {
    const same = [...this.#root.children].find((toast) => toast.querySelector("p").textContent === text);
    same?.remove();
    const close = h(
      "button",
      { type: "button", "aria-label": "Dismiss", on: { click: () => toast.remove() } },
      icon("cross"),
    );
    const toast = h(
      "div",
      { class: "toast", data: { kind } },
      h("p", {}, text),
      h("span", { class: "toast-number" }, number),
      close,
    );
    this.#root.append(toast);
    while (this.#root.children.length > SHOWN_MAX) this.#root.firstChild.remove();
    setTimeout(() => toast.remove(), SHOWN_MS);
  }
}
