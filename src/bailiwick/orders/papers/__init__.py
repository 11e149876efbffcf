"""Documents as they arrive: what they are, how they are kept unreadable, how they become pictures."""
