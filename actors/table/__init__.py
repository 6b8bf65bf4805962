"""The table: one actor a table, who runs its rounds and asks wallets for the money."""
