"""All of the site's addresses that Django answers; `asgi` answers the meeting's own ones."""

from django.urls import include, path

urlpatterns = [
    path("", include("bailiwick.web.urls")),
]
