"""Addresses of the desk. Those of demands are apart (`demands.urls`)."""

from django.urls import URLPattern, URLResolver, include, path

from .views import abuse, alarms, audit, home, roles, server_rule, suspensions

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.overview, name="desk"),
    path("demands/", include("bailiwick.desk.demands.urls")),
    path("server-rule", server_rule.current, name="desk_server_rule"),
    path("server-rule/propose", server_rule.propose, name="desk_propose_server_rule"),
    path("server-rule/approve", server_rule.approve, name="desk_approve_server_rule"),
    path("server-rule/withdraw", server_rule.withdraw, name="desk_withdraw_server_rule"),
    path("alarms", alarms.listing, name="desk_alarms"),
    path("alarms/see", alarms.see, name="desk_see_alarm"),
    path("alarms/assign", alarms.assign, name="desk_assign_alarm"),
    path("alarms/acknowledge", alarms.acknowledge, name="desk_acknowledge_alarm"),
    path("roles", roles.listing, name="desk_roles"),
    path("roles/propose", roles.propose, name="desk_propose_role"),
    path("roles/confirm", roles.confirm, name="desk_confirm_role"),
    path("roles/discard", roles.discard, name="desk_discard_role"),
    path("roles/removal/propose", roles.propose_removal, name="desk_propose_removal"),
    path("roles/removal/confirm", roles.confirm_removal, name="desk_confirm_removal"),
    path("roles/removal/discard", roles.discard_removal, name="desk_discard_removal"),
    path("abuse", abuse.listing, name="desk_abuse"),
    path("abuse/handle", abuse.handle, name="desk_handle_report"),
    path("suspensions", suspensions.listing, name="desk_suspensions"),
    path("suspensions/propose", suspensions.propose, name="desk_propose_suspension"),
    path("suspensions/<uuid:number>", suspensions.one, name="desk_suspension"),
    path("suspensions/<uuid:number>/approve", suspensions.approve, name="desk_approve_suspension"),
    path("suspensions/<uuid:number>/discard", suspensions.discard, name="desk_discard_suspension"),
    path("suspensions/<uuid:number>/reinstate", suspensions.reinstate, name="desk_reinstate"),
    path("suspensions/<uuid:number>/decide", suspensions.decide, name="desk_decide_suspension"),
    path("audit", audit.trail, name="desk_audit"),
]
