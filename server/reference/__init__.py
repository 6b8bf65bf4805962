"""The reference pages, made from the code itself: what `croupier docs` writes, and checks for freshness."""
