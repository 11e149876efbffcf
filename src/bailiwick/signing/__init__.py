"""Who approved what, checked from public bytes alone: passkey signatures, and whose passkeys count. Usable
without the rest: the standard library and `cryptography`."""
