"""The product's own log, as outsiders meet it: verified, mirrored, witnessed, and read by Go."""

import http.client
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bailiwick.tlog.policy import parse_policy
from tests.monitor.kit import run
from tests.servers.go import interop, read_by_go
from tests.servers.product import Product, product
from tests.servers.witness import RunningWitness

SECONDS = 90.0


@pytest.fixture(scope="module")
def server() -> Iterator[Product]:
    with product() as running:
        running.wait_for_log()
        yield running


def vkey_of(server: Product) -> str:
    (log,) = parse_policy(server.request("GET", "/log/policy").body).logs
    return log.key.vkey


def test_the_products_log_is_verified_from_its_entries_and_copied(server: Product, tmp_path: Path) -> None:
    log, vkey = f"{server.url}/log", vkey_of(server)
    assert run("verify", log, "--vkey", vkey, "--remember", tmp_path / "seen", "--quiet") == 0
    assert run("mirror", log, tmp_path / "copy", "--vkey", vkey, "--quiet") == 0
    assert run("verify", tmp_path / "copy", "--vkey", vkey, "--remember", tmp_path / "seen", "--quiet") == 0
    assert int((tmp_path / "seen").read_text().split("\n")[1]) > 0


def test_a_proof_that_the_product_hands_out_verifies_offline(server: Product, tmp_path: Path) -> None:
    log, vkey = f"{server.url}/log", vkey_of(server)
    policy, proof = tmp_path / "policy", tmp_path / "0.proof"
    policy.write_bytes(server.request("GET", "/log/policy").body)
    proof.write_bytes(server.request("GET", "/log/proof/0").body)
    assert run("verify", log, "--vkey", vkey, "--entry", "0", "--save", tmp_path, "--quiet") == 0
    words = ["--proof", proof, "--entry-file", tmp_path / "0.entry"]
    assert run("verify", "--policy", policy, *words, "--quiet") == 0


def test_go_reads_the_products_log_and_agrees(server: Product, tmp_path: Path) -> None:
    found = read_by_go(interop(tmp_path), f"{server.url}/log", vkey_of(server))
    assert found["included"] == found["consistent"] == found["size"] > 0


def test_a_witness_of_our_own_cosigns_the_products_log(tmp_path: Path) -> None:
    """Two commands by two organisations; what is published then meets the policy of both."""
    data, policy = tmp_path / "server", tmp_path / "policy"
    with product(data=data) as first:
        vkey = vkey_of(first)
    witness = RunningWitness(tmp_path / "witness", "--log", vkey, "--name", "witness.example")
    try:
        policy.write_text(f"witness w {witness.key.vkey} {witness.url}\nquorum w\n")
        with product(data=data, env={"BAILIWICK_LOG_POLICY": str(policy)}) as server:
            assert eventually(server, tmp_path / "whole", vkey)
            assert says_who_witnesses(server, tmp_path / "entries", vkey) == policy.read_text().strip()
    finally:
        witness.kill()


def eventually(server: Product, policy: Path, vkey: str) -> bool:
    """Whether the log verifies with the policy that it serves, within a while."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            policy.write_bytes(server.request("GET", "/log/policy").body)
        except (OSError, http.client.HTTPException):
            continue
        if run("verify", f"{server.url}/log", "--vkey", vkey, "--policy", policy, "--quiet") == 0:
            return "quorum w" in policy.read_text()
        time.sleep(0.3)
    return False


def says_who_witnesses(server: Product, entries: Path, vkey: str) -> str:
    """The policy that the log says is in force, once it says so."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        run("verify", f"{server.url}/log", "--vkey", vkey, "--entries", entries, "--quiet")
        found = [json.loads(line)["entry"] for line in entries.read_text().splitlines()]
        for entry in reversed(found):
            if entry.get("policy") == "witnesses":
                return server.request("GET", f"/log/documents/{entry['document']}").body.decode().strip()
        time.sleep(0.3)
    return ""
