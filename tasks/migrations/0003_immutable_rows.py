from django.db import migrations

IMMUTABLE = """
CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION labelmill_refuse_change()
"""
# A statement-level check with a transition table: one join for a million seats, not a million look-ups.
SEATS = """
CREATE FUNCTION tasks_refuse_extra_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_seats s JOIN tasks_task t ON t.id = s.task_id WHERE s.number > t.max_overlap) THEN
        RAISE EXCEPTION 'a task never gets more seats than its maximum overlap'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'seats_within_maximum_overlap';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER seats_within_maximum_overlap AFTER INSERT ON tasks_assignment
REFERENCING NEW TABLE AS new_seats
FOR EACH STATEMENT EXECUTE FUNCTION tasks_refuse_extra_seat();
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_tables"), ("workers", "0002_append_only_ledger")]
    operations = [
        migrations.RunSQL(
            IMMUTABLE.format(name="submission_is_immutable", table="tasks_submission"),
            "DROP TRIGGER submission_is_immutable ON tasks_submission",
        ),
        migrations.RunSQL(
            IMMUTABLE.format(name="schema_is_immutable", table="tasks_labelschema"),
            "DROP TRIGGER schema_is_immutable ON tasks_labelschema",
        ),
        migrations.RunSQL(
            SEATS,
            "DROP TRIGGER seats_within_maximum_overlap ON tasks_assignment; "
            "DROP FUNCTION tasks_refuse_extra_seat()",
        ),
    ]
