"""The console's table of addresses, as tests/console/routes.c prints it, and the rights as docs/access.md has them."""

import json
import re
import subprocess

from harness import BUILD, ROOT

ROLES = ("staff", "records", "operator", "owner", "auditor", "admin")
ROW = re.compile(r"^\| `(\w+)` \|((?: ?x? ?\|){6})", re.M)


def routes():
    lines = subprocess.run([BUILD / "tests" / "console_routes"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def rights():
    """{right: roles that have it}; tests/checks/test_access.py holds the page against the source."""
    page = (ROOT / "docs" / "access.md").read_text()
    return {"public": set(ROLES), **{name: {role for role, cell in zip(ROLES, cells.split("|")) if "x" in cell}
                                     for name, cells in ROW.findall(page)}}
