"""What the desk refuses, as one tree. Texts name the fault and nobody."""

# ruff: noqa: N818 - named for what is wrong, as the other errors of this project

from typing import ClassVar


class OrdersError(Exception):
    """Root of the tree. `code` is stable; programs may rely on it."""

    code: ClassVar[str] = "orders_error"


class BadApproval(OrdersError):
    """Not a passkey's signature over exactly this."""

    code = "bad_approval"


class NoSuchRestriction(OrdersError):
    """No restriction by that id that could still be changed."""

    code = "no_such_restriction"


class NotNarrower(OrdersError):
    """A correction only takes away. Whatever reaches further is a new demand."""

    code = "not_narrower"
