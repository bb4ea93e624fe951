"""Certificates for the simulated services, and the authority that checks trust.

Made anew for each demo: a key that was shipped would be nobody's secret, and a
certificate that was would end one day.
"""

import datetime
import ipaddress
from collections.abc import Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "authority.pem"

_AUTHORITY_DAYS = 365.0
_HOUR = datetime.timedelta(hours=1)


def issue(
    folder: Path, addresses: Mapping[str, str], days: Mapping[str, float]
) -> None:
    """Write an authority's certificate, and ``NAME.pem`` for each service.

    Parameters
    ----------
    folder : Path
        Where to; nobody else may read it.
    addresses : mapping of str to str
        By the service's name, the address that its certificate is of.
    days : mapping of str to float
        By the same, the days from now until it ends.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _name("Caledonia simulated authority")
    root = (
        _begun(authority, authority, key, _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / AUTHORITY).write_bytes(root.public_bytes(serialization.Encoding.PEM))
    for name, address in addresses.items():
        own = ec.generate_private_key(ec.SECP256R1())
        of = x509.IPAddress(ipaddress.ip_address(address))
        leaf = (
            _begun(_name(name), authority, own, days[name])
            .add_extension(x509.SubjectAlternativeName([of]), critical=False)
            .sign(key, hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
        )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    days: float,
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _HOUR)
        .not_valid_after(now + datetime.timedelta(days=days))
    )
