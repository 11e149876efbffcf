"""The promises as invariants, each named after its number, over what people met in the step just made."""

import json
from typing import Any

from django.core import mail
from django.db import connection
from hypothesis.stateful import invariant

from bailiwick.accounts.models import Account
from bailiwick.accounts.sessions import signed_in
from bailiwick.gate.grounds import Grounds
from bailiwick.ledger.models import Entry, Outbox, Published
from bailiwick.meetings.models import Meeting, Presence, PresenceState
from bailiwick.orders.models import Approval, Restriction
from tests.machine.desk_rules import DeskRules
from tests.machine.oracle import LONGEST, Order, territory
from tests.machine.people_rules import PeopleRules
from tests.machine.signer_rules import SignerRules
from tests.machine.story import Met


class Promises(DeskRules, PeopleRules, SignerRules):
    """All rules, and what must hold after each of them."""

    @invariant()
    def a_second_passes(self) -> None:
        """First, by its name: the other invariants judge what is met here."""
        self.look()

    def _withheld(self) -> list[tuple[Met, Order]]:
        """Who was told 451 in this step, and by what."""
        return [
            (met, self._order(name))
            for met in self.met
            if met.ending is not None and met.found == "withheld"
            for name in met.ending.restrictions
        ]

    @invariant()
    def p1_only_who_is_surely_in_the_authoritys_own_territory_is_withheld(self) -> None:
        for met, order in self._withheld():
            surely = None if self.oracle.table_lost else met.guest.who.place.surely
            assert surely is not None, met
            assert surely in territory(order.state) & order.granted, met
        for met in self.met:
            assert met.found != "withheld" or met.ending is None or met.ending.restrictions, met

    @invariant()
    def p2_no_meeting_ends_and_no_account_is_closed(self) -> None:
        assert not Meeting.objects.filter(ended_at__isnull=False).exists()
        assert not Outbox.objects.filter(type="account.suspended").exists()
        hosts = [meeting.host_id for meeting in self.world.meetings]
        assert Account.objects.filter(pk__in=hosts, is_active=True).count() == 2
        for guest in self.world.guests:
            assert not guest.session_key or signed_in(guest.session_key) is not None

    @invariant()
    def p2_whoever_no_restriction_reaches_is_answered_as_ever(self) -> None:
        """Hosts' rules, locks and blocks go on as they are; everybody else is let in."""
        for met in self.met:
            if met.expected != "withheld" and met.found != "withheld":
                assert met.found == met.expected, met

    @invariant()
    def p3_nothing_has_effect_before_it_is_public_and_witnessed(self) -> None:
        published = Published.objects.get(id=1).size
        witnessed = self.world.registry.log.witnesses["ngo"].size
        for met, order in self._withheld():
            assert order.public, met
            told = self._told(met, order)
            assert told.index < told.size <= min(published, witnessed), met
            entry = json.loads(bytes(Entry.objects.get(index=told.index).data))
            assert (entry["type"], entry["restriction"]) == ("restriction.approved", order.name)

    def _told(self, met: Met, order: Order) -> Grounds:
        assert met.ending is not None
        return next(each for each in met.ending.grounds if each.restriction == order.name)

    @invariant()
    def p4_whoever_is_withheld_is_told_who_which_law_where_and_until_when(self) -> None:
        for met, order in self._withheld():
            told = self._told(met, order)
            by = self.rows[order.name].authority.name
            assert (told.authority, told.state) == (by, order.state)
            assert (told.law, told.effective_from, told.expires_at) == (order.law, order.begins, order.until)
            assert set(told.territories) == order.codes
            assert told.demand == self.rows[order.name].demand_id.hex
            assert met.ending is not None
            assert met.ending.receipt is not None
            assert set(met.ending.restrictions) == set(met.ending.receipt.restrictions)
            assert {each.restriction for each in met.ending.grounds} == set(met.ending.restrictions)

    @invariant()
    def p4_the_host_learns_that_it_happened_and_neither_whom_nor_where(self) -> None:
        for number, meeting in enumerate(self.world.meetings):
            meeting.refresh_from_db(fields=["withheld_count"])
            assert (meeting.withheld_count > 0) is (number in self.affected())
            mailed = any(sent.to == [meeting.host.email] for sent in mail.outbox)
            assert mailed or number not in self.to_be_mailed
            assert not mailed or number in self.affected()
        counted = Restriction.objects.filter(outbox_id__isnull=False).values_list("pk", "effects")
        happened_by = {each.name: each.kept_out for each in self.oracle.orders}
        forged = dict.fromkeys((pk.hex for pk in self.forged), 0)
        assert {pk.hex: effects for pk, effects in counted} == happened_by | forged

    @invariant()
    def p5_two_people_signed_whatever_is_in_the_log(self) -> None:
        for name in self.rows:
            signed = Approval.objects.filter(restriction_id=name)
            assert len({each.account_id for each in signed}) == len({each.key for each in signed}) == 2

    @invariant()
    def p6_nothing_is_enforced_outside_its_dates_and_none_has_more_than_ninety_days(self) -> None:
        for met, order in self._withheld():
            assert order.begins <= self.now < order.until, met
            assert order.until - order.begins <= LONGEST

    @invariant()
    def p7_what_is_undone_is_undone_at_once(self) -> None:
        """Without a second's wait: whoever was withheld before this step and no longer should be, is in."""
        for met in self.met:
            if met.freed:
                assert met.found == met.expected, met
        for met, order in self._withheld():
            assert not order.ended, met
            assert met.guest.who.name not in order.spared, met
            assert met.ending is not None
            assert set(met.ending.restrictions) <= met.grounds, met

    @invariant()
    def p8_whoever_is_withheld_stays_out(self) -> None:
        """At the door, inside, with an old grant or token, on either node; and their media is gone."""
        for met in self.met:
            if met.settled and met.expected == "withheld":
                assert met.found == "withheld", met
                assert met.ending is None or set(met.ending.restrictions) == met.grounds, met
        put_out = Presence.objects.filter(pk__in=self.put_out)
        assert not put_out.exclude(state=PresenceState.ENDED).exists()
        ended = Presence.objects.filter(state=PresenceState.ENDED).exclude(media_session="")
        left = {str(ref) for ref in self.world.media.participants}
        assert not left & set(ended.values_list("media_session", flat=True))

    @invariant()
    def p9_nothing_that_is_told_or_logged_is_about_anybody(self) -> None:
        fresh = Outbox.objects.filter(pk__gt=self._logged).order_by("pk")
        said = [bytes(row.entry).decode() for row in fresh]
        self._logged = max([self._logged, *(row.pk for row in fresh)])
        said += [f"{each.subject}\n{each.body}".replace(f"Canarymeeting {number}", "") for each in mail.outbox
                 for number in (0, 1)]  # fmt: skip
        said += self.world.alarms + [f"{code} {subject}" for code, subject in self.world.registry.alarms]
        for text in said:
            for canary in self._canaries():
                assert canary not in text.replace("Canarymeeting 0", "").replace("Canarymeeting 1", "")

    def _canaries(self) -> set[str]:
        """Whatever could lead to somebody."""
        found = {"Canary", "canary", "device-of"}
        for guest in self.world.guests:
            found |= {guest.address, guest.slug}
            found |= {guest.account.pk.hex, str(guest.account.pk)} if guest.account else set()
            found |= {guest.line.id} if guest.line else set()
        for meeting in self.world.meetings:
            found |= {meeting.pk.hex, str(meeting.pk)}
        return found

    def teardown(self) -> None:
        try:
            self._p9_no_address_is_kept()
        finally:
            super().teardown()

    def _p9_no_address_is_kept(self) -> None:
        """P9, of everything in the database."""
        addresses = {guest.address for guest in self.world.guests}
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (names of our own tables)
                for row in cursor.fetchall():
                    text = " ".join(_text(value) for value in row)
                    assert not any(address in text for address in addresses), table


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
