"""What runs actors: references, turns, batches, hosts and where they are."""
