# Three images from one file: app (web, worker, beat, migrate), proxy and storage.
# Each runs as a user without rights; docs/operator.md says how they fit together.

FROM node:22-slim AS frontend
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY frontend frontend
COPY static static
RUN npm run build

FROM python:3.13-slim AS packages
RUN python -m venv /venv
WORKDIR /src
COPY pyproject.toml README.md ./
RUN /venv/bin/pip install --no-cache-dir .

FROM python:3.13-slim AS app
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin labelmill \
    && install -d -o labelmill -g labelmill /var/lib/labelmill /var/lib/labelmill/uploads
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=annotator.settings \
    LABELMILL_HOME=/var/lib/labelmill \
    LABELMILL_UPLOAD_DIR=/var/lib/labelmill/uploads \
    LABELMILL_STATIC_ROOT=/app/staticfiles
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py ./
COPY annotator annotator
COPY clients clients
COPY workers workers
COPY tasks tasks
COPY review review
COPY templates templates
COPY locale locale
COPY --from=frontend /src/static static
# The key is asked for by the settings and used by neither command; it is not in the image's environment.
RUN LABELMILL_SECRET_KEY=build python manage.py messages --compile \
    && LABELMILL_SECRET_KEY=build python manage.py collectstatic --noinput --verbosity 0
USER 10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", \
     "--workers-kill-timeout", "20", "annotator.wsgi:application"]

FROM caddy:2.10-alpine AS proxy
COPY deploy/Caddyfile /etc/caddy/Caddyfile
RUN adduser -D -H -u 10001 proxy && chown -R proxy:proxy /data /config
USER 10001

FROM ghcr.io/versity/versitygw:v1.2.0 AS storage
RUN adduser -D -H -u 10001 storage && install -d -o storage -g storage /data
USER 10001
