"""What stands out over everything that was computed, exactly why, and what to do about it."""
