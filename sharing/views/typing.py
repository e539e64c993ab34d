"""Where pages of the journey send what is typed and not saved yet."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from cases.views.scripted import for_script
from sharing import access, typing_actions
from sharing.models import Draft
from sharing.typed import address_of, is_page
from sharing.views.desk import actor, posted_saves
from sharing.windows import Window, window_of

NOT_TYPED = ("csrfmiddlewaretoken", "window", "restored", "saves", "save", "later", "throw")
"""What a page posts that nobody typed."""
TOO_LONG = "There is more on this page than can be kept. Shorten it, then save it"


@for_script
@require_POST
def draft_typing(request: HttpRequest, draft_id: UUID, page: str) -> HttpResponse:
    """Keep what stands typed at a page, or throw it away. A form that was sent here leads to its page."""
    draft = access.fetch_draft(actor(request), draft_id)
    if not is_page(page):
        raise Http404
    window = window_of(request.POST)
    if window is None or (posted_saves(request, draft) < 0 and "throw" not in request.POST):
        return HttpResponseBadRequest()
    if "throw" in request.POST:
        typing_actions.throw_typing_away(by=actor(request), draft=draft, window=window)
        return redirect(address_of(draft.id, page))
    answer = _keep(request, draft, page, window)
    scripted = request.headers.get("Accept") == "application/json"
    return answer if scripted else redirect(address_of(draft.id, page))


def _keep(request: HttpRequest, draft: Draft, page: str, window: Window) -> HttpResponse:
    typed = request.POST.copy()
    for name in NOT_TYPED:
        typed.pop(name, None)
    try:
        kept = typing_actions.keep_typing(
            by=actor(request),
            draft=draft,
            page=page,
            window=window,
            saves=posted_saves(request, draft),
            typed=typed.urlencode(),
        )
    except typing_actions.TooLong:
        return JsonResponse({"refused": TOO_LONG}, status=413)
    except typing_actions.Recorded:
        return JsonResponse({"recorded": reverse("draft_done", args=[draft.id])}, status=409)
    saved = f"{timezone.localtime(kept.at):%H:%M}"
    return JsonResponse({"saved": saved, "changed": kept.changed})
