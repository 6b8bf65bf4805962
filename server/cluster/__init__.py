"""A cluster of hosts and gateways over one database: who owns what, what runs where, and what keeps it running."""
