"""Validates the bank's files of batches by the schema pain.001.001.09, as the packages sepaxml and pain001 have it.

    python3 bank.py FOLDER

Then one file is broken on purpose, and each schema must find the faults.
"""

import sys
from importlib.metadata import distribution
from pathlib import Path

from lxml import etree

FEWEST = 4
SCHEMAS = {
    "sepaxml": "sepaxml/schemas/pain.001.001.09.xsd",
    "pain001": "pain001/templates/pain.001.001.09/pain.001.001.09.xsd",
}
# The element with a fault, the sample's text in it, and a text that the schema does not take.
FAULTS = [
    ("MsgId", "B-2026-11", "B" * 36),
    ("EndToEndId", "B-2026-11/1", "B" * 36),
    ('InstdAmt Ccy="EUR"', "123.45", "123.450001"),
    ("Nm", "Anna Muster", "A" * 141),
]


def broken(schema, text):
    """The rules of a schema that a file breaks."""
    schema.validate(etree.fromstring(text.encode()))
    return [error.message for error in schema.error_log]


def main(folder):
    files = sorted(Path(folder).glob("*.xml"))
    if len(files) < FEWEST:
        sys.exit(f"{len(files)} batches, but at least {FEWEST} are expected")
    sample = (Path(folder) / "one.xml").read_text()
    for package, path in SCHEMAS.items():
        schema = etree.XMLSchema(file=str(distribution(package).locate_file(path)))
        for file in files:
            if found := broken(schema, file.read_text()):
                sys.exit(f"{file.name}: the schema of {package} says {found}")
        for element, old, new in FAULTS:
            if sample.count(f"<{element}>{old}<") != 1:
                sys.exit(f"one.xml: {element} with {old} is not there once")
            found = broken(schema, sample.replace(f"<{element}>{old}<", f"<{element}>{new}<"))
            if not any(element.split()[0] in message for message in found):
                sys.exit(f"one.xml with {new}: a fault in {element} expected, but the schema of {package} says {found}")
    print(f"{len(files)} batches keep {len(SCHEMAS)} schemas; {len(FAULTS)} faults were found by each")


main(sys.argv[1])
