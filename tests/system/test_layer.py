"""The layer that goes to AWS, built for both of its processors."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What DESIGN 13 allows, in bytes.
LIMIT = 6_000_000


@pytest.fixture(scope="module", params=["arm64", "x86_64"])
def layer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("layer")
    choice = [f"ARTIFACTS_DIR={folder}", f"LAYER_ARCHITECTURE={request.param}", f"PYTHON={sys.executable}"]
    make = ["make", "-s", "build-SharedLayer", *choice]
    subprocess.run(make, cwd=ROOT / "shared", check=True, capture_output=True)
    return request.param, folder


def test_it_is_light(layer: tuple[str, Path]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in layer[1].rglob("*"):
            file.write(path, path.relative_to(layer[1]))
    assert len(archive.getvalue()) <= LIMIT


def test_its_machine_code_is_for_its_processor_and_runtime(layer: tuple[str, Path]) -> None:
    processor = {"arm64": "aarch64", "x86_64": "x86_64"}[layer[0]]
    modules = [path.name for path in layer[1].rglob("*.so")]
    assert modules
    assert all(name.endswith(f".cpython-313-{processor}-linux-gnu.so") for name in modules), modules


def test_it_holds_our_package_and_neither_boto3_nor_tests(layer: tuple[str, Path]) -> None:
    content = {path.relative_to(layer[1] / "python").as_posix() for path in layer[1].rglob("*")}
    assert {"severa_fortnox/errors.py", "httpx/__init__.py", "pypdf/__init__.py", "requirements.txt"} <= content
    assert not content & {"boto3", "botocore", "anyio", "simplejson/tests"}


def test_its_bytecode_is_the_runtimes_and_is_used_without_looking_at_the_source(layer: tuple[str, Path]) -> None:
    bytecode = list(layer[1].rglob("*.pyc"))
    if not bytecode:
        pytest.skip("no Python of the runtime's version here, so the layer has no bytecode")
    assert all(path.name.endswith(".cpython-313.pyc") for path in bytecode)
    # PEP 552: bit 0 says that a hash decides, bit 1 that it is checked.
    assert {int.from_bytes(path.read_bytes()[4:8], "little") for path in bytecode} == {0b01}
