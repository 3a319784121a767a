"""Settings, all of them from the environment.

Outside the demo and the tests nothing secret has a default: a missing variable stops the start with a
sentence that says what to set.
"""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from socialcare.kernel import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()


def required(name: str, why: str) -> str:
    """The variable `name`, or a start-up error that says what to set and why."""
    value: str | None = env.str(name, None)
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {why}")
    return value


# --- Where and how we run -------------------------------------------------------------------------

DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)
# Commands that touch no database (formula check, a dry run) work from a bare checkout.
DATABASE_FREE = env.bool("SOCIALCARE_DATABASE_FREE", False)

if DATABASE_FREE:
    SECRET_KEY = "no-requests-are-served-in-this-process"  # noqa: S105 -- signs nothing
else:
    SECRET_KEY = required("SECRET_KEY", "a long random text that signs sessions; keep it secret.")
# Keys that were used before: what they signed or sealed can still be read, nothing new is.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", not (DEMO or DEBUG))
STATE_DIR = Path(env.str("STATE_DIR", "") or BASE_DIR / ".local")

# --- Databases: one for the application, whose login owns nothing, and one for migrations ---------

_DATABASE_EXAMPLE = "for example postgres://socialcare_app:password@localhost/socialcare"


def database(name: str, *, why: str) -> dict[str, Any]:
    config: dict[str, Any] = dict(dj_database_url.parse(required(name, why)))
    if config["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"Set {name} to a PostgreSQL address, {_DATABASE_EXAMPLE}.")
    config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
    config["CONN_HEALTH_CHECKS"] = True
    # Seconds: a server that does not answer must not hold up every page, nor the question whether we are ready.
    config["OPTIONS"] = {"connect_timeout": 5, **config.get("OPTIONS", {})}
    return config


DATABASES: dict[str, Any] = {}
if not DATABASE_FREE:
    DATABASES["default"] = database(
        "DATABASE_URL", why=f"the database the pages use, {_DATABASE_EXAMPLE}."
    )
    if env.str("OWNER_DATABASE_URL", ""):
        # Only migrations and set-up connect as the owner; web and worker are not given its address.
        DATABASES["owner"] = database(
            "OWNER_DATABASE_URL", why="the owner's login, for migrations."
        )
        DATABASES["default"]["TEST"] = {"MIRROR": "owner"}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Apps -----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "socialcare.kernel.static_files.UsedStaticFiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "guardian",
    "socialcare.kernel",
    "governance",
    "people",
    "families",
    "neighbourhoods",
    "budgets",
    "socialcare",
]

MIDDLEWARE = [
    "socialcare.kernel.observing.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "socialcare.kernel.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "governance.middleware.SignInMiddleware",
    "socialcare.kernel.middleware.CurrencyMiddleware",
    "socialcare.kernel.middleware.ActingMiddleware",
]

ROOT_URLCONF = "socialcare.urls"
WSGI_APPLICATION = "socialcare.wsgi.application"
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
                "socialcare.kernel.context.service",
            ],
            "builtins": [
                "socialcare.kernel.templatetags.kit",
                "socialcare.kernel.templatetags.figures",
                "socialcare.kernel.templatetags.language",
                "socialcare.kernel.templatetags.easy_read",
                "socialcare.kernel.templatetags.charts",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Sign-in --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "governance.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "front_door"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "socialcare.kernel.sign_in.Adapter"
ACCOUNT_FORMS = {
    "login": "socialcare.kernel.sign_in.SignIn",
    "signup": "socialcare.kernel.sign_in.SignUp",
    "add_email": "socialcare.kernel.sign_in.AddAddress",
    "change_password": "socialcare.kernel.sign_in.ChangePassword",
    "set_password": "socialcare.kernel.sign_in.SetPassword",
    "reset_password": "socialcare.kernel.sign_in.ForgottenPassword",
    "reset_password_from_key": "socialcare.kernel.sign_in.NewPassword",
    "reauthenticate": "socialcare.kernel.sign_in.StillYou",
}
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "optional" if DEMO else "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Letters that tell people their password or second step was changed.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Tries to guess are counted by network: behind proxies of ours, by the one before them.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int(
    "TRUSTED_PROXIES", 1 if env.bool("BEHIND_TLS_PROXY", False) else 0
)

# The second step. Whoever holds an office has to take it; in the demonstration nobody does.
SECOND_FACTOR_FOR_OFFICE = not DEMO
MFA_ADAPTER = "governance.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Nobody signs in before their first address is confirmed; a second one, added later, must not lock them out.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "socialcare.kernel.second_factor.SecondStep",
    "reauthenticate": "socialcare.kernel.second_factor.StillYou",
    "activate_totp": "socialcare.kernel.second_factor.AddApp",
    "deactivate_totp": "socialcare.kernel.second_factor.RemoveApp",
    "generate_recovery_codes": "socialcare.kernel.second_factor.NewRecoveryCodes",
    "add_webauthn": "socialcare.kernel.second_factor.AddPasskey",
    "edit_webauthn": "socialcare.kernel.second_factor.RenamePasskey",
    "login_webauthn": "socialcare.kernel.second_factor.SignInWithPasskey",
    "authenticate_webauthn": "socialcare.kernel.second_factor.SecondStepWithPasskey",
    "reauthenticate_webauthn": "socialcare.kernel.second_factor.StillYouWithPasskey",
}

SESSION_ENGINE = "governance.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# One day's work, and half an hour without doing anything: then sign in again.
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", 12) * 60 * 60  # seconds
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_MINUTES", 30) * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
# Flash messages stay with the session: a cookie of their own would carry words about somebody.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "socialcare.kernel.views.csrf_failure"

# --- Headers --------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
# Asked from within, where there is no TLS; they show nothing of anybody.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# What one person lets another see is kept in a table of guardian's shape (people.models.consents). Nothing else of
# guardian is used: its backend knows no end dates, so it stays out, and so do its anonymous user and its patches.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_MONKEY_PATCH_GROUP = False

SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # its backend is left out on purpose: see above
    "auth.W004",  # an address is unique whatever its case: a constraint on lower(email), which the check misses
]

# --- Words, dates, files --------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
# By the names their own speakers give them. Each has its catalogue under locale/ (docs/languages.md).
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", "") or str(STATE_DIR / "static")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or env.bool("PLAIN_STATIC", False)
            else "socialcare.kernel.storage.HashedStaticFiles"
        ),
    },
}
WHITENOISE_USE_FINDERS = DEBUG or env.bool("PLAIN_STATIC", False)
# Pages name each file with its hash; a second copy without would be compressed for nobody.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Socialcare <no-reply@localhost>")
if DEMO or env.str("EMAIL_HOST", "") == "":
    # Without a mail server, letters are kept as files that only the operator can read.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(STATE_DIR / "mail")
else:
    EMAIL_HOST = env.str("EMAIL_HOST")
    EMAIL_PORT = env.int("EMAIL_PORT", 587)
    EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
    EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
    EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)

# --- Background work and cache --------------------------------------------------------------------

REDIS_URL = (
    ""
    if DATABASE_FREE
    else required("REDIS_URL", "the broker and cache, for example redis://localhost:6379/0.")
)
# Celery spells a socket address its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker that is stopped (with REMAP_SIGTERM=SIGQUIT, as we start it) ends its work for so many seconds, then puts
# what is left back.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5.0
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "kernel.sweep_outbox", "schedule": 5.0},
    "forget-idempotent-requests": {
        "task": "kernel.forget_idempotent_requests",
        "schedule": 3600.0,
    },
    "publish-audit-head": {"task": "governance.publish_audit_head", "schedule": 300.0},
    "forget-sessions": {"task": "governance.forget_sessions", "schedule": 3600.0},
    "forget-ended-invitations": {"task": "people.forget_ended_invitations", "schedule": 3600.0},
    "draw-missing-panels": {"task": "people.draw_missing_panels", "schedule": 3600.0},
    "forget-old-asks": {"task": "people.forget_old_asks", "schedule": 3600.0},
    # What is due on a day is paid within its first hours; a day that was missed is caught up with.
    "pay-entitlements": {"task": "budgets.pay_entitlements", "schedule": 1800.0},
    "pay-standing": {"task": "budgets.pay_standing", "schedule": 1800.0},
    "keep-cost-factors": {"task": "budgets.keep_cost_factors", "schedule": 86400.0},
}
# A database of its own beside the broker's: emptying the cache must not lose a nudge.
_CACHE_URL = f"{REDIS_URL}{'&' if '?' in REDIS_URL else '?'}db=1"
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _CACHE_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
# The audit chain's newest seal is also written here, outside the database, so that a cut tail shows.
AUDIT_HEAD_FILE = env.str("AUDIT_HEAD_FILE", "") or str(STATE_DIR / "audit-heads.jsonl")

# --- The API --------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "governance.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticatedOrReadOnly",
        "socialcare.kernel.api.permissions.WithinItsToken",
    ],
    "DEFAULT_THROTTLE_CLASSES": [
        "socialcare.kernel.api.throttles.ForAnybody",
        "socialcare.kernel.api.throttles.ForUsers",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": env.str("API_RATE_ANYBODY", "120/min") or None,
        "user": env.str("API_RATE_USERS", "600/min") or None,
    },
    # How many proxies of ours stand before us: whoever sends requests can write the rest of X-Forwarded-For.
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", 1 if env.bool("BEHIND_TLS_PROXY", False) else 0),
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["socialcare.kernel.api.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "socialcare.kernel.api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Socialcare",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "Level": "governance.levels.Level",
        "PublicLevel": "governance.api.serializers.LEVELS",
        "MatterState": "governance.models.Matter.State",
        "FormulaState": "budgets.models.FormulaVersion.State",
        "PotState": "budgets.models.Pot.State",
        "RunState": "budgets.models.AllocationRun.State",
        "Part": "people.parts.Part",
        "Purpose": "people.parts.Purpose",
        "ConsentState": "people.models.consents.State",
        "Channel": "people.models.SafeContact.Channel",
        "AdvocacyState": "people.models.AdvocacyRequest.State",
        "ChallengeState": "people.models.Challenge.State",
        "Opinion": "people.models.challenges.Opinion",
        "AskFor": "people.models.Ask.ForWhom",
        "AskTalk": "people.models.Ask.Talk",
        "AskHow": "people.models.Ask.How",
        "AskState": "people.models.Ask.State",
        "CommunicationNeedKind": "people.models.CommunicationNeed.Kind",
        "CommunicationNeedMet": "people.models.CommunicationNeed.Met",
        "AssessorKind": "people.models.TrustedAssessor.Kind",
        "ConversationState": "people.models.Conversation.State",
        "DoneWith": "people.models.Conversation.DoneWith",
        "PlanState": "people.models.SupportPlan.State",
        "PlanSectionKind": "people.models.PlanSection.Kind",
        "SupportKind": "people.models.Arrangement.Kind",
        "PlanCommentKind": "people.models.PlanComment.Kind",
        "AuthorityKind": "people.models.LegalAuthority.Kind",
        "AuthorityState": "people.models.LegalAuthority.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "socialcare.kernel.api.schema.add_problems",
    ],
    "LICENSE": {"name": "AGPL-3.0-or-later"},
}

# --- Logs: no query values, no bodies, no addresses of people -------------------------------------

LOGGING = logs.config(level=env.str("LOG_LEVEL", "INFO"), is_plain=DEBUG)
# Whoever reads /metrics brings this as a bearer token. Without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

SERVICE_NAME = "Socialcare"
# Shown on the footer's pages. The licence asks that visitors can get the source of what they use.
SOURCE_URL = env.str("SOURCE_URL", "")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
