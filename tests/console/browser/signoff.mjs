/*
 * The owner at the console, in a real browser. Prints "ok - what" or "not ok - what: why" for each thing that was seen.
 *     signoff.mjs URL SESSION PASSWORD CODE,CODE,... [FOLDER FOR SCREENSHOTS]
 * Says "verify" when the migration is to be verified, and waits for a line on standard input.
 */
import fs from "node:fs";
import path from "node:path";
import { examined, launch, ok } from "./stage.mjs";

const [url, session, password, list, shots] = process.argv.slice(2);
const codes = list.split(",");
const LONG = 240_000; /* on a machine with much else to do */
const REASON = "scanned twice, see folder 12";

const browser = await launch();
const faults = [], foreign = [];

async function visitor(javaScriptEnabled) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, javaScriptEnabled });
  await context.addCookies([{ name: "__Host-fmferry", value: session, url, secure: true, httpOnly: true, sameSite: "Strict" }]);
  const page = await context.newPage();
  page.setDefaultTimeout(LONG);
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => request.url().startsWith(url) || foreign.push(request.url()));
  return page;
}

const main = (page) => page.locator("main").innerText();

/* --- S5: without script, three documents are given up ------------------------------------------- */

const bare = await visitor(false);
await bare.goto("/failures?class=container-unavailable");
const boxes = bare.locator('main input[type="checkbox"]');
ok(await boxes.count() === 3, "S5: three failures can be chosen, without script", `${await boxes.count()}`);
for (const box of await boxes.all()) await box.check();
await bare.click('button:has-text("Waive")');
await bare.waitForLoadState();
ok((await main(bare)).includes("3 documents would be waived"), "S5: a page says what would be done", await main(bare));
await bare.fill("#reason", REASON);
await bare.click('button:has-text("Waive 3")');
await bare.waitForLoadState();
ok((await main(bare)).includes("3 documents waived"), "S5: it is done, and said", await main(bare));

/* --- every page, on every screen ---------------------------------------------------------------- */

const page = await visitor(true);

async function everywhere(where, name) {
  for (const [screen, colorScheme, width, zoom] of [["light", "light", 1280, 1], ["dark", "dark", 1280, 1],
    ["narrow", "light", 320, 1], ["large letters", "dark", 640, 2]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(where);
    await page.evaluate((size) => { document.documentElement.style.fontSize = `${100 * size}%`; }, zoom);
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    ok(wide <= room, `nothing to scroll sideways: ${name}, ${screen}`, `${wide} of ${room}`);
    if (zoom === 1 && width > 320) {
      const found = await examined(page);
      ok(found.violations.length === 0, `axe finds nothing: ${name}, ${screen}`,
        found.violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; "));
    }
    if (shots) await page.screenshot({ path: path.join(shots, `${name}-${screen}.png`.replaceAll(" ", "-")), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

/* --- S19: what keeps the owner from it ---------------------------------------------------------- */

await everywhere("/signoff", "signoff open");
await page.goto("/run");
await page.click("nav >> text=Sign-off");
await page.waitForLoadState();
ok((await main(page)).includes("Not met: a separate reader agrees."), "S19: the page names what keeps the owner from signing");
ok(await page.locator('button:has-text("Sign with these exceptions")').count() === 1, "S19: who signs, signs with exceptions");
ok((await main(page)).includes(REASON), "S5: who gave up what, and why, stands on the page");
console.log("verify");
await new Promise((done) => { process.stdin.once("data", done); });
process.stdin.unref();

/* --- S19: the checklist, and the signature ------------------------------------------------------ */

await page.reload();
ok((await main(page)).includes("Everything is met."), "S19: verified, nothing is open", await main(page));
const [report] = await Promise.all([page.waitForEvent("popup"), page.click("text=the report as of now")]);
await report.waitForLoadState();
const told = await report.locator("body").innerText();
ok(told.includes(REASON) && told.includes("Signature"), "S5: the report opens in a window of its own, and tells of it", told.slice(0, 300));
const family = await report.locator("body").evaluate((one) => getComputedStyle(one).fontFamily);
ok(!family.includes("Times"), "the report brings its style along", family);
if (shots) await report.screenshot({ path: path.join(shots, "signoff-report.png") });
await report.close();

async function fill(code, word) {
  await page.check('input[name="read"]');
  await page.fill("#password", word);
  await page.fill("#code", code);
  await page.click('main button:text-is("Sign")');
  await page.waitForLoadState();
}

await fill("000000", "not the password");
ok((await main(page)).includes("nothing was signed"), "S19: with a wrong password nothing is signed");
faults.splice(0, faults.findIndex((fault) => fault.includes("403")) + 1); /* Chromium logs the refusal */
await fill(codes[0], password);
ok((await main(page)).includes("It stands in the ledger as sign-off 1"), "S19: the owner signs", await main(page));
await page.goto("/run");
ok((await main(page)).includes("What was signed"), "S19: the page of the run tells of it");

/* --- by the keyboard, and on paper -------------------------------------------------------------- */

await page.goto("/signoff");
await page.focus('input[name="read"]');
const reached = [];
for (let i = 0; i < 3; i++) {
  await page.keyboard.press("Tab");
  reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.innerText));
}
ok(reached.join() === "password,code,Sign", "Tab leads from the tick to the button", reached.join());
await everywhere("/signoff", "signoff signed");
await everywhere("/signoff/paper", "signoff paper");
await page.goto("/signoff/paper"); /* with letters of their usual size */
const pdf = await page.pdf({ format: "A4", margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" } });
const sheets = (pdf.toString("latin1").match(/\/Type\s*\/Page\b/g) || []).length;
ok(sheets === 1, "the page for the signature fits one sheet", `${sheets}`);
if (shots) fs.writeFileSync(path.join(shots, "signoff-paper.pdf"), pdf);

ok(foreign.length === 0, "nothing is asked of another server", foreign.join(" "));
ok(faults.length === 0, "the browser has nothing to complain about", faults.join("; "));
await browser.close();
console.log("end");
