"""What changes orders: one module a subject. Each checks who may and what must hold, changes rows and writes
to the log in one transaction."""
