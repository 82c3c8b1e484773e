/*
 * Staff who upload, in a real browser: S13 and S14, by choosing and by dropping, with a bar, by keyboard, over a line
 * that breaks, and without script.
 *     upload.mjs URL COOKIE PATIENT FOLDER-WITH-FILES [FOLDER FOR SCREENSHOTS]
 * Prints "ok - what" or "not ok - what: why" for each thing that it saw.
 */
import fs from "node:fs";
import path from "node:path";
import { examined, launch, ok } from "./stage.mjs";

const [url, cookie, patient, folder, shots] = process.argv.slice(2);
const LONG = 240_000; /* on a machine with much else to do */
const session = [{ name: "__Host-fmferry", value: cookie, url, secure: true, httpOnly: true, sameSite: "Strict" }];
const form = `/upload?patient=${patient}`;
const file = (name) => path.join(folder, name);
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

const page = await visit({ viewport: { width: 1280, height: 900 } });
const outcomes = () => page.locator("tbody tr").allInnerTexts();

async function begin(...names) {
  await page.goto(form);
  await page.fill("#type", "Letter");
  await page.fill("#date", "2024-03-01");
  if (names.length) await page.setInputFiles("#files", names.map(file));
}

async function send() {
  await page.focus("form[data-send] button");
  await page.keyboard.press("Enter");
  await page.locator("tbody").waitFor();
}

/* --- S13: chosen, sent, told ---------------------------------------------------------------------- */

await begin("one.pdf", "program.exe");
ok(/^2 files, \d+ kB: one.pdf, program.exe$/.test(await page.locator("[data-sent]").innerText()), "S13: what is chosen is told",
  await page.locator("[data-sent]").innerText());
await send();
let told = await outcomes();
ok(told.length === 2 && /stored/i.test(told[0]) && !/stored/i.test(told[1]), "S13: one is stored, and of the other it is said why not", told.join(" | "));
ok(await page.locator("main").evaluate((one) => one === document.activeElement), "the keyboard stands where the answer is");
await Promise.all([page.waitForURL(/\/documents\//), page.click("tbody a")]);
ok((await page.locator("main").innerText()).includes("one.pdf"), "S13: the document is there", page.url());

/* --- S14: the same again -------------------------------------------------------------------------- */

await begin("one.pdf");
await send();
told = await outcomes();
ok(!/^one.pdf\s+stored/i.test(told[0]) && await page.locator("tbody a").count() === 1, "S14: what is there already is told, with where it is", told.join());
await begin("one.pdf");
await page.check("[name=anyway]");
await send();
told = await outcomes();
ok(/stored/i.test(told[0]), "S14: who wants it anyway has it stored", told.join());

/* --- dropped -------------------------------------------------------------------------------------- */

const carried = async (name) => page.evaluateHandle(([what, bytes]) => {
  const carrier = new DataTransfer();
  carrier.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], what, { type: "application/pdf" }));
  return carrier;
}, [name, fs.readFileSync(file(name)).toString("base64")]);

await begin();
ok(await page.locator("[data-drop]").isVisible(), "there is a place to drop files");
await page.dispatchEvent(".drop", "dragover", { dataTransfer: await carried("two.pdf") });
ok(await page.locator(".drop.over").count() === 1, "it shows that it takes what hovers over it");
await page.dispatchEvent(".drop", "drop", { dataTransfer: await carried("two.pdf") });
ok((await page.locator("[data-sent]").innerText()).endsWith("two.pdf"), "what is dropped is chosen", await page.locator("[data-sent]").innerText());
await page.dispatchEvent("h1", "drop", { dataTransfer: await carried("one.pdf") });
ok(page.url().includes("/upload"), "what falls beside it opens nothing", page.url());
await send();
told = await outcomes();
ok(told.length === 1 && /two.pdf\s+stored/i.test(told[0]), "and is stored", told.join());

/* --- a bar ---------------------------------------------------------------------------------------- */

await begin("large.pdf");
const line = await page.context().newCDPSession(page);
await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 });
await page.focus("form[data-send] button");
await page.keyboard.press("Enter");
await page.waitForFunction(() => document.querySelector("progress")?.value > 0 && document.querySelector("progress").value < 1);
ok(/ of 1\.\d MB sent/.test(await page.locator("[data-sent]").innerText()) && await page.locator("form[data-send] button").isDisabled(),
  "a bar and words tell how much is sent, and nobody can send it twice", await page.locator("[data-sent]").innerText());
if (shots) await page.screenshot({ path: path.join(shots, "upload-bar.png"), fullPage: true });
await page.locator("tbody").waitFor();
told = await outcomes();
ok(/stored/i.test(told[0]), "and then what became of it", told.join());
await line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });

/* --- a line that breaks: after the server has it all, and before ------------------------------------ */

await begin("three.pdf");
await page.route("**/upload", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
await page.click("form[data-send] button");
await page.locator("[data-sent]", { hasText: "The connection broke" }).waitFor();
ok(await page.locator("form[data-send] button").isEnabled(), "a line that breaks is told, and it can be sent again");
await send();
told = await outcomes();
ok(/three.pdf\s+stored/i.test(told[0]), "sent again with the same key it is the same upload", told.join());
await Promise.all([page.waitForURL(/\/documents\//), page.click("tbody a")]);
ok((await page.locator("main").innerText()).includes("three.pdf"), "and is there", page.url());
faults.length = 0; /* of the line that broke */

/* --- for everybody's eyes, on every screen ---------------------------------------------------------- */

for (const [screen, colorScheme, width] of [["light", "light", 1280], ["dark", "dark", 1280], ["narrow", "light", 320]]) {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 800 });
  for (const name of ["form", "answer"]) {
    if (name === "form") await begin("one.pdf");
    else await send();
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    ok(wide <= room, `nothing to scroll sideways: ${name}, ${screen}`, `${wide} of ${room}`);
    const { violations } = await examined(page);
    ok(violations.length === 0, `axe finds nothing: ${name}, ${screen}`,
      violations.map((one) => `${one.id} at ${one.nodes[0].html.slice(0, 120)}`).join("; "));
    if (shots) await page.screenshot({ path: path.join(shots, `upload-${name}-${screen}.png`), fullPage: true });
  }
}
ok(faults.length === 0, "the browser has nothing to complain about", faults.join("; "));

/* --- without script --------------------------------------------------------------------------------- */

const still = await visit({ javaScriptEnabled: false, viewport: { width: 375, height: 700 } });
await still.goto(form);
ok(await still.locator("[data-drop]").isHidden() && await still.locator("progress").isHidden(), "without script nothing is promised that is not there");
await still.fill("#type", "Letter");
await still.setInputFiles("#files", file("four.pdf"));
await Promise.all([still.waitForNavigation(), still.click("form[data-send] button")]);
ok(/four.pdf\s+stored/i.test(await still.locator("tbody").innerText()), "without script the way is the same", await still.locator("main").innerText());
await browser.close();
console.log("end");
