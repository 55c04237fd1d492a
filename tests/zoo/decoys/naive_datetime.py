"""Expiry times that are written in unusual ways, and all have a zone."""

import datetime
import zoneinfo

import ops
import pytest

META = {'name': 'db'}


class Db(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.leader_elected, self._add)
        framework.observe(self.on.secret_expired, self._renew)

    def expiry(self):
        raise NotImplementedError

    def _add(self, event):
        self.app.add_secret({'password': 'Pq7-1-Zk2m'}, label='password', expire=self.expiry())

    def _renew(self, event):
        secret = event.secret
        secret.set_content({'password': f'Pq7-{event.revision + 1}-Zk2m'})
        secret.set_info(expire=self.expiry())


class InUtc(Db):
    def expiry(self):
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=10)


class InKolkata(Db):
    def expiry(self):
        return datetime.datetime.now(zoneinfo.ZoneInfo('Asia/Kolkata')) + datetime.timedelta(days=10)


class After(Db):
    def expiry(self):
        return datetime.timedelta(days=10)


def judged(model, charm):
    model.deploy(charm, 'db', meta=META)
    model.settle()
    secret = model.secret(label='password')
    assert secret.expires - model.now == datetime.timedelta(days=10)


def test_a_time_in_utc(fake_model):
    judged(fake_model, InUtc)


def test_a_time_in_another_zone(fake_model_factory):
    judged(fake_model_factory(time_zone='Asia/Kolkata'), InKolkata)


@pytest.mark.skipif(ops.__version__ < '3.7', reason='ops made a local time of a span')
def test_a_span_of_time(fake_model):
    judged(fake_model, After)
