// The banner and the lamp that tell whether the line to the server stands.

import { h } from "./dom.js";

const QUIET_MS = 900;

/** Shows the connection's status: the lamp at once, the banner only when being away lasts. */
export function showLine(connection, banner, lamp, now) {
  let away = null;
  let ticking = null;
  const retry = h(
    "button",
    { type: "button", class: "button", on: { click: () => connection.start() } },
    "Reconnect now",
  );
  const text = h("span");
  banner.append(text, retry);
  const say = (status) => {
    clearInterval(ticking);
    if (status.kind === "connecting") text.textContent = "Connecting…";
    else if (status.kind === "stopped") text.textContent = status.text;
    else {
      const count = () => {
        const seconds = Math.ceil((status.retryAt - now()) / 1000);
        text.textContent = `Connection lost. Your bets are safe. Trying again${seconds > 1 ? ` in ${seconds} s` : ""}…`;
      };
      count();
      ticking = setInterval(count, 1000);
    }
    retry.hidden = status.kind === "connecting";
  };
  connection.on("status", (status) => {
    lamp.dataset.kind = status.kind;
    lamp.title = status.kind;
    if (status.kind === "online") {
      clearTimeout(away);
      clearInterval(ticking);
      away = null;
      banner.hidden = true;
      return;
    }
    say(status);
    if (status.kind === "stopped") banner.hidden = false;
    else away ??= setTimeout(() => (banner.hidden = false), QUIET_MS);
  });
}
