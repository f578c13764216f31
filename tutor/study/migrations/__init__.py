"""How the tables became what they are. One file a version, run in one transaction by `database.py`; a released one never changes."""
