// What is known of a roulette table: a snapshot, and each event after it.

import { toHex } from "./ids.js";
import { units } from "./money.js";

const OTHERS_LISTED_MAX = 40;
const HISTORY_MAX = 20;

/** The table as a snapshot says it is. `mine` maps the hex id of each of my bets to `{round, wagers}`, wagers being `[spot, amount]`. */
export function fromSnapshot(snapshot) {
  const mine = new Map();
  for (const [id, spot, amount] of snapshot.mine) {
    const key = toHex(id);
    if (!mine.has(key)) mine.set(key, { round: snapshot.round, wagers: [] });
    mine.get(key).wagers.push([spot, units(amount)]);
  }
  const totals = new Map(Object.entries(snapshot.spots).map(([spot, amount]) => [spot, units(amount)]));
  return {
    table: snapshot.table,
    variant: snapshot.variant,
    asset: snapshot.asset,
    limits: { min: units(snapshot.min_bet), max: units(snapshot.max_bet), total: units(snapshot.max_total) },
    phase: snapshot.phase,
    round: snapshot.round,
    commitment: snapshot.commitment,
    untilMs: snapshot.until_ms,
    pocket: snapshot.pocket,
    history: [...snapshot.history],
    totals,
    heardMine: sumBySpot(mine),
    unlisted: 0,
    total: [...totals.values()].reduce((sum, amount) => sum + amount, 0n),
    players: snapshot.players,
    seated: snapshot.seated,
    mine,
    feed: [],
    result: null,
    clientSeed: null,
    serverSeed: null,
  };
}

/** Amounts by spot over all of these bets. */
export function sumBySpot(bets) {
  const sums = new Map();
  for (const { wagers } of bets.values()) for (const [spot, amount] of wagers) addTo(sums, spot, amount);
  return sums;
}

function addTo(sums, spot, amount) {
  const sum = (sums.get(spot) ?? 0n) + amount;
  if (sum === 0n) sums.delete(spot);
  else sums.set(spot, sum);
}

/** What everybody else has on each spot. */
export function othersBySpot(state) {
  const others = new Map(state.totals);
  for (const [spot, amount] of state.heardMine) addTo(others, spot, -amount);
  return others;
}

/** Take one event of the table's stream into account; `me` is the player looking. */
export const apply = {
  "roulette.opened"(state, event) {
    Object.assign(state, {
      phase: "betting",
      round: event.round,
      commitment: event.commitment,
      untilMs: event.closes_at_ms,
    });
    Object.assign(state, { pocket: null, result: null, clientSeed: null, serverSeed: null });
    Object.assign(state, { total: 0n, players: 0, feed: [], unlisted: 0 });
    state.totals = new Map();
    state.heardMine = new Map();
    state.mine = new Map([...state.mine].filter(([, bet]) => bet.round === event.round));
  },
  "roulette.bets"(state, event, me) {
    for (const [player, name, spot, amount] of event.bets) {
      addTo(state.totals, spot, units(amount));
      if (player === me) addTo(state.heardMine, spot, units(amount));
      else state.feed.unshift({ player, name, spot, amount: units(amount) });
    }
    state.feed.length = Math.min(state.feed.length, OTHERS_LISTED_MAX);
    Object.assign(state, { total: units(event.total), players: event.players, unlisted: state.unlisted + event.more });
  },
  "roulette.closed"(state, event) {
    Object.assign(state, { phase: "closed", untilMs: event.spins_at_ms, clientSeed: event.client_seed });
  },
  "roulette.spun"(state, event) {
    Object.assign(state, {
      phase: "spinning",
      untilMs: event.settles_at_ms,
      pocket: event.pocket,
      serverSeed: event.server_seed,
    });
  },
  "roulette.settled"(state, event) {
    const winners = event.winners.map(([player, name, payout]) => ({ player, name, payout: units(payout) }));
    const result = { round: event.round, staked: units(event.staked), paid: units(event.paid), winners };
    Object.assign(state, { phase: "settled", untilMs: event.opens_at_ms, pocket: event.pocket, result });
    state.history = [event.pocket, ...state.history].slice(0, HISTORY_MAX);
  },
};

/** A bet of mine stands, as its reply said; the reply may come before or after the table's own word of it. */
export function placed(state, key, round, wagers) {
  if (round >= state.round) state.mine.set(key, { round, wagers });
}

/** Bets of mine were taken back. */
export function returned(state, keys) {
  for (const key of keys) state.mine.delete(key);
}
