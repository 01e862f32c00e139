from pathlib import Path

from django.db import migrations

SOURCE = (Path(__file__).parents[1] / "desk.sql").read_text("utf-8")
# Bodies are checked when they run: other apps' tables may not be there yet.
INSTALL = "SET LOCAL check_function_bodies = off;\n" + SOURCE
DROP = "DROP FUNCTION presence_touch, earned_today"


class Migration(migrations.Migration):
    dependencies = [("workers", "0004_skills")]
    operations = [migrations.RunSQL(INSTALL, DROP)]
