from pathlib import Path

from django.db import migrations

TASKS = Path(__file__).parents[1]
FUNCTIONS = "".join((TASKS / name).read_text("utf-8") for name in ("routing.sql", "gold.sql", "queue.sql"))


class Migration(migrations.Migration):
    dependencies = [("tasks", "0026_returns")]
    operations = [
        migrations.RunSQL("SET LOCAL check_function_bodies = off;\n" + FUNCTIONS, migrations.RunSQL.noop)
    ]
