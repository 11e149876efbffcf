"""What the desk answers that cannot be done, and what somebody reads whose account is suspended: as
`problems` has them, code, status, title, text."""

from typing import Final

from django.utils.translation import gettext_lazy as _

DESK: Final = (
    (
        "role_needed",
        403,
        _("Your role does not open that"),
        _("Each role at the desk does one thing. An administrator can propose another role for you."),
    ),
    (
        "not_your_case",
        403,
        _("Somebody else decides that"),
        _("Nobody decides on themselves, or on an appeal against what they proposed or approved."),
    ),
    (
        "own_role",
        403,
        _("Others decide on your roles"),
        _("Nobody gives a role to themselves, and nobody confirms a role of their own."),
    ),
    (
        "no_such_grant",
        404,
        _("There is no such role to decide on"),
        _("It was confirmed, discarded or taken away already, perhaps by a colleague."),
    ),
    (
        "no_such_suspension",
        404,
        _("There is no such suspension to decide on"),
        _("It was decided, discarded or ended already, or its proposer no longer reviews."),
    ),
    (
        "no_such_report",
        404,
        _("There is no such report"),
        _("It was dealt with already, perhaps by a colleague."),
    ),
    (
        "no_such_alarm",
        404,
        _("There is no such alarm"),
        _("It was seen or dealt with already, perhaps by a colleague."),
    ),
    (
        "role_held",
        409,
        _("That role is held or proposed already"),
        _("Look at the page of roles: it may wait for a second administrator."),
    ),
    (
        "already_suspended",
        409,
        _("The account is suspended, or it is proposed"),
        _("There is one suspension at a time. Look at the list."),
    ),
    (
        "already_appealed",
        409,
        _("You have appealed already"),
        _("There is one appeal against a suspension. The answer comes by mail."),
    ),
    (
        "appeal_too_late",
        409,
        _("It is too late to appeal"),
        _("An appeal can be filed for six months. A court can still be asked."),
    ),
    (
        "role_conflict",
        409,
        _("These roles do not go together"),
        _("An auditor reads everything and changes nothing, so holds no other role."),
    ),
    (
        "proposer_left",
        409,
        _("Whoever proposed it is no longer an administrator"),
        _("Discard the proposal, and propose it again."),
    ),
    (
        "too_few_administrators",
        409,
        _("Two administrators must remain"),
        _("With fewer, nobody could be given a role any more. Make somebody else an administrator first."),
    ),
    (
        "said_authority",
        403,
        _("You answered that an authority prompted it"),
        _(
            "About this account you answered so before. Whoever did does not propose or approve its"
            " suspension any more; somebody else can, and sees your answer."
        ),
    ),
    (
        "authority_behind_suspension",
        422,
        _("That is a demand, not a breach of terms"),
        _("No account is closed because an authority wishes it. Register it as a demand at the desk."),
    ),
    (
        "incomplete_statement",
        422,
        _("The statement is incomplete"),
        _("Whoever is affected must read what happened, which term it breaks and why, and until when."),
    ),
    (
        "no_confirmed_account",
        422,
        _("Nobody has an account with this address"),
        _("Roles go to accounts whose owner has confirmed the e-mail address. Ask them to confirm it first."),
    ),
    (
        "staff_only",
        403,
        _("Only staff can do that"),
        _("Your account is not a member of this server's staff."),
    ),
    (
        "no_such_rule",
        404,
        _("There is no such rule"),
        _("It was withdrawn or decided already."),
    ),
    (
        "same_person",
        403,
        _("A second person must approve"),
        _("Nobody approves what they proposed, whatever their role."),
    ),
    (
        "said_prompted",
        403,
        _("It was answered that an authority prompted a rule"),
        _(
            "Whoever answered so proposes and approves no server-wide rule for ninety days, and what they"
            " proposed before is not approved. Other administrators can; the audit trail has your answer."
        ),
    ),
    (
        "authority_prompted",
        422,
        _("That is a demand, not an access rule"),
        _(
            "What a public authority asks for is a legal demand. It is never carried out as an access rule,"
            " because a rule has no limits of territory or time and no appeal. Nothing of the proposal was"
            " kept. Your answer is in the audit trail and, without a name, in the public log, and an alarm"
            " stays open until somebody has registered the demand at the desk."
        ),
    ),
    (
        "wrong_password",
        422,
        _("That is not your password"),
        _("Try again, or set another one first. Nothing was deleted."),
    ),
    (
        "holds_role",
        409,
        _("You hold a role at the desk"),
        _("Two administrators take it away first. Then you can delete the account."),
    ),
)
