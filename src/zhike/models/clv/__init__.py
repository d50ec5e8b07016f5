"""Customer value without a contract: when people buy, whether they have left, what they spend."""
