"""The usual wallet, to compare with: rows that are locked, and a transaction per bet, behind the same gateway."""
