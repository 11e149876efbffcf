"""What has to happen when its time has come, whether this server takes demands now or only did: objections of
past days are logged (P3), hosts are told by mail (P4), letters whose time is over are deleted (P9)."""

from datetime import datetime

from bailiwick.orders.actions.appeals import log_filed
from bailiwick.orders.actions.originals import forget
from bailiwick.orders.host_mail import tell_hosts


def chores(now: datetime) -> None:
    """Whatever is due. Any process may run it, as often as it likes."""
    log_filed(now)
    tell_hosts(now)
    forget(now)
