"""A certificate authority that signs whatever it is asked to, for 100 days."""

from __future__ import annotations

import datetime

import ops
from charmlibs.interfaces.tls_certificates import (
    Certificate,
    CertificateRequestAttributes,
    KeyAlgorithm,
    PrivateKey,
    ProviderCertificate,
    TLSCertificatesProvidesV4,
)

LABEL = 'authority'
AUTHORITY_VALIDITY = datetime.timedelta(days=3650)
CERTIFICATE_VALIDITY = datetime.timedelta(days=100)


class TLSProviderCharm(ops.CharmBase):
    """The leader signs."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.certificates = TLSCertificatesProvidesV4(self, 'certificates')
        framework.observe(self.on.leader_elected, self._on_change)
        framework.observe(self.on['certificates'].relation_changed, self._on_change)

    def _on_change(self, _: ops.EventBase) -> None:
        if not self.unit.is_leader():
            return
        authority, key = self._authority()
        for request in self.certificates.get_outstanding_certificate_requests():
            csr = request.certificate_signing_request
            certificate = csr.sign(authority, key, CERTIFICATE_VALIDITY)
            self.certificates.set_relation_certificate(
                ProviderCertificate(
                    relation_id=request.relation_id,
                    certificate=certificate,
                    certificate_signing_request=csr,
                    ca=authority,
                    chain=[certificate, authority],
                )
            )

    def _authority(self) -> tuple[Certificate, PrivateKey]:
        """Return the authority's certificate and key; make them the first time."""
        try:
            content = self.model.get_secret(label=LABEL).get_content()
        except ops.SecretNotFoundError:
            key = PrivateKey.generate(key_algorithm=KeyAlgorithm.ECDSA)
            attributes = CertificateRequestAttributes(common_name='example authority', is_ca=True)
            authority = Certificate.generate_self_signed_ca(attributes, key, AUTHORITY_VALIDITY)
            content = {'certificate': str(authority), 'private-key': str(key)}
            self.app.add_secret(content, label=LABEL)
        return Certificate.from_string(content['certificate']), PrivateKey.from_string(content['private-key'])


if __name__ == '__main__':
    ops.main(TLSProviderCharm)
