"""What is offered to a device: what is sound, and apart from that what is not.

Written out, because the library's own lists are wider: they hold SHA-1 signatures and
exchanges for everybody. The first that both sides know is taken, so an entry with
``legacy`` is no weaker towards a device that knows better.
"""

from collections.abc import Mapping

SOUND: Mapping[str, tuple[str, ...]] = {
    "kex_algs": (
        "mlkem768x25519-sha256",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group14-sha256",
    ),
    "encryption_algs": (
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "chacha20-poly1305@openssh.com",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
    ),
    "mac_algs": (
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256",
        "hmac-sha2-512",
    ),
    "signature_algs": (
        "ssh-ed25519",
        "sk-ssh-ed25519@openssh.com",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ecdsa-sha2-nistp256@openssh.com",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ),
    "server_host_key_algs": (
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ),
}
"""By the library's name of the option, best first."""

_LEGACY: Mapping[str, tuple[str, ...]] = {
    "kex_algs": (
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group1-sha1",
    ),
    "encryption_algs": ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"),
    "mac_algs": ("hmac-sha1", "hmac-sha1-96"),
    "signature_algs": ("ssh-rsa",),
    "server_host_key_algs": ("ssh-rsa",),
}


def offered(*, legacy: bool) -> dict[str, list[str]]:
    """Return what to offer, by the library's name of the option."""
    return {
        option: [*sound, *(_LEGACY[option] if legacy else ())]
        for option, sound in SOUND.items()
    }
