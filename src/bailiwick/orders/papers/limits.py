"""How large a document may be, and what it arrives in. Imported by settings: nothing of Django here."""

from typing import Final

LARGEST: Final = 10 * 1024 * 1024
"""A letter of forty scanned pages; what is larger is a file, not a letter."""
LARGEST_REQUEST: Final = LARGEST + 1024 * 1024
"""With the fields beside it."""
