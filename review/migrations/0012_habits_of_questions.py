import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0006_gold_and_quality"),
        ("tasks", "0014_gold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="tags.scene, or tags.flags.dark of one of several", max_length=140
                    ),
                ),
                (
                    "options",
                    models.JSONField(help_text="the answers that can be given; an empty one is left open"),
                ),
                ("prior", models.JSONField(help_text="how often each option is true")),
                (
                    "crowd",
                    models.JSONField(help_text="chance of each answer where an option is true, by option"),
                ),
                ("rho", models.FloatField(help_text="how far people err together, 0 for not at all")),
                ("answers", models.PositiveIntegerField(help_text="answers it rests on")),
                ("updated_at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="tasks.project"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Habit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rows",
                    models.JSONField(help_text="chance of each answer where an option is true, by option"),
                ),
                ("answers", models.PositiveIntegerField(help_text="answers it rests on")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="habits",
                        to="review.question",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(fields=("project", "key"), name="one_question_a_project"),
        ),
        migrations.AddConstraint(
            model_name="habit",
            constraint=models.UniqueConstraint(fields=("question", "person"), name="one_habit_each"),
        ),
    ]
