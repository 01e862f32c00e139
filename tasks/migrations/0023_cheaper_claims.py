from pathlib import Path

from django.db import migrations

TASKS = Path(__file__).parents[1]
FUNCTIONS = "".join((TASKS / name).read_text("utf-8") for name in ("routing.sql", "gold.sql", "queue.sql"))
# What moves several cursors at once: each lane's is moved where it is read now.
DROP = "DROP FUNCTION IF EXISTS queue_move_cursors(bigint, bigint[], bigint[], bigint[]);"


class Migration(migrations.Migration):
    dependencies = [("tasks", "0022_answers_to_mark")]
    operations = [
        migrations.RunSQL("SET LOCAL check_function_bodies = off;\n" + FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
    ]
