"""What cannot be done about demands, restrictions and objections: as `problems` has them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

ORDERS: Final = (
    # to whoever objects
    (
        "bad_receipt",
        422,
        _("Not a receipt of this server"),
        _("Its signature does not verify, or part of it is missing. One can object without a receipt."),
    ),
    (
        "no_such_appeal",
        404,
        _("There is no such objection"),
        _("The key is mistyped, or is another server’s. It was shown once, when the objection arrived."),
    ),
    (
        "no_such_restriction",
        404,
        _("There is no such restriction"),
        _("None by that number is in the public register, or it was changed or ended already."),
    ),
    # at the desk
    (
        "orders_error",
        409,
        _("That cannot be done"),
        _("Nothing was changed. Look at the page of the demand or the restriction again."),
    ),
    (
        "no_such_demand",
        404,
        _("There is nothing there to decide"),
        _("There is no such demand, target, authority or appeal, or it was decided already."),
    ),
    (
        "not_possible_now",
        409,
        _("Not possible in this state"),
        _("A demand or restriction takes its steps in order, each once. Look at its page again."),
    ),
    (
        "demands_off",
        409,
        _("This server takes no demands"),
        _(
            "What arrives is recorded and refused, and nothing is examined or granted. What was granted"
            " before can be ended."
        ),
    ),
    (
        "took_part",
        403,
        _("You took part in it"),
        _("Somebody decides on an objection who had no part in the restriction."),
    ),
    (
        "not_narrower",
        422,
        _("A correction only takes away"),
        _("Fewer territories, or an earlier end. Whatever reaches further is a new demand."),
    ),
    (
        "beyond_territory",
        422,
        _("Beyond the authority’s territory"),
        _("Nothing of what is asked lies in the authority’s own territory, so nothing can be granted."),
    ),
    (
        "authority_exists",
        409,
        _("That authority is there already"),
        _("One of the same name and state was added or is proposed. Change that one instead."),
    ),
    (
        "bad_approval",
        422,
        _("Not a signature over this"),
        _("The passkey did not sign exactly this text, here and now. Load the page again and sign again."),
    ),
    (
        "unknown_passkey",
        422,
        _("Not a passkey of yours"),
        _("Your account did not register it, or it is of a kind that cannot be checked."),
    ),
    (
        "no_signer",
        409,
        _("A passkey that may not sign"),
        _("The public log does not name it, or not any more, among those whose approvals count."),
    ),
    (
        "already_signer",
        409,
        _("A passkey that was named before"),
        _("It may sign, could once, or is proposed already. Add another passkey to your account."),
    ),
    # of documents
    (
        "paper_error",
        422,
        _("The document cannot be used"),
        _("Bring its text, or print it to a new PDF and bring that."),
    ),
    ("paper_too_large", 413, _("The document is too large"), _("It has more bytes than are kept.")),
    (
        "paper_too_long",
        422,
        _("The document is too long"),
        _("It has more pages, or larger pictures, than are kept."),
    ),
    (
        "paper_not_supported",
        422,
        _("Not a document that is taken"),
        _("By its content it is no PDF, PNG or JPEG, and no plain text in UTF-8."),
    ),
    ("paper_unreadable", 422, _("The document cannot be read"), _("It could not be turned into pictures.")),
    ("paper_locked", 422, _("The document is locked"), _("The PDF opens with a password only.")),
    (
        "no_renderer",
        503,
        _("Documents cannot be turned into pictures here"),
        _("What does it is not installed, or cannot be confined on this machine. Bring the text instead."),
    ),
    ("original_gone", 404, _("The letter is no longer kept"), _("Its time was over, or none was ever kept.")),
    (
        "original_damaged",
        503,
        _("The letter kept is damaged"),
        _("It is not what was written, so it is not shown. The people who run this server should look."),
    ),
    (
        "original_key_missing",
        503,
        _("The letter cannot be opened"),
        _("The key that it was closed with is not there. Put the key file back."),
    ),
    (
        "original_key_exposed",
        503,
        _("The letters’ key is exposed"),
        _("Others on this machine can read the key file. Nothing is opened until only the server can."),
    ),
)
