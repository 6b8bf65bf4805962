// The client's half of the protocol, without a wire: what it sends for what it receives.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation } from "../../../../server/http/page/conversation.js";
import { Credentials } from "../../../../server/http/page/credentials.js";
import { fromHex, timeOf, toHex } from "../../../../server/http/page/ids.js";
import { decode, encode } from "../../../../server/http/page/msgpack.js";

const NOW = 1_000_000;
const AHEAD = 3_600_000;
const ASSETS = [{ t: "asset", code: "PLAY", scale: 2 }];

function store(entries = {}) {
    const kept = new Map(Object.entries(entries));
    return {
        kept,
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => kept.set(key, String(value)),
        removeItem: (key) => kept.delete(key),
    };
}

/** A conversation whose wire is two arrays and whose timers fire when told. */
class Bench {
    sent = [];
    timers = [];
    events = [];

    constructor({ initData = "", lasting = store(), passing = store() } = {}) {
        let count = 0;
        const random = (size) => new Uint8Array(size).fill((count += 1));
        const credentials = new Credentials({ lasting, passing, initData });
        this.lasting = lasting;
        this.talk = new Conversation({
            now: () => NOW,
            random,
            later: (ms, call) => this.timers.push({ ms, call }),
            credentials,
        });
        for (const name of [
            "welcome",
            "moved",
            "locked",
            "busy",
            "fault",
            "wallet.changed",
            "roulette.bets",
            "roulette.snapshot",
        ]) {
            this.talk.on(name, (...details) => this.events.push([name, ...details]));
        }
    }

    connect(logins = ["auth.token", "auth.guest"]) {
        this.sent = [];
        this.talk.opened((bytes) => this.sent.push(decode(bytes)));
        this.hear({ t: "hello", now_ms: NOW + AHEAD, logins, assets: ASSETS });
    }

    hear(message) {
        this.talk.received(encode(message));
    }

    welcome(changes = {}) {
        const { id } = this.sent.at(-1);
        const rest = {
            name: "Guest",
            session: "s",
            resume: "r1",
            token: "t1",
            resumed: false,
            epoch: 1,
            seq: 10,
            balances: [],
        };
        this.hear({ t: "welcome", id, player: 7, guest_secret: new Uint8Array(32).fill(9), ...rest, ...changes });
    }

    error(code, { id = this.sent.at(-1).id, retry = false } = {}) {
        this.hear({ t: "error", id, code, name: "x", text: `refused ${code}`, retry, evidence: {} });
    }

    names() {
        return this.events.map(([name]) => name);
    }

    tags() {
        return this.sent.map((message) => message.t);
    }
}

function online(options) {
    const bench = new Bench(options);
    bench.connect();
    bench.welcome();
    bench.sent = [];
    bench.events = [];
    return bench;
}

test("a new visitor logs in as a guest, and the secret is kept", () => {
    const bench = new Bench();
    bench.connect();
    assert.deepEqual(bench.tags(), ["auth.guest"]);
    assert.equal(bench.sent[0].secret, undefined);
    bench.welcome();
    assert.equal(bench.talk.online, true);
    assert.equal(bench.lasting.getItem("croupier.guest-secret"), "09".repeat(32));
});

test("a guest who comes back shows the secret", () => {
    const bench = new Bench({ lasting: store({ "croupier.guest-secret": "0a".repeat(32) }) });
    bench.connect();
    assert.deepEqual(bench.sent[0].secret, fromHex("0a".repeat(32)));
});

test("ids are UUIDv7 by the server's clock", () => {
    const bench = online();
    const { id } = bench.talk.request({ t: "ping" });
    assert.equal(timeOf(id), NOW + AHEAD);
    assert.match(toHex(id), /^.{12}7.{3}[89ab].{15}$/);
});

test("inside Telegram its proof is used once, then the access token", () => {
    const passing = store();
    const first = new Bench({ initData: "query_id=1&hash=2", passing });
    first.connect(["auth.token", "auth.telegram"]);
    assert.equal(first.sent[0].init_data, "query_id=1&hash=2");
    first.welcome({ guest_secret: null });
    const reloaded = new Bench({ initData: "query_id=1&hash=2", passing });
    reloaded.connect(["auth.token", "auth.telegram"]);
    assert.deepEqual([reloaded.sent[0].t, reloaded.sent[0].token], ["auth.token", "t1"]);
});

test("a login that is refused gives way to the next, and none left locks the page", async () => {
    const bench = new Bench({ initData: "stale", passing: store({ "croupier.access-token": "old" }) });
    bench.connect(["auth.token", "auth.telegram", "auth.guest"]);
    bench.error(2004);
    bench.error(2008);
    assert.deepEqual(bench.tags(), ["auth.telegram", "auth.token", "auth.guest"]);
    bench.error(2006);
    assert.deepEqual(bench.events, [["locked", "refused 2006"]]);
});

test("a server that is too busy to log in is tried later, not given up", () => {
    const bench = new Bench();
    bench.connect();
    bench.error(3003, { retry: true });
    assert.deepEqual(bench.names(), ["busy"]);
});

test("a reply resolves its request, and an error rejects it with its evidence", async () => {
    const bench = online();
    const asked = bench.talk.request({ t: "fairness.seeds" });
    bench.hear({ t: "seeds", id: asked.id, number: 1 });
    assert.equal((await asked.reply).number, 1);
    const refused = bench.talk.request({ t: "dice.bet" });
    bench.hear({
        t: "error",
        id: refused.id,
        code: 5002,
        name: "bet_below_minimum",
        text: "low",
        retry: false,
        evidence: { min_bet: 10 },
    });
    await assert.rejects(refused.reply, (error) => error.code === 5002 && error.evidence.min_bet === 10);
});

test("a request made offline is sent after the login", () => {
    const bench = new Bench();
    bench.talk.request({ t: "fairness.seeds" });
    bench.connect();
    bench.welcome();
    assert.deepEqual(bench.tags(), ["auth.guest", "fairness.seeds"]);
});

test("an unanswered bet is repeated with its id after a reconnect, and its late answer counts once", async () => {
    const bench = online();
    const { id, reply } = bench.talk.request(
        { t: "dice.bet", amount: 5 },
        { account: { asset: "PLAY", balance: "cash" } },
    );
    bench.talk.closed();
    bench.connect();
    assert.deepEqual([bench.sent[0].t, bench.sent[0].token], ["resume", "r1"]);
    bench.welcome({ resumed: true, resume: "r2", seq: 11 });
    const repeated = bench.sent.find((message) => message.t === "dice.bet");
    assert.deepEqual(repeated.id, id);
    bench.hear({ t: "dice.settled", id, epoch: 1, seq: 11, available: 95, held: 0 });
    bench.hear({ t: "dice.settled", id, epoch: 1, seq: 11, available: 95, held: 0 });
    assert.equal((await reply).available, 95);
    assert.ok(!bench.names().includes("moved"), "the balance of the welcome was newer");
});

test("a ping or a watch is not repeated for its own sake", () => {
    const bench = online();
    bench.talk.request({ t: "ping" }, { once: true });
    bench.talk.closed();
    bench.connect();
    bench.welcome({ resumed: true });
    assert.deepEqual(bench.tags(), ["resume"]);
});

test("a request that may be repeated is repeated with its id, after longer and longer pauses", async () => {
    const bench = online();
    const { id, reply } = bench.talk.request({ t: "dice.bet" });
    for (let n = 0; n < 7; n += 1) {
        bench.error(6001, { id, retry: true });
        bench.timers.at(-1).call();
    }
    assert.deepEqual(
        bench.timers.map(({ ms }) => ms),
        [250, 500, 1000, 2000, 4000, 4000, 4000],
    );
    assert.deepEqual(new Set(bench.sent.map((message) => toHex(message.id))), new Set([toHex(id)]));
    bench.hear({ t: "done", id });
    await reply;
});

test("bets of somebody else are not sent after a login as another player", async () => {
    const bench = online();
    const { reply } = bench.talk.request({ t: "dice.bet" });
    bench.talk.closed();
    bench.connect();
    bench.error(2007);
    bench.welcome({ player: 8 });
    assert.deepEqual(bench.tags(), ["resume", "auth.guest"]);
    await assert.rejects(reply, (error) => error.code === 2001);
});

test("streams go on from where they were when the session is resumed", () => {
    const bench = online();
    bench.talk.watch("table:x");
    bench.hear({ t: "roulette.snapshot", stream: "table:x", epoch: 3, seq: 40 });
    bench.hear({ t: "roulette.bets", stream: "table:x", epoch: 3, seq: 41 });
    bench.talk.closed();
    bench.connect();
    assert.deepEqual(
        bench.sent[0].streams.map(({ stream, epoch, seq }) => [stream, epoch, seq]),
        [
            ["wallet", 1, 10],
            ["table:x", 3, 41],
        ],
    );
    bench.welcome({ resumed: true });
    assert.deepEqual(bench.tags(), ["resume"]);
});

test("streams are watched anew when the session is not resumed", () => {
    const bench = online();
    bench.talk.watch("table:x");
    bench.hear({ t: "roulette.snapshot", stream: "table:x", epoch: 3, seq: 40 });
    bench.talk.closed();
    bench.connect();
    bench.error(2007);
    bench.welcome();
    assert.deepEqual(
        bench.sent.map(({ t, stream }) => [t, stream]),
        [
            ["resume", undefined],
            ["auth.guest", undefined],
            ["watch", "table:x"],
        ],
    );
});

test("events are told in order, once each, and a gap asks for a snapshot before anything more is told", () => {
    const bench = online();
    bench.talk.watch("table:x");
    const bets = (seq, epoch = 3) => bench.hear({ t: "roulette.bets", stream: "table:x", epoch, seq });
    bets(39);
    bench.hear({ t: "roulette.snapshot", stream: "table:x", epoch: 3, seq: 40 });
    bets(40);
    bets(41);
    bets(41);
    bets(43);
    bets(44);
    const told = () => bench.events.map(([, push]) => push.seq);
    assert.deepEqual(told(), [40, 41]);
    assert.deepEqual(bench.tags(), ["watch", "watch"]);
    bench.hear({ t: "roulette.snapshot", stream: "table:x", epoch: 3, seq: 44 });
    bets(45);
    assert.deepEqual(told(), [40, 41, 44, 45]);
    bets(46, 4);
    assert.deepEqual(bench.tags(), ["watch", "watch", "watch"]);
});

test("a bet's reply moves the wallet like an event, and a gap between them asks for the wallet", () => {
    const bench = online();
    const account = { asset: "PLAY", balance: "cash" };
    const bet = (seq) => {
        const { id } = bench.talk.request({ t: "dice.bet" }, { account });
        bench.hear({ t: "dice.settled", id, epoch: 1, seq, available: 1, held: 0 });
    };
    bet(11);
    bench.hear({ t: "wallet.changed", stream: "wallet", epoch: 1, seq: 12 });
    bet(13);
    assert.deepEqual(bench.names(), ["moved", "wallet.changed", "moved"]);
    bet(15);
    assert.deepEqual([bench.names().length, bench.sent.at(-1).t, bench.sent.at(-1).stream], [3, "watch", "wallet"]);
});
