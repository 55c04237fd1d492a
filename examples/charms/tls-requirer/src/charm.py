"""A user of certificates; everything about secrets is left to the published library."""

from __future__ import annotations

import ops
from charmlibs.interfaces.tls_certificates import (
    CertificateAvailableEvent,
    CertificateRequestAttributes,
    KeyAlgorithm,
    Mode,
    TLSCertificatesRequiresV4,
)


class TLSRequirerCharm(ops.CharmBase):
    """Asks for one certificate for each unit, and shows until when it is valid."""

    def __init__(self, framework: ops.Framework) -> None:
        super().__init__(framework)
        self.certificates = TLSCertificatesRequiresV4(
            self,
            'certificates',
            certificate_requests=[
                CertificateRequestAttributes(common_name=f'{self.unit.name.replace("/", "-")}.example.com')
            ],
            mode=Mode.UNIT,
            key_algorithm=KeyAlgorithm.ECDSA,
        )
        framework.observe(self.certificates.on.certificate_available, self._on_certificate_available)

    def _on_certificate_available(self, event: CertificateAvailableEvent) -> None:
        expiry = event.certificate.expiry_time.date().isoformat()
        self.unit.status = ops.ActiveStatus(f'certificate until {expiry}')


if __name__ == '__main__':
    ops.main(TLSRequirerCharm)
