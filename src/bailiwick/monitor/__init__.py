"""What outsiders check our public log with: verify, mirror, witness. No Django; usable alone."""
