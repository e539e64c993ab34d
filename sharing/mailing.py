"""Mail to staff about what waits: a reference, how urgent it is, a deadline and a link, and nothing else.

What is urgent is a mail of its own at once; everything else waits for the digest, one a person and working
day. A row is claimed before it is sent and marked after it: a worker that is killed in between leaves a mail
that goes again under the same Message-ID, and none is lost. My work shows what waits with or without mail.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from sharing import reminders
from sharing.clocks import Moment
from sharing.models import Mail, Reminder
from sharing.reminders import Ring
from sharing.rules.clocks import digest_day, has_a_time, try_again
from sharing.rules.terms import local

log = logging.getLogger(__name__)
STALE = timedelta(minutes=10)
"""After so long a mail that is still being sent belongs to a worker that was killed."""
LONGEST = STALE / 2
"""A turn that has sent for so long ends: it claims by its beginning, and must not look killed itself."""
AT_A_TIME = 200
"""How many mails one turn sends: the next turn goes on."""
AWAY_AFTER = 3
"""After so many refusals in a row the mail server is away: the turn ends before it holds up the worker."""


def on() -> bool:
    """Whether mail goes out at all: not in a demonstration, nor where the address of the links is not set."""
    return not settings.DEMO and bool(settings.SITE_URL)


@cache
def say_that_it_is_off() -> None:
    """Say once in each process why no mail goes."""
    why = (
        "this is a demonstration" if settings.DEMO else "DAHASHARE_URL, the address of its links, is not set"
    )
    log.warning("No reminder is mailed: %s. My work shows what waits", why)


def turn(now: datetime) -> None:
    """Ring what is due and mail what is to be mailed; twice, or in two places at once, is once.

    Args:
        now: aware.
    """
    found = reminders.ring(now)
    if not on():
        say_that_it_is_off()
        return
    write(now, found)
    send(now)


# --- which mails there are ------------------------------------------------------------------------


def write(now: datetime, found: Sequence[Ring]) -> None:
    """Write a mail for each urgent reminder, and the day's digests once their hour has come.

    Only of what still waits and may still be known: nobody is told of what was done meanwhile.

    Args:
        found: everything that is due now.
    """
    at = Moment(now)
    day = digest_day(now, at.organisation.digest_at, at.closed)
    known = reminders.keys_known(found)
    waiting = [one for one in found if (row := known.get(one.key)) and row.mail_id is None]
    had = set(Mail.objects.filter(day=day, urgent=False).values_list("user_id", flat=True)) if day else set()
    wanted = [one for one in waiting if known[one.key].urgent or (day and one.user not in had)]
    quiet: dict[object, list[Reminder]] = defaultdict(list)
    for one in reminders.allowed(wanted):
        row = known[one.key]
        if row.urgent:
            _make([row], now, at.today)
        else:
            quiet[row.user_id].append(row)
    if day:
        for rows in quiet.values():
            _make(rows, now, day)


def _make(rows: Sequence[Reminder], now: datetime, day: date) -> None:
    """A mail about these reminders of one person, unless somebody else has made it meanwhile."""
    ids, owner, urgent = [row.id for row in rows], rows[0].user_id, rows[0].urgent
    with suppress(IntegrityError), transaction.atomic():
        mail = Mail.objects.create(user_id=owner, urgent=urgent, day=day, made_at=now, try_at=now)
        # Whoever comes second waits here for whoever came first, and then finds nothing left.
        if not Reminder.objects.filter(id__in=ids, mail=None).update(mail=mail):
            transaction.set_rollback(True)


# --- sending --------------------------------------------------------------------------------------


def _to_send(now: datetime) -> QuerySet[Mail]:
    """What waits for its turn, and what a killed worker left behind."""
    # A claim from the future was made before the clock was set back: nobody knows how old it is.
    left = Q(claimed_at__lte=now - STALE) | Q(claimed_at__gt=now + STALE)
    ready = Q(state=Mail.State.WAITING, try_at__lte=now) | Q(left, state=Mail.State.SENDING)
    return Mail.objects.filter(ready).order_by("-urgent", "try_at", "id")


def send(now: datetime) -> None:
    """Send what is to be sent, the urgent first.

    Args:
        now: aware.
    """
    refused, begun = 0, monotonic()
    for mail in list(_to_send(now).select_related("user")[:AT_A_TIME]):
        if claim(mail, now):
            refused = 0 if _send(mail, now) else refused + 1
        if refused == AWAY_AFTER or monotonic() - begun > LONGEST.total_seconds():
            return


def claim(mail: Mail, now: datetime) -> bool:
    """Take a mail for this worker alone, by compare-and-set: whoever is second gets False."""
    asis = Mail.objects.filter(id=mail.id, state=mail.state, claimed_at=mail.claimed_at, tries=mail.tries)
    return bool(asis.update(state=Mail.State.SENDING, claimed_at=now, tries=F("tries") + 1))


def _send(mail: Mail, now: datetime) -> bool:
    """Whether the mail went, or is settled without."""
    tries = mail.tries + 1
    if not mail.user.is_active:
        _settle(mail, tries, state=Mail.State.GIVEN_UP)
        return True
    try:
        message(mail).send()
    except Exception as error:  # noqa: BLE001 - whatever a mail server answers with, the next mail must go
        wait = try_again(tries)
        log.warning("Mail %s was not taken (%s), try %d", mail.id, _told(error), tries)
        state = Mail.State.WAITING if wait else Mail.State.GIVEN_UP
        _settle(mail, tries, state=state, try_at=now + (wait or timedelta()))
        return False
    _settle(mail, tries, state=Mail.State.SENT, sent_at=now)
    return True


def _told(error: Exception) -> str:
    """An error without its own words, which hold the address: its class, and a code where it has one."""
    said = getattr(error, "safe", "") or getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {said}".strip()


def _settle(mail: Mail, tries: int, **columns: object) -> None:
    """Write what came of a try, unless another worker has taken the mail over since."""
    Mail.objects.filter(id=mail.id, state=Mail.State.SENDING, tries=tries).update(**columns)


def given_up() -> int:
    """How many mails to people who still work here could not be delivered, for the administrator."""
    return Mail.objects.filter(state=Mail.State.GIVEN_UP, user__is_active=True).count()


# --- what a mail says -----------------------------------------------------------------------------


def message(mail: Mail) -> EmailMessage:
    """The mail as it goes: the same words and the same Message-ID at every try."""
    rows = list(mail.reminders.order_by("due_at", "reference"))
    site = urlsplit(settings.SITE_URL).hostname
    return EmailMessage(
        subject=_subject(mail, rows),
        body="\n\n".join([*(f"{line(row, mail)}. {_link(row)}" for row in rows), _END]) + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.user.email],
        headers={"Message-ID": f"<{mail.id}@{site}>", "Auto-Submitted": "auto-generated"},
    )


_END = "You have to sign in to see what it is. A machine wrote this mail: do not answer it."


def _subject(mail: Mail, rows: Sequence[Reminder]) -> str:
    if mail.urgent:
        return f"Urgent: {line(rows[0], mail)}"
    return "1 thing needs you" if len(rows) == 1 else f"{len(rows)} things need you"


def line(row: Reminder, mail: Mail) -> str:
    """The fixed line of a reminder: its reference and its deadline."""
    needs = "is overdue since" if row.due_at < mail.made_at else "needs you by"
    return f"{row.reference}: something {needs} {_by(row.due_at)}"


def _link(row: Reminder) -> str:
    return str(settings.SITE_URL) + reverse("task", args=[row.reference])


def _by(due_at: datetime) -> str:
    """4pm Tuesday 1 December; a deadline that is a day is its end."""
    at = local(due_at)
    day = date_format(at, "l j F")
    if not has_a_time(due_at):
        return f"the end of {day}"
    clock = date_format(at, "g:i").removesuffix(":00")
    return f"{clock}{'am' if at.hour < 12 else 'pm'} {day}"
