"""
Measures a report as it is read: on a telephone, a tablet and a screen, and on paper. Nothing leaves the
window, no label of a plot touches another, and each printed page says which it is.
"""

import re
import shutil
import subprocess

from browsing import Browser
from webpage import browser

WIDTHS = (375, 820, 1440)
PAPER = 665  # A4 without its margins, in CSS pixels
LEAST_LETTERS = 9  # pixels: below that nobody reads a label

# What leaves the window, but for what can be scrolled within it.
OUTSIDE = """[...document.querySelectorAll('body *')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && !one.closest('.wide') && !one.closest('.stack thead')
         && (box.right > innerWidth + 1 || box.left < -1);
}).map(one => one.tagName + ' ' + one.textContent.slice(0, 40))"""

# Labels of plots that touch, leave their plot or are too small to be read; and how many there are.
LABELS = """(() => {
  const wrong = [];
  let count = 0;
  for (const svg of document.querySelectorAll('svg[viewBox]')) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0 || svg.classList.contains('bar'))
      continue;
    const labels = [...svg.querySelectorAll('text')].map(one => [one.textContent, one.getBoundingClientRect()]);
    const size = parseFloat(getComputedStyle(svg).fontSize) * frame.width / svg.viewBox.baseVal.width;
    if (size < %d)
      wrong.push('small ' + size);
    count += labels.length;
    labels.forEach(([name, box], at) => {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
          || box.bottom > frame.bottom + 1)
        wrong.push('outside ' + name);
      for (const [other, there] of labels.slice(at + 1))
        if (Math.min(box.right, there.right) - Math.max(box.left, there.left) > 0.5
            && Math.min(box.bottom, there.bottom) - Math.max(box.top, there.top) > 2)
          wrong.push(name + ' on ' + other);
    });
  }
  return [count, wrong];
})()""" % LEAST_LETTERS


def check_labels(tap, shown, where):
    count, wrong = shown.ask(LABELS)
    tap.ok(count > 30 and not wrong, f"{where}: no label of {count} touches another or leaves its plot",
           wrong[:5])


def check_screens(tap, shown, path):
    for width in WIDTHS:
        shown.show(path, width)
        shown.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
        wide = shown.ask("document.documentElement.scrollWidth")
        tap.ok(wide <= width, f"{width} pixels: nothing to scroll sideways", wide)
        tap.same(shown.ask(OUTSIDE)[:5], [], f"{width} pixels: nothing leaves the window")
        check_labels(tap, shown, f"{width} pixels")


def pages_of(path):
    """The text of each printed page; None without a program that reads them."""
    if not shutil.which("pdftotext"):
        return None
    done = subprocess.run(["pdftotext", "-layout", path, "-"], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().split("\f")[:-1]


def check_paper(tap, shown, path, printed, named, below):
    """It has few pages, each with its number and whose report it is; the signature is on the second."""
    shown.show(path, PAPER)
    shown.call("Emulation.setEmulatedMedia", media="print")
    check_labels(tap, shown, "on paper")
    shown.call("Emulation.setEmulatedMedia", media="")
    shown.printed(printed)
    count = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    tap.ok(4 <= count < below, f"printed it has {count} pages, less than {below}")
    pages = pages_of(printed)
    if pages is None:
        tap.skip("what stands on the printed pages", "no pdftotext here")
        return
    wrong = [number for number, text in enumerate(pages, 1)
             if f"Page {number} of {count}" not in text or named not in text]
    tap.ok(len(pages) == count and not wrong, "each page has its number, and whose report it is",
           wrong, pages[0][-300:])
    tap.ok("Signature" in pages[1] and "Before you sign" in pages[1], "the second is to be signed",
           pages[1][-600:])


def check_reading(tap, folder, path, named, below):
    """
    All of it, in a browser.
    named   what stands at the foot of each printed page
    below   more printed pages than there may be
    """
    if not browser():
        tap.skip("the report as it is read", "no Chromium here")
        return
    with Browser(folder) as shown:
        check_screens(tap, shown, path)
        check_paper(tap, shown, path, folder / "read.pdf", named, below)
