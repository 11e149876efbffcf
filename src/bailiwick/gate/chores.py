"""What has to happen when its time has come, whether this server takes demands now or only did: objections of
past days and the answers to them are logged (P3), hosts are told by mail (P4), letters, objections and blocks
whose time is over are deleted (P9), and what the desk has not answered in time is an alarm."""

from datetime import datetime

from bailiwick.accounts.actions import suspension_appeals
from bailiwick.meetings import blocks
from bailiwick.orders.actions.appeal_ending import forget_exemptions, forget_texts
from bailiwick.orders.actions.appeal_log import log_decided, log_filed
from bailiwick.orders.actions.clocks import alarm_late
from bailiwick.orders.actions.originals import forget
from bailiwick.orders.actions.proposals import forget_targets
from bailiwick.orders.actions.reports_due import alarm_report_due
from bailiwick.orders.host_mail import tell_hosts


def chores(now: datetime) -> None:
    """Whatever is due. Any process may run it, as often as it likes."""
    log_filed(now)
    log_decided(now)
    tell_hosts(now)
    forget(now)
    forget_texts(now)
    forget_exemptions(now)
    forget_targets(now)
    blocks.forget_ended(now)
    alarm_late(now)
    alarm_report_due(now)
    suspension_appeals.alarm_late(now)
