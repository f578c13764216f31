"""The index on disk and how a query finds entries in it."""
