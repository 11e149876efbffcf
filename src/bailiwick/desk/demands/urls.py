"""Addresses of demands at the desk, below /desk/demands/."""

from django.urls import URLPattern, path

from . import queue

urlpatterns: list[URLPattern] = [path("", queue.listing, name="desk_demands")]
