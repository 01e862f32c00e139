import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0010_routing")]
    operations = [
        migrations.AddField(
            model_name="submission", name="version", field=models.PositiveSmallIntegerField(db_default=1)
        ),
        migrations.AddField(
            model_name="submission",
            name="supersedes",
            field=models.ForeignKey(
                db_index=False,
                help_text="the version that this one corrects",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="tasks.submission",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="assignment",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                help_text="the seat it fills; none when it is surplus",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="tasks.assignment",
            ),
        ),
        migrations.RemoveConstraint(model_name="submission", name="one_answer_a_person_a_task"),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                fields=("task", "annotator", "version"), name="one_answer_a_person_a_task"
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(fields=("assignment", "version"), name="one_answer_a_seat"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("supersedes__isnull", False)),
                fields=("supersedes",),
                name="a_version_is_corrected_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("supersedes__isnull", True), ("version", 1))
                | models.Q(("supersedes__isnull", False), ("version__gt", 1)),
                name="a_correction_names_what_it_corrects",
            ),
        ),
    ]
