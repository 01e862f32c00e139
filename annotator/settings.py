"""Settings. Everything that differs between machines comes from the environment; `manage.py up` sets it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from annotator.logs import configure_structlog, logging_settings

# Lets classes name their type arguments (ModelForm[Person]) at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("LABELMILL_HOME", BASE_DIR / ".labelmill"))


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


TESTING = "pytest" in sys.modules
DEBUG = _flag("LABELMILL_DEBUG")
SECRET_KEY = os.environ.get(
    "LABELMILL_SECRET_KEY", "only-for-tests" * 4 if TESTING or "mypy" in sys.modules else ""
)
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "Set LABELMILL_SECRET_KEY to a long random text, or start with `make up`, which makes one."
    )
ALLOWED_HOSTS = _list("LABELMILL_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = _list("LABELMILL_ORIGINS")
PUBLIC_URL = os.environ.get("LABELMILL_URL", "http://localhost:8000")

INSTALLED_APPS = [
    "workers",
    "clients",
    "tasks",
    "review",
    "annotator",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
]

MIDDLEWARE = [
    "annotator.health.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "annotator.middleware.RequestIdMiddleware",
    "annotator.middleware.CharsetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "annotator.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "annotator.middleware.LeftMiddleware",
    "annotator.middleware.PersonLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "annotator.middleware.PolicyMiddleware",
    "annotator.middleware.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "annotator.urls"
WSGI_APPLICATION = "annotator.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "annotator.face.face",
            ],
        },
    },
]


def _database_limits() -> dict[str, str]:
    """Time limits of a connection: the web's are short (wsgi.py), workers' and commands' long; 0 is none.

    PgBouncer takes no such options: there they belong to the database's roles (docs/operator.md).
    """
    if _flag("LABELMILL_PGBOUNCER"):
        return {}
    statement = int(os.environ.get("LABELMILL_STATEMENT_SECONDS", "3600"))
    idle = int(os.environ.get("LABELMILL_IDLE_TRANSACTION_SECONDS", "600"))
    limits = f"-c statement_timeout={statement}s -c idle_in_transaction_session_timeout={idle}s"
    return {"options": limits}


_database = dj_database_url.parse(
    os.environ.get("DATABASE_URL", "postgresql://localhost/labelmill"), engine="annotator.database"
)
DATABASES = {
    "default": {
        **_database,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # Behind PgBouncer in transaction mode a server-side cursor would be lost between statements.
        "DISABLE_SERVER_SIDE_CURSORS": _flag("LABELMILL_PGBOUNCER"),
        "OPTIONS": {**_database.get("OPTIONS", {}), **_database_limits()},
        "TEST": {"NAME": os.environ.get("TEST_DATABASE_NAME")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")


def _broker_url(url: str) -> str:
    """Kombu's spelling of a Redis URL: it writes a Unix socket as redis+socket://, redis-py as unix://."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    return f"redis+socket://{parts.path}?virtual_host={parse_qs(parts.query).get('db', ['0'])[0]}"


CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Celery: a message only wakes a worker; all work to do is rows in PostgreSQL (DESIGN: invariant 5).
CELERY_BROKER_URL = _broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "celerybeat-schedule")

# Storage of originals, renditions and releases: file:///path or s3://key:secret@host[:port]/bucket?region=..
STORAGE_URL = os.environ.get("STORAGE_URL", f"file://{STATE_DIR / 'storage'}")


def _storage(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": parts.path, "file_permissions_mode": 0o640},
        }
    if parts.scheme in {"s3", "s3+http"}:
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        port = f":{parts.port}" if parts.port else ""
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "access_key": unquote(parts.username or ""),
                "secret_key": unquote(parts.password or ""),
                "endpoint_url": f"{'http' if parts.scheme == 's3+http' else 'https'}://{parts.hostname}{port}",
                "bucket_name": parts.path.strip("/"),
                "region_name": query.get("region"),
                "default_acl": None,
                "file_overwrite": True,
                "querystring_auth": True,
            },
        }
    raise ImproperlyConfigured("STORAGE_URL starts with file://, s3:// or s3+http://.")


STORAGES = {
    "default": _storage(STORAGE_URL),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "annotator.static.StaticStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("LABELMILL_STATIC_ROOT", STATE_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.[\w.]+$|/build/chunks/[\w.-]+-[A-Z0-9]{8}\.(js|css)$"
# Source maps of the API reference are large and only wanted in a debugger: compressing them takes seconds.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "webp", "gif", "zip", "gz", "br", "woff2", "map")
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = os.environ.get("LABELMILL_UPLOAD_DIR")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
DATA_UPLOAD_MAX_NUMBER_FILES = 1000

# People.
AUTH_USER_MODEL = "workers.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "workers.sessions.PersonBackend",
]
# Annotators sign in by a PIN handed out by their supervisor; the lock-out below carries its weight.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "workers.passwords.PinOrPasswordValidator"},
]
# The first makes new ones; what the others made is read, and made anew at the next sign-in.
PASSWORD_HASHERS = [
    "workers.hashers.LeanArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "/sign-in"
LOGOUT_REDIRECT_URL = "/sign-in"
# In the database alone: a lost Redis must not sign a whole site out.
SESSION_ENGINE = "workers.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "annotator.problem.csrf_failure"
PASSWORD_RESET_TIMEOUT = 24 * 3600
# A whole site signs in from one address, so the lock-out counts by login name, never by address alone.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_RESET_ON_SUCCESS = True
# The page says how long a lock lasts: a try in between must not make that untrue.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "workers.auth.locked_out"
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # which advises to count by address
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True

# Behind a TLS proxy.
if PUBLIC_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Language and time.
LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
DEFAULT_LANGUAGE = os.environ.get("LABELMILL_LANGUAGE", "zh-hans")
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("LABELMILL_TIMEZONE", "Asia/Shanghai")

EMAIL_BACKEND = os.environ.get("LABELMILL_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("LABELMILL_FROM_EMAIL", "Labelmill <noreply@localhost>")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "clients.auth.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["clients.auth.IsClient"],
    "DEFAULT_PARSER_CLASSES": ["annotator.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "annotator.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["clients.auth.CallerThrottle"],
    "DEFAULT_THROTTLE_RATES": {"caller": os.environ.get("LABELMILL_API_RATE", "6000/min")},
    "EXCEPTION_HANDLER": "annotator.problem.api_exception",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Labelmill API",
    "DESCRIPTION": "Upload image batches, watch them being labelled, download consensus datasets.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "annotator.reference.describe_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ProjectState": "tasks.models.Project.State",
        "BatchState": "tasks.models.Batch.State",
        "ImageState": "tasks.models.Image.State",
        "ArchiveState": "tasks.models.Archive.State",
    },
}

# What the operator sees: lines on standard error, and numbers for whoever holds the token.
LOGGING = logging_settings(
    json=_flag("LABELMILL_LOG_JSON", default=not TESTING), level=os.environ.get("LABELMILL_LOG_LEVEL", "INFO")
)
configure_structlog()
METRICS_TOKEN = os.environ.get("LABELMILL_METRICS_TOKEN", "")

# Limits of ingest.
MAX_IMAGE_BYTES = int(os.environ.get("LABELMILL_MAX_IMAGE_BYTES", 100 * 2**20))
MAX_IMAGE_PIXELS = int(os.environ.get("LABELMILL_MAX_IMAGE_PIXELS", 120_000_000))
MAX_ARCHIVE_BYTES = int(os.environ.get("LABELMILL_MAX_ARCHIVE_BYTES", 20 * 2**30))
MAX_ARCHIVE_FILES = int(os.environ.get("LABELMILL_MAX_ARCHIVE_FILES", 1_000_000))
MAX_ARCHIVE_RATIO = 30
JOB_IMAGES = 100
JOB_IDLE_SECONDS = 8  # a job that is not full goes to work when no file has come for so long
JOB_LEASE_SECONDS = int(os.environ.get("LABELMILL_JOB_LEASE_SECONDS", 180))
MEDIA_URL_SECONDS = 3600

# Webhooks may call addresses inside our own network: for tests, or when clients are in the same house.
WEBHOOK_ALLOW_PRIVATE = _flag("LABELMILL_WEBHOOK_ALLOW_PRIVATE")
