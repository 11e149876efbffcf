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


class SamePerson(OrdersError):
    """Nobody approves what they proposed (P5)."""

    code = "same_person"


class TookPart(OrdersError):
    """Whoever took part in a restriction does not decide on objections to it."""

    code = "took_part"


class NotPossibleNow(OrdersError):
    """It is not in a state in which that can be done."""

    code = "not_possible_now"


class DemandsOff(OrdersError):
    """This server takes no demands: what arrives is recorded and refused, and nothing is granted."""

    code = "demands_off"


class NoSuchDemand(OrdersError):
    """No demand, target, authority or appeal by that id."""

    code = "no_such_demand"


class BeyondTerritory(OrdersError):
    """Nothing of what is asked lies in the authority's own territory (P1)."""

    code = "beyond_territory"


class InvalidOrder(OrdersError):
    """A field cannot be used; `field` names it."""

    code = "invalid_field"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} cannot be used")
        self.field = field


class AuthorityExists(InvalidOrder):
    """There is an authority of that name and state, or one is proposed."""

    code = "authority_exists"


class NoSigner(OrdersError):
    """The passkey is not among those that may sign (or not any more): nothing approved with it counts."""

    code = "no_signer"


class AlreadySigner(OrdersError):
    """The passkey is among those that may sign, was there before, or is proposed already."""

    code = "already_signer"


class UnknownPasskey(OrdersError):
    """The passkey is not one that this account registered."""

    code = "unknown_passkey"
