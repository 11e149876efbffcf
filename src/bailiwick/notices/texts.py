"""What each alarm says, and what to do: titles and advice by code."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AlarmText:
    """A line for lists and subjects, and what to do about it."""

    title: str
    advice: str


ALARMS: Final[dict[str, AlarmText]] = {
    "location_unavailable": AlarmText(
        "Nobody can be located",
        "The location table is missing, damaged or not the active one. Everybody counts as undetermined, so"
        " each meeting's rule does what its host chose for that. Run “bailiwick geo status”, then"
        " “bailiwick geo build”.",
    ),
    "location_stale": AlarmText(
        "The location table is old",
        "A source is older than this server allows and counts as disagreeing. Run “bailiwick geo build”.",
    ),
    "location_old": AlarmText(
        "A location source is more than sixty days old",
        "Countries of networks change by about a tenth of a percent a month. Run “bailiwick geo build”, or"
        " give it fresher files.",
    ),
    "proxy_chain": AlarmText(
        "Addresses behind the proxy cannot be read",
        "Requests come through a proxy whose forwarding header is missing or broken. Check"
        " BAILIWICK_TRUSTED_PROXIES and the proxy's settings.",
    ),
    "eject_unfinished": AlarmText(
        "Somebody removed may still be connected",
        "The media server did not confirm that a removed participant's media is gone. It is tried again until"
        " it does. If this stays, look at the media server.",
    ),
    "gate_reconcile_failed": AlarmText(
        "Changed rules are not carried out",
        "The loop that decides again on everybody inside fails, and is tried again every second. Those at the"
        " door are still decided on. Look at the log for “gate_loop_failed”, and at the database.",
    ),
    "gate_lease_failed": AlarmText(
        "A node cannot say that it is alive",
        "Its lease is not renewed, so another node may take its meetings over. Look at the database.",
    ),
    "gate_sweep_failed": AlarmText(
        "What a crash left is not swept up",
        "The sweep fails and is tried again. Look at the log for “gate_loop_failed” and at the media server.",
    ),
    "gate_watch_failed": AlarmText(
        "The server cannot look after itself",
        "Looking for what is wrong fails. Look at the log for “gate_loop_failed”.",
    ),
    "nodes_apart": AlarmText(
        "Nodes cannot hear each other",
        "Several web processes share this server's database, but not the Redis of BAILIWICK_REDIS_URL: chat"
        " does not reach everybody, and no rule can be tried out. Rules are carried out all the same. Give"
        " all of them the same Redis.",
    ),
    "media_down": AlarmText(
        "The media server does not answer",
        "Meetings are interrupted until it is back; people rejoin by themselves. Look at its log.",
    ),
    "log_rewound": AlarmText(
        "The public log was set back",
        "The database holds fewer entries than were signed already: an older backup was restored. Nothing is"
        " appended and no restriction enforced until the lost entries are back: docs/how-to/public-log.md.",
    ),
    "log_forked": AlarmText(
        "The public log has two histories",
        "The database holds other entries than those that were signed before, or a witness says so. Nothing"
        " is appended, and no restriction enforced. Find out who changed it: docs/how-to/public-log.md.",
    ),
    "log_damaged": AlarmText(
        "The public log is damaged",
        "What is stored contradicts itself, or what was signed. Nothing is appended, and no restriction"
        " enforced that was not verified before. Run “bailiwick log check”: it says where.",
    ),
    "log_refuses": AlarmText(
        "The public log does not go on",
        "A witness contradicts it, so nothing is appended or published until it agrees again:"
        " docs/how-to/public-log.md.",
    ),
    "log_unconfirmed": AlarmText(
        "No witness has confirmed the public log since the start",
        "No restriction is enforced until then: the server cannot tell by itself that it was not set back,"
        " data folder and all. Witnesses do not answer: docs/how-to/public-log.md.",
    ),
    "log_not_begun": AlarmText("There is no public log yet", "Run “bailiwick migrate”."),
    "log_key_missing": AlarmText(
        "The public log's key cannot be read",
        "Put the key file back, or set BAILIWICK_LOG_KEY_FILE. Nothing is signed without it.",
    ),
    "log_key_exposed": AlarmText(
        "Others can read the public log's key",
        "Allow only the server's user to read the key file (chmod 600). Then rotate the key, since somebody"
        " may have copied it: “bailiwick log rotate”. Nothing is signed until then.",
    ),
    "log_key_differs": AlarmText(
        "This is not the public log's key",
        "Every machine needs the same key file; after “bailiwick log rotate”, the new one.",
    ),
    "log_origin_differs": AlarmText(
        "This is another public log",
        "The log in the database and the one that is set or remembered have different names. Correct"
        " BAILIWICK_LOG_ORIGIN or the data folder.",
    ),
    "log_memory_unreadable": AlarmText(
        "The last signed checkpoint cannot be read",
        "The file log/remembered in the data folder is damaged. Put back the last checkpoint that a witness"
        " or a mirror has.",
    ),
    "log_policy_unusable": AlarmText(
        "The witness policy cannot be used", "Correct the file that BAILIWICK_LOG_POLICY names."
    ),
    "log_sequence_failed": AlarmText(
        "Nothing is appended to the public log",
        "It fails and is tried again every second. Look for “log_loop_failed” in the server's log.",
    ),
    "log_publish_failed": AlarmText(
        "Nothing is published in the public log",
        "It fails and is tried again every second. Look for “log_loop_failed” in the server's log.",
    ),
    "witness_unreachable": AlarmText(
        "A witness of the public log does not answer",
        "It is asked again. If too few answer, nothing new is published or enforced. Tell whoever runs it.",
    ),
    "witness_busy": AlarmText(
        "A witness refuses again and again",
        "It says that it has another size of the log than it is told, and then refuses that one too. Tell"
        " whoever runs it.",
    ),
    "witness_refused": AlarmText(
        "A witness does not know this public log",
        "Whoever runs it must add the log's key, which stands in /log/policy.",
    ),
    "witness_answer_unusable": AlarmText(
        "A witness answers what cannot be used",
        "Its cosignature does not verify with the key in the policy, or its answer is none of the protocol's."
        " Ask whoever runs it for the right key.",
    ),
    "restriction_unproven": AlarmText(
        "A restriction has no proof",
        "It was approved more than a minute ago and is not enforced: the public log has no checkpoint with a"
        " quorum of witnesses that covers it. Look at the log's other alarms and at its witnesses.",
    ),
    "restriction_proof_refused": AlarmText(
        "A restriction's proof does not verify",
        "It is not enforced. The proof kept with it does not lead to a checkpoint that this server's key and"
        " witness policy believe; today's proof is asked for. Find out who changed it, or which key.",
    ),
    "restriction_altered": AlarmText(
        "A restriction was changed behind the log's back",
        "It is not enforced: its row says something else than its entry in the public log. Find out who"
        " changed the database.",
    ),
    "restriction_beyond_bounds": AlarmText(
        "A restriction reaches further than it may",
        "It is not enforced: it goes beyond its authority's own territory or beyond 90 days. It should never"
        " have been approved.",
    ),
    "restriction_unapproved": AlarmText(
        "A restriction was not approved by two people",
        "It is not enforced: there are no two passkey signatures over exactly this. Find out how it came"
        " into the log.",
    ),
    "restriction_no_signer": AlarmText(
        "A restriction was approved with a passkey that may not sign",
        "It is not enforced: the public log did not name both keys before as those that may. Either somebody"
        " wrote it into the database by hand, or a passkey was removed meanwhile. Find out which.",
    ),
    "restriction_signers_unproven": AlarmText(
        "Whose approvals count cannot be told",
        "A restriction is not enforced: the entries of the public log do not lead to what is published, or"
        " that is not believed. Run: bailiwick log check",
    ),
    "restriction_authority_unknown": AlarmText(
        "A restriction's authority is not in the public log",
        "It is not enforced: no proven entry says that this authority was added, with this state and kind."
        " Find out who changed the database.",
    ),
    "restriction_target_unknown": AlarmText(
        "Nobody can show which meeting a restriction is for",
        "It is not enforced: its salt was deleted, or it stands with another meeting than the one its entry"
        " was made for.",
    ),
    "restriction_without_witness": AlarmText(
        "Restrictions have no outside witness",
        "None is enforced: the witness policy asks for nobody's cosignature. Name a witness in the file of"
        " BAILIWICK_LOG_POLICY.",
    ),
    "restriction_unverifiable": AlarmText(
        "A restriction cannot be verified",
        "It is not enforced. Look at the log for “restriction_not_verified”.",
    ),
    "clock_behind": AlarmText(
        "This machine's clock is behind",
        "No restriction is enforced: witnesses of the public log signed at a later time than it is here, and"
        " what has ended must not begin again. Set the clock right; NTP keeps it so.",
    ),
    "gate_proofs_failed": AlarmText(
        "Proofs of restrictions are not looked at",
        "New restrictions are not enforced, and what is wrong with old ones is not told. Look at the log for"
        " “gate_loop_failed” or “log_not_read”.",
    ),
    "suspension_appeal_late": AlarmText(
        "An appeal against a suspension is overdue",
        "Its owner was promised an answer within seven days. Somebody with the role for appeals who took no"
        " part before answers it at the desk, under Suspensions.",
    ),
    "suspension_prompted": AlarmText(
        "An authority is behind a suspension that was asked for",
        "A member of staff answered so, and nothing was suspended. Register at the desk, as a demand, what"
        " was asked, by whom and how; an informal one is recorded and refused. Then acknowledge this.",
    ),
    "server_rule_prompted": AlarmText(
        "An authority is behind a server-wide rule that was asked for",
        "An administrator answered so, and no rule was made. Register at the desk, as a demand, what was"
        " asked, by whom and how; an informal one is recorded and refused. Then acknowledge this.",
    ),
    "invitations_limit": AlarmText(
        "An account sends as many invitations as it may",
        "Some of its mails were not sent. If it is no mistake of somebody with many guests, it may send mail"
        " that nobody asked for in this server's name: a reviewer can propose to suspend it."
        " BAILIWICK_INVITATIONS_A_DAY sets the limit.",
    ),
    "demand_late": AlarmText(
        "A demand is overdue",
        "Nobody has answered it in ten days, or in a day if it is an emergency. Open the queue at the desk:"
        " refuse it, or decide what of it is lawful and necessary.",
    ),
    "appeal_late": AlarmText(
        "An objection is overdue",
        "Whoever filed it was promised an answer within seven days. Somebody who decides on appeals, and took"
        " no part in the restriction, must open it at the desk.",
    ),
    "report_due": AlarmText(
        "A half-yearly report is due",
        "The half year in the subject ended a month ago, and its report is not published. Run"
        " `bailiwick report --period YYYY-H1 --publish` with that half year; the register then has it.",
    ),
    "mail_failed": AlarmText(
        "Mail cannot be sent",
        "The mail server refused or did not answer. Check BAILIWICK_SMTP_URL. Invitations that were not sent"
        " are marked on their meeting's page.",
    ),
}


def text_of(code: str) -> AlarmText:
    """The alarm's text; an unlisted code is shown as it is rather than hidden."""
    return ALARMS.get(code) or AlarmText(code, "See the server's log for the event of this name.")
