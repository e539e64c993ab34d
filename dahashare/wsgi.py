"""The entry for a WSGI server: refuses to serve when the keys or the database's guards are not right."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dahashare.settings")
_django = get_wsgi_application()

from dahashare.checks import end_unless_safe  # noqa: E402 - needs the applications to be loaded
from dahashare.content_type import refuse_unreadable_types  # noqa: E402 - as above

application = refuse_unreadable_types(_django)

# Gunicorn stops altogether, in place of trying for ever, when a worker ends with 3.
end_unless_safe(3)
