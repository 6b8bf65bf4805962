"""`croupier bench`: measures the platform beside what others would build, on one machine, in one run and in turns."""
