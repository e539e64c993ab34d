"""The Celery application: a message is only a doorbell, the truth is in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dahashare.settings")

app = Celery("dahashare")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
