import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0013_ended_seats")]

    operations = [
        migrations.CreateModel(
            name="Prediction",
            fields=[
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="tasks.task",
                    ),
                ),
                (
                    "model",
                    models.CharField(help_text="the client's name of what made it", max_length=120),
                ),
                (
                    "payload",
                    models.JSONField(help_text="a submission's payload, shapes with an optional confidence"),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
    ]
