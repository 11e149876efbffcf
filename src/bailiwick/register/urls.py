"""Addresses of the public log, below `/log/` (c2sp.org/tlog-tiles)."""

from django.urls import path, re_path

from bailiwick.register import log, proof_page

urlpatterns = [
    path("", log.index, name="log"),
    path("checkpoint", log.checkpoint, name="log_checkpoint"),
    path("policy", log.policy, name="log_policy"),
    path("verify", proof_page.verify, name="log_verify"),
    re_path(r"^proof/(0|[1-9][0-9]{0,17})$", log.proof, name="log_proof"),
    re_path(r"^documents/([0-9a-f]{64})$", log.document, name="log_document"),
    re_path(r"^(tile/.*)$", log.tile, name="log_tile"),
    re_path(r"^.*$", log.nothing),
]
