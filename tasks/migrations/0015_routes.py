from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TASKS = Path(__file__).parents[1]
FUNCTIONS = "".join((TASKS / name).read_text("utf-8") for name in ("routing.sql", "gold.sql", "queue.sql"))
# Their signatures have changed.
DROP = """
DROP FUNCTION IF EXISTS queue_claim(bigint, bigint, integer, integer, integer);
DROP FUNCTION IF EXISTS queue_lanes(bigint, bigint);
DROP FUNCTION IF EXISTS queue_keep(bigint, uuid[], bigint[], bigint[], text[], integer[], integer[],
                                   timestamptz[], boolean);
"""
TRIGGERS = """
CREATE TRIGGER project_changes_routes AFTER UPDATE ON tasks_project FOR EACH ROW
WHEN (OLD.state IS DISTINCT FROM NEW.state OR OLD.priority IS DISTINCT FROM NEW.priority
   OR OLD.skills IS DISTINCT FROM NEW.skills OR OLD.language IS DISTINCT FROM NEW.language)
EXECUTE FUNCTION routing_of_project_changed();
CREATE TRIGGER site_of_project_changes_routes AFTER INSERT OR DELETE ON tasks_project_sites
FOR EACH ROW EXECUTE FUNCTION routing_of_site_changed();
CREATE TRIGGER pause_changes_routes AFTER INSERT OR DELETE ON tasks_projectpause
FOR EACH ROW EXECUTE FUNCTION routing_of_site_changed();
"""
FORGET_TRIGGERS = """
DROP TRIGGER project_changes_routes ON tasks_project;
DROP TRIGGER site_of_project_changes_routes ON tasks_project_sites;
DROP TRIGGER pause_changes_routes ON tasks_projectpause;
"""
STORAGE = """
ALTER TABLE tasks_route SET (fillfactor = 50);
ALTER TABLE tasks_siterevision SET (fillfactor = 50);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0014_gold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Route",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "skills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("half_hour", models.BigIntegerField()),
                ("revision", models.BigIntegerField()),
                (
                    "projects",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SiteRevision",
            fields=[
                (
                    "site",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="workers.site",
                    ),
                ),
                ("revision", models.BigIntegerField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name="assignment",
            name="leases_of_person",
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("leased_until__isnull", False)),
                fields=["annotator", "leased_until"],
                name="leases_of_person",
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="site",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="workers.site",
            ),
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(DROP, migrations.RunSQL.noop),
        migrations.RunSQL("SET LOCAL check_function_bodies = off;\n" + FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, FORGET_TRIGGERS),
    ]
