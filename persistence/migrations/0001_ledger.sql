-- The ledger, the memory of tables, and who owns what. One row of `batch` is one transaction of one host.

-- Ownership -----------------------------------------------------------------------------------------------------------

-- One tenure of one host over its shards, which come and go. Its row is the compare-and-set of every batch: `seq` counts
-- them without a gap.
CREATE TABLE epoch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq bigint NOT NULL DEFAULT 0,
    host text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
) WITH (fillfactor = 10);

CREATE TABLE shard (
    id integer PRIMARY KEY CHECK (id >= 0),
    epoch bigint REFERENCES epoch,
    version bigint NOT NULL DEFAULT 0 -- grows with each change of its epoch
);

CREATE TABLE batch (
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    at_ms bigint NOT NULL,
    transfers integer NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (epoch, seq)
);

-- One row: which shards of how many this database holds, and of which fleet it is, that is, of all databases of one platform.
-- `complete` is of the first database only: every part has been claimed, so that an empty one is none of ours.
CREATE TABLE part (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    fleet uuid NOT NULL DEFAULT gen_random_uuid(),
    shards integer NOT NULL,
    first_shard integer NOT NULL,
    last_shard integer NOT NULL,
    complete boolean NOT NULL DEFAULT false,
    claimed_at timestamptz NOT NULL DEFAULT now(),
    CHECK (0 <= first_shard AND first_shard <= last_shard AND last_shard < shards)
);

-- Who is who ----------------------------------------------------------------------------------------------------------

CREATE TABLE asset (
    number smallint PRIMARY KEY CHECK (number BETWEEN 0 AND 31),
    code text NOT NULL UNIQUE,
    scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 18)
);

CREATE TABLE player (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    subject text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (provider, subject)
);

-- Proofs of identity that are good for one use, kept until they would be too old anyway.
CREATE TABLE used_proof (
    digest bytea PRIMARY KEY,
    expires_ms bigint NOT NULL
);
CREATE INDEX used_proof_expires ON used_proof (expires_ms);

-- Money ---------------------------------------------------------------------------------------------------------------

-- The asset of an account, from its number (protocol/money.py): players' are positive, the house's negative.
CREATE FUNCTION asset_of(account bigint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN account > 0 THEN ((account >> 3) & 31)::integer ELSE (((-account - 1) >> 23) & 31)::integer END;

-- Which account of the house it is (0 house, 1 treasury); nothing for a player's.
CREATE FUNCTION house_kind_of(account bigint) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    CASE WHEN account < 0 THEN (((-account - 1) >> 20) & 7)::integer END;

-- 64 bits that stand for a bet, hold or transfer among millions: two multisets of them are equal if the sums are, but for a
-- chance of 2^-64 with a salt that nobody foresaw. hashint8 folds its halves into one, so the upper one is mixed in again.
CREATE FUNCTION fingerprint(id uuid, account bigint, amount bigint, salt bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    hashint4extended((amount >> 32)::integer, hashint8extended(amount,
        hashint4extended((account >> 32)::integer, hashint8extended(account, uuid_hash_extended(id, salt)))));

CREATE TABLE account (
    id bigint PRIMARY KEY,
    posted bigint NOT NULL DEFAULT 0,
    held bigint NOT NULL DEFAULT 0,
    command_high bigint NOT NULL DEFAULT 0,
    draw_high bigint NOT NULL DEFAULT 0,
    last bigint,
    CONSTRAINT account_available_not_negative CHECK (id < 0 OR (held >= 0 AND posted >= held))
) WITH (fillfactor = 50);

CREATE TABLE transfer (
    id bigint PRIMARY KEY,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    amount bigint NOT NULL CONSTRAINT transfer_amount_positive CHECK (amount > 0),
    kind smallint NOT NULL,
    ref uuid NOT NULL,
    balance bigint NOT NULL,
    previous bigint,
    at_ms bigint NOT NULL,
    CONSTRAINT transfer_between_two_accounts CHECK (debit <> credit),
    CONSTRAINT transfer_of_one_asset CHECK (asset_of(debit) = asset_of(credit))
);

CREATE TABLE hold (
    id uuid PRIMARY KEY,
    account bigint NOT NULL,
    amount bigint NOT NULL CONSTRAINT hold_amount_positive CHECK (amount > 0),
    owner text NOT NULL,
    state smallint NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 4)
) WITH (fillfactor = 80);
CREATE INDEX hold_pending ON hold (account) WHERE state = 1;

CREATE TABLE bet (
    id uuid PRIMARY KEY,
    account bigint NOT NULL,
    game text NOT NULL,
    table_id text,
    round bigint,
    stake bigint NOT NULL CONSTRAINT bet_stake_positive CHECK (stake > 0),
    payout bigint CONSTRAINT bet_payout_not_negative CHECK (payout >= 0),
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
    seed bigint,
    nonce bigint NOT NULL,
    params bytea NOT NULL,
    outcome bytea,
    available bigint NOT NULL,
    held bigint NOT NULL,
    digest bytea NOT NULL,
    placed_ms bigint NOT NULL,
    settled_ms bigint
) WITH (fillfactor = 90);

-- Commands that left no bet: deposits, rotations, and refusals, which stay refused.
CREATE TABLE command (
    id uuid PRIMARY KEY,
    player bigint NOT NULL,
    digest bytea NOT NULL,
    code integer NOT NULL,
    answer bytea NOT NULL,
    at_ms bigint NOT NULL
);

-- Tables and fairness -------------------------------------------------------------------------------------------------

CREATE TABLE journal (
    actor text NOT NULL,
    n bigint NOT NULL,
    event bytea NOT NULL,
    PRIMARY KEY (actor, n)
);

CREATE TABLE snapshot (
    actor text PRIMARY KEY,
    n bigint NOT NULL,
    state bytea NOT NULL
);

CREATE TABLE round (
    table_id text NOT NULL,
    round bigint NOT NULL,
    game text NOT NULL,
    commitment text NOT NULL,
    sealed bytea NOT NULL,
    opened_ms bigint NOT NULL,
    server_seed text,
    client_seed text,
    contributions bytea,
    outcome bytea,
    drawn_ms bigint,
    PRIMARY KEY (table_id, round)
);

CREATE TABLE seed (
    player bigint NOT NULL,
    number bigint NOT NULL,
    commitment text NOT NULL,
    sealed bytea NOT NULL,
    client_seed text NOT NULL,
    opened_ms bigint NOT NULL,
    next_commitment text NOT NULL,
    next_sealed bytea NOT NULL,
    server_seed text,
    nonces bigint,
    revealed_ms bigint,
    PRIMARY KEY (player, number)
);

-- The rows of a batch -------------------------------------------------------------------------------------------------

CREATE TYPE transfer_row AS (
    id bigint, debit bigint, credit bigint, amount bigint, kind smallint, ref uuid, balance bigint, previous bigint
);
-- Movements of an account, and what its actor says it then holds (nothing: the house's, which no actor counts).
CREATE TYPE account_row AS (
    id bigint, posted_delta bigint, held_delta bigint,
    posted bigint, held bigint, command_high bigint, draw_high bigint, last bigint
);
CREATE TYPE hold_row AS (id uuid, account bigint, amount bigint, owner text);
CREATE TYPE hold_end_row AS (id uuid, account bigint, amount bigint, state smallint);
CREATE TYPE bet_row AS (
    id uuid, account bigint, game text, table_id text, round bigint, stake bigint, payout bigint, state smallint, seed bigint,
    nonce bigint, params bytea, outcome bytea, available bigint, held bigint, digest bytea, placed_ms bigint
);
CREATE TYPE bet_end_row AS (id uuid, payout bigint, state smallint, settled_ms bigint);
CREATE TYPE command_row AS (id uuid, player bigint, digest bytea, code integer, answer bytea, at_ms bigint);
CREATE TYPE journal_row AS (actor text, n bigint, event bytea);
CREATE TYPE snapshot_row AS (actor text, n bigint, state bytea);
CREATE TYPE round_row AS (table_id text, round bigint, game text, commitment text, sealed bytea, opened_ms bigint);
CREATE TYPE round_end_row AS (
    table_id text, round bigint, server_seed text, client_seed text, contributions bytea, outcome bytea, drawn_ms bigint
);
CREATE TYPE seed_row AS (
    player bigint, number bigint, commitment text, sealed bytea, client_seed text, opened_ms bigint, next_commitment text, next_sealed bytea
);
CREATE TYPE seed_end_row AS (player bigint, number bigint, server_seed text, nonces bigint, revealed_ms bigint);

-- One batch, one call, one transaction. Raises CR001 when the caller is fenced, CR002 when a balance is not what its
-- actor says, CR003 when something was resolved before, never was, or would be replaced by something older.
CREATE FUNCTION commit_batch(
    the_epoch bigint, the_seq bigint, the_shards integer[], the_at_ms bigint,
    opened bigint[], transfers transfer_row[], accounts account_row[],
    bets bet_row[], bet_ends bet_end_row[], holds hold_row[], hold_ends hold_end_row[], commands command_row[],
    entries journal_row[], snapshots snapshot_row[], rounds round_row[], round_ends round_end_row[],
    seeds seed_row[], seed_ends seed_end_row[]
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    counted integer;
    added integer;
BEGIN
    UPDATE epoch SET seq = seq + 1 WHERE id = the_epoch AND seq = the_seq - 1 AND ended_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'epoch % has ended, or batch % is not its next', the_epoch, the_seq USING ERRCODE = 'CR001';
    END IF;
    SELECT count(*) INTO counted FROM shard WHERE id = ANY (the_shards) AND epoch = the_epoch;
    IF counted <> cardinality(the_shards) THEN
        RAISE EXCEPTION 'epoch % does not own all of shards %', the_epoch, the_shards USING ERRCODE = 'CR001';
    END IF;
    INSERT INTO batch (epoch, seq, at_ms, transfers) VALUES (the_epoch, the_seq, the_at_ms, cardinality(transfers));

    IF cardinality(opened) > 0 THEN
        INSERT INTO account (id) SELECT unnest(opened);
    END IF;
    IF cardinality(transfers) > 0 THEN
        INSERT INTO transfer (id, debit, credit, amount, kind, ref, balance, previous, at_ms)
        SELECT id, debit, credit, amount, kind, ref, balance, previous, the_at_ms FROM unnest(transfers);
    END IF;
    IF cardinality(accounts) > 0 THEN
        UPDATE account a SET
            posted = a.posted + u.posted_delta, held = a.held + u.held_delta,
            command_high = greatest(a.command_high, u.command_high), draw_high = greatest(a.draw_high, u.draw_high),
            last = coalesce(u.last, a.last)
        FROM unnest(accounts) u
        WHERE a.id = u.id
            AND (u.posted IS NULL OR (a.posted + u.posted_delta = u.posted AND a.held + u.held_delta = u.held));
        GET DIAGNOSTICS counted = ROW_COUNT;
        IF counted <> cardinality(accounts) THEN
            -- An account of the house comes with what first moves on it: a host books on those of a shard that it owns.
            INSERT INTO account (id, posted) SELECT u.id, u.posted_delta FROM unnest(accounts) u
            WHERE u.id < 0 AND u.posted IS NULL AND NOT EXISTS (SELECT FROM account a WHERE a.id = u.id);
            GET DIAGNOSTICS added = ROW_COUNT;
            counted := counted + added;
        END IF;
        IF counted <> cardinality(accounts) THEN
            -- Rows that agreed are updated by now, and so of this transaction.
            RAISE EXCEPTION 'the ledger and the actors disagree' USING ERRCODE = 'CR002', DETAIL = (
                SELECT coalesce(string_agg(format(
                    'account %s: ledger %s, moved by %s, held %s, moved by %s; actor %s, held %s', u.id,
                    coalesce(a.posted::text, 'none'), u.posted_delta, coalesce(a.held::text, 'none'), u.held_delta,
                    coalesce(u.posted::text, 'any'), coalesce(u.held::text, 'any')), '; '), 'about one that it opens')
                FROM unnest(accounts) u LEFT JOIN account a USING (id)
                WHERE a.id IS NULL OR (u.posted IS NOT NULL
                    AND (a.xmin <> pg_current_xact_id()::xid OR a.posted <> u.posted OR a.held <> u.held)));
        END IF;
    END IF;
    IF cardinality(bets) > 0 THEN
        INSERT INTO bet (id, account, game, table_id, round, stake, payout, state, seed, nonce, params, outcome, available, held,
                         digest, placed_ms, settled_ms)
        SELECT id, account, game, table_id, round, stake, payout, state, seed, nonce, params, outcome, available, held,
               digest, placed_ms, CASE WHEN state = 1 THEN NULL ELSE placed_ms END
        FROM unnest(bets);
    END IF;
    IF cardinality(holds) > 0 THEN
        INSERT INTO hold (id, account, amount, owner) SELECT id, account, amount, owner FROM unnest(holds);
    END IF;
    IF cardinality(hold_ends) > 0 THEN
        UPDATE hold h SET state = u.state FROM unnest(hold_ends) u
        WHERE h.id = u.id AND h.state = 1 AND h.account = u.account AND h.amount = u.amount AND u.state <> 1;
        GET DIAGNOSTICS counted = ROW_COUNT;
        IF counted <> cardinality(hold_ends) THEN
            RAISE EXCEPTION 'a hold is unknown or was resolved before' USING ERRCODE = 'CR003';
        END IF;
    END IF;
    IF cardinality(bet_ends) > 0 THEN
        UPDATE bet b SET payout = u.payout, state = u.state, settled_ms = u.settled_ms FROM unnest(bet_ends) u
        WHERE b.id = u.id AND b.state = 1 AND u.state <> 1;
        GET DIAGNOSTICS counted = ROW_COUNT;
        IF counted <> cardinality(bet_ends) THEN
            RAISE EXCEPTION 'a bet is unknown or was settled before' USING ERRCODE = 'CR003';
        END IF;
    END IF;
    IF cardinality(commands) > 0 THEN
        INSERT INTO command (id, player, digest, code, answer, at_ms) SELECT id, player, digest, code, answer, at_ms FROM unnest(commands);
    END IF;
    IF cardinality(entries) > 0 THEN
        INSERT INTO journal (actor, n, event) SELECT actor, n, event FROM unnest(entries);
    END IF;
    IF cardinality(snapshots) > 0 THEN
        INSERT INTO snapshot (actor, n, state) SELECT actor, n, state FROM unnest(snapshots)
        ON CONFLICT (actor) DO UPDATE SET n = excluded.n, state = excluded.state WHERE snapshot.n <= excluded.n;
        GET DIAGNOSTICS counted = ROW_COUNT;
        IF counted <> cardinality(snapshots) THEN
            RAISE EXCEPTION 'a snapshot is older than the one before' USING ERRCODE = 'CR003';
        END IF;
        DELETE FROM journal j USING unnest(snapshots) u WHERE j.actor = u.actor AND j.n <= u.n;
    END IF;
    IF cardinality(rounds) > 0 THEN
        INSERT INTO round (table_id, round, game, commitment, sealed, opened_ms)
        SELECT table_id, round, game, commitment, sealed, opened_ms FROM unnest(rounds);
    END IF;
    IF cardinality(round_ends) > 0 THEN
        UPDATE round r SET server_seed = u.server_seed, client_seed = u.client_seed, contributions = u.contributions,
                           outcome = u.outcome, drawn_ms = u.drawn_ms
        FROM unnest(round_ends) u WHERE r.table_id = u.table_id AND r.round = u.round AND r.outcome IS NULL;
        GET DIAGNOSTICS counted = ROW_COUNT;
        IF counted <> cardinality(round_ends) THEN
            RAISE EXCEPTION 'a round is unknown or has an outcome already' USING ERRCODE = 'CR003';
        END IF;
    END IF;
    IF cardinality(seeds) > 0 THEN
        INSERT INTO seed (player, number, commitment, sealed, client_seed, opened_ms, next_commitment, next_sealed)
        SELECT player, number, commitment, sealed, client_seed, opened_ms, next_commitment, next_sealed FROM unnest(seeds);
    END IF;
    IF cardinality(seed_ends) > 0 THEN
        UPDATE seed s SET server_seed = u.server_seed, nonces = u.nonces, revealed_ms = u.revealed_ms
        FROM unnest(seed_ends) u WHERE s.player = u.player AND s.number = u.number AND s.server_seed IS NULL;
        GET DIAGNOSTICS counted = ROW_COUNT;
        IF counted <> cardinality(seed_ends) THEN
            RAISE EXCEPTION 'a seed is unknown or was revealed before' USING ERRCODE = 'CR003';
        END IF;
    END IF;
END
$$;

-- The cluster ---------------------------------------------------------------------------------------------------------

-- At most one plays on a database. `generation` counts its directories: a later one supersedes those before.
CREATE TABLE cluster (
    the_one boolean PRIMARY KEY DEFAULT true CHECK (the_one),
    instance text NOT NULL,
    name text NOT NULL,
    release text NOT NULL,
    generation bigint NOT NULL,
    hosts integer[] NOT NULL CHECK (0 <= ALL (hosts)),
    gateways integer NOT NULL CHECK (gateways >= 0),
    is_down boolean NOT NULL DEFAULT false,
    numbers bigint NOT NULL DEFAULT 0,
    heard_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cluster_process (
    name text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('host', 'gateway')),
    node text NOT NULL,
    slot integer NOT NULL,
    leaving boolean NOT NULL,
    part integer NOT NULL
);

-- Nodes that were emptied: nothing is started on them any more.
CREATE TABLE cluster_closed_node (
    node text PRIMARY KEY
);
