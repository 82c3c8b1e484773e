/* Everything works without this. With it: figures follow the status, and texts can be copied. */
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
