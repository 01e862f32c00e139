from pathlib import Path

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

GOLD = (Path(__file__).parents[1] / "gold.sql").read_text("utf-8")
DROP = "DROP FUNCTION queue_gold, queue_mix_gold"
# A row changes with each claim in a project that mixes gold in.
STORAGE = """
ALTER TABLE tasks_entrance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.0,
    autovacuum_vacuum_threshold = 2000);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0003_sites_of_an_organization"),
        ("tasks", "0021_predictions"),
        ("workers", "0005_desk_functions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Entrance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("practising", "Practising"),
                            ("passed", "Passed"),
                            ("sent_back", "Practising again"),
                        ],
                        db_default="practising",
                        default="practising",
                        max_length=10,
                    ),
                ),
                ("changed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", help_text="as the person is told", max_length=300
                    ),
                ),
                (
                    "given",
                    models.PositiveIntegerField(
                        db_default=0, help_text="seats given while the project mixed gold in"
                    ),
                ),
                (
                    "measure_place",
                    models.BigIntegerField(
                        help_text="the last place in the ring; none: not begun", null=True
                    ),
                ),
                ("practice_place", models.BigIntegerField(db_default=-1)),
            ],
        ),
        migrations.CreateModel(
            name="GoldTask",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="gold",
                        serialize=False,
                        to="tasks.task",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("measure", "To measure"), ("practice", "To practise")], max_length=8
                    ),
                ),
                ("payload", models.JSONField(help_text="the known answer, as a submission's payload")),
                (
                    "origin",
                    models.CharField(
                        choices=[("client", "From the client"), ("review", "From a reviewer")], max_length=6
                    ),
                ),
                (
                    "place",
                    models.BigIntegerField(
                        help_text="where it lies in its project's ring; people start anywhere in it"
                    ),
                ),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("retired_at", models.DateTimeField(help_text="given to nobody any more", null=True)),
                ("retired_why", models.CharField(blank=True, max_length=200)),
            ],
        ),
        migrations.AddField(
            model_name="assignment",
            name="purpose",
            field=models.CharField(
                choices=[("work", "Work"), ("measure", "To measure"), ("practice", "To practise")],
                db_default="work",
                default="work",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="lostlease",
            name="purpose",
            field=models.CharField(
                choices=[("work", "Work"), ("measure", "To measure"), ("practice", "To practise")],
                db_default="work",
                default="work",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="gold_rate",
            field=models.FloatField(
                db_default=0.0,
                default=0.0,
                help_text="0.05: one task in twenty has a known answer.",
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="share of gold",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="hold_limit",
            field=models.PositiveSmallIntegerField(
                db_default=60,
                default=60,
                help_text="Who holds so many, of any project, is given none of this one until some are answered.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(500),
                ],
                verbose_name="seats held at once",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="practice_pass_mark",
            field=models.FloatField(
                blank=True,
                help_text="Mean score of a newcomer's practice tasks, 0 to 1. Empty: nobody has to practise.",
                null=True,
                validators=[
                    django.core.validators.MinValueValidator(0.0),
                    django.core.validators.MaxValueValidator(1.0),
                ],
                verbose_name="mark to pass practice",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="purpose",
            field=models.CharField(
                choices=[("work", "Work"), ("measure", "To measure"), ("practice", "To practise")],
                db_default="work",
                default="work",
                help_text="an answer to gold fills no seat and counts nowhere",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="lane",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="tasks.lane"
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="number",
            field=models.PositiveSmallIntegerField(help_text="seat number at its task, from 1", null=True),
        ),
        migrations.AlterField(
            model_name="endedseat",
            name="number",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lane__isnull", False), ("number__isnull", False), ("purpose", "work")),
                    models.Q(
                        models.Q(("purpose", "work"), _negated=True),
                        models.Q(("state", "open"), _negated=True),
                        ("lane__isnull", True),
                        ("number__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="seat_of_work_lies_in_a_lane",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("gold_rate__gte", 0), ("gold_rate__lte", 1)), name="gold_rate_is_a_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("practice_pass_mark__isnull", True),
                    models.Q(("practice_pass_mark__gte", 0), ("practice_pass_mark__lte", 1)),
                    _connector="OR",
                ),
                name="pass_mark_is_a_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("hold_limit__gte", 1), ("hold_limit__lte", 500)),
                name="hold_limit_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", "work"), ("assignment__isnull", True), _connector="OR"),
                name="an_answer_to_gold_fills_no_seat",
            ),
        ),
        migrations.AddField(
            model_name="entrance",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entrances",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="entrance",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, to="tasks.project"
            ),
        ),
        migrations.AddField(
            model_name="goldtask",
            name="made_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="goldtask",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="tasks.project"
            ),
        ),
        migrations.AddConstraint(
            model_name="entrance",
            constraint=models.UniqueConstraint(
                fields=("person", "project"), name="one_entrance_a_person_a_project"
            ),
        ),
        migrations.AddIndex(
            model_name="goldtask",
            index=models.Index(
                condition=models.Q(("retired_at__isnull", True)),
                fields=["project", "kind", "place"],
                name="gold_to_give",
            ),
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL("SET LOCAL check_function_bodies = off;\n" + GOLD, DROP),
    ]
