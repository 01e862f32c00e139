from django.db import migrations

# One function serves every table whose rows may never change; other apps' migrations attach it.
FUNCTION = """
CREATE FUNCTION labelmill_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never changed or deleted; add another row', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
TRIGGER = """
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON workers_earning
FOR EACH ROW EXECUTE FUNCTION labelmill_refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("workers", "0001_tables")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION labelmill_refuse_change()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER ledger_is_append_only ON workers_earning"),
    ]
