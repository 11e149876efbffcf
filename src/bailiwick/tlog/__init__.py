"""The public log's formats (RFC 6962 hashing, C2SP tiles, notes, proofs, policies): pure, usable alone."""
