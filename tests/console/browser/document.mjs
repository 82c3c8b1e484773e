/*
 * People who look at documents, in a real browser. Prints "ok - what" or "not ok - what: why" for each thing that it saw.
 *     document.mjs URL COOKIE DOCUMENTS [FOLDER FOR SCREENSHOTS]
 * DOCUMENTS: JSON, { name: { row, pages } } of "pdf", "tiff", "heic", "password"; what is not there is not looked at.
 */
import fs from "node:fs";
import path from "node:path";
import { examined, launch, ok } from "./stage.mjs";

const [url, cookie, listed, shots] = process.argv.slice(2);
const documents = JSON.parse(listed);
const session = [{ name: "__Host-fmferry", value: cookie, url, secure: true, httpOnly: true, sameSite: "Strict" }];

const browser = await launch();

async function visit(options) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, ...options });
  await context.addCookies(session);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  return page;
}

const page = await visit({ viewport: { width: 1280, height: 900 } });
const faults = [], foreign = [];
page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
page.on("pageerror", (error) => faults.push(error.message));
page.on("request", (request) => request.url().startsWith(url) || foreign.push(request.url()));

const drawn = (where) => where.locator("[data-sheet] img").evaluate((one) => one.decode().then(() => one.naturalWidth, () => 0));

async function press(key) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

/* --- S10: leafing ------------------------------------------------------------------------------- */

for (const [kind, one] of Object.entries(documents)) {
  if (kind === "password") continue;
  await page.goto(`/documents/${one.row}`);
  ok(await drawn(page) > 10, `S10: the first page of a ${kind} is drawn`, await page.locator("main").innerText());
  if (one.pages > 1) {
    ok((await page.locator(".turn").innerText()).includes(`Page 1 of ${one.pages}`), `a ${kind} says how many pages it has`,
      await page.locator(".turn").innerText());
    await press("j");
    ok(page.url().endsWith("?page=2") && await drawn(page) > 300, "j turns the page", page.url());
    await press("k");
    ok(page.url().endsWith("?page=1"), "k turns it back", page.url());
    await page.goto(`/documents/${one.row}?page=${one.pages}`);
    ok(await drawn(page) > 300 && await page.locator("a[rel=next]").count() === 0, "the last page is drawn, and has none behind it");
  }
}

/* --- keys --------------------------------------------------------------------------------------- */

await page.goto("/self");
await page.goto(`/documents/${documents.pdf.row}`);
const image = page.locator("[data-sheet] img");
const before = await image.evaluate((one) => one.width);
await page.keyboard.press("+");
ok(await image.evaluate((one) => one.width) > before, "+ makes the picture larger");
await page.keyboard.press("-");
await page.keyboard.press("-");
ok(await image.evaluate((one) => one.width) < before, "- makes it smaller");
await page.keyboard.press("r");
ok(await image.evaluate((one) => one.style.rotate) === "90deg", "r turns it");
if (await page.locator("#words").count()) {
  await page.keyboard.press("t");
  ok(await page.locator("#words").evaluate((one) => one.open), "t opens its words");
}
const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("d")]);
ok(fs.statSync(await download.path()).size === documents.pdf.size, "d downloads the file, whole", download.suggestedFilename());
ok(download.suggestedFilename() === documents.pdf.saved, "under its own name, as Chromium reads it", download.suggestedFilename());
await press("Escape");
ok(page.url().endsWith("/self"), "Esc goes back to where one came from", page.url());

/* --- for everybody's eyes ----------------------------------------------------------------------- */

for (const [name, colorScheme, width] of [["light", "light", 1280], ["dark", "dark", 1280], ["telephone", "light", 375], ["narrow", "dark", 320]]) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 800 });
  for (const kind of Object.keys(documents)) {
    await page.goto(`/documents/${documents[kind].row}`);
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    ok(wide <= room, `nothing to scroll sideways: a ${kind}, ${name}`, `${wide} of ${room}`);
    const found = await examined(page);
    ok(found.violations.length === 0, `axe finds nothing: a ${kind}, ${name}`,
      found.violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; "));
    if (shots) await page.screenshot({ path: path.join(shots, `document-${kind}-${name}.png`), fullPage: true });
  }
}

/* --- S15: taken away, and brought back ---------------------------------------------------------- */

async function seen(what) {
  for (const [name, colorScheme, width] of [["light", "light", 1280], ["dark", "dark", 1280], ["narrow", "light", 320]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    ok(wide <= room, `nothing to scroll sideways: ${what}, ${name}`, `${wide} of ${room}`);
    const found = await examined(page);
    ok(found.violations.length === 0, `axe finds nothing: ${what}, ${name}`,
      found.violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; "));
    if (shots) await page.screenshot({ path: path.join(shots, `${what.replaceAll(" ", "-")}-${name}.png`), fullPage: true });
  }
}

const lead = `a[href="/documents/${documents.pdf.row}/away"]`;
await page.goto(`/documents/${documents.pdf.row}`);
await page.click(lead);
await page.waitForLoadState();
await seen("taking away");
await page.fill("#reason", "scanned twice");
await page.click("button:has-text('Take it away')");
await page.waitForLoadState();
ok((await page.locator("main").innerText()).includes("was taken away"), "S15: a document is taken away");
await seen("taken away");
await page.goto("/away");
ok(await page.locator(lead).count() === 1, "S15: the list of what is away has it");
await seen("what is away");
await page.click(lead);
await page.waitForLoadState();
await page.click("button:has-text('Bring it back')");
await page.waitForLoadState();
ok(page.url().endsWith(`/documents/${documents.pdf.row}`), "S15: it is brought back, and shown", page.url());

/* --- type and date of an upload ----------------------------------------------------------------- */

if (documents.pdf.upload) {
  const lead = `a[href="/documents/${documents.pdf.upload}/edit"]`;
  await page.goto(`/documents/${documents.pdf.row}`);
  ok(await page.locator("a[href$='/edit']").count() === 0, "a document that was moved has no link to edit it");
  await page.goto(`/documents/${documents.pdf.upload}`);
  await page.click(lead);
  await page.waitForLoadState();
  await seen("editing");
  const second = await page.context().newPage();
  await second.goto(`/documents/${documents.pdf.upload}/edit`);
  await page.fill("#type", "Lab report");
  await page.fill("#date", "2022-02-03");
  await page.fill("#reason", "the wrong day");
  await page.click("button:has-text('Save')");
  await page.waitForLoadState();
  ok(page.url().endsWith(`/documents/${documents.pdf.upload}`), "what is saved leads back to the document", page.url());
  const words = await page.locator("main").innerText();
  ok(words.includes("Lab report") && words.includes("2022-02-03") && words.includes("the wrong day"), "which has type, date and story", words);
  await second.fill("#type", "Scan");
  await second.click("button:has-text('Save')");
  await second.waitForLoadState();
  ok((await second.locator("main").innerText()).includes("somebody was faster"), "whoever saw the former one is told",
    await second.locator("main").innerText());
  await second.close();
  await page.goto("/failures");
  ok((await page.locator("main").innerText()).includes("Uploads that did not arrive"), "an upload that did not arrive stands among the failures");
  await seen("uploads that failed");
}

/* --- without script; and what a password opens -------------------------------------------------- */

const bare = await visit({ javaScriptEnabled: false });
await bare.goto(`/documents/${documents.pdf.row}`);
if (documents.pdf.pages > 1) {
  await bare.click("a[rel=next]");
  await bare.waitForLoadState();
  ok(bare.url().endsWith("?page=2"), "without script links turn the pages", bare.url());
}
ok((await bare.locator("main").innerText()).includes("Where it comes from"), "and the story is there");
if (documents.password) {
  await bare.goto(`/documents/${documents.password.row}`);
  ok((await bare.locator(".warn").innerText()).includes("password"), "an encrypted document says so");
  await bare.fill("#password", documents.password.opens);
  await bare.click("text=Show the page");
  await bare.waitForLoadState();
  ok(await bare.locator("img").count() === 1 && !bare.url().includes(documents.password.opens),
    "its password opens the page, and stands in no address", bare.url());
}

ok(foreign.length === 0, "nothing is asked of another server", foreign.join(" "));
ok(faults.length === 0, "the browser has nothing to complain about", faults.join("; "));
await browser.close();
console.log("end");
