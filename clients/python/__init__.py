"""The Python SDK: a reconnecting client, and the conversation without wires that it is a shell of."""
