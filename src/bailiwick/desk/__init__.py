"""The desk: where the staff work. Pages only; what may be done is decided by the apps' actions."""
