/*
 * Staff who search for a word, in a real browser: S11, by keyboard, on a telephone, and without script.
 *     words.mjs URL COOKIE [FOLDER FOR SCREENSHOTS]
 * Prints "ok - what" or "not ok - what: why" for each thing that it saw.
 */
import path from "node:path";
import { examined, launch, ok } from "./stage.mjs";

const [url, cookie, shots] = process.argv.slice(2);
const LONG = 240_000; /* on a machine with much else to do */
const session = [{ name: "__Host-fmferry", value: cookie, url, secure: true, httpOnly: true, sameSite: "Strict" }];
const faults = [];

const browser = await launch();

async function visit(options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, ...options });
  await context.addCookies(session);
  const page = await context.newPage();
  page.setDefaultTimeout(LONG);
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => request.url().startsWith(url) || faults.push(request.url()));
  return page;
}

/* --- S11: a word, typed, and the page that has it ----------------------------------------------- */

const page = await visit({ viewport: { width: 1280, height: 900 } });
const seen = (where) => where.locator("mark").allInnerTexts();

await page.goto("/search");
await page.keyboard.type("orthopaedic foot");
await Promise.all([page.waitForURL(/q=/), page.keyboard.press("Enter")]);
const found = page.url();
ok((await page.locator("[data-list] th").innerText()).includes("page 2"), "S11: a word in a letter is found, with its page",
  await page.locator("main").innerText());
ok((await seen(page)).join() === "orthopaedic,footwear", "S11: the words around it are shown, and it is marked there", await seen(page));
await page.locator("h1").click();
await page.waitForLoadState();
await page.keyboard.press("j");
await Promise.all([page.waitForURL(/\/documents\//), page.keyboard.press("o")]);
const document_ = page.url();
ok((await page.locator(".turn").innerText()).includes("Page 2 of 3"), "S11: two keys open the document at this page",
  await page.locator(".turn").innerText());
ok(await page.locator("[data-sheet] img").evaluate((one) => one.decode().then(() => one.naturalWidth, () => 0)) > 300,
  "S11: the page is drawn");
ok((await seen(page)).join() === "orthopaedic,footwear" && await page.locator("#words").evaluate((one) => one.open),
  "S11: beside it are its words, with those that were sought marked", await seen(page));
await Promise.all([page.waitForNavigation(), page.keyboard.press("j")]);
ok((await page.locator(".turn").innerText()).includes("Page 3 of 3") && page.url().includes("q="), "the next page keeps what was sought",
  page.url());
await page.goto("/search?q=%22knee+was");
ok(await page.locator("[role=alert]").isVisible() && await page.locator("#q").inputValue() === '"knee was',
  "what cannot be read stays in the field, with a sentence", await page.locator("main").innerText());
faults.length = 0; /* of which the browser tells as an error */

/* --- for everybody's eyes, on every screen ------------------------------------------------------ */

for (const [name, where] of [["search", found], ["document", document_], ["mend", "/search?q=%22knee+was"]]) {
  for (const [screen, colorScheme, width] of [["light", "light", 1280], ["dark", "dark", 1280], ["narrow", "light", 320]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await page.goto(where);
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    ok(wide <= room, `nothing to scroll sideways: ${name}, ${screen}`, `${wide} of ${room}`);
    const { violations } = await examined(page);
    ok(violations.length === 0, `axe finds nothing: ${name}, ${screen}`,
      violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; "));
    if (shots) await page.screenshot({ path: path.join(shots, `words-${name}-${screen}.png`), fullPage: true });
  }
}
faults.splice(0, faults.length, ...faults.filter((one) => !one.includes("400")));

/* --- without script ----------------------------------------------------------------------------- */

const still = await visit({ javaScriptEnabled: false, viewport: { width: 375, height: 700 } });
await still.goto(found);
await still.click("[data-list] th a");
await still.waitForLoadState();
ok((await still.locator(".turn").innerText()).includes("Page 2 of 3") && (await seen(still)).length === 2,
  "without script, on a telephone, the way is the same", still.url());
ok(faults.length === 0, "the browser has nothing to complain about", faults.join("; "));
await browser.close();
console.log("end");
