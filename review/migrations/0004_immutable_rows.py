from django.db import migrations

VERDICT = """
CREATE TRIGGER adjudication_is_immutable BEFORE UPDATE OR DELETE ON review_adjudication
FOR EACH ROW EXECUTE FUNCTION labelmill_refuse_change()
"""
# While it is built a release changes; once ready, never.
RELEASE = """
CREATE TRIGGER ready_release_is_immutable BEFORE UPDATE OR DELETE ON review_release
FOR EACH ROW WHEN (OLD.state = 'ready') EXECUTE FUNCTION labelmill_refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("review", "0003_tables"), ("workers", "0002_append_only_ledger")]
    operations = [
        migrations.RunSQL(VERDICT, "DROP TRIGGER adjudication_is_immutable ON review_adjudication"),
        migrations.RunSQL(RELEASE, "DROP TRIGGER ready_release_is_immutable ON review_release"),
    ]
