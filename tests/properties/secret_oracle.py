"""A tiny oracle of secrets: content, tracked revisions and readers, in as few lines as the rules allow.

It is written from the documented rules of Juju (docs/explanation), and shares no code with the model.
"""

from __future__ import annotations

import dataclasses

USER = '<model>'


@dataclasses.dataclass(frozen=True)
class Rules:
    """Differences between the versions that are asked."""

    owner_tracks: bool = True
    """Owners track a revision as others do, rather than read the latest."""
    unchanged_content_counts: bool = False
    """Content equal to the last that was written makes a revision."""
    grants_known: bool = True
    """Units know what is granted to an application already, and grant it to no unit of it."""
    users: bool = True
    """There are users' secrets."""
    v4: bool = False
    """As in 4.0: refused reads track, the highest revision left is the latest, removal waits for a job, and obsolete
    revisions are looked for at every write."""


@dataclasses.dataclass
class Secret:
    owner: str
    revisions: dict[int, str]
    latest: int = 1
    written: str = ''
    """The content that was written last, be it still there or not."""
    grants: dict[str, int] = dataclasses.field(default_factory=dict)
    """Relation by application or unit."""
    tracked: dict[str, int] = dataclasses.field(default_factory=dict)
    obsolete: set[int] = dataclasses.field(default_factory=set)
    fallen_back: set[int] = dataclasses.field(default_factory=set)
    """In 4.0: became the latest again as later ones were removed, and stay obsolete if they were."""
    pruned: bool = False

    def may_read(self, unit: str) -> bool:
        names = {unit, unit.partition('/')[0]}
        return self.owner in names or not names.isdisjoint(self.grants)


class Oracle:
    """All secrets, by URI."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.secrets: dict[str, Secret] = {}
        self.removals: list[tuple[str, int | None]] = []

    def add(self, uri: str, owner: str, value: str) -> None:
        self.secrets[uri] = Secret(owner, {1: value}, written=value)

    def manages(self, uri: str, unit: str, leader: str) -> bool:
        owner = self.secrets[uri].owner
        return unit == owner or (unit == leader and unit.partition('/')[0] == owner)

    def write(self, uri: str, value: str | None) -> None:
        """Write content, or metadata alone for None."""
        secret = self.secrets[uri]
        if value is not None and (value != secret.written or self.rules.unchanged_content_counts):
            secret.latest += 1
            secret.written = secret.revisions[secret.latest] = value
            self._mark(secret)
        elif self.rules.v4 and (value is None or secret.owner == USER):
            self._mark(secret)
        if secret.pruned and not self.rules.v4:
            self._prune(uri)

    def read(self, uri: str, unit: str, mode: str) -> tuple[bool, str | None]:
        """Return whether a read is allowed and what it shows, None if that revision is gone."""
        secret = self.secrets[uri]
        own = secret.owner in (unit, unit.partition('/')[0])
        if own and not self.rules.owner_tracks:
            if '/' not in secret.owner:
                secret.tracked.setdefault(unit, 0)
            return True, secret.revisions.get(secret.latest)
        if not secret.may_read(unit) and not self.rules.v4:
            return False, None
        before = secret.tracked.get(unit)
        wanted = before if before is not None and mode == '' else secret.latest
        if before is None or mode == '--refresh':
            secret.tracked[unit] = secret.latest
            if self.rules.v4 or (before is not None and before < secret.latest):
                self._mark(secret)
        return secret.may_read(unit), secret.revisions.get(wanted)

    def remove(self, uri: str, number: int | None) -> None:
        self.removals.append((uri, number))
        if not self.rules.v4:
            self._carry_out_removals()

    def settle(self) -> None:
        self._carry_out_removals()
        for uri, secret in tuple(self.secrets.items()):
            if secret.pruned:
                self._prune(uri)

    def forget_relation(self, relation: int) -> None:
        for secret in self.secrets.values():
            secret.grants = {subject: over for subject, over in secret.grants.items() if over != relation}

    def forget_unit(self, unit: str) -> None:
        for uri in [uri for uri, secret in self.secrets.items() if secret.owner == unit]:
            del self.secrets[uri]
        for secret in self.secrets.values():
            secret.tracked.pop(unit, None)
            secret.grants.pop(unit, None)

    def _carry_out_removals(self) -> None:
        for uri, number in self.removals:
            secret = self.secrets.get(uri)
            if secret is None:
                continue
            if number is None or not secret.revisions.keys() - {number}:
                del self.secrets[uri]
                continue
            self._drop(secret, number)
        self.removals.clear()

    def _prune(self, uri: str) -> None:
        secret = self.secrets[uri]
        numbers = secret.obsolete & secret.revisions.keys() - {secret.latest}
        if numbers == secret.revisions.keys():
            del self.secrets[uri]
            return
        for number in sorted(numbers):
            self._drop(secret, number)

    def _drop(self, secret: Secret, number: int) -> None:
        secret.revisions.pop(number, None)
        secret.obsolete.discard(number)
        if self.rules.v4 and secret.latest == number:
            secret.latest = max(secret.revisions)
            secret.fallen_back.add(secret.latest)

    def _mark(self, secret: Secret) -> None:
        in_use = {secret.latest, *secret.tracked.values()}
        secret.obsolete |= secret.revisions.keys() - in_use
