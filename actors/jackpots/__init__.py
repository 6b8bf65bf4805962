"""Jackpots: a feeder on each shard takes a share of stakes, and one actor a jackpot has its pools."""
