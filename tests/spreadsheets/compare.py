"""Opens workbooks of a running stack in a spreadsheet program, in French and in English, and compares what it shows with the
JSON of the same addresses: every total, every sum, every entry's day and amount.

    API_URL=… MANAGER_TOKEN=… python3 compare.py PROGRAM
"""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AMOUNTS = ["amount", "vendor_share", "due_to_partner", "due_from_partner"]
# Comma-separated, quoted where needed, UTF-8, from the first line, cells as they are shown, every sheet.
EXPORT = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
# How each language writes a day, and the names of its sheets.
LANGUAGES = {
    "fr": {"locale": "fr-FR", "day": "{2}/{1}/{0}", "totals": "Totaux", "entries": "Écritures", "point": ","},
    "en": {"locale": "en-GB", "day": "{0}-{1}-{2}", "totals": "Totals", "entries": "Entries", "point": "."},
}
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{}</value></prop></item></oor:items>
"""


def get(path, accept="application/json"):
    headers = {"Authorization": f"Bearer {os.environ['MANAGER_TOKEN']}", "Accept": accept}
    with urllib.request.urlopen(urllib.request.Request(os.environ["API_URL"] + path, headers=headers)) as answer:
        return answer.read()


def addresses():
    """The programme's summary, each partner's, and each partner's last month with entries."""
    period = "from=2023-01&to=2025-12"
    yield "summary", f"/summary?{period}"
    for partner in json.loads(get("/partners?limit=500"))["partners"]:
        of = f"/partners/{partner['partner_id']}"
        summary = f"{of}/summary?{period}"
        yield f"summary-{partner['partner_id']}", summary
        months = json.loads(get(summary))["months"]
        if months:
            yield f"statement-{partner['partner_id']}", f"{of}/statement?month={months[-1]['month']}"


def shown_by(program, language, files, folder):
    """The sheets of each file, as rows of texts."""
    settings = folder / "profile" / "user"
    settings.mkdir(parents=True)
    (settings / "registrymodifications.xcu").write_text(SETTINGS.format(LANGUAGES[language]["locale"]))
    command = [program, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", EXPORT]
    subprocess.run([*command, "--outdir", str(folder), *map(str, files)], check=True, capture_output=True, timeout=300)
    sheets = defaultdict(dict)
    for file in files:
        for sheet in folder.glob(f"{file.stem}-*.csv"):
            with open(sheet, newline="", encoding="utf-8") as content:
                sheets[file.stem][sheet.stem.removeprefix(f"{file.stem}-")] = list(csv.reader(content))
    return sheets


def number(shown, language):
    """A number as a language shows it; one in the other's way is none."""
    plain = re.sub(r"[\u202f\u00a0 ]", "", shown) if language == "fr" else shown.replace(",", "")
    return Decimal(plain.replace(LANGUAGES[language]["point"], "."))


def amounts(total):
    return tuple(Decimal(total[name]["amount"]) for name in AMOUNTS)


def check_totals(rows, answer, language):
    head = rows[0]
    first = head.index({"fr": "Modèle", "en": "Model"}[language])
    totals = [row for row in rows[1:] if len(row) > first + 7 and row[first + 2]]
    shown = [tuple(number(cell, language) for cell in row[first + 3 :]) for row in totals if row[first + 1]]
    expected = [(Decimal(total["entries"]), *amounts(total)) for total in answer["totals"]]
    assert shown == expected, f"{shown} is not {expected}"
    sums = {row[first + 2]: tuple(number(cell, language) for cell in row[first + 6 :]) for row in totals if not row[first + 1]}
    due = defaultdict(lambda: (0, 0))
    for total in answer["totals"]:
        one, other = due[total["currency"]]
        due[total["currency"]] = (one + amounts(total)[2], other + amounts(total)[3])
    assert sums == dict(due), f"{sums} is not {dict(due)}"
    decimals = {len(cell.partition(LANGUAGES[language]["point"])[2]) for row in totals for cell in row[first + 6 :]}
    return len(shown), decimals


def check_entries(rows, answer, language):
    day = lambda entry: LANGUAGES[language]["day"].format(*entry["booked_on"].split("-"))
    expected = [(day(entry), Decimal(entry["amount"]["amount"]), entry["explanation"]) for entry in answer["entries"]]
    shown = [(row[3], number(row[11], language), row[15]) for row in rows[1:]]
    assert shown == expected, f"{shown} is not {expected}"
    return len(shown)


def check(program, language):
    counted, decimals = Counter(), set()
    with tempfile.TemporaryDirectory() as name:
        folder, answers = Path(name), {}
        for file, path in addresses():
            path = f"{path}&lang={language}"
            (folder / f"{file}.xlsx").write_bytes(get(path, WORKBOOK))
            answers[file] = json.loads(get(path))
        sheets = shown_by(program, language, [folder / f"{file}.xlsx" for file in answers], folder)
        for file, answer in answers.items():
            words = LANGUAGES[language]
            number_of_totals, of_file = check_totals(sheets[file][words["totals"]], answer, language)
            counted += {"files": 1, "totals": number_of_totals}
            decimals |= of_file
            if "entries" in answer:
                counted["entries"] += check_entries(sheets[file][words["entries"]], answer, language)
    assert min(counted.values()) > 0 and {0, 2} <= decimals, f"{counted} {decimals}"
    print(f"{language}: {dict(counted)}, decimals {sorted(decimals)}")


for language in LANGUAGES:
    check(sys.argv[1], language)
