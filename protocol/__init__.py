"""The words everyone speaks: ids, money, messages, records and errors. It imports no other room."""
