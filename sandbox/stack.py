"""The whole stack on this machine: template.yaml as it is, built, packaged and deployed the way SAM does it.

    with Stack.up({"SeveraApiUrl": severa, "FortnoxApiUrl": fortnox}) as stack:
        stack.invoke("SeveraPollFunction", {})

Only the places of the code are exchanged for uploaded archives, as `sam package` does; layer and functions are built by
the same makefile, for this machine's Python instead of the runtime's.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import WaiterError

from sandbox.ministack import PYTHON, ROOT, Ministack

NAME = "severa-fortnox-sandbox"
BUCKET = "packages"
#: What differs from the template's defaults: nothing outlives the sandbox, so nothing is worth protecting in it.
PARAMETERS = {"Stage": "sandbox", "Protect": "false"}


class FunctionFailed(RuntimeError):
    """A function raised; `error` holds the type, the text and the trace that it reported."""

    def __init__(self, function: str, error: dict[str, Any]) -> None:
        super().__init__(f"{function}: {error.get('errorType')}: {error.get('errorMessage')}")
        self.error = error


class Stack:
    """A deployed stack; leaving it as a context manager takes it down.

    Attributes:
        outputs: the template's outputs by name: queue addresses, tables, topic, functions.
        aws: the emulator; `aws.client("dynamodb")` for a client, `aws.environment` for a command's environment.
    """

    def __init__(self, aws: Ministack, outputs: dict[str, str]) -> None:
        self.aws = aws
        self.outputs = outputs
        self._lambda = aws.client("lambda")

    @classmethod
    def up(
        cls,
        parameters: Mapping[str, str] | None = None,
        *,
        functions: Path = ROOT / "functions",
        log: Path | None = None,
    ) -> Stack:
        """Build, start the emulator and deploy.

        Args:
            parameters: the template's parameters; those not named keep their defaults.
            functions: folder with one folder a job; tests may bring handlers of their own.
            log: file for the emulator's and the functions' output.

        Raises:
            RuntimeError: something could not be built, started or created; the text says what and why.
        """
        layer = _build_layer()
        aws = Ministack(log)
        try:
            template = _package(aws, (ROOT / "template.yaml").read_text(), layer, functions)
            return cls(aws, _deploy(aws, template, {**PARAMETERS, **(parameters or {})}))
        except BaseException:
            aws.stop()
            raise

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Run a function once and return its answer.

        Args:
            function: the name of the output that names it, e.g. ``SeveraPollFunction``.
            event: what it is started with; for a schedule's run ``{"source": "aws.events"}``.

        Raises:
            FunctionFailed: it raised, or ran out of time.
        """
        answer = self._lambda.invoke(FunctionName=self.outputs[function], Payload=json.dumps(event).encode())
        payload = json.loads(answer["Payload"].read() or "null")
        if "FunctionError" in answer:
            raise FunctionFailed(function, payload)
        return payload

    def down(self) -> None:
        """End everything and leave nothing behind."""
        self.aws.stop()

    def __enter__(self) -> Stack:
        return self

    def __exit__(self, *_: object) -> None:
        self.down()


def _build_layer() -> Path:
    """The layer's folder; packages are fetched once for each list of them, our own code is copied every time."""
    recipe = b"".join((ROOT / "shared" / name).read_bytes() for name in ("Makefile", "requirements.txt"))
    # Inside the environment whose Python it is for, so that a new one starts without it.
    layer = PYTHON.parents[1] / "layer" / hashlib.sha256(recipe).hexdigest()[:12]
    built = subprocess.run(
        ["make", "-s", "build-SharedLayer", f"ARTIFACTS_DIR={layer}", "LAYER_TARGET=host", f"PYTHON={PYTHON}"],
        cwd=ROOT / "shared",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if built.returncode:
        raise RuntimeError(f"the layer could not be built:\n{built.stderr}")
    return layer


def _package(aws: Ministack, template: str, layer: Path, functions: Path) -> str:
    """The template with every folder of code exchanged for the address of its uploaded archive."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})

    def upload(place: re.Match[str]) -> str:
        key, folder = place["key"], Path(place["folder"])
        source = layer if key == "ContentUri" else functions / folder.name
        name = f"{folder.name}.zip"
        s3.put_object(Bucket=BUCKET, Key=name, Body=_zipped(source))
        return f"{key}: s3://{BUCKET}/{name}"

    return re.sub(r"(?P<key>CodeUri|ContentUri): (?P<folder>\S+)", upload, template)


def _zipped(folder: Path) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder))
    return archive.getvalue()


def _deploy(aws: Ministack, template: str, parameters: Mapping[str, str]) -> dict[str, str]:
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=NAME,
        TemplateBody=template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    try:
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
        )
    except WaiterError as error:
        events = cloudformation.describe_stack_events(StackName=NAME)["StackEvents"]
        reasons = [
            f"{e['LogicalResourceId']}: {e['ResourceStatusReason']}" for e in events if e.get("ResourceStatusReason")
        ]
        raise RuntimeError("the stack could not be created:\n" + "\n".join(reasons)) from error
    outputs = cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}
