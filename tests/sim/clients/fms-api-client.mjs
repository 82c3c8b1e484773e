// fms-api-client (MIT): every call of its client and every function that it exports.
//     node fms-api-client.mjs URL DATABASE ACCOUNT PASSWORD FOLDER

import fs from "node:fs";
import path from "node:path";
import marpat from "marpat";
import fms from "fms-api-client";
import { all, assert, end, happen, refused, step, watched } from "./steps.mjs";

const [url, database, user, password, folder] = process.argv.slice(2);
const HOOKS = ["constructor", "preInit", "preDelete", "_save"];
const bytes = Buffer.from("%PDF-1.4\n" + "what an upload brings\n".repeat(500) + "%%EOF\n");
const called = new Set();
const exported = watched(fms, called);
const { Filemaker } = fms;

await marpat.connect("nedb://memory");
const made = Filemaker.create({ server: url, database, user, password, timeout: 20000 });
await made.save();
const client = watched(made, called);
let record;

await step("it logs in", async () => {
  const session = await client.login();
  assert.match(made.agent.connection.sessions[0].token, /^[0-9a-f]{52}$/);
  assert.ok(session.id);
});
await step("product", async () => {
  const info = await client.productInfo();
  assert.equal(info.name, "FileMaker Data API Engine");
  assert.equal(info.dateFormat, "MM/dd/yyyy");
  assert.deepEqual(await exported.productInfo(url, "vLatest"), info);
});
await step("databases, with and without credentials", async () => {
  const wanted = { databases: [{ name: database }] };
  assert.deepEqual(await client.databases(), wanted);
  assert.deepEqual(await client.databases(made.agent.connection.credentials), wanted);
  assert.deepEqual(
    await exported.databases(url, made.agent.connection.credentials, "vLatest"), wanted);
});
await step("layouts in folders", async () => {
  const { layouts } = await client.layouts();
  assert.ok(layouts.some((one) => one.name === "Customers"));
  const dev = layouts.find((one) => one.name === "Dev");
  assert.equal(dev.isFolder, true);
  assert.ok(dev.folderLayoutNames.some((one) => one.name === "Slim"));
});
await step("scripts in folders", async () => {
  const { scripts } = await client.scripts();
  assert.deepEqual(scripts[0], { name: "Get Scan", isFolder: false });
  assert.ok(scripts.some((one) => one.isFolder && one.folderScriptNames.length));
});
await step("a layout, also for a record", async () => {
  const layout = await client.layout("Customers");
  assert.equal(layout.fieldMetaData.find((one) => one.name === "Scan").result, "container");
  assert.ok(layout.portalMetaData.attachments);
  const ours = await client.layout("Customers", { recordId: 1 });
  assert.deepEqual(ours.fieldMetaData, layout.fieldMetaData);
  await refused(client.layout("Nowhere"), 105);
});
await step("records by range, sorted, with portals", async () => {
  const page = await client.list("Customers", {
    limit: 5, offset: 3, sort: [{ fieldName: "Serial", sortOrder: "descend" }],
    portal: ["attachments"], "_limit.attachments": 1, "_offset.attachments": 1,
  });
  assert.equal(page.data.length, 5);
  assert.deepEqual(page.data.map((one) => one.fieldData.Serial), [118, 117, 116, 115, 114]);
  assert.equal(page.dataInfo.foundCount, 120);
  assert.equal(page.dataInfo.returnedCount, 5);
  assert.ok(page.data.every((one) => one.portalData.attachments.length <= 1));
});
await step("records with a script around them", async () => {
  const page = await client.list("Customers", {
    limit: 1,
    scripts: [{ name: "Echo", param: { a: 1 } }, { name: "Echo", phase: "presort", param: "b" }],
  });
  assert.deepEqual(page.scriptResult, { a: 1 });
  assert.equal(page["scriptResult.presort"], "b");
  assert.equal(page.scriptError, "0");
});
await step("a single record", async () => {
  const { data } = await client.get("Customers", 7, { portal: ["attachments"] });
  assert.equal(data.length, 1);
  assert.equal(data[0].recordId, "7");
  assert.deepEqual(Object.keys(data[0].portalData), ["attachments"]);
  await refused(client.get("Customers", 99999), 101);
});
await step("what is found, and what is not", async () => {
  const found = await client.find("Customers", [{ Serial: "10...12" }, { Serial: 11, omit: "true" }], {
    sort: [{ fieldName: "Serial", sortOrder: "ascend" }], limit: 10,
  });
  assert.deepEqual(found.data.map((one) => one.fieldData.Serial), [10, 12]);
  const none = await client.find("Customers", { Serial: "=99999" });
  assert.deepEqual(none.data, []);
  await refused(client.find("Customers", { Nothing: "1" }), 102);
});
await step("a record is made", async () => {
  const mine = await client.create("Customers", { Name: "Wren", Kind: "Photo" },
    { merge: true, script: "Echo", "script.param": "made" });
  record = mine.recordId;
  assert.equal(mine.modId, "0");
  assert.equal(mine.Name, "Wren");
  assert.equal(mine.scriptResult, "made");
});
await step("and edited", async () => {
  assert.equal((await client.edit("Customers", record, { Name: "Plover" }, { modId: 0 })).modId, "1");
  const { data } = await client.get("Customers", record);
  assert.equal(data[0].fieldData.Name, "Plover");
  await refused(client.edit("Customers", record, { Name: "Lark" }, { modId: 0 }), 306);
});
await step("and duplicated, and the double deleted", async () => {
  const double = await client.duplicate("Customers", record);
  assert.notEqual(double.recordId, record);
  const { data } = await client.get("Customers", double.recordId);
  assert.equal(data[0].fieldData.Name, "Plover");
  await client.delete("Customers", double.recordId);
  await refused(client.delete("Customers", double.recordId), 101);
});
await step("global fields", async () => {
  await client.globals({ "CUSTOMERS::g_note": "set by a client" });
  const { data } = await client.get("Customers", record);
  assert.equal(data[0].fieldData.g_note, "set by a client");
});
await step("uploads: a buffer, a file, a repetition, a record that is not there yet", async () => {
  const up = await client.upload({ name: "one.pdf", buffer: bytes }, "Customers", "Scan", record);
  assert.equal(up.recordId, record);
  const file = path.join(folder, "two.pdf");
  fs.writeFileSync(file, bytes.subarray(0, 4000));
  await client.upload(file, "Customers", "Scan", record, { fieldRepetition: 2 });
  const fresh = await client.upload({ name: "new.pdf", buffer: bytes }, "Customers", "Thumb");
  await client.delete("Customers", fresh.recordId);
});
await step("and what was uploaded comes back", async () => {
  const { data } = await client.get("Customers", record);
  const whole = await exported.containerData(data[0], "fieldData.Scan(1)", "buffer", "one.pdf");
  assert.ok(whole.buffer.equals(bytes));
  const [saved] = await exported.containerData(data, "fieldData.Scan(2)", folder, "saved.pdf");
  assert.ok(fs.readFileSync(saved.path).equals(bytes.subarray(0, 4000)));
});
await step("files of the source come too", async () => {
  const { data } = await client.list("Files", { limit: 3 });
  const files = await exported.containerData(data, "fieldData.File", "buffer", "recordId");
  assert.deepEqual(files.map((one) => one.buffer.subarray(0, 5).toString()), Array(3).fill("%PDF-"));
});
await step("scripts are run", async () => {
  assert.equal((await client.script("Customers", "Echo", { deep: [1] })).scriptResult.deep[0], 1);
  assert.equal((await client.script("Customers", "Fail")).scriptError, "401");
  await refused(client.script("Customers", "Nowhere"), 104);
  assert.deepEqual(await client.run("Customers", "Echo", "plain"), { scriptResult: "plain" });
  const three = await client.run("Customers", [
    { name: "Echo", param: "last" }, { name: "Echo", phase: "prerequest", param: "first" },
  ]);
  assert.deepEqual(three, { scriptResult: "last", "scriptResult.prerequest": "first" });
});
await step("records are taken apart", async () => {
  const { data } = await client.list("Customers", { limit: 2 });
  assert.deepEqual(exported.fieldData(data).map((one) => one.Serial), [1, 2]);
  assert.deepEqual(exported.recordId(data), ["1", "2"]);
  const related = await client.list("Files", { limit: 2 });
  const [first] = exported.transform(related.data, { convert: true });
  assert.equal(typeof first.customer.name, "string");
});
await step("a session that is lost is begun anew", async () => {
  await happen(url, "do drop-sessions");
  await refused(client.get("Customers", 1), 952);
  assert.equal((await client.get("Customers", 1)).data.length, 1);
});
await step("the record goes, the session ends", async () => {
  await client.delete("Customers", record);
  assert.equal((await client.status()).sessions.length, 1);
  const [{ token }] = made.agent.connection.sessions;
  assert.equal((await client.logout()).messages[0].code, "0");
  const answer = await fetch(`${url}/fmi/data/vLatest/validateSession`,
    { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await answer.json()).messages[0].code, "952");
});
await step("a client starts over, and goes", async () => {
  await client.login();
  assert.deepEqual(await client.reset(), { message: "Client Reset" });
  assert.equal(made.agent.connection.sessions.length, 0);
  await client.destroy();
});
await step("a wrong password is refused", async () => {
  const stranger = Filemaker.create({ server: url, database, user, password: "wrong" });
  await refused(stranger.login(), 212);
});

const ofClient = Object.getOwnPropertyNames(Filemaker.prototype).filter((name) => !HOOKS.includes(name));
const ofModule = Object.keys(fms).filter((name) => name !== "Filemaker");
await all("the client", ofClient, called);
await all("the module", ofModule, called);
end();
