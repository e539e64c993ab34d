"""A mail server that takes its time: two workers send each mail once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.models import User
from sharing import mailing
from sharing.models import Mail
from tests.cast import UserFactory


@pytest.mark.django_db
def test_a_slow_turn_ends_before_another_worker_takes_it_for_killed(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, sent, clock = timezone.now(), [], {"minutes": 0}

    def later() -> timedelta:
        return timedelta(minutes=clock["minutes"])

    for user in (officer, UserFactory(), UserFactory(), UserFactory()):
        Mail.objects.create(user=user, day=now.date(), made_at=now, try_at=now)

    class Slow:
        def __init__(self, mail: Mail) -> None:
            self.mail = mail

        def send(self) -> None:
            """Four minutes for each, and meanwhile beat's next turn runs in another worker."""
            sent.append(self.mail.id)
            clock["minutes"] += 4
            if len(sent) == 3:
                mailing.send(now + later())

    message: Any = Slow
    monkeypatch.setattr(mailing, "message", message)
    monkeypatch.setattr(mailing, "monotonic", lambda: later().total_seconds())
    while Mail.objects.exclude(state="sent").exists():
        mailing.send(now + later())
    assert len(sent) == len(set(sent)) == 4
