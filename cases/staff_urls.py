"""The administrator's addresses on this floor, and the address of a one-time link."""

from django.urls import path

from cases.views import accounts, directory

urlpatterns = [
    path("people/", accounts.people, name="people"),
    path("people/add/", accounts.person_add, name="person_add"),
    path("people/<uuid:person_id>/", accounts.person_change, name="person_change"),
    path("people/<uuid:person_id>/deactivate/", accounts.person_deactivate, name="person_deactivate"),
    path("people/<uuid:person_id>/reactivate/", accounts.person_reactivate, name="person_reactivate"),
    path("people/<uuid:person_id>/link/", accounts.person_link, name="person_link"),
    path("teams/", directory.teams, name="teams"),
    path("agencies/", directory.agencies, name="agencies"),
    path("agencies/<slug:code>/", directory.agency_change, name="agency_change"),
    path("welcome/<str:token>/", accounts.welcome, name="welcome"),
]
