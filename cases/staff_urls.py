"""The administrator's addresses on this floor, a manager's of their team, and that of a one-time link."""

from django.urls import path

from cases import opaque  # noqa: F401 - it makes the converter known
from cases.views import accounts, directory, leaving, my_team

_PERSON = "people/<uuid:person_id>/"

urlpatterns = [
    path("people/", accounts.people, name="people"),
    path("people/add/", accounts.person_add, name="person_add"),
    path(_PERSON, accounts.person_change, name="person_change"),
    path(f"{_PERSON}deactivate/", leaving.person_deactivate, name="person_deactivate"),
    path(f"{_PERSON}hand-on/", leaving.person_hand_on, name="person_hand_on"),
    path(f"{_PERSON}reactivate/", accounts.person_sure, {"what": "reactivate"}, name="person_reactivate"),
    path(f"{_PERSON}link/", accounts.person_sure, {"what": "link"}, name="person_link"),
    path(f"{_PERSON}two-step/", accounts.person_sure, {"what": "two_step"}, name="person_two_step"),
    path(f"{_PERSON}sign-out/", accounts.person_sure, {"what": "sign_out"}, name="person_sign_out"),
    path(f"{_PERSON}access/", my_team.person_access, name="person_access"),
    path("team/", my_team.my_team, name="my_team"),
    path("team/<uuid:person_id>/hand-on/", my_team.team_hand_on, name="team_hand_on"),
    path("teams/", directory.teams, name="teams"),
    path("agencies/", directory.agencies, name="agencies"),
    path("agencies/<opaque:code>/", directory.agency_change, name="agency_change"),
    path("welcome/<str:token>/", accounts.welcome, name="welcome"),
]
