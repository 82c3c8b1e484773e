/* Everything works without this. With it: figures follow the status, texts can be copied, lists have keys. */
"use strict";

/* --- figures that follow the status ----------------------------------------------------------- */

const number = new Intl.NumberFormat("en-US");

/* The value at "outlook.arrived" or "runs.0.found"; undefined if there is none. */
function valueAt(state, path) {
  return path.split(".").reduce((value, name) => value == null ? undefined : value[name], state);
}

function show(element, value) {
  const text = typeof value === "number" ? number.format(value) : String(value);
  if (value !== undefined && element.textContent !== text) element.textContent = text;
}

function follow(state) {
  for (const element of document.querySelectorAll("[data-figure]"))
    show(element, valueAt(state, element.dataset.figure));
  for (const element of document.querySelectorAll("[data-flag]"))
    show(element, valueAt(state, element.dataset.flag) ? "met" : "not met");
  for (const element of document.querySelectorAll("[data-value]")) {
    element.max = valueAt(state, element.dataset.most) || 1;
    element.value = valueAt(state, element.dataset.value);
  }
  for (const element of document.querySelectorAll("[data-share]")) {
    const part = valueAt(state, element.dataset.share);
    show(element, share(part.successful, part.total));
  }
}

/* As the server words it: what is there has at least 0.1 %, and 100.0 % means all. */
function share(part, whole) {
  if (!whole) return "\u2013";
  if (part > 0 && part * 1000 < whole) return "below 0.1%";
  const tenths = Math.round(part * 1000 / whole);
  return ((part < whole ? Math.min(tenths, 999) : tenths) / 10).toFixed(1) + "%";
}

function say(words) {
  for (const element of document.querySelectorAll("[data-watch]")) element.textContent = words;
}

let stream = null;

function listen() {
  const place = document.querySelector("[data-live]");
  if (!place || stream || document.hidden) return;
  stream = new EventSource(place.dataset.live);
  stream.addEventListener("open", () => say("The figures follow by themselves."));
  stream.addEventListener("error", () => say("The connection is lost; it is tried again."));
  stream.addEventListener("status", event => follow(JSON.parse(event.data)));
  stream.addEventListener("words", event => {
    const words = JSON.parse(event.data);
    for (const element of document.querySelectorAll("[data-word]"))
      show(element, words[element.dataset.word]);
  });
  stream.addEventListener("run", () => location.reload());
  stream.addEventListener("end", event => {
    const why = JSON.parse(event.data).why;
    if (why === "closing") return; /* the browser tries again by itself */
    hush();
    say(why === "session" ? "The session has ended: log in again."
                          : "Another window follows now; reload this page to follow here.");
  });
}

function hush() {
  if (stream) stream.close();
  stream = null;
}

document.addEventListener("visibilitychange", () => document.hidden ? hush() : listen());
addEventListener("pagehide", hush);
addEventListener("pageshow", listen);
listen();

/* --- copying ---------------------------------------------------------------------------------- */

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText);
    button.textContent = "Copied";
  });
}

/* --- single keys: / finds, j and k move through a list, o opens; they can be switched off ------ */

function keysAreOn() {
  return localStorage.getItem("keys") !== "off";
}

for (const button of document.querySelectorAll("[data-keys]")) {
  const tell = () => { button.textContent = keysAreOn() ? "Single keys are on" : "Single keys are off"; };
  button.hidden = false;
  button.addEventListener("click", () => {
    localStorage.setItem("keys", keysAreOn() ? "off" : "on");
    tell();
  });
  tell();
}

/* Whether a key that was pressed is one of ours, not part of what is typed. */
function isKey(event) {
  return keysAreOn() && !event.ctrlKey && !event.metaKey && !event.altKey
    && !event.target.closest("input:not([type=checkbox]), select, textarea");
}

function moveInList(by) {
  const links = [...document.querySelectorAll("[data-list] th a")];
  const at = links.findIndex(link => link.closest("tr").contains(document.activeElement));
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1);
  if (links.length) links[next].focus();
}

/* The box of the row where one is; with `all`, every box of the page: on, unless all are. */
function choose(all) {
  const row = document.activeElement.closest("[data-list] tr");
  const boxes = [...(all ? document : row ?? document.createElement("p")).querySelectorAll("[data-list] input[type=checkbox], td input[type=checkbox]")];
  const on = !boxes.every(box => box.checked);
  for (const box of boxes) box.checked = on;
}

function find() {
  const field = document.querySelector("[data-find]");
  if (field) field.select();
  else if (document.querySelector('nav a[href="/patients"]')) location.href = "/patients";
}

document.addEventListener("keydown", event => {
  if (!isKey(event)) return;
  if (event.key === "j") moveInList(1);
  else if (event.key === "k") moveInList(-1);
  else if (event.key === "o" && document.activeElement.closest("[data-list] a")) document.activeElement.click();
  else if (event.key === "x" || event.key === "X") choose(event.key === "X");
  else if (event.key === "/") { event.preventDefault(); find(); }
});

/* What was sought is found: Enter opens the first of it. */
for (const list of document.querySelectorAll("[data-aim]")) list.querySelector("th a").focus();

/* --- a document: j and k turn its pages, + and - size them, r turns the picture ---------------- */

function openSheet(sheet) {
  const image = sheet.querySelector("img");
  let size = 1, turn = 0, whole = 0; // whole: the width at which all of it is seen

  function draw() {
    whole ||= image.clientWidth;
    if (size > 1) image.src = image.dataset.large;
    sheet.classList.toggle("sized", size !== 1);
    image.style.width = size === 1 ? "" : `${whole * size}px`;
    image.style.rotate = `${turn}deg`;
    image.style.scale = turn % 180 ? Math.min(1, image.width / image.height) : 1;
  }
  const press = name => document.querySelector(name)?.click();
  const keys = {
    j: () => press("a[rel=next]"),
    k: () => press("a[rel=prev]"),
    "+": () => { size = Math.min(size * 1.25, 4); draw(); },
    "-": () => { size = Math.max(size / 1.25, .25); draw(); },
    r: () => { turn = (turn + 90) % 360; draw(); },
  };
  document.addEventListener("keydown", event => { if (isKey(event)) keys[event.key]?.(); });
  for (const note of document.querySelectorAll("[data-sheet-keys]")) note.hidden = false;
}

for (const sheet of document.querySelectorAll("[data-sheet]")) openSheet(sheet);

if (document.querySelector("[data-key=d]"))
  document.addEventListener("keydown", event => {
    const words = document.getElementById("words");
    if (!isKey(event)) return;
    if (event.key === "d") document.querySelector("[data-key=d]").click();
    else if (event.key === "t" && words) words.open = !words.open;
    else if (event.key === "Escape") history.back();
  });

/* --- uploads: files can be dropped, and a bar tells how much is sent --------------------------- */

function sizeOf(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function sendByScript(form) {
  const files = form.querySelector("input[type=file]"), drop = form.querySelector(".drop");
  const bar = form.querySelector("progress"), words = form.querySelector("[data-sent]");
  const button = form.querySelector("button");

  function tellChosen() {
    const chosen = [...files.files], bytes = chosen.reduce((sum, file) => sum + file.size, 0);
    words.textContent = chosen.length ? `${chosen.length === 1 ? "1 file" : `${chosen.length} files`}, ${sizeOf(bytes)}: ${chosen.map(file => file.name).join(", ")}` : "";
  }

  function tellSent(event) {
    bar.value = event.total ? event.loaded / event.total : 0;
    words.textContent = event.loaded < event.total ? `${sizeOf(event.loaded)} of ${sizeOf(event.total)} sent` : "All is sent; the files are checked and stored.";
  }

  function rest(said) {
    bar.hidden = true;
    button.disabled = false;
    words.textContent = said;
  }

  /* The answer is the page that a browser without script shows; one that leads elsewhere is gone to. */
  function showAnswer(request) {
    const main = request.response?.querySelector("main");
    if (!main || new URL(request.responseURL).pathname !== new URL(form.action).pathname) {
      location.href = request.responseURL;
      return;
    }
    document.querySelector("main").replaceWith(main);
    main.querySelectorAll("[data-send]").forEach(one => sendByScript(one));
    main.focus();
  }

  function send(event) {
    const request = new XMLHttpRequest(), body = new FormData(form);
    event.preventDefault();
    bar.hidden = false;
    button.disabled = true;
    request.open("POST", form.action);
    request.responseType = "document";
    request.upload.addEventListener("progress", tellSent);
    request.addEventListener("load", () => showAnswer(request));
    request.addEventListener("error", () => rest("The connection broke, and nobody knows what has arrived. Upload once more: nothing is stored twice."));
    request.send(body);
  }

  drop.querySelector("[data-drop]").hidden = false;
  drop.addEventListener("drop", event => { files.files = event.dataTransfer.files; tellChosen(); });
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]])
    drop.addEventListener(name, () => drop.classList.toggle("over", over));
  files.addEventListener("change", tellChosen);
  form.addEventListener("submit", send);
}

/* A file that is dropped beside the place for it would be opened instead of the page. */
if (document.querySelector("[data-send]"))
  for (const name of ["dragover", "drop"]) addEventListener(name, event => event.preventDefault());

document.querySelectorAll("[data-send]").forEach(form => sendByScript(form));
