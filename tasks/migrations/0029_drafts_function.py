from pathlib import Path

from django.db import migrations

DRAFTS = (Path(__file__).parents[1] / "drafts.sql").read_text("utf-8")


class Migration(migrations.Migration):
    dependencies = [("tasks", "0028_indexes_that_repeat_others")]
    operations = [migrations.RunSQL(DRAFTS, "DROP FUNCTION queue_drafts(bigint[], bigint[])")]
