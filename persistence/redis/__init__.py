"""Hot state in Redis or Valkey: whatever can be lost or made again."""
