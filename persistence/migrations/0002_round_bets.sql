-- The bets of a round, to recall it. Bets of games that one plays alone are not in it, and cost nothing more.
CREATE INDEX bet_of_round ON bet (table_id, round) WHERE table_id IS NOT NULL;
