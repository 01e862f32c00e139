from pathlib import Path

from django.db import migrations, models

TASKS = Path(__file__).parents[1]
FUNCTIONS = "".join((TASKS / name).read_text("utf-8") for name in ("routing.sql", "gold.sql", "queue.sql"))


class Migration(migrations.Migration):
    dependencies = [("tasks", "0023_cheaper_claims")]
    operations = [
        migrations.AlterField(
            "lane",
            "head",
            models.BigIntegerField(default=0, help_text="no seat is open at or before it; raised by claims"),
        ),
        migrations.RunSQL("SET LOCAL check_function_bodies = off;\n" + FUNCTIONS, migrations.RunSQL.noop),
    ]
