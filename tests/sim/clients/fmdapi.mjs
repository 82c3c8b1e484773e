// @proofkit/fmdapi and its forerunner @proofgeist/fmdapi (both MIT): every call of their client and
// of the adapter that speaks to FileMaker Server. (Their other adapters speak to other products.)
//     node fmdapi.mjs URL DATABASE ACCOUNT PASSWORD FOLDER PACKAGE

import { File } from "node:buffer";
import path from "node:path";
import { all, assert, end, happen, refused, step, watched } from "./steps.mjs";

const [url, database, username, password, folder, name] = process.argv.slice(2);
const { DataApi, FetchAdapter, FileMakerError } = await import(name);
const part = (where) => import(`${name}/${where}.js`).catch(() => import(`${name}/${where}`));
const { default: memory } = await part("tokenStore/memory");
const adapterOf = (more) =>
  new FetchAdapter({ server: url, db: database, auth: { username, password }, ...more });
const bytes = new TextEncoder().encode("%PDF-1.4\n" + "what an upload brings\n".repeat(500) + "%%EOF\n");
const called = new Set();
const made = DataApi({ adapter: adapterOf({ tokenStore: memory() }), layout: "Customers" });
const client = watched(made, called);
const files = DataApi({ adapter: adapterOf(), layout: "Files" });
const fieldsOf = (records, field) => records.map((one) => one.fieldData[field]);
let record;

console.warn = () => {}; // "loaded only 100 of 120": it is meant
await step("a token, kept", async () => {
  const token = await client.getToken();
  assert.match(token, /^[0-9a-f]{52}$/);
  assert.equal(await client.getToken(), token);
  assert.equal(typeof client.getTokenKey(), "string");
});
await step("records by range, sorted, with a portal's range", async () => {
  const page = await client.list({ limit: 4, offset: 3, sort: { fieldName: "Serial", sortOrder: "descend" } });
  assert.deepEqual(fieldsOf(page.data, "Serial"), [118, 117, 116, 115]);
  assert.equal(page.dataInfo.totalRecordCount, 120);
  const narrow = await client.list({ limit: 50, portalRanges: { attachments: { limit: 1, offset: 1 } } });
  assert.ok(narrow.data.every((one) => one.portalData.attachments.length <= 1));
  assert.ok(narrow.data.some((one) => one.portalDataInfo[0].foundCount > 1));
  assert.equal((await client.list()).data.length, 100);
});
await step("with a script", async () => {
  const page = await client.list({ limit: 1, script: "Echo", "script.param": "x" });
  assert.equal(page.scriptResult, "x");
});
await step("all records", async () => {
  const every = await client.listAll({ limit: 50 });
  assert.equal(new Set(every.map((one) => one.recordId)).size, 120);
});
await step("a single record", async () => {
  const { data } = await client.get({ recordId: "7" });
  assert.equal(data[0].recordId, "7");
  await refused(client.get({ recordId: 99999 }), 101);
});
await step("what is found, and what is not", async () => {
  const query = [{ Serial: "10...14" }, { Serial: "11", omit: "true" }];
  const sort = { fieldName: "Serial", sortOrder: "ascend" };
  const found = await client.find({ query, sort: [sort], limit: 2, offset: 2, dateformats: "ISO8601" });
  assert.deepEqual(fieldsOf(found.data, "Serial"), [12, 13]);
  assert.equal(found.dataInfo.foundCount, 4);
  assert.equal((await client.findOne({ query: { Serial: "=10" } })).data.fieldData.Serial, 10);
  assert.equal((await client.findFirst({ query })).data.recordId, "10");
  assert.equal((await client.maybeFindFirst({ query })).data.recordId, "10");
  assert.equal((await client.findAll({ query, limit: 2 })).length, 4);
  const none = { query: { Serial: "=99999" } };
  assert.equal(await client.maybeFindFirst(none), null);
  assert.deepEqual(await client.findAll(none), []);
  assert.deepEqual((await client.find({ ...none, ignoreEmptyResult: true })).data, []);
  await refused(client.find(none), 401);
  await assert.rejects(client.findOne({ query }), /expecting exactly 1/);
});
await step("a record is made, edited", async () => {
  const { recordId, modId } = await client.create({ fieldData: { Name: "Wren", Kind: "Photo" } });
  assert.equal(modId, "0");
  record = recordId;
  assert.equal((await client.update({ recordId, fieldData: { Name: "Plover" }, modId: 0 })).modId, "1");
  assert.equal((await client.get({ recordId })).data[0].fieldData.Name, "Plover");
  await refused(client.update({ recordId, fieldData: { Name: "Lark" }, modId: 0 }), 306);
  await refused(client.create({ fieldData: { Nothing: 1 } }), 102);
});
await step("uploads, into a repetition too; they come back", async () => {
  const upload = (part, more) => client.containerUpload({
    containerFieldName: "Scan", recordId: record, file: new File([part], "one.pdf"), ...more,
  });
  await upload(bytes);
  await upload(bytes.subarray(0, 4000), { containerFieldRepetition: 2 });
  const { fieldData } = (await client.get({ recordId: record })).data[0];
  const fetched = async (address) => {
    const cookie = await fetch(address, { redirect: "manual" });
    const headers = { cookie: cookie.headers.get("set-cookie").split(";")[0] };
    const answer = await fetch(new URL(cookie.headers.get("location"), address), { headers });
    return Buffer.from(await answer.arrayBuffer());
  };
  assert.ok((await fetched(fieldData["Scan(1)"])).equals(Buffer.from(bytes)));
  assert.ok((await fetched(fieldData["Scan(2)"])).equals(Buffer.from(bytes.subarray(0, 4000))));
});
await step("layout, layouts, scripts", async () => {
  const layout = await client.layoutMetadata();
  assert.ok(layout.portalMetaData.attachments && layout.valueLists.length);
  assert.ok((await client.layouts()).layouts.some((one) => one.isFolder));
  assert.equal((await client.scripts()).scripts[0].name, "Get Scan");
});
await step("a script is run", async () => {
  const ran = await client.executeScript({ script: "Echo", scriptParam: "back", layout: "Customers" });
  assert.deepEqual(ran, { scriptResult: "back", scriptError: "0" });
  const missing = client.executeScript({ script: "Nowhere", layout: "Customers" });
  await refused(missing, 104);
});
await step("related fields of another layout", async () => {
  const { data } = await files.list({ limit: 1 });
  assert.equal(typeof data[0].fieldData["CUSTOMER::Name"], "string");
  await files.disconnect();
});
await step("global fields, if it can", async () => {
  if (!client.globals) return; // the forerunner cannot
  await client.globals({ globalFields: { "CUSTOMERS::g_note": "set by a client" } });
  assert.equal((await client.get({ recordId: record })).data[0].fieldData.g_note, "set by a client");
});
await step("a session that is lost is begun anew by itself", async () => {
  const before = await client.getToken();
  await happen(url, "do drop-sessions");
  assert.equal((await client.list({ limit: 1 })).data.length, 1);
  assert.notEqual(await client.getToken(), before);
});
await step("any request", async () => {
  assert.deepEqual(await client.request({ url: "/layouts/Customers/records?_limit=1" }),
    await client.list({ limit: 1 }));
});
await step("what FileMaker refuses is an error of its own kind", async () => {
  const nowhere = DataApi({ adapter: adapterOf(), layout: "Nowhere" });
  await assert.rejects(nowhere.list(), (error) => error instanceof FileMakerError && error.code === "105");
  const stranger = adapterOf({ auth: { username, password: "wrong" }, tokenStore: memory() });
  await refused(stranger.getToken(), 212);
  await nowhere.disconnect();
});
await step("the record goes, the session ends", async () => {
  await client.delete({ recordId: record });
  await refused(client.delete({ recordId: record }), 101);
  await client.disconnect();
});
await step("a token kept in a file serves another client", async () => {
  const { default: file } = await part("tokenStore/file").catch(() => ({}));
  if (!file) return; // the newer package leaves it out
  const store = () => file(path.join(folder, "token.json"));
  const one = adapterOf({ tokenStore: store() });
  const token = await one.getToken();
  assert.equal(await adapterOf({ tokenStore: store() }).getToken(), token);
  await one.disconnect();
});

await all("the client", Object.keys(made).filter((key) => typeof made[key] === "function"), called);
end();
