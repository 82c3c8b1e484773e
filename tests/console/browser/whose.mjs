/*
 * Records at the console, in a real browser: S6 and S7, and axe-core on each page.
 *     whose.mjs URL COOKIE DOUBTED WRONG_ROW RIGHT_LAST_NAME [FOLDER FOR SCREENSHOTS]
 * Prints "ok - what" or "not ok - what: why" for each thing that it saw.
 */
import path from "node:path";
import { examined, launch, ok } from "./stage.mjs";

const [url, cookie, doubted, row, last, shots] = process.argv.slice(2);
const LONG = 60_000; /* on a machine with much else to do */

const browser = await launch();
const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url });
await context.addCookies([{ name: "__Host-fmferry", value: cookie, url, secure: true, httpOnly: true, sameSite: "Strict" }]);
const page = await context.newPage();
const faults = [];
page.setDefaultTimeout(LONG);
page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
page.on("pageerror", (error) => faults.push(error.message));

/* The page as it is now, in light, dark and 320 px. */
async function looked(name) {
  for (const [screen, colorScheme, width] of [["light", "light", 1280], ["dark", "dark", 1280], ["narrow", "light", 320]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const found = await examined(page);
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    ok(found.violations.length === 0 && wide <= room, `axe finds nothing, and nothing scrolls sideways: ${name}, ${screen}`,
      found.violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; ") || `${wide} of ${room}`);
    if (shots) await page.screenshot({ path: path.join(shots, `whose-${name.replaceAll(" ", "-")}-${screen}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

/* --- S6 ----------------------------------------------------------------------------------------- */

await page.goto("/patients");
await page.click("nav >> text=Whose is it");
await page.waitForLoadState();
const one = page.locator("section", { hasText: doubted });
ok(await one.locator("tr", { hasText: "Born" }).getByText("differs").count() === 1
   && await one.getByText("same", { exact: true }).count() === 2, "S6: two rosters stand side by side; a word says what differs",
  await one.innerText());
await looked("review");
await one.getByRole("link", { name: "The same person" }).click();
await page.fill("#reason", "the card was checked");
await looked("the same person");
await page.click("text=They are the same person");
await page.waitForURL(/\/tasks\//);
while (await page.getByText("Look again").count()) {
  await page.click("text=Look again");
  await page.waitForLoadState();
}
ok((await page.locator("[role=status]").innerText()).includes("with a patient now"), "S6: said, and their documents are with them",
  await page.locator("main").innerText());
await looked("task");
await page.click("text=Whose is it >> nth=0");
await page.waitForLoadState();
ok(await page.getByText(doubted).count() === 0, "S6: nobody doubts it any more");
await page.click("text=All documents that are with no patient");
await page.waitForLoadState();
ok(await page.locator("[data-list] tr").count() > 0, "documents with no patient are listed");
await looked("unlinked");
await page.click("[data-list] th a >> nth=0");
await page.waitForLoadState();
await looked("unlinked documents");

/* --- S7 ----------------------------------------------------------------------------------------- */

await page.goto(`/documents/${row}`);
await page.click("text=Give to a patient");
await page.waitForLoadState();
await page.fill("#q", last);
await page.click("main form button >> nth=0");
await page.waitForLoadState();
await page.check(`label:has-text("${last}") input`);
await page.fill("#reason", "scanned into the wrong file");
await looked("give");
await page.getByRole("button", { name: "Give it" }).click();
await page.waitForURL(/\/tasks\//);
while (await page.getByText("Look again").count()) {
  await page.click("text=Look again");
  await page.waitForLoadState();
}
await page.getByRole("link", { name: "The document", exact: true }).click();
await page.waitForURL(/\/documents\//);
ok((await page.locator("main p >> nth=0").innerText()).includes(last), "S7: the document is the other's", await page.locator("main").innerText());
ok((await page.locator("table").innerText()).includes("scanned into the wrong file"), "S7: and its history stays, with the reason");
faults.length = 0; /* a document that is no picture has none */

await browser.close();
console.log("end");
