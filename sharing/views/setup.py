"""The administrator's page of the organisation's settings."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cases import access, account_actions
from cases.models import Organisation, User
from sharing.forms.setup import SetupForm


@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Show and change the settings. Decisions already recorded keep those that they were made under."""
    by = access.require_role(request.user, User.Role.ADMINISTRATOR)
    organisation = Organisation.current()
    posted = request.POST if request.method == "POST" else None
    form = SetupForm(posted, initial=SetupForm.start(organisation))
    if form.is_valid():
        account_actions.set_organisation(by=by, values=form.values())
        messages.success(request, "The settings are saved.")
        return redirect("setup")
    return render(request, "cases/accounts/setup.html", {"form": form})
