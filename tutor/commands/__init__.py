"""Commands of the command line that need more than a few lines; `tutor/cli.py` gives them their names."""
