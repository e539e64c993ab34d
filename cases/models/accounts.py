"""Who works here: people, teams, the organisation, and the agencies it talks to."""

from datetime import time
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from simple_history.models import HistoricalRecords


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case, so that one person is one row."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A member of staff. Deactivated, never deleted; the superuser flag opens nothing."""

    class Role(models.TextChoices):
        OFFICER = "officer", "Officer"
        MANAGER = "manager", "Manager"
        GOVERNANCE = "governance", "Information governance lead"
        ADMINISTRATOR = "administrator", "Administrator"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField("name", max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    trained_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    teams: "models.ManyToManyField[Team, Membership]" = models.ManyToManyField(
        "cases.Team", through="cases.Membership", related_name="members"
    )

    history = HistoricalRecords(excluded_fields=["password", "last_login"])
    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    def __str__(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Team(models.Model):
    """Officers and the managers who answer for their cases."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Team"]] = models.Manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in a team."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Membership"]] = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "team"], name="one_place_in_a_team"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.team_id}"


class SignInLink(models.Model):
    """A one-time link for a person's first sign-in; only the hash of its token is kept."""

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["SignInLink"]] = models.Manager()

    def __str__(self) -> str:
        return f"link of {self.user_id}"


class ParkedPost(models.Model):
    """A form that was sent after its session had ended, until its sender has signed in again.

    The key of `sealed` is in a cookie of the sender's browser alone; only the key's hash is here.
    """

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    path = models.CharField(max_length=200)
    sealed = models.BinaryField()
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager["ParkedPost"]] = models.Manager()

    def __str__(self) -> str:
        return f"parked for {self.user_id}"


class Agency(models.Model):
    """An agency of the directory; `code` is what decisions and rules use.

    `secure_methods` are the codes of the ways by which it receives information safely, `secure_address` is
    the mailbox or portal of the agency for that, `duty_phone` a number that was checked with it.
    """

    code = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120, unique=True)
    active = models.BooleanField(default=True)
    secure_methods = models.JSONField(default=list)
    secure_address = models.CharField(max_length=200, default="")
    duty_phone = models.CharField(max_length=40, default="")

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Agency"]] = models.Manager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return self.name


class Policy(models.Model):
    """A policy or procedure of the organisation; `code` is what a decision names, and it never changes."""

    code = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=120, unique=True)
    version = models.CharField(max_length=40, default="")
    link = models.CharField(max_length=300, default="")
    in_force_from = models.DateField(null=True)
    review_on = models.DateField(null=True)
    active = models.BooleanField(default=True)

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Policy"]] = models.Manager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """The one organisation that this copy serves; its settings are facts of every decision (rules.md)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=120, default="")
    type = models.CharField(max_length=30, default="local_authority")
    public_authority = models.BooleanField(null=True)
    seventh_basis = models.BooleanField(default=False)
    policy_document = models.BooleanField(default=False)
    notice_bases = models.JSONField(null=True)
    urgent_basis = models.CharField(max_length=20, default="")
    urgent_power = models.CharField(max_length=200, default="")

    notice_version = models.CharField(max_length=40, default="")
    notice_link = models.CharField(max_length=300, default="")
    notice_dated = models.DateField(null=True)
    policy_document_link = models.CharField(max_length=300, default="")

    checklist_threshold = models.PositiveSmallIntegerField(default=14)
    escalation_threshold = models.PositiveSmallIntegerField(default=3)
    repeat_months = models.PositiveSmallIntegerField(default=12)
    local_criteria = models.JSONField(default=list)

    stale_after_days = models.PositiveSmallIntegerField(default=90)
    review_after_days = models.PositiveSmallIntegerField(default=28)
    access_review_days = models.PositiveSmallIntegerField(default=90)

    chase_hours = models.PositiveSmallIntegerField(default=4)
    """After how many hours a request that was needed today is chased."""
    chase_days = models.PositiveSmallIntegerField(default=2)
    """After how many working days without an answer anything else is chased."""
    advice_days = models.PositiveSmallIntegerField(default=1)
    """In how many working days advice is to be given."""
    digest_at = models.TimeField(default=time(8))
    """When the day's digest of reminders is mailed."""

    region = models.CharField(max_length=20, default="england")
    closed_days = models.JSONField(default=list)
    working_from = models.TimeField(default=time(9))
    working_until = models.TimeField(default=time(17))

    set_up = models.JSONField(default=list)
    """The parts of set-up whose answers somebody has confirmed."""
    live_since = models.DateTimeField(null=True)
    """When set-up was complete; until then no case can be opened."""

    history = HistoricalRecords()
    objects: ClassVar[models.Manager["Organisation"]] = models.Manager()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_organisation"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Organisation":
        """The organisation's settings, or the defaults where none were saved yet."""
        return cls.objects.filter(id=1).first() or cls()
