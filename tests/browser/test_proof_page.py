"""The page where a browser verifies a proof itself: what holds, what breaks, by keyboard, on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe
from tests.browser.screens import DESKTOP, PHONE
from tests.servers.product import Product


@pytest.fixture(params=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """Past the security policy only so that axe can be brought in."""
    kind = PHONE if request.param == "phone" else DESKTOP
    context = browser.new_context(**kind, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@pytest.fixture(autouse=True)
def published(server: Product) -> None:
    server.wait_for_log()


@pytest.fixture
def proof(published: None, server: Product, tmp_path: Path) -> Path:
    """A folder with `proof` and `entry`, as the server hands them out."""
    (tmp_path / "proof").write_bytes(server.request("GET", "/log/proof/0").body)
    size = int((tmp_path / "proof").read_text().partition("\n\n")[2].split("\n")[1])
    bundle = server.request("GET", f"/log/tile/entries/000.p/{size}").body
    (tmp_path / "entry").write_bytes(bundle[2 : 2 + int.from_bytes(bundle[:2], "big")])
    return tmp_path


def check_files(page: Page, server: Product, folder: Path) -> None:
    page.goto(f"{server.url}/log/verify")
    page.get_by_label("A proof and an entry that you have as files").check()
    page.get_by_label("Proof (.tlog-proof)").set_input_files(folder / "proof")
    page.get_by_label("Entry", exact=True).set_input_files(folder / "entry")
    page.get_by_role("button", name="Check").click()


def expect_wrong(page: Page, *titles: str) -> None:
    """These steps do not hold, and all others do."""
    steps = page.locator(".step.wrong .step-title")
    if titles:
        expect(steps).to_have_text([re.compile(f"^{re.escape(title)}") for title in titles])
    else:
        expect(steps).to_have_count(0)


def test_an_entry_is_verified_by_its_number_with_the_keyboard(page: Page, server: Product) -> None:
    page.goto(f"{server.url}/log/verify")
    field = page.get_by_label("Number of the entry")
    field.fill("0")
    expect(page.get_by_role("button", name="Check")).to_be_enabled()  # the policy is there
    field.press("Enter")
    expect(page.get_by_role("heading", name="Verified", exact=True)).to_be_visible()
    expect(page.get_by_text("signed the checkpoint")).to_be_visible()
    expect(page.get_by_text("No witness cosigned it")).to_be_visible()
    expect(page.locator("[data-result]")).to_be_focused()
    expect_wrong(page)
    expect(page.locator("[data-entry]")).to_contain_text('"type"')


def test_a_link_to_an_entry_checks_it_at_once(page: Page, server: Product) -> None:
    page.goto(f"{server.url}/log/verify?entry=0")
    expect(page.get_by_role("heading", name="Verified", exact=True)).to_be_visible()
    page.goto(f"{server.url}/log/verify?entry=999999")
    expect(page.get_by_role("alert")).to_have_text("The log has no published entry of that number.")


def test_files_are_verified_and_a_flipped_byte_shows_which_step_fails(
    page: Page, server: Product, proof: Path
) -> None:
    check_files(page, server, proof)
    expect(page.get_by_role("heading", name="Verified", exact=True)).to_be_visible()
    entry, file = (proof / "entry").read_bytes(), (proof / "proof").read_text()
    (proof / "entry").write_bytes(entry[:9] + bytes([entry[9] ^ 1]) + entry[10:])
    check_files(page, server, proof)
    expect(page.get_by_role("heading", name="Not verified")).to_be_visible()
    expect_wrong(page, "The root is another")
    (proof / "entry").write_bytes(entry)
    size = file.partition("\n\n")[2].split("\n")[1]
    (proof / "proof").write_text(file.replace(f"\n{size}\n", f"\n{int(size) + 1}\n", 1))
    check_files(page, server, proof)
    expect(page.get_by_role("heading", name="Not verified")).to_be_visible()
    expect(page.locator(".step.wrong .step-title", has_text="The signature of")).to_have_count(1)
    (proof / "proof").write_text("nonsense")
    check_files(page, server, proof)
    expect_wrong(page, "The file is no proof")


def test_a_policy_from_elsewhere_decides_whom_to_believe(page: Page, server: Product) -> None:
    page.goto(f"{server.url}/log/verify")
    page.get_by_text("Whom to believe").click()
    policy = page.get_by_label("Policy: the keys of the log and its witnesses")
    expect(policy).not_to_have_value("")
    other = "log PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\nquorum none"
    policy.fill(other)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("The policy has no key for this log.")).to_be_visible()
    policy.fill("nonsense")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("The policy cannot be used")


def test_a_browser_without_ed25519_says_what_it_could_not_check(page: Page, server: Product) -> None:
    page.add_init_script(
        "const real = crypto.subtle.importKey.bind(crypto.subtle);"
        "crypto.subtle.importKey = (kind, key, name, ...rest) => name === 'Ed25519'"
        " ? Promise.reject(new DOMException('', 'NotSupportedError')) : real(kind, key, name, ...rest);"
    )
    page.goto(f"{server.url}/log/verify?entry=0")
    expect(page.get_by_role("heading", name="Your browser cannot check everything")).to_be_visible()
    expect(page.locator(".step.unable")).to_have_count(1)


def test_dropped_files_find_their_fields(page: Page, server: Product, proof: Path) -> None:
    page.goto(f"{server.url}/log/verify")
    texts = {name: (proof / name).read_text() for name in ("entry", "proof")}
    expect(page.get_by_role("button", name="Check")).to_be_enabled()
    page.evaluate(
        "(texts) => { const data = new DataTransfer();"
        " for (const [name, text] of Object.entries(texts)) data.items.add(new File([text], name));"
        " document.querySelector('[data-proof-form]').dispatchEvent("
        "new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })); }",
        texts,
    )
    page.wait_for_function("() => document.querySelector('#proof-file').files.length === 1")
    page.wait_for_function("() => document.querySelector('#entry-file').files.length === 1")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name="Verified", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_assistive_technology_and_it_fits(
    page: Page, server: Product, proof: Path, scheme: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    shots = tmp_path_factory.mktemp("shots")
    width = page.viewport_size["width"] if page.viewport_size else 0
    for name in ("verified", "refused"):
        if name == "refused":
            (proof / "entry").write_text("another entry")
        check_files(page, server, proof)
        expect(page.locator("[data-result]")).to_be_visible()
        page.screenshot(path=shots / f"{name}-{scheme}-{width}.png", full_page=True)
        page.add_script_tag(path=axe.AXE)
        assert axe.lasting(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
