"""Prints the French page of each sample document in Chromium, and reads what is printed.

    python3 pages.py FOLDER

Each amount of a document's XML is on its page. Every sheet says the number and which of how many it is; the headings of
lines are repeated; the totals are on one sheet. Then pages are broken on purpose, and each check must find the fault.
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

from lxml import etree, html
from pypdf import PdfReader

FEWEST = 24
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
BROKEN = "broken-"
AMOUNT = r"[\d\u202f−]+(?:,\d+)?\u00a0(?:€|[A-Z]{3})"
AMOUNTS = ["ChargeAmount", "LineTotalAmount", "CalculatedAmount", "BasisAmount", "TaxTotalAmount", "GrandTotalAmount"]


def print_sheets(page):
    """The text of each sheet."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.pdf"
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={folder}/user"]
        command = [chromium, *options, f"--print-to-pdf={file}", page.resolve().as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return [sheet.extract_text() for sheet in PdfReader(file).pages]


def amounts(xml):
    """All amounts of an XML as French writes them: 1 234,56."""
    tree = etree.parse(xml)
    found = {Decimal(element.text) for name in AMOUNTS for element in tree.iter(RAM + name)}
    return [f"{amount:,}".translate({ord(","): "\u202f", ord("."): ",", ord("-"): "−"}) for amount in sorted(found)]


def lines(sheet):
    """The lines of a document on a sheet: one unit, or minus one, of a price."""
    return len(re.findall(rf"(?m)(?:^| )−?1 {AMOUNT} .*{AMOUNT}$", sheet))


def faults(page):
    sheets = print_sheets(page)
    everything = "\n".join(sheets)
    number = html.parse(page).find(".//title").text
    xml = page.with_name(page.name.split(".")[0].removeprefix(BROKEN) + ".xml")
    if xml.exists():
        for amount in amounts(xml):
            if not re.search(rf"(?<![\d\u202f−]){amount}\u00a0(€|[A-Z]{{3}})", everything):
                yield f"{amount} is not on the page"
        if sum(map(lines, sheets)) != len(list(etree.parse(xml).iter(RAM + "IncludedSupplyChainTradeLineItem"))):
            yield "the lines are not those of the XML"
    for place, sheet in enumerate(sheets, 1):
        if number not in sheet or f"{place} / {len(sheets)}" not in sheet:
            yield f"sheet {place} of {len(sheets)} does not say so"
        if lines(sheet) and "Désignation" not in sheet:
            yield f"sheet {place} has lines without their headings"
    if not any(all(total in sheet for total in ["Base HT", "Total HT", "Net "]) for sheet in sheets):
        yield "the totals are on several sheets"


def must_find(fault, page, old, new):
    """A page with a fault, made by replacing a text, has the fault."""
    text = page.read_text()
    if old not in text:
        sys.exit(f"{page.name}: {old} is not there")
    broken = page.with_name(BROKEN + page.name)
    broken.write_text(text.replace(old, new))
    found = list(faults(broken))
    broken.unlink()
    if not any(fault in message for message in found):
        sys.exit(f"{page.name} with {new}: {fault} expected, but found {found}")


def main(folder):
    pages = sorted(Path(folder).glob("*.fr.html"))
    if len(pages) < FEWEST:
        sys.exit(f"{len(pages)} pages, but at least {FEWEST} are expected")
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for page, found in zip(pages, pool.map(lambda page: list(faults(page)), pages)):
            if found:
                sys.exit(f"{page.name}: {found}")
    short, long = Path(folder) / "self-billed-chf.fr.html", Path(folder) / "self-billed-208-lines.fr.html"
    must_find("974,44 is not", short, "974,44", "974,45")
    must_find("the lines are not", short, '<td class="number">−1</td>', "")
    must_find("sheet 1 of", short, "margin: 0;", "margin: 1px;")  # The policy admits no other style.
    must_find("without their headings", long, "thead>", "tbody>")
    must_find("on several sheets", short, '<table class="totals">', f'<p>{"<br>" * 120}</p><table class="totals">')
    print(f"{len(pages)} pages are printed with all amounts of their XML; 5 faults were found")


main(sys.argv[1])
