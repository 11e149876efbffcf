"""What a session is called from outside: its number, after the name of its Janus if there are several."""

from dataclasses import dataclass

from bailiwick.media.port import SessionRef


@dataclass(frozen=True, slots=True)
class Name:
    """Of one Janus; empty for the only one."""

    text: str = ""

    def ref(self, number: int) -> SessionRef:
        return SessionRef(f"{self.text}-{number}" if self.text else str(number))

    def number(self, ref: SessionRef) -> int | None:
        """None: a session of another Janus, or of none."""
        name, _, digits = ref.rpartition("-")
        return int(digits) if name == self.text and digits.isdecimal() else None
