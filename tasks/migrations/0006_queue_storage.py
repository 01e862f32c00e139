from django.db import migrations

# Positions come from one sequence. CACHE stays 1: a session that keeps numbers back would hand out
# positions that lie behind others' cursors.
SEQUENCE = "CREATE SEQUENCE tasks_position_seq"
# Each seat is rewritten two or three times in its life: room for it on its page, and a vacuum that comes
# by number of dead rows, as a share of millions would come too late.
STORAGE = """
ALTER TABLE tasks_assignment SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 20000, autovacuum_analyze_scale_factor = 0.05);
ALTER TABLE tasks_task SET (fillfactor = 80);
ALTER TABLE tasks_job SET (fillfactor = 60);
ALTER TABLE tasks_queuecursor SET (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 2000);
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_lanes")]
    operations = [
        migrations.RunSQL(SEQUENCE, "DROP SEQUENCE tasks_position_seq"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
