/*
 * People at the console, in a real browser. Prints "ok - what" or "not ok - what: why" for each thing that it saw.
 *     stories.mjs URL SETUP_LINK PASSWORD [FOLDER FOR SCREENSHOTS]
 * Says "watching" when the page of the run is open, waits for its figures to change, and then for a line on standard
 * input, which says that the run has ended.
 */
import crypto from "node:crypto";
import path from "node:path";
import { examined, launch, ok, steadily } from "./stage.mjs";

const [url, setup, password, shots] = process.argv.slice(2);
const LONG = 240_000; /* on a machine with much else to do */

/* RFC 6238, by Node's own HMAC. */
function codeOf(secret, later = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replaceAll(" ", "")].map((c) => letters.indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const digest = crypto.createHmac("sha1", key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const browser = await launch();
const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url });
const page = await context.newPage();
page.setDefaultTimeout(LONG);
const faults = [], foreign = [];
let expected = 0; /* answers that are meant to be refusals: Chromium logs each */
page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
page.on("pageerror", (error) => faults.push(error.message));
page.on("request", (request) => request.url().startsWith(url) || foreign.push(request.url()));

async function shot(name) {
  if (shots) await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
}

/* --- an account --------------------------------------------------------------------------------- */

await page.goto(setup);
const secret = (await page.locator("code").first().innerText()).trim();
await page.fill("#password", password);
await page.fill("#again", password);
await page.fill("#digits", codeOf(secret));
await shot("setup");
await page.click("main button");
await page.waitForLoadState();
const spares = await page.locator("ul.code li").allInnerTexts();
ok(spares.length === 8, "an account is set up by its link, and eight spare codes are shown", await page.title());
await page.click("text=Go on");
await page.waitForLoadState();
await page.click("text=Log out");
await page.waitForLoadState();
ok(page.url().endsWith("/bye"), "logging out leads to a page that says so", page.url());
await page.goto("/run");
ok(page.url().includes("/login?to="), "who is not logged in gets the page for that", page.url());
await page.fill("#name", "kim");
await page.fill("#password", password);
await page.fill("#code", codeOf(secret, 1));
await page.click("main button");
await page.waitForLoadState();
ok(new URL(page.url()).pathname === "/run", "and comes back to where he wanted to go", page.url());

/* --- S1: watching a run ------------------------------------------------------------------------- */

const figures = () => page.locator("[data-figure]").allInnerTexts();
const before = (await figures()).join(" ");
console.log("watching");
const moved = await page.waitForFunction((old) => [...document.querySelectorAll("[data-figure]")]
  .map((one) => one.innerText).join(" ") !== old, before, { timeout: LONG }).then(() => true, () => false);
ok(moved, "S1: the figures of a run move while one looks", before);
await new Promise((done) => { process.stdin.once("data", done); });
process.stdin.unref();
await page.goto("/run"); /* it loads itself anew when it learns that the run has ended */
await page.waitForFunction(() => (document.querySelector("#run")?.innerText.match(/finished/g) ?? []).length > 1, null, { timeout: LONG });

/* --- S2 to S5: failures ------------------------------------------------------------------------- */

await page.goto("/failures");
ok(await page.locator("main table").count() > 0, "S2: failures stand in a table, by class");
await page.goto("/failures?class=container-empty");
const failure = await page.locator("main a").evaluateAll((links) => links.map((one) => one.getAttribute("href"))
  .find((to) => /^\/failures\/\d+$/.test(to)));
await page.goto(failure);
ok((await page.locator("main").innerText()).includes("container-empty"),
  "S4: one failure is opened with its class");

/* --- every page: for everybody's eyes, on every screen ------------------------------------------ */

const pages = ["/run", "/failures", "/failures?class=container-empty", failure, "/users", "/users/kim", "/tokens", "/signoff", "/signoff/paper", "/views", "/self",
  "/self/views", "/prove", "/no/such/page"];

async function accessible(where, name) {
  const found = await examined(page);
  const said = found.violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; ");
  ok(found.violations.length === 0, `axe finds nothing: ${where}, ${name}`, said);
}

async function sideways(where, name) {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  ok(wide <= room, `nothing to scroll sideways: ${where}, ${name}`, `${wide} of ${room}`);
}

for (const where of pages) {
  for (const [name, colorScheme, width, zoom] of [["light", "light", 1280, 1], ["dark", "dark", 1280, 1],
    ["narrow", "light", 320, 1], ["large letters", "dark", 640, 2]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(where);
    expected += where === "/no/such/page" ? 1 : 0;
    await steadily(page, async () => {
      await page.evaluate((size) => { document.documentElement.style.fontSize = `${100 * size}%`; }, zoom);
      await sideways(where, name);
    });
    if (zoom === 1) await accessible(where, name);
    await shot(`page${where.replaceAll(/\W+/g, "-")}-${name.replaceAll(" ", "-")}`);
  }
}
await page.setViewportSize({ width: 1280, height: 900 });
await page.emulateMedia({ colorScheme: "light" });

/* --- the keyboard alone ------------------------------------------------------------------------- */

await page.goto("/failures");
await page.keyboard.press("Tab");
ok((await page.evaluate(() => document.activeElement.className)) === "skip", "the first Tab offers to skip to the content");
const aims = await page.evaluate(() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.type !== "hidden" && one.checkVisibility()).length);
let reached = 1;
for (let i = 0; i < aims + 5; i++) {
  await page.keyboard.press("Tab");
  if (await page.evaluate(() => document.activeElement === document.body)) break;
  reached++;
}
ok(reached === aims, "Tab reaches everything that can be used", `${reached} of ${aims}`);

/* --- without script ----------------------------------------------------------------------------- */

const plain = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, javaScriptEnabled: false,
  storageState: await context.storageState() });
const bare = await plain.newPage();
bare.setDefaultTimeout(LONG);
await bare.goto("/failures?class=container-empty");
await bare.locator('input[type="checkbox"]').first().check();
await bare.locator('button[value="retry"], button:has-text("Put back")').first().click();
await bare.waitForLoadState();
ok(await bare.locator("main form").count() > 0, "S3: without script a failure is chosen, and the page says what would happen",
  bare.url());
await bare.locator("main form button").first().click();
await bare.waitForLoadState();
ok(!(await bare.title()).toLowerCase().includes("wrong"), "and it is put back", await bare.title());

ok(foreign.length === 0, "nothing is asked of another server", foreign.join(" "));
ok(faults.length === expected, "the browser has nothing to complain about", `${expected} expected: ${faults.join("; ")}`);
await browser.close();
console.log("end");
