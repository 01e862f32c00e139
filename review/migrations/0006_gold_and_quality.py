import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0005_crowds_and_holds"),
        ("tasks", "0014_gold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consequence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("notify", "Tell the supervisor"),
                            ("practice", "Back to practice"),
                            ("pause", "Pause the person"),
                        ],
                        max_length=8,
                    ),
                ),
                ("mean", models.FloatField()),
                ("below", models.FloatField()),
                ("over", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consequences",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tasks.project"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.CharField(max_length=500)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
                ("granted", models.BooleanField(null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True, help_text="the reviewer's word to the annotator", max_length=500
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tasks.project"),
                ),
                (
                    "submission",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="tasks.submission"
                    ),
                ),
                (
                    "consequence",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="review.consequence"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("notify", "Tell the supervisor"),
                            ("practice", "Back to practice"),
                            ("pause", "Pause the person"),
                        ],
                        max_length=8,
                        verbose_name="action",
                    ),
                ),
                (
                    "below",
                    models.FloatField(
                        help_text="0 to 1",
                        validators=[
                            django.core.validators.MinValueValidator(0.01),
                            django.core.validators.MaxValueValidator(1.0),
                        ],
                        verbose_name="mean below",
                    ),
                ),
                (
                    "over",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(200),
                        ],
                        verbose_name="over the last",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gold_rules",
                        to="tasks.project",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="GoldScore",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="tasks.submission",
                    ),
                ),
                ("is_practice", models.BooleanField()),
                ("score", models.FloatField(help_text="agreement as the consensus measures it, 0 to 1")),
                ("answered_at", models.DateTimeField(help_text="when the answer came")),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="tasks.project"
                    ),
                ),
                ("task", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="tasks.goldtask")),
            ],
        ),
        migrations.CreateModel(
            name="Quality",
            fields=[
                (
                    "project",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="tasks.project",
                    ),
                ),
                (
                    "accuracy",
                    models.FloatField(help_text="confidence wanted of each task, 0 to 1", null=True),
                ),
                ("iou", models.FloatField(help_text="expected IoU wanted of each shape, 0 to 1", null=True)),
                (
                    "trusts_predictions",
                    models.BooleanField(
                        db_default=False,
                        help_text="one answer suffices where a trusted annotator agrees with a confident prediction",
                    ),
                ),
                (
                    "gold_seen_by",
                    models.PositiveIntegerField(
                        db_default=100,
                        help_text="a gold task that so many people have had is retired as leaked",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("accuracy__isnull", True),
                                models.Q(("accuracy__gt", 0), ("accuracy__lt", 1)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("iou__isnull", True),
                                models.Q(("iou__gt", 0), ("iou__lt", 1)),
                                _connector="OR",
                            ),
                        ),
                        name="wanted_quality_is_a_share",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="consequence",
            index=models.Index(fields=["person", "-made_at"], name="consequences_of_person"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True)),
                fields=["project", "id"],
                name="appeals_to_decide",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("consequence__isnull", True), ("submission__isnull", False)),
                    models.Q(("consequence__isnull", False), ("submission__isnull", True)),
                    _connector="OR",
                ),
                name="an_appeal_is_against_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", True), ("decided_by__isnull", True), ("granted__isnull", True)
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("granted__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="decided_appeal_has_a_verdict",
            ),
        ),
        migrations.AddConstraint(
            model_name="goldrule",
            constraint=models.UniqueConstraint(fields=("project", "action"), name="one_rule_an_action"),
        ),
        migrations.AddConstraint(
            model_name="goldrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("below__gt", 0), ("below__lte", 1), ("over__gte", 1), ("over__lte", 200)),
                name="gold_rule_in_range",
            ),
        ),
        migrations.AddIndex(
            model_name="goldscore",
            index=models.Index(
                fields=["project", "person", "is_practice", "-answered_at"], name="gold_scores_of_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="goldscore",
            constraint=models.CheckConstraint(
                condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="gold_score_is_a_share"
            ),
        ),
    ]
