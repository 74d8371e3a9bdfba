# SPDX-License-Identifier: Apache-2.0
"""The public sockets for the tests in this folder: tcp with CURVE, the server's key, a key for each bureau."""
import contextlib
import os
import socket

import system
from peer import Certificate, Peer
from system import CONFIG, SYS, check, ctl

BUREAUS = [440100, 440200, 440300, 440400, 440500, 440600, 440700, 440800, 440900, 441200, 441300, 441400, 441500, 441600,
           441700, 441800, 441900, 442000, 445100, 445200, 445300]
PROVINCE = 440000
SERVER_KEY = SYS / "server.key"


def free_port(address):
    with contextlib.closing(socket.socket()) as s:
        s.bind((address, 0))
        return s.getsockname()[1]


class Public:
    """prepare() with public sockets at an address; deliver, feedback, submit are their endpoints."""

    def __init__(self, address="127.0.0.1", bureaus=(*BUREAUS, PROVINCE), options=""):
        system.prepare()
        done = ctl("keys", "server", SERVER_KEY)
        check(done.returncode == 0, done.stderr.decode())
        self.server = Certificate.of(SERVER_KEY).public
        self.deliver, self.feedback, self.submit = (f"tcp://{address}:{free_port(address)}" for _ in range(3))
        with CONFIG.open("a") as config:
            config.write(f'security\n    server_key = "{SERVER_KEY}"\n'
                         f'dispatcher\n    public = "{self.deliver}"\n'
                         f'feedback\n    public = "{self.feedback}"\n'
                         f'intake\n    public = "{self.submit}"\n{options}')
        self.files = {bureau: self.new_key(bureau) for bureau in bureaus}

    def new_key(self, bureau, name=None):
        """A registered key for the bureau; the path of its file."""
        path = SYS / f"{name or bureau}.key"
        done = ctl("keys", "new", "--bureau", bureau, "--name", f"test {bureau}", "--out", path)
        check(done.returncode == 0, done.stderr.decode())
        check(os.stat(path).st_mode & 0o777 == 0o600, "the secret is readable by others")
        return path

    def peer(self, endpoint, bureau=None, key=None):
        return Peer(endpoint, key or Certificate.of(self.files[bureau]), self.server)
