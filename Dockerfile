# The same image for the web server, the worker and beat; docker-compose.yml says which one a container is.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements requirements
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/base.txt
COPY . .
RUN python -m dahashare.frontend

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=dahashare.settings \
    DAHASHARE_DATA=/data \
    DAHASHARE_KEYS=/keys
# Not root; the volumes are made from these folders and so belong to the same account.
RUN useradd --system --uid 10001 --no-create-home dahashare \
    && install -d -o dahashare -g dahashare -m 0700 /data /keys
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER dahashare
VOLUME ["/data", "/keys"]
EXPOSE 8000
CMD ["gunicorn", "-c", "python:dahashare.serving", "dahashare.wsgi"]
