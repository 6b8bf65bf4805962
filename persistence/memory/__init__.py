"""Stores in memory that keep the same promises as the real ones, for tests and simulation."""
