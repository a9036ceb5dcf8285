"""What template.yaml must promise, whatever is added to it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from severa_fortnox.store import schema
from severa_fortnox.wiring import Environment, PollEnvironment, VendorEnvironment, environment
from severa_fortnox.worker import DELIVERIES

ROOT = Path(__file__).parents[2]


class TemplateLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, each read as its long form."""


def _long_form(loader: TemplateLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".")
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


TemplateLoader.add_multi_constructor("!", _long_form)

TEMPLATE: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), TemplateLoader)
FUNCTION_DEFAULTS: dict[str, Any] = TEMPLATE["Globals"]["Function"]


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a kind, by name."""
    return {
        name: resource.get("Properties", {})
        for name, resource in TEMPLATE["Resources"].items()
        if resource["Type"] == kind
    }


FUNCTIONS = resources("AWS::Serverless::Function")
QUEUES = resources("AWS::SQS::Queue")
TABLES = resources("AWS::DynamoDB::Table")
ROLES = resources("AWS::IAM::Role")
ALARMS = resources("AWS::CloudWatch::Alarm")
WORK_QUEUES = {name: queue for name, queue in QUEUES.items() if "RedrivePolicy" in queue}
DEAD_LETTERS = {
    dead_letters["Fn::GetAtt"][0]
    for dead_letters in (queue["RedrivePolicy"]["deadLetterTargetArn"] for queue in WORK_QUEUES.values())
}


def statements() -> list[tuple[str, dict[str, Any]]]:
    return [
        (role, statement)
        for role, properties in ROLES.items()
        for policy in properties["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def alarms_on(metric: str, dimension: Any) -> list[str]:
    return [
        name
        for name, alarm in ALARMS.items()
        if alarm["MetricName"] == metric and any(d["Value"] == dimension for d in alarm["Dimensions"])
    ]


@pytest.mark.parametrize("queue", set(QUEUES) - DEAD_LETTERS)
def test_every_queue_gives_up_into_dead_letters_of_its_own(queue: str) -> None:
    redrive = QUEUES[queue]["RedrivePolicy"]
    dead_letters = redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert QUEUES[dead_letters].get("FifoQueue") == QUEUES[queue].get("FifoQueue")
    assert QUEUES[dead_letters]["MessageRetentionPeriod"] == 14 * 24 * 3600
    sharing = [other["RedrivePolicy"]["deadLetterTargetArn"] for other in WORK_QUEUES.values()]
    assert sharing.count(redrive["deadLetterTargetArn"]) == 1


@pytest.mark.parametrize("queue", DEAD_LETTERS)
def test_a_single_dead_letter_raises_an_alarm(queue: str) -> None:
    (alarm,) = alarms_on("ApproximateNumberOfMessagesVisible", {"Fn::GetAtt": [queue, "QueueName"]})
    assert ALARMS[alarm]["Threshold"] == 1


@pytest.mark.parametrize("queue", WORK_QUEUES)
def test_a_message_that_waits_too_long_raises_an_alarm(queue: str) -> None:
    assert alarms_on("ApproximateAgeOfOldestMessage", {"Fn::GetAtt": [queue, "QueueName"]})


@pytest.mark.parametrize("queue", QUEUES)
def test_every_queue_is_encrypted(queue: str) -> None:
    assert QUEUES[queue]["SqsManagedSseEnabled"] is True


def named(value: Any) -> str:
    """What a case is called: its names, and a statement's own."""
    return value if isinstance(value, str) else value.get("Sid", "")


def triggers() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (function, event["Properties"]["Queue"]["Fn::GetAtt"][0], event["Properties"])
        for function, properties in FUNCTIONS.items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]


@pytest.mark.parametrize(
    ("function", "queue", "trigger"), triggers(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_message_is_hidden_for_six_runs_and_fails_alone(function: str, queue: str, trigger: dict[str, Any]) -> None:
    timeout = FUNCTIONS[function].get("Timeout", FUNCTION_DEFAULTS["Timeout"])
    assert QUEUES[queue]["VisibilityTimeout"] >= 6 * timeout
    assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert trigger["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_every_work_queue_has_a_worker() -> None:
    assert sorted(queue for _, queue, _ in triggers()) == sorted(WORK_QUEUES)


@pytest.mark.parametrize("queue", [name for name, queue in WORK_QUEUES.items() if queue.get("FifoQueue")])
def test_a_queue_of_work_gives_up_after_the_deliveries_the_worker_counts_on_and_runs_records_in_parallel(
    queue: str,
) -> None:
    assert QUEUES[queue]["RedrivePolicy"]["maxReceiveCount"] == DELIVERIES
    parallel = {"DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"}
    assert parallel.items() <= QUEUES[queue].items()


@pytest.mark.parametrize("queue", ["InvoiceQueue", "RegisterQueue"])
def test_work_is_queued_by_those_who_find_it_and_taken_by_its_worker_alone(queue: str) -> None:
    arn = {"Fn::GetAtt": [queue, "Arn"]}
    named = [(role, as_list(s["Action"])) for role, s in statements() if arn in as_list(s["Resource"])]
    assert {role for role, actions in named if "sqs:SendMessage" in actions} == {"SeveraPollRole", "SweeperRole"}
    (worker,) = {role for role, actions in named if "sqs:ReceiveMessage" in actions}
    (function,) = [function for function, of, _ in triggers() if of == queue]
    assert FUNCTIONS[function]["Role"] == {"Fn::GetAtt": [worker, "Arn"]}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_survives_the_stack_and_any_mistake(table: str) -> None:
    resource, properties = TEMPLATE["Resources"][table], TABLES[table]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert properties["DeletionProtectionEnabled"] == {"Ref": "Protect"}
    assert TEMPLATE["Parameters"]["Protect"]["Default"] == "true"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize(("table", "keys"), [("StateTable", schema.STATE), ("TransferLogTable", schema.TRANSFER_LOG)])
def test_a_table_is_the_one_that_the_store_expects(table: str, keys: dict[str, Any]) -> None:
    assert {name: TABLES[table].get(name) for name in keys} == dict(keys)
    assert TABLES[table]["TimeToLiveSpecification"] == {"AttributeName": schema.TTL, "Enabled": True}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_a_log_that_ends_a_role_and_an_alarm_of_its_own(function: str) -> None:
    properties = FUNCTIONS[function]
    log = properties["LoggingConfig"]["LogGroup"]["Ref"]
    role = properties["Role"]["Fn::GetAtt"][0]
    assert properties["LoggingConfig"]["LogFormat"] == "JSON"
    assert resources("AWS::Logs::LogGroup")[log]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert [other for other in FUNCTIONS if FUNCTIONS[other]["Role"]["Fn::GetAtt"][0] == role] == [function]
    assert alarms_on("Errors", {"Ref": function})
    writes = [s for owner, s in statements() if owner == role and "logs:PutLogEvents" in as_list(s["Action"])]
    assert [s["Resource"] for s in writes] == [{"Fn::GetAtt": [log, "Arn"]}]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_is_a_folder_of_its_job_with_a_handler(function: str) -> None:
    folder = ROOT / FUNCTIONS[function]["CodeUri"]
    assert (folder / "app.py").is_file()
    assert FUNCTIONS[function]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == folder.name


@pytest.mark.parametrize(
    ("function", "model"),
    [
        ("SeveraPollFunction", PollEnvironment),
        ("InvoiceTransferFunction", VendorEnvironment),
        ("RegisterSyncFunction", VendorEnvironment),
        ("SweeperFunction", Environment),
    ],
)
def test_a_function_gets_every_variable_it_needs_to_start(function: str, model: type[Environment]) -> None:
    variables = FUNCTION_DEFAULTS["Environment"]["Variables"] | FUNCTIONS[function]["Environment"]["Variables"]
    # What a variable will be is known after the deployment; what matters is that it is there.
    environment(model, {name: "1" for name in variables})


def test_every_folder_of_a_job_is_deployed() -> None:
    folders = {f"functions/{path.parent.name}" for path in ROOT.glob("functions/*/app.py")}
    assert folders == {properties["CodeUri"] for properties in FUNCTIONS.values()}


def test_the_functions_run_on_the_runtime_that_the_layer_is_built_for() -> None:
    runtime = re.search(r"^RUNTIME := (.+)$", (ROOT / "shared/Makefile").read_text(), re.MULTILINE)
    assert runtime is not None
    layer = resources("AWS::Serverless::LayerVersion")["SharedLayer"]
    assert FUNCTION_DEFAULTS["Runtime"] == f"python{runtime[1]}"
    assert layer["CompatibleRuntimes"] == [FUNCTION_DEFAULTS["Runtime"]]
    assert FUNCTION_DEFAULTS["Architectures"] == layer["CompatibleArchitectures"] == [{"Ref": "Architecture"}]


#: X-Ray has no resources to name.
WITHOUT_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
#: One stage's secrets are made by the operator, one a connection, after the stack: only their prefix is known.
SECRETS = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:severa-fortnox/${Stage}/*"


@pytest.mark.parametrize(
    ("role", "statement"), statements(), ids=lambda value: value if isinstance(value, str) else value["Sid"]
)
def test_a_role_names_what_it_may_do_and_to_what(role: str, statement: dict[str, Any]) -> None:
    actions = as_list(statement["Action"])
    assert statement["Effect"] == "Allow"
    assert not [action for action in actions if "*" in action]
    for resource in as_list(statement["Resource"]):
        if "*" not in str(resource):
            continue
        if resource == "*":
            assert set(actions) <= WITHOUT_RESOURCE
        else:
            assert (actions, resource) == (["secretsmanager:GetSecretValue"], {"Fn::Sub": SECRETS})


def test_no_role_may_scan_and_the_record_of_transfers_can_be_added_to_and_looked_up_but_not_changed() -> None:
    for _, statement in statements():
        assert "dynamodb:Scan" not in as_list(statement["Action"])
        if "TransferLogTable" in str(statement["Resource"]):
            of_an_index = "/index/" in str(statement["Resource"])
            assert statement["Action"] == ("dynamodb:Query" if of_an_index else "dynamodb:PutItem")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_lambdas_alone_and_takes_nothing_from_elsewhere(role: str) -> None:
    (trust,) = ROLES[role]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "ManagedPolicyArns" not in ROLES[role]


@pytest.mark.parametrize("alarm", ALARMS)
def test_every_alarm_says_what_it_means_and_tells_the_topic(alarm: str) -> None:
    assert ALARMS[alarm]["AlarmActions"] == ALARMS[alarm]["OKActions"] == [{"Ref": "AlertTopic"}]
    assert ALARMS[alarm]["AlarmDescription"].endswith(".")


def test_silence_of_the_polls_raises_an_alarm() -> None:
    (alarm,) = [alarm for alarm in ALARMS.values() if alarm["MetricName"] == "PollSucceeded"]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["Namespace"] == FUNCTION_DEFAULTS["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]


@pytest.mark.parametrize("parameter", TEMPLATE["Parameters"])
def test_every_parameter_is_described_and_bounded(parameter: str) -> None:
    properties = TEMPLATE["Parameters"][parameter]
    assert properties["Description"]
    assert properties.keys() & {"AllowedValues", "AllowedPattern", "MinValue"}


def test_every_queue_table_topic_and_function_is_an_output() -> None:
    shown = {output["Value"].get("Ref") for output in TEMPLATE["Outputs"].values()}
    assert {*FUNCTIONS, *QUEUES, *TABLES, "AlertTopic"} <= shown


@pytest.mark.parametrize("stage", ["staging", "production"])
def test_a_stage_sets_only_parameters_that_exist_and_names_the_layers_processor(stage: str) -> None:
    stages = tomllib.loads((ROOT / "samconfig.toml").read_text())
    overrides = dict(item.split("=", 1) for item in stages[stage]["deploy"]["parameters"]["parameter_overrides"])
    assert overrides.keys() <= TEMPLATE["Parameters"].keys()
    assert overrides["Stage"] == stage
    assert overrides["Architecture"] in TEMPLATE["Parameters"]["Architecture"]["AllowedValues"]
