from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workers", "0007_notices"),
    ]

    operations = [
        migrations.CreateModel(
            name="Guesses",
            fields=[
                ("place", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("failures", models.FloatField()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
