"""The front page, a person's profile, the pages of problems."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bailiwick.accounts.forms import ProfileForm
from bailiwick.web.forms.meeting import JoinForm
from bailiwick.web.problems import PROBLEMS


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, and a way in for guests."""
    form = JoinForm(request.GET) if "link" in request.GET else JoinForm()
    if form.is_bound and form.is_valid():
        return redirect("room", slug=form.slug())
    return render(request, "web/landing.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name and time zone."""
    form = ProfileForm(request.POST or None, instance=request.user)  # type: ignore[arg-type]  # login_required
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "web/profile.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
def problems(request: HttpRequest) -> HttpResponse:
    """All problems."""
    return render(request, "web/problems.html", {"problems": PROBLEMS.values()})


@require_GET
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """What a problem's `type` points at."""
    if code not in PROBLEMS:
        raise Http404
    return render(request, "web/problem.html", {"problem": PROBLEMS[code], "explained": True})
