"""Decisions: wallets, tables and games as actors, the runtime that hosts them, and the rules they follow."""
