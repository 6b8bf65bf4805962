// Puts the page together: the browser's clock, chance, stores and wire are handed out here and nowhere else.

import { accountSheet } from "./account.js";
import { BetsPanel } from "./bets-panel.js";
import { Bets } from "./bets.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Credentials, storeOr } from "./credentials.js";
import { Dice } from "./dice.js";
import { digestsFrom } from "./digests.js";
import { byId } from "./dom.js";
import { Fairness } from "./fairness.js";
import { Games } from "./games.js";
import { showLine } from "./line.js";
import { Notebook } from "./notebook.js";
import { ProofSheet } from "./proof.js";
import { Purse } from "./purse.js";
import { Roulette } from "./roulette.js";
import { Seeds } from "./seeds.js";
import { showTabs } from "./tabs.js";
import { reportReady, telegramOf, wearTheme } from "./telegram.js";
import { Toasts } from "./toasts.js";
import { Wallet } from "./wallet.js";

const now = () => Date.now();
const random = (count) => crypto.getRandomValues(new Uint8Array(count));

function start() {
  const lasting = storeOr(() => localStorage);
  const passing = storeOr(() => sessionStorage);
  const telegram = telegramOf(window);
  wearTheme(telegram, document.documentElement);
  const credentials = new Credentials({ lasting, passing, initData: telegram.initData });
  const conversation = new Conversation({ now, random, later: (ms, call) => setTimeout(call, ms), credentials });
  const url = new URL("ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.search = url.hash = "";
  const connection = new Connection({
    url,
    conversation,
    open: (to, protocol) => new WebSocket(to, protocol),
    now,
    chance: Math.random,
  });

  const toasts = new Toasts(byId("toasts"), byId("said"));
  const wallet = new Wallet(conversation);
  const purse = new Purse(byId("purse"), wallet);
  const notebook = new Notebook(lasting);
  const bets = new Bets(conversation, notebook);
  const seeds = new Seeds(conversation);
  const digests = digestsFrom(globalThis.crypto?.subtle);
  const games = new Games(conversation);
  const services = { conversation, wallet, purse, games, notebook, bets, seeds, digests, toasts, random };
  const proof = new ProofSheet(byId("proof"), services);
  const openProof = (bet) => proof.open(bet);

  new Dice(byId("dice"), { ...services, openProof });
  new Roulette(byId("roulette"), services);
  new BetsPanel(byId("bets"), { ...services, openProof });
  new Fairness(byId("fairness"), services);
  accountSheet(byId("who"), byId("account"), { conversation, credentials, restart: () => location.reload() });
  showTabs(document.body, passing);
  showLine(connection, byId("line"), byId("lamp"), now);

  const catchUp = () => {
    if (!purse.account) return;
    seeds.load().catch((error) => toasts.failed(error));
    bets.load(purse.account).catch((error) => toasts.failed(error));
  };
  conversation.on("welcome", catchUp);
  purse.on("changed", catchUp);
  conversation.on("fault", (error) => toasts.failed(error));
  games.on("failed", (error) => toasts.failed(error));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && connection.probe());
  window.addEventListener("online", () => connection.probe());
  connection.start();
  reportReady(window);
}

start();
