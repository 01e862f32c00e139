from pathlib import Path

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

ROUTING = (Path(__file__).parents[1] / "routing.sql").read_text("utf-8")
RULE = django.core.validators.RegexValidator(
    "^[a-z0-9][a-z0-9-]*\\Z", "A skill is written with lower-case letters, digits and dashes."
)
SITE = "workers.site"


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0007_queue_functions"),
        ("workers", "0004_skills"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="project",
            name="skills",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40, validators=[RULE]),
                blank=True,
                db_default=models.Value(
                    [],
                    output_field=django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                default=list,
                size=None,
                verbose_name="skills needed",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="language",
            field=models.CharField(
                blank=True,
                choices=[("zh-hans", "简体中文"), ("en", "English")],
                db_default="",
                default="",
                max_length=8,
                verbose_name="language needed",
            ),
        ),
        migrations.AddField(
            model_name="job",
            name="site",
            field=models.ForeignKey(
                db_index=False,
                help_text="reserved for it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=SITE,
            ),
        ),
        migrations.AddField(
            model_name="lane",
            name="site",
            field=models.ForeignKey(
                db_index=False,
                help_text="its seats are reserved for it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=SITE,
            ),
        ),
        migrations.RemoveConstraint(model_name="lane", name="one_lane_of_each_kind"),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.UniqueConstraint(
                fields=("batch", "returned", "site"), name="one_lane_of_each_kind", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="lane",
            index=models.Index(
                condition=models.Q(("site__isnull", False)), fields=["site"], name="lanes_of_site"
            ),
        ),
        migrations.CreateModel(
            name="ProjectPause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("paused_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "paused_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="tasks.project"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=SITE),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("site", "project"), name="one_pause_a_site_a_project")
                ]
            },
        ),
        migrations.CreateModel(
            name="BatchRank",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "priority",
                    models.SmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(-100),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="priority",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ranks",
                        to="tasks.batch",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to=SITE),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "site"), name="one_rank_a_batch_a_site"),
                    models.CheckConstraint(
                        condition=models.Q(("priority__gte", -100), ("priority__lte", 100)),
                        name="rank_in_range",
                    ),
                ]
            },
        ),
        migrations.RunSQL(ROUTING, migrations.RunSQL.noop),
    ]
