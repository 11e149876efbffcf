"""Sign-up and sign-in; and that no address of anybody is read, kept or mailed on the way (P9)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory

from bailiwick.accounts.adapter import rate_key
from bailiwick.accounts.models import Account
from bailiwick.accounts.queries import is_staff
from bailiwick.accounts.rate_key import KEY_SECONDS, RateKeys
from bailiwick.geo.address import parse_address

PASSWORD = "a good passphrase"
CANARY = "198.51.100.77"
CANARY_6 = "2001:db8:77:88::99"
CANARIES = (CANARY, CANARY_6, "198.51.100", "2001:db8:77", str(0xC633644D), "c633644d", "SecretAgent")
NEW = {"email": "new@example.org", "password1": PASSWORD, "display_name": "New"}


def browser(address: str = CANARY) -> Client:
    return Client(REMOTE_ADDR=address, HTTP_USER_AGENT="SecretAgent/1.0")


def everything_kept() -> str:
    """Every row of every table, as text."""
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (the database's own names)
            kept.append(f"{table} {cursor.fetchall()}")
    return "\n".join(kept)


def everything_said() -> str:
    return "\n".join(str(message.message()) for message in mail.outbox)


@pytest.mark.django_db
def test_somebody_makes_an_account_and_hosts() -> None:
    client = browser()
    assert client.post("/accounts/signup/", NEW).headers["Location"] == "/meetings/"
    account = Account.objects.get()
    assert (account.email, account.display_name) == ("new@example.org", "New")
    assert not is_staff(account.pk)
    assert client.get("/meetings/").status_code == 200


@pytest.mark.django_db
def test_addresses_that_differ_only_in_case_are_one_account(host: Account) -> None:
    assert Account.objects.create_user("  MIXED@Example.ORG ", PASSWORD).email == "mixed@example.org"
    assert (
        browser().post("/accounts/login/", {"login": "Mixed@example.org", "password": PASSWORD}).status_code
        == 302
    )


@pytest.mark.django_db
def test_sign_up_can_be_closed(settings: Any) -> None:
    settings.SIGN_UP_OPEN = False
    answer = browser().post("/accounts/signup/", NEW)
    assert "Sign-up is closed" in answer.content.decode()
    assert not Account.objects.exists()
    assert "/accounts/signup/" not in browser().get("/").content.decode()


@pytest.mark.django_db
def test_where_addresses_are_confirmed_signing_up_does_not_tell_which_are_known(
    host: Account, settings: Any
) -> None:
    """Whoever asks learns nothing; whoever owns the address gets a mail."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    known = browser().post("/accounts/signup/", {**NEW, "email": host.email}, follow=True)
    new = browser().post("/accounts/signup/", NEW, follow=True)
    assert known.redirect_chain == new.redirect_chain
    strip = re.compile(rf"{host.email}|{NEW['email']}")
    assert strip.sub("", known.content.decode()) == strip.sub("", new.content.decode())
    assert [message.to for message in mail.outbox] == [[host.email], [NEW["email"]]]
    assert "_auth_user_id" not in known.client.session


@pytest.mark.django_db
def test_signing_up_with_a_known_address_makes_no_second_account(host: Account) -> None:
    answer = browser().post("/accounts/signup/", {**NEW, "email": host.email})
    assert Account.objects.count() == 1
    assert "_auth_user_id" not in answer.client.session


@pytest.mark.django_db
def test_nobody_writes_to_strangers_in_our_name_by_signing_up_with_their_address(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    browser().post("/accounts/signup/", {**NEW, "display_name": "You won! evil.example"})
    assert [message.to for message in mail.outbox] == [[NEW["email"]]]
    assert "/accounts/confirm-email/" in everything_said()
    assert "evil.example" not in everything_said()


@pytest.mark.django_db
@pytest.mark.parametrize("host_header", ["localhost:666", "127.0.0.1"])
def test_links_in_mail_lead_to_our_address_whatever_the_request_says(
    host: Account, settings: Any, host_header: str
) -> None:
    """Whoever asks for the mail chooses the Host header; whoever gets it would follow the link there."""
    settings.PUBLIC_URL = "https://meet.example.org"
    client = Client(headers={"host": host_header})
    client.post("/accounts/password/reset/", {"email": host.email})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    client.post("/accounts/signup/", NEW)
    bodies = [message.body for message in mail.outbox]
    assert len(bodies) == 3
    for body in bodies:
        assert set(re.findall(r"https?://[^/\s]+", body)) == {"https://meet.example.org"}
        assert host_header not in body


@pytest.mark.django_db
def test_wrong_passwords_count_against_the_account_under_any_host_header(host: Account) -> None:
    wrong = {"login": host.email, "password": "wrong"}
    for port in range(1, 11):
        Client(headers={"host": f"localhost:{port}"}).post("/accounts/login/", wrong)
    right = {"login": host.email, "password": PASSWORD}
    answer = Client(headers={"host": "localhost:11"}).post("/accounts/login/", right)
    assert "_auth_user_id" not in answer.client.session
    assert "Too many failed login attempts" in answer.content.decode()


def test_a_caller_behind_proxies_is_known_by_the_header_they_write_and_no_other(settings: Any) -> None:
    settings.TRUSTED_PROXIES, settings.FORWARDING_HEADER = "127.0.0.0/8", "forwarded"
    keys = {
        rate_key(request_from("127.0.0.1", **{"Forwarded": f"for={CANARY}", "X-Forwarded-For": invented}))
        for invented in ("1.2.3.4", "5.6.7.8", "9.10.11.12")
    }
    assert len(keys) == 1


@pytest.mark.django_db
def test_nobody_adds_a_passkey_to_an_address_they_have_not_confirmed() -> None:
    """Else who signed up with another's address keeps a way in after the owner takes it over by mail."""
    client = browser()
    client.post("/accounts/signup/", NEW)
    for way in ("webauthn/add", "totp/activate"):
        answer = client.get(f"/accounts/2fa/{way}/")
        assert answer.headers["Location"] == "/accounts/2fa/"
    EmailAddress.objects.update(verified=True)
    assert client.get("/accounts/2fa/totp/activate/").headers.get("Location") != "/accounts/2fa/"


@pytest.mark.django_db
def test_a_forgotten_password_is_set_anew_by_mail(host: Account) -> None:
    client = browser()
    client.post("/accounts/password/reset/", {"email": host.email})
    found = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[-1].body)
    assert found
    form = client.get(found[0], follow=True).request["PATH_INFO"]
    client.post(form, {"password1": "another passphrase", "password2": "another passphrase"})
    host.refresh_from_db()
    assert host.check_password("another passphrase")


@pytest.mark.django_db
@pytest.mark.parametrize("address", [CANARY, CANARY_6, f"::ffff:{CANARY}"])
def test_p9_no_address_is_kept_or_mailed_by_sign_up_sign_in_and_changes(address: str) -> None:
    client = browser(address)
    client.post("/accounts/signup/", NEW)
    client.post("/accounts/logout/")
    client.post("/accounts/login/", {"login": NEW["email"], "password": "wrong"})
    client.post("/accounts/login/", {"login": NEW["email"], "password": PASSWORD})
    change = {"oldpassword": PASSWORD, "password1": "another passphrase", "password2": "another passphrase"}
    client.post("/accounts/password/change/", change)
    client.post("/accounts/login/", {"login": NEW["email"], "password": "another passphrase"})
    client.post("/accounts/password/reset/", {"email": NEW["email"]})
    assert any("password" in message.subject.lower() for message in mail.outbox)
    for canary in (*CANARIES, address):
        assert canary not in everything_kept()
        assert canary not in everything_said()


@pytest.mark.django_db
def test_p9_security_mail_names_no_address_and_no_browser(host: Account) -> None:
    client = browser()
    client.post("/accounts/login/", {"login": host.email, "password": PASSWORD})
    change = {"oldpassword": PASSWORD, "password1": "another passphrase", "password2": "another passphrase"}
    client.post("/accounts/password/change/", change)
    body = mail.outbox[-1].body
    assert "password has been changed" in body
    assert "IP" not in body
    assert "Browser" not in body


@pytest.mark.django_db
def test_p9_the_cache_of_rate_limits_has_no_address() -> None:
    browser().post("/accounts/login/", {"login": "a@example.org", "password": "wrong"})
    kept = str(getattr(cache, "_cache", None))
    assert "allauth" in kept  # the limits are on
    for canary in CANARIES:
        assert canary not in kept


def request_from(address: str | None, **headers: str) -> Any:
    request = RequestFactory().get("/", headers=headers)
    if address is None:
        del request.META["REMOTE_ADDR"]
    else:
        request.META["REMOTE_ADDR"] = address
    return request


def test_a_caller_without_an_address_is_limited_too_and_not_refused() -> None:
    assert rate_key(request_from(None)) == "unknown"


def test_a_forwarding_header_counts_only_from_a_trusted_proxy(settings: Any) -> None:
    forged = request_from(CANARY, **{"X-Forwarded-For": "203.0.113.9"})
    assert rate_key(forged) == rate_key(request_from(CANARY))
    settings.TRUSTED_PROXIES = "127.0.0.0/8"
    behind = request_from("127.0.0.1", **{"X-Forwarded-For": CANARY})
    assert rate_key(behind) == rate_key(request_from(CANARY))


def test_a_rate_key_changes_every_hour_and_from_process_to_process() -> None:
    now = [0.0]
    keys = RateKeys(lambda: now[0])
    first = keys.of(parse_address(CANARY))
    assert keys.of(parse_address(CANARY)) == first
    assert RateKeys(lambda: now[0]).of(parse_address(CANARY)) != first
    now[0] = KEY_SECONDS
    assert keys.of(parse_address(CANARY)) != first


def test_one_household_of_ipv6_is_one_caller() -> None:
    keys = RateKeys(lambda: 0.0)
    assert keys.of(parse_address("2001:db8:1:2::1")) == keys.of(parse_address("2001:db8:1:2:ffff::9"))
    assert keys.of(parse_address("2001:db8:1:2::1")) != keys.of(parse_address("2001:db8:1:3::1"))


@pytest.mark.django_db
def test_a_school_behind_one_address_can_sign_in(host: Account) -> None:
    for _ in range(100):
        answer = browser().post("/accounts/login/", {"login": host.email, "password": PASSWORD})
        assert answer.status_code == 302


@pytest.mark.django_db
def test_guessing_one_accounts_password_is_stopped_wherever_it_comes_from(host: Account) -> None:
    for number in range(10):
        browser(f"198.51.100.{number}").post("/accounts/login/", {"login": host.email, "password": "wrong"})
    answer = browser("203.0.113.1").post("/accounts/login/", {"login": host.email, "password": PASSWORD})
    assert answer.status_code == 200
    assert "Too many failed" in answer.content.decode()


@pytest.mark.django_db
def test_secrets_of_authenticator_apps_are_encrypted(host: Account) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(host, "JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in str(Authenticator.objects.values().get())


@pytest.mark.django_db
def test_a_passkey_can_be_added_and_used_to_sign_in_on_this_server(host: Account) -> None:
    """The options a browser needs are there; the ceremony itself is the browser's."""
    options = browser().get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["challenge"]


@pytest.mark.django_db
def test_a_name_and_a_time_zone_are_changed(host: Account) -> None:
    client = browser()
    client.post("/accounts/login/", {"login": host.email, "password": PASSWORD})
    assert client.post("/profile", {"display_name": "Ada", "time_zone": "Europe/Berlin"}).status_code == 302
    host.refresh_from_db()
    assert (host.display_name, host.time_zone) == ("Ada", "Europe/Berlin")
    assert client.post("/profile", {"display_name": "Ada", "time_zone": "Mars"}).status_code == 422


def test_sessions_end_after_two_weeks_at_most(settings: Any) -> None:
    assert timedelta(seconds=settings.SESSION_COOKIE_AGE) <= timedelta(days=14)
