from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0013_release_options"),
        ("tasks", "0022_answers_to_mark"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="goldscore",
            index=models.Index(
                condition=models.Q(("is_practice", False)), fields=["answered_at"], name="last_marked"
            ),
        ),
    ]
