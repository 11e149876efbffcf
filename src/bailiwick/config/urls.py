"""All of the site's addresses that Django answers; `asgi` answers the meeting's own ones."""

from django.urls import include, path

urlpatterns = [
    path("desk/", include("bailiwick.desk.urls")),
    path("log/", include("bailiwick.register.urls")),
    path("", include("bailiwick.register.register_urls")),
    path("", include("bailiwick.web.urls")),
]

handler400 = "bailiwick.web.errors.bad_request"
handler403 = "bailiwick.web.errors.forbidden"
handler404 = "bailiwick.web.errors.not_found"
handler429 = "bailiwick.web.errors.too_many"
handler500 = "bailiwick.web.errors.server_error"
