"""Addresses of demands at the desk, below /desk/demands/."""

from django.urls import URLPattern, path

from . import (
    answer,
    appeals,
    archive,
    authorities,
    demand,
    documents,
    informing,
    intake,
    letters,
    queue,
    restriction,
    review,
)

_AUTHORITY = "authorities/<uuid:authority_id>"
_DEMAND = "<uuid:demand_id>"
_TARGET = f"{_DEMAND}/targets/<int:target_id>"
_RESTRICTION = "restrictions/<uuid:restriction_id>"

urlpatterns: list[URLPattern] = [
    path("", queue.listing, name="desk_demands"),
    path("authorities", authorities.listing, name="desk_authorities"),
    path("authorities/propose", authorities.propose, name="desk_propose_authority"),
    path("authorities/approve", authorities.approve, name="desk_approve_authority"),
    path("authorities/discard", authorities.discard, name="desk_discard_authority"),
    path(_AUTHORITY, authorities.shown, name="desk_authority"),
    path(f"{_AUTHORITY}/change", authorities.change, name="desk_change_authority"),
    path(f"{_AUTHORITY}/end", authorities.end, name="desk_end_authority"),
    path(f"{_AUTHORITY}/approve", authorities.approve_change, name="desk_approve_authority_change"),
    path(f"{_AUTHORITY}/discard", authorities.discard_change, name="desk_discard_authority_change"),
    path("answered", archive.answered, name="desk_answered"),
    path("restrictions", archive.granted, name="desk_restrictions"),
    path("new", intake.new, name="desk_new_demand"),
    path("receive", intake.receive, name="desk_receive_demand"),
    path("appeals", appeals.listing, name="desk_appeals"),
    path("appeals/<uuid:appeal_id>", appeals.shown, name="desk_appeal"),
    path("appeals/<uuid:appeal_id>/decide", appeals.decide, name="desk_decide_appeal"),
    path(_DEMAND, demand.shown, name="desk_demand"),
    path(f"{_DEMAND}/documents", documents.listing, name="desk_documents"),
    path(f"{_DEMAND}/documents/propose", documents.propose, name="desk_propose_takedown"),
    path(f"{_DEMAND}/documents/approve", documents.approve, name="desk_approve_takedown"),
    path(f"{_DEMAND}/documents/discard", documents.discard, name="desk_discard_takedown"),
    path(f"{_DEMAND}/letter", letters.shown, name="desk_letter"),
    path(f"{_DEMAND}/letter/file", letters.taken, name="desk_letter_file"),
    path(f"{_DEMAND}/answer", answer.taken, name="desk_answer"),
    path(f"{_DEMAND}/added", intake.added, name="desk_demand_added"),
    path(f"{_DEMAND}/supplement", intake.supplement, name="desk_supplement_demand"),
    path(f"{_DEMAND}/examine", intake.examine, name="desk_examine_demand"),
    path(f"{_DEMAND}/informed", informing.informed, name="desk_authority_informed"),
    path(f"{_DEMAND}/review", review.shown, name="desk_review"),
    path(f"{_DEMAND}/review/write", review.write, name="desk_write_review"),
    path(f"{_DEMAND}/refuse", review.refuse, name="desk_refuse_demand"),
    path(f"{_DEMAND}/explain", review.explain, name="desk_explain_refusal"),
    path(_TARGET, review.plan, name="desk_plan"),
    path(f"{_TARGET}/propose", review.propose, name="desk_propose_restriction"),
    path(_RESTRICTION, restriction.shown, name="desk_restriction"),
    path(f"{_RESTRICTION}/sign", restriction.sign, name="desk_sign_restriction"),
    path(f"{_RESTRICTION}/approve", restriction.approve, name="desk_approve_restriction"),
    path(f"{_RESTRICTION}/discard", restriction.discard, name="desk_discard_restriction"),
    path(f"{_RESTRICTION}/suspend", restriction.suspend, name="desk_suspend_restriction"),
    path(f"{_RESTRICTION}/withdraw", restriction.withdraw, name="desk_withdraw_restriction"),
    path(f"{_RESTRICTION}/again", restriction.again, name="desk_propose_again"),
    path(f"{_RESTRICTION}/correct", restriction.correct, name="desk_correct_restriction"),
]
