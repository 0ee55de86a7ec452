"""template.yaml, but for gradual deployment and alarms, deployed to ministack with the programs that are built for Lambda: the sample world goes through
its SQS, its Lambda and its DynamoDB, and must come to the same lines. Run by .ci/second-engines."""

import csv, json, os, pathlib, subprocess, sys, time
import boto3
from botocore.config import Config
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"
STACK = "partner-programme"
BUCKET = "programs"
PARAMETERS = {
    "TokenIssuer": "https://issuer.test",
    "TokenAudience": "test",
    "RestatementDelaySeconds": "61",
}
QUEUES = {
    "com.all-in-web.billing.sale-signed.v1": "SaleSignedQueue",
    "com.all-in-web.billing.annual-renewal.v1": "AnnualRenewalQueue",
    "com.all-in-web.billing.credit-note.v1": "CreditNoteQueue",
}
MANAGER = {"iss": PARAMETERS["TokenIssuer"], "sub": "manager"}
PATIENCE_SECONDS = 180

client = lambda service: boto3.client(
    service,
    endpoint_url=sys.argv[1],
    region_name="eu-west-3",
    aws_access_key_id="test",
    aws_secret_access_key="test",
    config=Config(retries={"max_attempts": 1}),
)


def packaged():
    """The template as `sam package` leaves it: the same, with the places of what it refers to."""
    s3 = client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    template = yaml_parse((ROOT / "template.yaml").read_text())
    # ministack knows no CodeDeploy, and no alarm over several metrics.
    del template["Globals"]["Function"]["DeploymentPreference"]
    watching = ("AWS::CloudWatch::Alarm", "AWS::CloudFormation::Stack")
    template["Resources"] = {name: part for name, part in template["Resources"].items() if part["Type"] not in watching}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            program = resource["Metadata"]["BuildProperties"]["Binary"]
            s3.upload_file(str(ROOT / f"target/lambda/{program}/bootstrap.zip"), BUCKET, f"{program}.zip")
            # A number that a parameter gives is a text to ministack, with which it cannot count.
            for event in resource["Properties"]["Events"].values():
                event["Properties"].pop("ScalingConfig", None)
            resource["Properties"]["CodeUri"] = f"s3://{BUCKET}/{program}.zip"
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(template, default=str))
    return f"{sys.argv[1]}/{BUCKET}/template.json"


def deployed(url):
    """The physical ids of the stack's resources, by logical id."""
    cloudformation = client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=url,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    for _ in range(PATIENCE_SECONDS):
        stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(1)
    if stack["StackStatus"] != "CREATE_COMPLETE":
        for event in cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]:
            if "FAILED" in event["ResourceStatus"]:
                print(event["LogicalResourceId"], event.get("ResourceStatusReason"), file=sys.stderr)
        sys.exit(f"the stack is {stack['StackStatus']}")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"]]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}


def call(function, method, path, body=None, query=None):
    """What API Gateway sends the dashboard's function for a request of a manager, and its answer."""
    query = query or {}
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in query.items()),
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "api.test", "domainPrefix": "api",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"},
            "requestId": "request", "routeKey": "$default", "stage": "$default",
            "time": "24/Nov/2026:00:00:00 +0000", "timeEpoch": 1795478400000,
            "authorizer": {"jwt": {"claims": MANAGER, "scopes": None}},
        },
        "isBase64Encoded": False,
    }
    if body is not None:
        event["body"] = json.dumps(body)
    answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    answer = json.loads(answer["Payload"].read())
    assert answer.get("statusCode") in (200, 201), (path, answer)
    return json.loads(answer["body"])


def admit_manager(function):
    """The first manager, as in an account: `operate` makes the invitation, and whoever has its code accepts it."""
    environment = {
        **os.environ,
        "AWS_REGION": "eu-west-3", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL_DYNAMODB": sys.argv[1], "AWS_ENDPOINT_URL_SQS": sys.argv[1],
    }
    invite = [ROOT / "target/debug/operate", "--stack", STACK, "invite", "--manager", "--page", "https://page.test"]
    link = subprocess.run(invite, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    call(function, "PUT", "/me/invitation", {"code": link.strip().rsplit("/", 1)[1]})


def lines(function, partners):
    """What the entries add up to, as rows of expected-lines.csv."""
    minor = lambda money: int(money["amount"].replace(".", ""))
    found = {}
    for partner in partners:
        cursor = {}
        while cursor is not None:
            page = call(function, "GET", f"/partners/{partner}/entries", query={"limit": 500, **cursor})
            for entry in page["entries"]:
                if entry["kind"] != "entry-fee":
                    key = [entry[name] for name in ("partner_id", "contract_id", "term", "cause", "kind", "booked_on")]
                    key = tuple(map(str, key)) + (entry["amount"]["currency"],)
                    amount, share = found.get(key, (0, 0))
                    found[key] = amount + minor(entry["amount"]), share + minor(entry["vendor_share"])
            cursor = {"cursor": page["next_cursor"]} if page.get("next_cursor") else None
    return {key[:6] + (str(amount), str(share), key[6]) for key, (amount, share) in found.items()}


def main():
    resources = deployed(packaged())
    function = resources["DashboardApi"]
    partners = json.loads((DATA / "partners.json").read_text())
    admit_manager(function)
    for partner, body in partners.items():
        call(function, "PUT", f"/partners/{partner}", body)
    sqs = client("sqs")
    for line in (DATA / "events.jsonl").read_text().splitlines():
        sqs.send_message(QueueUrl=resources[QUEUES[json.loads(line)["type"]]], MessageBody=line)
    with open(DATA / "expected-lines.csv") as file:
        expected = {tuple(row) for row in list(csv.reader(file))[1:]}
    started = time.monotonic()
    while (found := lines(function, partners)) != expected:
        if time.monotonic() - started > PATIENCE_SECONDS:
            print("missing", sorted(expected - found)[:5], "extra", sorted(found - expected)[:5], file=sys.stderr)
            sys.exit(f"{len(expected & found)} of {len(expected)} lines are right after {PATIENCE_SECONDS} s")
        time.sleep(1)
    print(f"ministack: {len(resources)} resources, {len(expected)} lines as expected")


main()
