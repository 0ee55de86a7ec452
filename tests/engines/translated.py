"""template.yaml as CloudFormation's SAM transform makes it of the same source (aws-sam-translator), for each stage of
infra/samconfig.toml: what a release replaces, and what an account would refuse or pass over. Run by .ci/template."""

import copy, json, logging, pathlib, re
import boto3
from samcli.cli.types import CfnParameterOverridesType
from samcli.lib.config.samconfig import SamConfig
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
STAGES = ("dev", "staging", "prod")
# What infra/deploy writes.
RELEASE = "file://infra/release.yaml"
# What CloudFormation takes of a template, in bytes and resources.
MOST_BYTES, MOST_RESOURCES = 1_000_000, 500
# What a parameter may be beside its default, to see that it alone replaces no version.
OTHER = {"MemoryMegabytes": "512", "TotalsTimeoutSeconds": "29", "SignInClientId": "another"}


def packaged():
    """The template as `sam package` leaves it: with places in S3."""
    template = yaml_parse((ROOT / "template.yaml").read_text())
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/program.zip"
    template["Resources"]["Dashboard"]["Properties"]["TemplateURL"] = "https://s3.example.com/bucket/dashboard.yaml"
    return template


def translated(template, given):
    """The translation, with each parameter as it is given or by default."""
    defaults = {name: rules["Default"] for name, rules in template["Parameters"].items() if "Default" in rules}
    missing = set(template["Parameters"]) - set(defaults) - set(given)
    assert not missing, f"without a value: {missing}"
    session = boto3.session.Session(region_name="eu-west-3")
    translator = Translator({}, Parser(), boto_session=session)
    return translator.translate(copy.deepcopy(template), {**defaults, **given})


def named(template, kind):
    return {name: part for name, part in template["Resources"].items() if part["Type"] == kind}


def versions(template):
    return set(named(template, "AWS::Lambda::Version"))


def stages(template):
    """The parameters that each stage gives, the same to `sam build` as to `sam deploy`."""
    config = SamConfig(str(ROOT / "infra"), "samconfig.toml")
    for stage in STAGES:
        builds, deploys = (config.get_all([command], "parameters", stage) for command in ("build", "deploy"))
        assert deploys["stack_name"] and deploys["region"], stage
        options = deploys["parameter_overrides"]
        assert options == builds["parameter_overrides"], f"{stage}: sam build does not know what sam deploy is given"
        assert RELEASE in options, f"{stage} does not take the release"
        given = [value for value in options if value != RELEASE]
        given = CfnParameterOverridesType().convert(given, None, None)
        assert "Architecture" in given, f"{stage}: sam build must know the processors"
        for name, value in given.items():
            admitted(stage, name, value, template["Parameters"])
        yield stage, given


def admitted(stage, name, value, parameters):
    assert name in parameters, f"{stage}: there is no parameter {name}"
    rules = parameters[name]
    values = value.split(",") if rules["Type"] == "CommaDelimitedList" else [value]
    for value in values:
        assert re.fullmatch(rules.get("AllowedPattern", ".*"), value), f"{stage}: {name} does not admit {value}"
        allowed = rules.get("AllowedValues")
        assert not allowed or value in map(str, allowed), f"{stage}: {name} does not admit {value}"
        if rules["Type"] == "Number":
            least, most = rules.get("MinValue", 0), rules.get("MaxValue", float("inf"))
            assert least <= int(value) <= most, f"{stage}: {name} does not admit {value}"


def releases_replace_every_version(template, given):
    first = translated(template, {**given, "Release": "0000000001"})
    again = translated(template, {**given, "Release": "0000000001"})
    later = translated(template, {**given, "Release": "0000000002"})
    functions = named(first, "AWS::Lambda::Function")
    assert len(versions(first)) == len(functions) == len(named(template, "AWS::Serverless::Function"))
    assert versions(again) == versions(first), "a version is replaced though nothing has changed"
    kept = versions(later) & versions(first)
    assert not kept, f"a release does not replace {kept}"
    # Lambda refuses a new version of a function that has not changed, and so does CloudFormation.
    for name, function in functions.items():
        release = function["Properties"]["Environment"]["Variables"].get("RELEASE")
        assert release == {"Ref": "Release"}, f"{name} does not change with a release"
    for name, alias in named(later, "AWS::Lambda::Alias").items():
        version = alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
        assert version in versions(later), f"{name} stays at another version"
    for name, value in OTHER.items():
        changed = translated(template, {**given, "Release": "0000000001", name: value})
        assert versions(changed) == versions(first), f"{name} replaces versions by itself: the guide says that it does not"
    return later


def fits(template):
    text = json.dumps(template)
    assert len(text) <= MOST_BYTES and len(template["Resources"]) <= MOST_RESOURCES
    return f"{len(versions(template))} versions replaced, {len(template['Resources'])} resources, {len(text):,} bytes"


def main():
    logging.disable(logging.WARNING)
    template = packaged()
    for stage, given in stages(template):
        print(f"{stage}: {fits(releases_replace_every_version(template, given))}")


main()
