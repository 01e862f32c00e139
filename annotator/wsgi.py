import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "annotator.settings")
# Nobody waits longer for a page; and a snapshot that is held open keeps dead rows alive in the queue.
os.environ.setdefault("LABELMILL_STATEMENT_SECONDS", "30")
os.environ.setdefault("LABELMILL_IDLE_TRANSACTION_SECONDS", "30")
application = get_wsgi_application()
