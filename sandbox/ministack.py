"""ministack, the AWS emulator, as a process of this machine that only this machine can reach.

It enforces IAM as AWS does: whoever holds the owner's key may do everything, a function holds a key of its role.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[1]
PYTHON = ROOT / ".sandbox/venv/bin/python"
REGION = "eu-north-1"
READY_WITHIN = 60.0


class Ministack:
    """A running emulator; `stop()` ends it and removes what it wrote.

    Args:
        log: where its output goes, the functions' included; None keeps it beside its other files until it stops.

    Raises:
        RuntimeError: it did not start; the text holds the end of its output.
    """

    def __init__(self, log: Path | None = None) -> None:
        if not PYTHON.exists():
            raise RuntimeError("the emulator is not installed: run `make venv`")
        self._folder = Path(tempfile.mkdtemp(prefix="severa-fortnox-"))
        self.log = log or self._folder / "ministack.log"
        self._port = _free_port()
        self.endpoint = f"http://127.0.0.1:{self._port}"
        self._key, self._secret = f"OWNER{secrets.token_hex(6).upper()}", secrets.token_hex(20)
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [PYTHON.with_name("ministack")],
                env=self._process_environment(),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make any AWS client or command of this machine talk to the emulator as its owner."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self._key,
            "AWS_SECRET_ACCESS_KEY": self._secret,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def client(self, service: str) -> Any:
        """A boto3 client that talks to the emulator as its owner."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=self._key,
            aws_secret_access_key=self._secret,
            region_name=REGION,
            # A function may run for minutes, and must not be started twice because its caller lost patience.
            config=Config(read_timeout=900, retries={"total_max_attempts": 1}),
        )

    def stop(self) -> None:
        """End the emulator and the functions it runs."""
        # Its functions are its children and would live on for a while: the whole group goes.
        for ending in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, ending)
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                break
        shutil.rmtree(self._folder, ignore_errors=True)

    def _process_environment(self) -> dict[str, str]:
        """Nothing of the caller's but the path: functions inherit it, and must not see a person's AWS account."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "TMPDIR": str(self._folder),
            "PYTHONUNBUFFERED": "1",
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._port),
            "MINISTACK_REGION": REGION,
            # Without these it opens two more ports.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            **self.environment,
        }

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_ministack/ready", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"the emulator did not start:\n{self.log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
