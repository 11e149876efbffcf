"""The desk in the case of 2020: the staff, each in a browser of their own, and what they do there."""

import re
from datetime import datetime, timedelta
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.person import PATIENCE
from tests.browser.screens import DESKTOP
from tests.servers.product import Product

STAFF: Final = {
    "intake": "ines", "reviewer": "rae", "approver": "ann", "appeals": "ola",
}  # fmt: skip
SIGNING: Final = ("reviewer", "approver")
AUTHORITY: Final = "Ministry of Network Affairs"
LAW: Final = "Network Order 12 art. 7"
ASKED: Final = ("CN", "HK", "MO", "TW")
LETTER: Final = "End these four meetings, and close the accounts of those who hold them."
ANSWERS: Final = {
    "Is it lawful?": "The provision gives the ministry this power in mainland China, and nowhere else.",
    "Is it necessary?": "Nothing milder was found: a notice to the hosts would not meet the demand.",
    "Is it proportionate?": "It keeps out whoever is located there, for days. To end a meeting is not.",
    "The demand as everybody may read it": "It asks to end four meetings and to close three accounts.",
}
_PASSKEY: Final = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def says(page: Page, text: str) -> None:
    """The message at the top, after something was done."""
    expect(page.get_by_role("status").first).to_contain_text(text, timeout=PATIENCE)


class Desk:
    """`desk.pages["reviewer"]`: each of the staff. Reviewer and approver have passkeys, registered here."""

    def __init__(self, browser: Browser, server: Product) -> None:
        self.url = f"{server.url}/desk/demands"
        self._server = server
        self._contexts: list[BrowserContext] = []
        self.pages = {role: self._seat(browser, role) for role in STAFF}
        for role in SIGNING:
            self._register(self.pages[role])
            self._propose(self.pages[role])
        server.hand("begin_signers")
        page = self.pages["intake"]
        page.goto(f"{self.url}/signers")
        for role in SIGNING:
            expect(page.locator(".who").filter(has_text=f"{STAFF[role]}@example.org")).to_have_count(1)

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _seat(self, browser: Browser, role: str) -> Page:
        context = browser.new_context(**DESKTOP, bypass_csp=True, reduced_motion="reduce")  # for axe
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        seated = self._server.hand("seat", email=f"{STAFF[role]}@example.org", roles=[role])
        context.add_cookies([{"name": "sessionid", "value": seated["session"], "url": self._server.url}])
        return context.new_page()

    def _register(self, page: Page) -> None:
        """A passkey: a virtual authenticator in the browser, its public key with the server."""
        wire = page.context.new_cdp_session(page)
        wire.send("WebAuthn.enable")
        wire.send("WebAuthn.addVirtualAuthenticator", {"options": _PASSKEY})
        page.goto(f"{self._server.url}/accounts/2fa/webauthn/add/")
        page.get_by_label("Name").fill("Laptop")
        page.get_by_role("button", name="Add").click()
        expect(page).not_to_have_url(re.compile("/webauthn/add/"), timeout=PATIENCE)

    def _propose(self, page: Page) -> None:
        """That it is to sign, and that its holder has it; the first two begin at the machine."""
        page.goto(f"{self.url}/signers")
        expect(page.get_by_text("Nobody may sign yet")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Propose it")).click()
        says(page, "Show now that you hold it")
        page.get_by_role("button", name="Show your passkey").click()
        says(page, "Shown")

    def meeting(self, slug: str) -> str:
        """Its link, as the letter has it."""
        return self._server.meeting_url(slug)

    # ---------------------------------------------------------------- the authority and its letter

    def add_authority(self) -> None:
        """Proposed by one person, approved by another. Nobody types in a territory."""
        page = self.pages["intake"]
        page.goto(f"{self.url}/authorities")
        page.get_by_label("Name").fill(AUTHORITY)
        page.get_by_label("State").fill("CN")
        page.get_by_label("Kind").select_option("ministry")
        page.get_by_label("Official channels").fill("Sealed letter of the ministry.")
        assert page.get_by_label(re.compile("territor", re.IGNORECASE)).count() == 0
        page.get_by_role("button", name="Propose").click()
        says(page, "Somebody else must approve it")
        page = self.pages["approver"]
        page.goto(f"{self.url}/authorities")
        page.get_by_role("button", name=re.compile(f"Approve and publish.*{AUTHORITY}")).click()
        says(page, "Approved and published")

    def take_in(self, meetings: list[str], accounts: list[str], today: datetime) -> str:
        """Record the letter, find it complete; the demand's address."""
        page = self.pages["intake"]
        page.goto(f"{self.url}/new")
        page.get_by_label("In writing, by an official channel").check()
        page.get_by_label("Authority", exact=True).select_option(label=f"{AUTHORITY} (CN)")
        fields = {
            "Contact at the authority": "Office 3", "Reference number": "2020-06-04",
            "Issued on": f"{today:%Y-%m-%d}", "Language of the letter": "zh", "Legal basis": LAW,
            "The authority’s reasons": "They recall what must not be recalled.",
            "Territory asked for": " ".join(ASKED),
            "Asks for effect until": f"{today + timedelta(days=80):%Y-%m-%dT%H:%M}",
            "Where that law can be read": "https://law.example.org/cybersecurity/50",
            "What we can do against it": "The court of the capital.",
            "What those affected can do against it": "The same court.",
            "Meetings to end": "\n".join(meetings), "Accounts to close": "\n".join(accounts),
            "Or its text": LETTER,
        }  # fmt: skip
        for label, text in fields.items():
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Record it").click()
        says(page, "The public log says that it arrived")
        page.get_by_role("button", name="Complete: into review").click()
        says(page, "under review")
        return page.url

    # ---------------------------------------------------------------- cut to size

    def review(self, demand: str) -> None:
        """Three questions in writing; what exceeds the territory stands beside what would be granted."""
        page = self.pages["reviewer"]
        page.goto(f"{demand}/review")
        cut = page.get_by_role("row", name=re.compile("^Where"))
        expect(cut).to_contain_text("Hong Kong (HK), Macao (MO), Taiwan (TW)")
        for label, text in ANSWERS.items():
            page.get_by_label(label).fill(text)
        page.get_by_role("button", name="Keep the answers").click()
        says(page, "Kept")

    def refuse_accounts(self, demand: str, count: int) -> None:
        """One by one, with the reason; the last answered, nothing of that sort is open."""
        page = self.pages["reviewer"]
        for left in range(count, 0, -1):
            page.goto(f"{demand}/review")
            named = page.locator("li").filter(has_text="Close an account")
            accounts = named.filter(has=page.locator("details"))
            expect(accounts).to_have_count(left)
            accounts.first.locator("summary").click()
            accounts.first.get_by_label("Not possible here").check()
            accounts.first.get_by_role("button", name="Refuse this").click()
            says(page, "Refused")

    def propose(self, demand: str, slug: str, until: datetime) -> str:
        """Withhold in the territory, which the form does not ask for; the restriction's address."""
        page = self.pages["reviewer"]
        page.goto(f"{demand}/review")
        page.get_by_role("link", name=re.compile(f"Propose a restriction.*{slug}")).click()
        page.get_by_label("Law", exact=True).fill(LAW)
        page.get_by_label("Public security").check()
        page.get_by_label("Until (UTC)").fill(f"{until:%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Propose", exact=True).click()
        says(page, "Proposed")
        return page.url

    def sign(self, restriction: str) -> None:
        """The first of two signatures, over the text that stands in the page."""
        page = self.pages["reviewer"]
        page.goto(restriction)
        page.get_by_role("button", name="Sign with your passkey").click()
        says(page, "Somebody else must approve it")
        expect(page.get_by_role("button", name=re.compile("passkey"))).to_have_count(0)

    def approve(self, restriction: str) -> None:
        """The second, by somebody else."""
        page = self.pages["approver"]
        page.goto(restriction)
        page.get_by_role("button", name="Approve with your passkey").click()
        says(page, "once it is proven to be in the public log")

    # ---------------------------------------------------------------- afterwards

    def annul(self, written: str) -> None:
        """Decide the appeal that says this: for the person."""
        page = self.pages["appeals"]
        page.goto(f"{self.url}/appeals")
        page.get_by_role("link", name=re.compile(AUTHORITY)).click()
        expect(page.locator("blockquote")).to_contain_text(written)
        page.get_by_label("The restriction is annulled").check()
        page.get_by_label("Reasons").fill("The ministry named no provision that reaches a remembrance.")
        page.get_by_role("button", name="Decide").click()
        says(page, "It holds from now on")
