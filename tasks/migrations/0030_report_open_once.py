from django.conf import settings
from django.db import migrations, models

# Of open reports that say the same the first stays.
_ONCE = """
DELETE FROM tasks_problemreport AS later USING tasks_problemreport AS earlier
WHERE later.handled_at IS NULL AND earlier.handled_at IS NULL AND earlier.id < later.id
  AND (earlier.task_id, earlier.person_id, earlier.kind, earlier.note)
    = (later.task_id, later.person_id, later.kind, later.note)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0029_drafts_function"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(_ONCE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="problemreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("handled_at", None)),
                fields=("task", "person", "kind", "note"),
                name="report_open_once",
            ),
        ),
    ]
