// Who is playing, and becoming somebody else.

import { h, icon } from "./dom.js";

const NAME_CHARS_MAX = 32;

/** The dialog `root`, opened by `button`. Needs the conversation and `Credentials`; `restart()` begins the visit anew. */
export function accountSheet(root, button, { conversation, credentials, restart }) {
  const name = h("b");
  const number = h("span", { class: "muted" });
  const input = h("input", {
    maxlength: NAME_CHARS_MAX,
    autocomplete: "nickname",
    "aria-label": "Name of the new guest",
    placeholder: "Name (optional)",
  });
  const close = h(
    "button",
    { type: "button", class: "button button-bare", "aria-label": "Close", on: { click: () => root.close() } },
    icon("cross"),
  );
  const begin = (event) => {
    event.preventDefault();
    credentials.becomeGuest(input.value.trim());
    restart();
  };
  const text =
    "This browser remembers you. Starting as a new guest gives this one up for good, with its balance and bets.";
  const leave = [
    h("p", { class: "small muted" }, text),
    h(
      "form",
      { class: "stack-form", on: { submit: begin } },
      h("div", { class: "field" }, input),
      h("button", { class: "button" }, "Start as a new guest"),
    ),
  ];
  root.append(
    h("div", { class: "row spread" }, h("h2", {}, "Who is playing"), close),
    h("p", {}, name, " ", number),
    ...(credentials.inTelegram ? [] : leave),
  );
  root.addEventListener("click", (event) => event.target === root && root.close());
  button.addEventListener("click", () => root.showModal());
  conversation.on("welcome", (welcome) => {
    name.textContent = welcome.name;
    number.textContent = `player ${welcome.player}`;
    button.lastElementChild.textContent = welcome.name;
  });
}
