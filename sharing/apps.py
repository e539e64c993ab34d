"""Floor 3: the decision."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class SharingConfig(AppConfig):
    name = "sharing"

    def ready(self) -> None:
        from audit import ledger  # noqa: PLC0415 - needs the models
        from cases import open_ends, panels, timed_access, waiting  # noqa: PLC0415 - needs the models
        from sharing import (  # noqa: PLC0415 - needs the models
            access,
            advice,
            after_rows,
            agreement_projection,
            asked,
            events,
            exporting,
            integrity,
            looking_again,
            missing,
            projection,
            received,
            requests,
            reviewing,
            sampling,
            tallying,
            work,
        )
        from sharing.open_ends import of_sharing  # noqa: PLC0415 - needs the models
        from sharing.views import decisions  # noqa: PLC0415 - needs the models

        events.register()
        _register_lists()
        panels.register(decisions.latest)
        open_ends.register(of_sharing)
        waiting.register(work.references)
        waiting.register_count("/reviews/", reviewing.count)
        timed_access.register(access.case_of_decision)
        timed_access.register(requests.case_of)
        timed_access.register(asked.case_of)
        panels.register_missing(missing.lines)
        panels.bring_along(missing.NAME, missing.column("pk"))
        panels.register_attention(looking_again.attention)
        panels.register_attention(asked.attention)
        panels.register_attention(advice.attention)
        panels.register_requests(received.of_case)
        ledger.register_projection(projection.KIND, projection.compare)
        ledger.register_projection_count(projection.KIND, projection.count)
        after_rows.register()
        sampling.register()
        agreement_projection.register()
        integrity.register()
        exporting.register()
        tallying.connect()
        post_migrate.connect(_seed_agencies, sender=self, dispatch_uid="sharing.agencies")


def _register_lists() -> None:
    """Hand the reference lists down to the forms of floor 2."""
    from cases import choices  # noqa: PLC0415 - needs the models
    from sharing import lists  # noqa: PLC0415 - as above

    def mark(name: str, code: str, what: str) -> Any:
        row = lists.row(name, code)
        return row.marks.get(what) if row else None

    choices.register(lists.choices, label=lists.label, hint=lists.hint, mark=mark)


def _seed_agencies(using: str, **_: Any) -> None:
    """Put the agencies of the reference list into the directory; what is there already stays as it is."""
    from cases.models import Agency  # noqa: PLC0415 - needs the models
    from sharing import lists  # noqa: PLC0415 - needs the models

    if Agency._meta.db_table not in connections[using].introspection.table_names():
        return
    known = {value for pair in Agency.objects.using(using).values_list("code", "name") for value in pair}
    for code, name in lists.choices("agency"):
        if code not in known and name not in known:
            Agency.objects.using(using).create(code=code, name=name)
