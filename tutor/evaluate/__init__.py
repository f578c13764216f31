"""Quality figures on the project's own evaluation sets, with baselines."""
