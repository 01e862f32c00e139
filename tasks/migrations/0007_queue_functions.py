from pathlib import Path

from django.db import migrations, models

TASKS = Path(__file__).parents[1]
# Bodies are checked when they run: a later release's file may name columns that a later migration adds.
INSTALL = "SET LOCAL check_function_bodies = off;\n"
DROP = """
DROP FUNCTION queue_claim, queue_move_cursor, queue_submit, queue_keep, queue_facts, queue_extend
"""
TAILS = """
UPDATE tasks_lane l SET tail = last.position
FROM (SELECT lane_id, max(position) AS position FROM tasks_assignment GROUP BY lane_id) AS last
WHERE l.id = last.lane_id
"""
# A lane's row changes with each seat that is given back, a task's and a seat's a few times in their lives:
# room on the page keeps these updates out of the indexes (HOT). Vacuum comes by number of dead rows.
STORAGE = """
ALTER TABLE tasks_lane SET (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 500);
ALTER TABLE tasks_task SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 20000);
ALTER TABLE tasks_job SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 500);
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0006_queue_storage")]
    operations = [
        migrations.AddField(
            model_name="lane",
            name="tail",
            field=models.BigIntegerField(
                db_default=0, help_text="no seat is open beyond it; raised with new seats"
            ),
        ),
        migrations.RunSQL(TAILS, migrations.RunSQL.noop),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(INSTALL + (TASKS / "routing.sql").read_text("utf-8"), migrations.RunSQL.noop),
        migrations.RunSQL(INSTALL + (TASKS / "queue.sql").read_text("utf-8"), DROP),
    ]
