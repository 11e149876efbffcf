"""Addresses of the public register, below `/register`. The log's own are in `urls`."""

from django.urls import path, re_path

from bailiwick.register import appeal, feeds, machine, pages, reports, signers

_PERIOD = r"(?P<period>[0-9]{4}-H[12])"

urlpatterns = [
    path("appeal", appeal.page, name="appeal"),
    path("appeal/file", appeal.file),
    # below /m/ the browser tells its name (accounts.device)
    path("m/-/appeal/file", appeal.file, name="appeal_file"),
    path("appeal/follow", appeal.follow, name="appeal_follow"),
    path("register", pages.index, name="register"),
    path("register/past", pages.past, name="register_past"),
    path("register/demands", pages.demands, name="register_demands"),
    path("register/signers", signers.page, name="register_signers"),
    path("register/policy", pages.policy, name="register_policy"),
    path("register/terms", pages.terms, name="register_terms"),
    re_path(
        r"^register/restrictions/(?P<name>[0-9a-f]{32})$", pages.restriction, name="register_restriction"
    ),
    path("register/in-force.json", machine.in_force, name="register_in_force"),
    path("register/openapi.json", machine.openapi, name="register_openapi"),
    path("register/feed.atom", feeds.as_atom, name="register_atom"),
    path("register/feed.json", feeds.as_json, name="register_json_feed"),
    path("register/reports", reports.listing, name="reports"),
    re_path(rf"^register/reports/{_PERIOD}$", reports.page, name="report"),
    re_path(rf"^register/reports/{_PERIOD}\.json$", reports.as_json, name="report_json"),
    re_path(rf"^register/reports/{_PERIOD}\.csv$", reports.as_csv, name="report_csv"),
    re_path(rf"^register/reports/{_PERIOD}-dsa\.csv$", reports.as_dsa_csv, name="report_dsa"),
]
