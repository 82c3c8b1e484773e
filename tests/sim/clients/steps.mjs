// What the programs of the clients share: steps that print TAP, and a watch over which calls of a
// client were made, so that one which nobody tries is a failure.

import assert from "node:assert/strict";

let count = 0;
let bad = 0;

export { assert };

/** One thing tried: an exception is a failure, and the steps that follow are still tried. */
export async function step(name, action) {
  let said;
  try {
    await action();
  } catch (error) {
    said = error instanceof Error ? error.stack : JSON.stringify(error);
    bad++;
  }
  count++;
  console.log(`${said === undefined ? "ok" : "not ok"} ${count} - ${name}`);
  for (const line of said?.split("\n") ?? []) console.log(`# ${line}`);
}

/** That a promise is refused with this code of FileMaker's. */
export async function refused(promise, code) {
  const error = await promise.then(() => undefined, (reason) => reason);
  assert.ok(error, `nothing was refused, ${code} was expected`);
  assert.equal(String(error.code), String(code), JSON.stringify(error));
}

/** The same object, and a note in `called` of each function that is called on it. */
export function watched(object, called) {
  return new Proxy(object, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...words) => {
        called.add(name);
        return value.apply(target, words);
      };
    },
  });
}

/** The step that makes sure that the others were all. */
export function all(what, names, called) {
  return step(`every call of ${what}: ${names.length}`, () => {
    assert.ok(names.length > 0);
    assert.deepEqual(names.filter((name) => !called.has(name)), []);
  });
}

/** Lines of a scenario, for the simulator. */
export async function happen(url, text) {
  const answer = await fetch(`${url}/fmsim/scenario`, { method: "POST", body: text });
  assert.equal(answer.status, 200, await answer.text());
}

/** After the last step. */
export function end() {
  console.log(`1..${count}`);
  process.exit(bad ? 1 : 0);
}
