import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models

RULE = django.core.validators.RegexValidator(
    "^[a-z0-9][a-z0-9-]*\\Z", "A skill is written with lower-case letters, digits and dashes."
)


class Migration(migrations.Migration):
    dependencies = [("workers", "0003_earned_by_hour")]
    operations = [
        migrations.AddField(
            model_name="person",
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
                verbose_name="skills",
            ),
        ),
    ]
