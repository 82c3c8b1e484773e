#!/usr/bin/python3
"""docs/access.md says of roles, rights and the view log what the program does."""

import re

from tree import Tap, text

ROW = re.compile(r"^\| `(\w+)` \|((?: ?x? ?\|){6})", re.M)
HEAD = re.compile(r"^\| Right \|((?: \w+ \|){6})", re.M)


def rights_of_source(source):
    """{right: set of roles}, the public one left out."""
    roles = re.findall(r'"(\w+)"', source.split("role_names[ROLES] =")[1].split("}")[0])
    names = {"ROLE_" + role.upper(): role for role in roles}
    found = {}
    for name, value in re.findall(r'\[RIGHT_\w+\] = \{ "(\w+)", ([^}]*) \}', source):
        found[name] = set(roles) if value.startswith("(1U <<") else {names[one] for one in value.split(" | ") if one in names}
    del found["public"]
    return roles, found


def rights_of_page(page):
    roles = [cell.strip() for cell in HEAD.search(page).group(1).split("|")[:-1]]
    return roles, {name: {role for role, cell in zip(roles, cells.split("|")) if "x" in cell}
                   for name, cells in ROW.findall(page)}


def whats_of_source(source):
    return set(re.findall(r'\[VIEW_\w+\] = "([\w-]+)"', source))


def whats_of_page(page):
    """The words of the list below "`what` is one of", what stands in brackets left out."""
    part = page.split("`what` is one of")[1].split("**The chain.**")[0]
    return set(re.findall(r"`([\w-]+)`", re.sub(r"\([^)]*\)", "", part)))


def differences(what, is_here, wanted):
    return [f"{what}: the page has {is_here}, the source {wanted}"] if is_here != wanted else []


tap = Tap()
page = text("docs/access.md")
planted = page.replace("| `sign` | | | | x |", "| `sign` | | | x | x |")
roles, rights = rights_of_source(text("src/console/server/rights.c"))
tap.check("a wrong cell is seen", [] if planted != page and rights_of_page(planted)[1] != rights else ["it is not"])
tap.check("the roles are those of rights.c", differences("roles", rights_of_page(page)[0], roles))
tap.check("each cell is that of rights.c",
          [complaint for name in sorted(rights | rights_of_page(page)[1])
           for complaint in differences(name, rights_of_page(page)[1].get(name), rights.get(name))])
tap.check("what is noted is named", differences("what", sorted(whats_of_page(page)),
                                                sorted(whats_of_source(text("src/console/views/view_chain.c")))))
tap.end()
