/*
 * Staff at the console, in a real browser: S8, S9 and, by keyboard and on a telephone, S16.
 *     find.mjs URL COOKIE TYPED LAST_NAME [FOLDER FOR SCREENSHOTS]
 * Prints "ok - what" or "not ok - what: why" for each thing that it saw.
 */
import fs from "node:fs";
import path from "node:path";
import { examined, launch, ok } from "./stage.mjs";

const [url, cookie, typed, last, shots] = process.argv.slice(2);
const LONG = 240_000; /* on a machine with much else to do */

const browser = await launch();
const session = [{ name: "__Host-fmferry", value: cookie, url, secure: true, httpOnly: true, sameSite: "Strict" }];
const faults = [];

async function window_(options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, ...options });
  await context.addCookies(session);
  const page = await context.newPage();
  page.setDefaultTimeout(LONG);
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => request.url().startsWith(url) || faults.push(request.url()));
  return page;
}

const page = await window_();
const here = () => new URL(page.url()).pathname;
const focused = () => page.evaluate(() => document.activeElement.textContent.trim());
const key = async (name) => { await page.keyboard.press(name); await page.waitForLoadState(); };

/* --- S8: typed, and opened in two keystrokes ---------------------------------------------------- */

await page.goto("/");
ok(here() === "/patients", "staff land where patients are sought", page.url());
await page.keyboard.type(typed);
await Promise.all([page.waitForURL(/q=/), page.keyboard.press("Enter")]);
ok((await focused()).startsWith(last), "S8: what was typed finds the patient, who is next to Enter", await focused());
await Promise.all([page.waitForURL(/\/patients\/./), page.keyboard.press("Enter")]);
ok((await page.locator("h1").innerText()).startsWith(last), "S8: and a second key opens the patient", page.url());
const patient = here();

/* --- S9: the documents of a patient ------------------------------------------------------------- */

const days = await page.locator("[data-list] td:first-child").allInnerTexts();
ok(days.length > 2 && days.join() === [...days].sort().reverse().join(), "S9: all documents stand there, the newest first",
  days.join(" "));
const type = await page.locator("[data-list] th a").first().innerText();
await page.selectOption("#type", type);
await page.click("main form button");
await page.waitForLoadState();
const types = new Set(await page.locator("[data-list] th a").allInnerTexts());
ok(types.size === 1 && types.has(type), "S9: or those of one type", [...types].join(" "));

/* --- S16: by keyboard --------------------------------------------------------------------------- */

await page.goto(patient);
const names = await page.locator("[data-list] th a").evaluateAll((links) => links.map((one) => one.getAttribute("href")));
const at = () => page.evaluate(() => document.activeElement.getAttribute("href"));
await key("j");
await key("j");
ok((await at()) === names[1], "S16: j moves down the list", await at());
await key("k");
ok((await at()) === names[0], "and k up", await at());
await page.keyboard.press("/");
await page.waitForURL(/\/patients$/);
ok(here() === "/patients", "S16: / leads to where one finds", page.url());
await page.keyboard.type("jk/o");
ok((await page.locator("[data-find]").inputValue()) === "jk/o", "what is typed is no key");
await page.goto(patient);
await page.click("[data-keys]");
await page.waitForLoadState();
await page.locator("h1").click();
await page.waitForLoadState();
await key("j");
ok(!names.includes(await at()), "keys can be switched off");
await page.click("[data-keys]");
await page.waitForLoadState();
await page.goto(patient);
await key("j");
const wanted = await at();
await Promise.all([page.waitForURL(/\/documents\//), page.keyboard.press("o")]);
ok(here() === wanted, "S16: o opens the document", page.url());

/* --- S12: chosen by keys, taken as one ZIP ------------------------------------------------------- */

await page.goto(patient);
await key("j");
await key("x");
await key("j");
await key("x");
const boxes = () => page.locator("[data-list] input:checked").count();
ok((await boxes()) === 2, "S16: x chooses a document", String(await boxes()));
const [taken] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "ZIP of the chosen" }).click()]);
ok(/^documents .*\.zip$/.test(taken.suggestedFilename()) && fs.statSync(await taken.path()).size > 500, "S12: and what is chosen comes as one ZIP",
  taken.suggestedFilename());
await page.goto(patient);
await key("X");
ok((await boxes()) === names.length, "S16: X chooses all", String(await boxes()));
await key("X");
ok((await boxes()) === 0, "or none");
await key("j");
await key("x");
await page.getByRole("button", { name: "Print the chosen" }).click();
await page.waitForURL(/\/print$/);
const printed = await examined(page);
ok((await page.locator("h2").count()) === 1 && printed.violations.length === 0, "what is chosen can be printed, and axe finds nothing",
  printed.violations.map((one) => one.id).join());
await page.goto(patient);
const thumbs = page.locator("[data-list] img");
await thumbs.first().scrollIntoViewIfNeeded();
await page.waitForFunction(() => document.querySelector("[data-list] img").complete && document.querySelector("[data-list] img").naturalWidth > 0);
ok((await thumbs.count()) === names.length, "wide lists have small pictures");
faults.length = 0; /* the document's own page is another story */

/* --- every page: for everybody's eyes, on every screen ------------------------------------------ */

const pages = ["/patients", `/patients?q=${encodeURIComponent(typed)}`, "/patients?q=nobodyhere", patient, "/search",
  `/search?q=type:${encodeURIComponent(type)}`];
const screens = [["light", "light", 1280, 1], ["dark", "dark", 1280, 1], ["narrow", "light", 320, 1],
  ["telephone", "dark", 375, 1], ["large letters", "light", 640, 2]];

for (const where of pages) {
  for (const [name, colorScheme, width, zoom] of screens) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    await page.goto(where);
    await page.evaluate((size) => { document.documentElement.style.fontSize = `${100 * size}%`; }, zoom);
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    ok(wide <= room, `nothing to scroll sideways: ${where.replace(/\/[0-9a-f-]{36}/, "/one")}, ${name}`, `${wide} of ${room}`);
    if (zoom === 1) {
      const found = await examined(page);
      ok(found.violations.length === 0, `axe finds nothing: ${where.replace(/\/[0-9a-f-]{36}/, "/one")}, ${name}`,
        found.violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; "));
    }
    if (shots) {
      const of = where.replace(/[0-9a-f-]{36}/, "one").replaceAll(/\W+/g, "-");
      await page.screenshot({ path: path.join(shots, `find${of}-${name.replaceAll(" ", "-")}.png`), fullPage: true });
    }
  }
}

/* --- without script ----------------------------------------------------------------------------- */

const bare = await window_({ javaScriptEnabled: false });
await bare.goto("/patients");
await bare.fill("#q", typed);
await bare.click("main form button");
await bare.waitForLoadState();
await bare.click("[data-list] th a >> nth=0");
await bare.waitForLoadState();
ok((await bare.locator("h1").innerText()).startsWith(last) && await bare.locator("[data-list] tr").count() > 2,
  "S8, S9: the same without script", bare.url());

ok(faults.length === 0, "the browser has nothing to complain about", faults.join("; "));
await browser.close();
console.log("end");
