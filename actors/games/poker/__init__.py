"""Poker: cash tables of no-limit hold'em and pot-limit Omaha."""
