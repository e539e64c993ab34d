"""Every setting, read from the environment, with defaults that serve one machine without services.

DAHASHARE_DATA    folder of the database, keys, queue and exports (default var/live)
DAHASHARE_KEYS    folder of the keys, where they are kept elsewhere (default DAHASHARE_DATA/keys)
DAHASHARE_CHECKPOINTS  folder of the log's checkpoints (default DAHASHARE_DATA/checkpoints). Files are only
                  added. Back it up, and never set it back together with the database
DAHASHARE_CHECKPOINT_COPY  a second folder for them, such as a mounted share that lets nobody change a file
DAHASHARE_CHECKPOINT_BUCKET  a bucket with object lock (S3, or a store that speaks as it does) for them, of
                  this copy alone: a store keeps them locked until their time is over. Its credentials come as
                  the AWS tools take them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,
                  AWS_SHARED_CREDENTIALS_FILE, or the role of the machine
DAHASHARE_CHECKPOINT_ENDPOINT        https://…, the address of a store that is not Amazon's
DAHASHARE_CHECKPOINT_REGION          the bucket's region (eu-west-2)
DAHASHARE_CHECKPOINT_RETENTION_DAYS  days for which a checkpoint is locked there (3653, ten years). For
                  what is there it cannot be made shorter
DAHASHARE_DEMO    1 for the demonstration copy: made-up cases, one sign-in button per role, loopback only
DATABASE_URL      postgres://… in production; SQLite in DAHASHARE_DATA otherwise
REDIS_URL         redis://… in production; a file-system queue in DAHASHARE_DATA otherwise
DAHASHARE_HOSTS   host names served, separated by commas
DAHASHARE_IDLE_MINUTES   minutes without anything done until a session is locked (15)
DAHASHARE_SESSION_HOURS  hours after which a session ends, however busy it is (10)
DAHASHARE_PROXIES        how many proxies of yours stand before this service (0): whose address is throttled
DAHASHARE_OIDC_ISSUER    https://… of the organisation's own sign-in (OpenID Connect, such as Entra ID): it
                         offers a button for it. Nobody signs up by it: it signs in people who are here.
                         Its e-mail address must be said to be verified (email_verified, or Entra's xms_edov)
DAHASHARE_OIDC_CLIENT_ID, DAHASHARE_OIDC_SECRET  as that sign-in knows this service
DAHASHARE_OIDC_NAME      what its button calls it (your organisation)
DAHASHARE_OIDC_TWO_STEP  1 where that sign-in asks for a second step itself: ours is not asked then, unless
                         the sign-in says (amr) that it did not ask
DAHASHARE_HTTPS   1 when served over HTTPS: secure cookies, HSTS
DAHASHARE_URL     https://…, the address at which staff open this service: the links of its mails begin with
                  it. Without it no mail goes, and My work alone shows what waits
DAHASHARE_MAIL    how reminders are mailed: console (the worker's own output, the default), notify (GOV.UK
                  Notify), or a mail server, such as smtp+tls://user:password@host:587. In a demonstration
                  nothing is mailed at all
DAHASHARE_MAIL_FROM          the address that they come from (dahashare@ and the host of DAHASHARE_URL)
DAHASHARE_REMIND_SECONDS     how often it is looked for what is due (60)
DAHASHARE_NOTIFY_KEY         an API key of GOV.UK Notify, whole, as Notify shows it once
DAHASHARE_NOTIFY_TEMPLATE    the id of an e-mail template there: subject ((subject)), message ((body))
DAHASHARE_NOTIFY_REPLY_TO    the id of a reply-to address there, where one is wanted
DAHASHARE_NOTIFY_URL         where its API is (https://api.notifications.service.gov.uk)
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from dahashare.logs import LOGGING as PRIVATE_LOGGING

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

DEMO = env.bool("DAHASHARE_DEMO", default=False)
DATA_DIR = Path(env.str("DAHASHARE_DATA", default=str(BASE_DIR / "var" / ("demo" if DEMO else "live"))))
KEYS_DIR = Path(env.str("DAHASHARE_KEYS", default=str(DATA_DIR / "keys")))
CHECKPOINT_DIR = env.str("DAHASHARE_CHECKPOINTS", default="") or str(DATA_DIR / "checkpoints")
CHECKPOINT_COPY = env.str("DAHASHARE_CHECKPOINT_COPY", default="")
CHECKPOINT_BUCKET = env.str("DAHASHARE_CHECKPOINT_BUCKET", default="")
CHECKPOINT_ENDPOINT = env.str("DAHASHARE_CHECKPOINT_ENDPOINT", default="")
CHECKPOINT_REGION = env.str("DAHASHARE_CHECKPOINT_REGION", default="") or "eu-west-2"
CHECKPOINT_RETENTION_DAYS = env.str("DAHASHARE_CHECKPOINT_RETENTION_DAYS", default="") or "3653"
HTTPS = env.bool("DAHASHARE_HTTPS", default=False)
DEBUG = False


def _secret(name: str) -> str:
    """The text of a key file that the first start made, or an empty string where it is not there yet."""
    path = KEYS_DIR / name
    return path.read_text("ascii").strip() if path.is_file() else ""


SECRET_KEY = env.str("DAHASHARE_SECRET_KEY", default="") or _secret("django-secret")
ALLOWED_HOSTS = env.list("DAHASHARE_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("DAHASHARE_ORIGINS", default=[])

INSTALLED_APPS = [
    "dahashare.apps.DahashareConfig",
    "sharing.apps.SharingConfig",
    "cases.apps.CasesConfig",
    "audit.apps.AuditConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "cases.apps.SessionsConfig",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "guardian",
    "simple_history",
    "crispy_forms",
    "crispy_forms_gds",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dahashare.middleware.no_store",
    "csp.middleware.CSPMiddleware",
    "dahashare.middleware.refuse_unreadable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dahashare.middleware.lock_when_idle",
    "dahashare.middleware.SignInRequired",
    "dahashare.middleware.SecondStepRequired",
    "dahashare.middleware.clear_parked",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "dahashare.middleware.RecordRefusals",
    "dahashare.middleware.TellAltered",
]

ROOT_URLCONF = "dahashare.urls"
WSGI_APPLICATION = "dahashare.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"
CRISPY_GDS_FRONTEND_VERSION = "5.8.0"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'dahashare.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a writer waits for its turn at BEGIN, and never fails half way through a transaction.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    # A writer that waits this long for a case's chain gives up with an error and leaves nothing behind.
    # What is prepared (cases/prepared.py) has one plan for everybody, and is written so that one fits.
    # To compile a query takes longer than to run it: ours are short.
    options = "-c lock_timeout=10s -c plan_cache_mode=force_generic_plan -c jit=off"
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = options
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# A connection outlives its request: a new one reads the schema and plans its queries anew.
DATABASES["default"]["CONN_MAX_AGE"] = 600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "dahashare_cache"}
}

# A message is only a doorbell: no results, no remote control, nothing but JSON.
CELERY_BROKER_URL = REDIS_URL or "folder://"
CELERY_BROKER_TRANSPORT_OPTIONS = {} if REDIS_URL else {"folder": str(DATA_DIR / "queue")}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = "Europe/London"
# Kept in memory: the stock scheduler's file is a pickle that a kill can damage.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
# Beat looks up once a second, so that it also stops within one.
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
# How often the clocks are looked at (sharing/clocks.py).
REMIND_SECONDS = max(1, env.int("DAHASHARE_REMIND_SECONDS", default=60))
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "dahashare.tasks.heartbeat", "schedule": 15, "options": {"expires": 60}},
    "clear sessions": {"task": "dahashare.tasks.clear_sessions", "schedule": crontab(minute=17)},
    "sweep": {"task": "dahashare.tasks.sweep", "schedule": crontab(minute="*/10")},
    # What a queue that was down held back is thrown away: the next turn finds all that is due.
    "remind": {
        "task": "dahashare.tasks.remind",
        "schedule": REMIND_SECONDS,
        "options": {"expires": REMIND_SECONDS},
    },
    # What was asked for comes at once (audit.exports.ring); this finds what a killed worker left.
    "exports": {"task": "dahashare.tasks.write_exports", "schedule": 5, "options": {"expires": 5}},
    "sequence": {"task": "dahashare.tasks.sequence", "schedule": 60, "options": {"expires": 60}},
    "checkpoint": {
        "task": "dahashare.tasks.checkpoint",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 15 * 60},
    },
    "check what is new": {
        "task": "dahashare.tasks.check_log",
        "schedule": crontab(minute=7, hour="6-20"),
        "kwargs": {"whole": False},
        "options": {"expires": 3_000},
    },
    "tally": {"task": "dahashare.tasks.tally", "schedule": 60, "options": {"expires": 60}},
    "tally again": {
        "task": "dahashare.tasks.tally_again",
        "schedule": crontab(minute=40, hour=2),
        "options": {"expires": 7_200},
    },
    "check everything": {
        "task": "dahashare.tasks.check_log",
        "schedule": crontab(minute=30, hour=5),
        "options": {"expires": 7_200},
    },
}

AUTH_USER_MODEL = "cases.User"
AUTHENTICATION_BACKENDS = ["cases.signed_in.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "cases.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "cases.forms.account.SignInForm",
    "change_password": "cases.forms.account.NewPasswordForm",
}
# Two-step sign-in: `dahashare.middleware.SecondStepRequired` asks for it, in a live copy from everybody.
MFA_ADAPTER = "cases.two_step.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey alone is a sign-in: it must ask its owner for a finger, a face or a PIN.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# The code before and the code after also work: telephones' clocks differ, and people type slowly.
MFA_TOTP_TOLERANCE = 1
# An office shares one address, and there is nothing to guess.
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
# Seconds for which somebody need not prove again who they are (`cases.step_up`).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# Tries to sign in, for each address (an office shares one) and for each account, known or not.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key", "provider": "120/m/ip"}
PROXIES = max(0, env.int("DAHASHARE_PROXIES", default=0))
# The organisation's own sign-in (cases/oidc.py); nothing of what it hands over is stored.
OIDC = {
    "issuer": env.str("DAHASHARE_OIDC_ISSUER", default="").rstrip("/"),
    "client_id": env.str("DAHASHARE_OIDC_CLIENT_ID", default=""),
    "secret": env.str("DAHASHARE_OIDC_SECRET", default=""),
    "name": env.str("DAHASHARE_OIDC_NAME", default="your organisation"),
    "two_step": env.bool("DAHASHARE_OIDC_TWO_STEP", default=False),
}
SOCIALACCOUNT_ADAPTER = "cases.oidc.Adapter"
SOCIALACCOUNT_STORE_TOKENS = False
CSRF_FAILURE_VIEW = "dahashare.views.csrf_failure"
# Where Quick exit leads; empty: a blank page of our own.
QUICK_EXIT_URL = env.str("DAHASHARE_QUICK_EXIT", default="")

SESSION_ENGINE = "cases.signed_in"
SESSION_COOKIE_NAME = "dahashare_demo" if DEMO else "dahashare"
# Nobody stays signed in longer than this, however busy they are.
SESSION_COOKIE_AGE = max(60, int(env.float("DAHASHARE_SESSION_HOURS", default=10) * 60 * 60))
# Nothing done for so long: the session is locked, and the same person signs in again where they were.
IDLE_SECONDS = max(60, int(env.float("DAHASHARE_IDLE_MINUTES", default=15) * 60))
IDLE_WARNING_SECONDS = min(30, IDLE_SECONDS // 2)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = SESSION_COOKIE_NAME + "_csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# What is handed over is kept in memory or not at all: never in a temporary file.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Reminders to staff (sharing/mailing.py): a reference, a deadline and a link, and nothing else.
SITE_URL = env.str("DAHASHARE_URL", default="").rstrip("/")
MAIL = "none" if DEMO else env.str("DAHASHARE_MAIL", default="console")
MAIL_BACKENDS = {
    "none": "django.core.mail.backends.dummy.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
    "notify": "dahashare.notify.EmailBackend",
}
if MAIL in MAIL_BACKENDS:
    EMAIL_BACKEND = MAIL_BACKENDS[MAIL]
else:
    globals().update(env.email_url("DAHASHARE_MAIL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = (
    env.str("DAHASHARE_MAIL_FROM", default="") or f"dahashare@{urlsplit(SITE_URL).hostname or 'localhost'}"
)
NOTIFY = {
    "key": env.str("DAHASHARE_NOTIFY_KEY", default=""),
    "template": env.str("DAHASHARE_NOTIFY_TEMPLATE", default=""),
    "reply_to": env.str("DAHASHARE_NOTIFY_REPLY_TO", default=""),
    "url": env.str("DAHASHARE_NOTIFY_URL", default="https://api.notifications.service.gov.uk").rstrip("/"),
}
GUARDIAN_RAISE_403 = False
# Grants are asked for by one policy (cases/access.py), never through has_perm: no backend is hooked.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
ANONYMOUS_USER_NAME = None
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = True

LOGGING = PRIVATE_LOGGING
