# SPDX-License-Identifier: Apache-2.0
"""Signs programs for Windows, where there is a certificate; else leaves them as they are.

python -m installer.windows.signing FILE...  KTDESK_CERTIFICATE names a PKCS#12 file, its password
is in KTDESK_CERTIFICATE_PASSWORD. KTDESK_TIMESTAMPS is the address of a server that says when it
was signed, so that it holds longer than the certificate.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def is_possible() -> bool:
    """Whether there is a certificate."""
    return bool(os.environ.get("KTDESK_CERTIFICATE"))


def sign(program: Path) -> None:
    """Sign a program in its place. Raises CalledProcessError."""
    certificate = os.environ["KTDESK_CERTIFICATE"]
    password = os.environ.get("KTDESK_CERTIFICATE_PASSWORD", "")
    server = os.environ.get("KTDESK_TIMESTAMPS", "")
    if sys.platform == "win32":
        times = ["/tr", server, "/td", "sha256"] if server else []
        given = ["/fd", "sha256", "/f", certificate, "/p", password, *times]
        subprocess.run(["signtool", "sign", *given, program], check=True)
        return
    times = ["-ts", server] if server else []
    given = ["-h", "sha256", "-n", "KTDesk", "-pkcs12", certificate, "-pass", password, *times]
    signed = program.with_name(f"{program.name}.signed")
    subprocess.run(["osslsigncode", "sign", *given, "-in", program, "-out", signed], check=True)
    signed.replace(program)


def main(*programs: str) -> int:
    """Sign programs, if there is a certificate; return the exit code."""
    for program in programs if is_possible() else ():
        sign(Path(program))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
