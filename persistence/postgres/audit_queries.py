"""The auditor's questions, in SQL: few passes over the big tables, in parallel, and only what is broken comes back.

Kinds of transfers: 1 stake, 2 win, 7 refund. States of bets: 1 open, 2 settled, 3 returned; of holds: 1 pending,
2 captured, 3 released. `$1` is the salt of a survey's fingerprints, or how many rows of evidence are wanted.

A bet at a table has a table and a round. One of a game of steps has a seed, and its nonce for a round; an instant one
has a seed alone, and was never open.
"""

from typing import Final

# --- surveys: one pass over a table, a few rows of sums ---------------------------------------------------------------

TRANSFERS: Final = """
    SELECT id >> 40 AS epoch, kind, asset_of(debit) AS asset, house_kind_of(debit) AS debtor,
        house_kind_of(credit) AS creditor, count(*) AS transfers, max(id & 1099511627775) AS last_number,
        count(*) FILTER (WHERE amount <= 0 OR debit = credit OR (debit > 0 AND credit > 0)
            OR asset_of(debit) <> asset_of(credit)) AS impossible,
        sum(amount) AS amount, sum(fingerprint(ref, greatest(debit, credit), amount, $1)) AS fingerprint
    FROM transfer GROUP BY 1, 2, 3, 4, 5"""

BETS: Final = """
    SELECT state, num_nonnulls(table_id, round) = 0 AS instant, count(*) AS bets, count(seed) AS draws,
        count(*) FILTER (WHERE payout > 0) AS wins,
        count(*) FILTER (WHERE state = 2 AND payout IS NULL OR num_nonnulls(table_id, round) = 0 AND state <> 2)
            AS impossible,
        sum(fingerprint(id, account, stake, $1)) AS stakes_fingerprint,
        sum(fingerprint(id, account, payout, $1)) FILTER (WHERE payout > 0) AS wins_fingerprint
    FROM bet GROUP BY 1, 2"""

HOLDS: Final = """
    SELECT state, count(*) AS holds, sum(fingerprint(id, account, amount, $1)) AS fingerprint FROM hold GROUP BY 1"""

BATCHES: Final = """
    SELECT epoch, e.seq, batches, first, last, coalesce(transfers, 0) AS transfers
    FROM (SELECT epoch, count(*) AS batches, min(seq) AS first, max(seq) AS last, sum(transfers) AS transfers
        FROM batch GROUP BY epoch) b
    FULL JOIN (SELECT id AS epoch, seq FROM epoch) e USING (epoch) ORDER BY epoch"""

# --- what is broken, row by row ---------------------------------------------------------------------------------------

IMPOSSIBLE_TRANSFERS: Final = """
    SELECT id AS transfer, debit, credit, amount, asset_of(debit) AS debit_asset, asset_of(credit) AS credit_asset
    FROM transfer WHERE amount <= 0 OR debit = credit OR (debit > 0 AND credit > 0)
        OR asset_of(debit) <> asset_of(credit) ORDER BY id LIMIT $1"""

ASSET_SUMS: Final = """
    SELECT asset_of(id) AS asset, sum(posted) AS posted FROM account GROUP BY 1 HAVING sum(posted) <> 0 LIMIT $1"""

# Balances and last transfers of accounts, both ways: neither an account nor a transfer may lack the other.
ACCOUNTS: Final = """
    WITH folded AS (
        SELECT account, sum(moved) AS posted, max(last) AS last
        FROM (SELECT debit AS account, -sum(amount) AS moved, max(id) AS last FROM transfer GROUP BY 1
            UNION ALL SELECT credit, sum(amount), max(id) FROM transfer GROUP BY 1) sides GROUP BY account)
    SELECT coalesce(a.id, f.account) AS account, a.posted, coalesce(f.posted, 0) AS transfers_make,
        a.last, f.last AS last_transfer, a.posted IS DISTINCT FROM coalesce(f.posted, 0) AS wrong_balance,
        coalesce(a.id, f.account) > 0 AND a.last IS DISTINCT FROM f.last AS wrong_last
    FROM account a FULL JOIN folded f ON f.account = a.id
    WHERE a.posted IS DISTINCT FROM coalesce(f.posted, 0)
        OR (coalesce(a.id, f.account) > 0 AND a.last IS DISTINCT FROM f.last) ORDER BY 1"""

NEGATIVE_ACCOUNTS: Final = """
    SELECT id AS account, posted, held, posted - held AS available FROM account
    WHERE id > 0 AND (held < 0 OR posted < held) ORDER BY id LIMIT $1"""

HELD_ACCOUNTS: Final = """
    SELECT coalesce(a.id, h.account) AS account, a.held, coalesce(h.pending, 0) AS pending_holds
    FROM account a FULL JOIN (SELECT account, sum(amount) AS pending FROM hold WHERE state = 1 GROUP BY 1) h
        ON h.account = a.id
    WHERE a.held IS DISTINCT FROM coalesce(h.pending, 0) ORDER BY 1 LIMIT $1"""

HOLDS_UNLIKE_BETS: Final = """
    SELECT coalesce(h.id, b.id) AS id, h.state AS hold_state, h.account AS hold_account, h.amount AS held,
        b.state AS bet_state, b.account AS bet_account, b.stake
    FROM hold h FULL JOIN (SELECT * FROM bet WHERE num_nonnulls(table_id, round) > 0) b ON b.id = h.id
    WHERE (h.state, h.account, h.amount) IS DISTINCT FROM (b.state, b.account, b.stake) LIMIT $1"""

IMPOSSIBLE_BETS: Final = """
    SELECT id AS bet, table_id, state, stake, payout FROM bet
    WHERE state = 2 AND payout IS NULL OR num_nonnulls(table_id, round) = 0 AND state <> 2 LIMIT $1"""

BETS_UNLIKE_TRANSFERS: Final = """
    SELECT coalesce(b.id, t.ref) AS bet, b.account, b.state, b.stake, t.staked, t.stakes, b.payout, t.won, t.wins
    FROM bet b
    FULL JOIN (
        SELECT ref, array_agg(amount ORDER BY id) FILTER (WHERE kind = 1) AS staked,
            array_agg(debit ORDER BY id) FILTER (WHERE kind = 1) AS stakes,
            array_agg(amount ORDER BY id) FILTER (WHERE kind = 2) AS won,
            array_agg(credit ORDER BY id) FILTER (WHERE kind = 2) AS wins
        FROM transfer WHERE kind IN (1, 2) GROUP BY ref) t ON t.ref = b.id
    WHERE (t.staked, t.stakes) IS DISTINCT FROM
            (CASE WHEN b.state = 2 THEN ARRAY[b.stake] END, CASE WHEN b.state = 2 THEN ARRAY[b.account] END)
        OR (t.won, t.wins) IS DISTINCT FROM (CASE WHEN b.state = 2 AND b.payout > 0 THEN ARRAY[b.payout] END,
            CASE WHEN b.state = 2 AND b.payout > 0 THEN ARRAY[b.account] END) LIMIT $1"""

REFUNDS_WITHOUT_BETS: Final = """
    SELECT t.id AS transfer, t.ref, t.amount FROM transfer t
    WHERE t.kind = 7 AND NOT EXISTS (SELECT FROM bet b WHERE b.id = t.ref) ORDER BY t.id LIMIT $1"""

# The statement of an account is its transfers in the order of their numbers; each names the one before.
STATEMENTS: Final = """
    SELECT id AS transfer, account, moved, previous, follows, balance, coalesce(before, 0) + moved AS should_leave
    FROM (
        SELECT id, account, moved, previous, balance, lag(id) OVER chain AS follows, lag(balance) OVER chain AS before
        FROM (
            SELECT id, previous, balance, greatest(debit, credit) AS account,
                CASE WHEN credit > debit THEN amount ELSE -amount END AS moved
            FROM transfer WHERE debit > 0 OR credit > 0) one
        WINDOW chain AS (PARTITION BY account ORDER BY id)) linked
    WHERE previous IS DISTINCT FROM follows OR balance <> coalesce(before, 0) + moved LIMIT $1"""

IDS: Final = """
    SELECT b.id, b.account, c.player, c.code FROM command c JOIN bet b ON b.id = c.id LIMIT $1"""

# The draws with a seed have the nonces 0, 1, 2, … without a gap; a revealed seed is the one that was committed to.
DRAWS: Final = """
    SELECT coalesce(s.player, d.player) AS player, coalesce(s.number, d.seed) AS seed, coalesce(d.draws, 0) AS draws,
        coalesce(d.misnumbered, 0) AS misnumbered, s.number IS NOT NULL AS seed_known, s.nonces AS revealed_after,
        s.server_seed IS NULL OR encode(sha256(convert_to(s.server_seed, 'UTF8')), 'hex') = s.commitment AS as_committed
    FROM (
        SELECT player, seed, count(*) AS draws, count(*) FILTER (WHERE nonce <> expected) AS misnumbered
        FROM (
            SELECT account >> 8 AS player, seed, nonce,
                row_number() OVER (PARTITION BY account >> 8, seed ORDER BY nonce) - 1 AS expected
            FROM bet WHERE seed IS NOT NULL) numbered
        GROUP BY player, seed) d
    FULL JOIN seed s ON s.player = d.player AND s.number = d.seed
    WHERE d.misnumbered > 0 OR s.number IS NULL
        OR (s.server_seed IS NOT NULL AND (s.nonces IS DISTINCT FROM coalesce(d.draws, 0)
            OR encode(sha256(convert_to(s.server_seed, 'UTF8')), 'hex') <> s.commitment)) LIMIT $1"""

# A seed was committed to while the one before was in use, and begins when that one is revealed.
SEED_CHAINS: Final = """
    SELECT s.player, s.number AS seed, s.commitment, b.next_commitment AS announced,
        b.server_seed IS NOT NULL AS revealed_before
    FROM seed s LEFT JOIN seed b ON b.player = s.player AND b.number = s.number - 1
    WHERE s.number <> 1 AND (b.number IS NULL OR b.next_commitment <> s.commitment OR b.server_seed IS NULL) LIMIT $1"""

NEWEST_DRAWS: Final = """
    SELECT coalesce(a.id, d.account) AS account, a.draw_high, coalesce(d.newest, 0) AS newest_draw
    FROM account a FULL JOIN (
        SELECT account, max(seed << 40 | nonce) AS newest FROM bet WHERE seed IS NOT NULL GROUP BY 1) d
        ON d.account = a.id
    WHERE a.draw_high IS DISTINCT FROM coalesce(d.newest, 0) LIMIT $1"""

SEEDLESS_BETS: Final = """
    SELECT id AS bet, game, account, nonce FROM bet WHERE table_id IS NULL AND seed IS NULL LIMIT $1"""

MISNUMBERED_GAMES: Final = """
    SELECT id AS bet, game, account, round, nonce FROM bet WHERE table_id IS NULL AND round <> nonce LIMIT $1"""

ROUNDS: Final = """
    SELECT table_id, round, commitment, server_seed, outcome IS NOT NULL AS drawn FROM round
    WHERE num_nonnulls(server_seed, client_seed, contributions, outcome, drawn_ms) NOT IN (0, 5)
        OR encode(sha256(convert_to(server_seed, 'UTF8')), 'hex') <> commitment LIMIT $1"""

# `$2`: tables whose rounds are in other databases.
BETS_UNLIKE_ROUNDS: Final = """
    SELECT b.id AS bet, b.table_id, b.round, b.state, b.outcome, r.outcome AS round_outcome,
        r.round IS NOT NULL AS round_known
    FROM bet b LEFT JOIN round r ON r.table_id = b.table_id AND r.round = b.round
    WHERE b.table_id IS NOT NULL AND b.table_id <> ALL ($2::text[])
        AND (r.round IS NULL OR (b.state = 2 AND r.outcome IS NULL)
        OR (b.outcome IS NOT NULL AND b.outcome IS DISTINCT FROM r.outcome)) LIMIT $1"""

# --- how many rows were looked at -------------------------------------------------------------------------------------

COUNTS: Final = """
    SELECT (SELECT count(*) FROM account) AS accounts, (SELECT count(*) FROM account WHERE id > 0) AS player_accounts,
        (SELECT count(*) FROM command) AS commands, (SELECT count(*) FROM seed) AS seeds,
        (SELECT count(*) FROM round) AS rounds"""

TABLES_BET_AT: Final = """SELECT DISTINCT table_id FROM bet WHERE table_id IS NOT NULL"""
