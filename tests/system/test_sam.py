"""What an operator runs, with the emulator in AWS's place: `sam build`, `sam deploy` of a stage of samconfig.toml."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.ministack import ROOT, Ministack

SAM = ROOT / ".sandbox/sam/bin/sam"

pytestmark = pytest.mark.skipif(
    not SAM.exists() and os.environ.get("REQUIRE_MINISTACK") != "1",
    reason="AWS SAM is not installed: run `make validate`",
)


@pytest.fixture(scope="module")
def aws() -> Iterator[Ministack]:
    emulator = Ministack()
    yield emulator
    emulator.stop()


def sam(aws: Ministack, *arguments: str) -> str:
    environment = {**os.environ, **aws.environment, "SAM_CLI_TELEMETRY": "0", "PYTHON": str(SAM.with_name("python"))}
    run = subprocess.run([SAM, *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    return run.stdout.decode()


@pytest.fixture(scope="module")
def built(aws: Ministack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    sam(aws, "build", "--build-dir", str(folder), "--cache-dir", str(folder / "cache"))
    return folder / "template.yaml"


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_a_stage_is_deployed_and_its_functions_are_there(aws: Ministack, built: Path, stage: str) -> None:
    stage_of = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", stage]

    sam(aws, "deploy", *stage_of, "--template-file", str(built), "--no-confirm-changeset")

    functions = {f["FunctionName"]: f for f in aws.client("lambda").list_functions()["Functions"]}
    poll = functions[f"severa-fortnox-{stage}-severa-poll"]
    assert poll["Architectures"] == ["arm64"]
    assert poll["Environment"]["Variables"]["SECRETS_PREFIX"] == f"severa-fortnox/{stage}"
