/* What the scripts share: the browser, axe-core, and the lines that are results. */
import fs from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] } };

/* Prints "ok - what" or "not ok - what: why". */
export function ok(good, what, why = "") {
  console.log(`${good ? "ok" : "not ok"} - ${what}${good || !why ? "" : `: ${why}`}`);
}

/* Debian's Chromium, which asks nobody outside for anything. */
export function launch() {
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
}

/* What asks a page; asked again if the page loaded itself anew meanwhile, as /run does when a run begins or ends. */
export async function steadily(page, ask) {
  for (let left = 5; ; left--) {
    try {
      return await ask();
    } catch (fault) {
      if (!left || !/context was destroyed/.test(fault.message)) throw fault;
      await page.waitForLoadState();
    }
  }
}

/* What axe-core says of a page as it is now. */
export function examined(page) {
  return steadily(page, () => page.evaluate(`${axe}; window.axe.run(${JSON.stringify(RULES)})`));
}
