// amazon-cognito-identity-js, which Claris tells people to use, signs in at fmsim:
//   node sign_in.mjs URL MAIL PASSWORD CODE LOGINS
// CODE is "-", "sms:123456" or "app:123456". Prints TAP.

import cognito from "amazon-cognito-identity-js";
import assert from "node:assert/strict";

const [endpoint, mail, password, code, logins] = process.argv.slice(2);
const Pool = { UserPoolId: "us-west-2_NqkuZcXQY", ClientId: "4l9rvl4mv5es1eep1qe97cautn", endpoint };
let count = 0;
let bad = 0;

/** Signs in as Claris's example does; resolves to the session, and rejects with the refusal. */
function signIn(name, secret, answer) {
  const user = new cognito.CognitoUser({ Username: name, Pool: new cognito.CognitoUserPool(Pool) });
  const details = new cognito.AuthenticationDetails({ Username: name, Password: secret });
  return new Promise((resolve, reject) => {
    const told = { onSuccess: (session) => resolve({ user, session }), onFailure: reject };
    told.mfaRequired = () => user.sendMFACode(answer, told, "SMS_MFA");
    told.totpRequired = () => user.sendMFACode(answer, told, "SOFTWARE_TOKEN_MFA");
    user.authenticateUser(details, told);
  });
}

function refresh(user, token) {
  return new Promise((resolve, reject) =>
    user.refreshSession(token, (error, session) => (error ? reject(error) : resolve(session))));
}

async function refused(promise, name) {
  const error = await promise.then(() => undefined, (reason) => reason);
  assert.ok(error, `nothing was refused, ${name} was expected`);
  assert.equal(error.code ?? error.name, name, String(error));
}

async function step(name, action) {
  let said;
  await action().catch((error) => (said = error.stack ?? JSON.stringify(error)));
  count++;
  if (said !== undefined) bad++;
  console.log(`${said === undefined ? "ok" : "not ok"} ${count} - ${name}`);
  for (const line of said?.split("\n") ?? []) console.log(`# ${line}`);
}

const own = code === "-" ? undefined : code.split(":")[1];

await step(`signs in ${logins} times`, async () => {
  for (let i = 0; i < Number(logins); i++) {
    const { session } = await signIn(mail, password, own);
    assert.ok(session.isValid(), `login ${i}`);
    assert.equal(session.getIdToken().payload.email, mail);
  }
});
await step("a token is renewed, and is another one", async () => {
  const { user, session } = await signIn(mail, password, own);
  const next = await refresh(user, session.getRefreshToken());
  assert.notEqual(next.getIdToken().getJwtToken(), session.getIdToken().getJwtToken());
  assert.equal(next.getRefreshToken().getToken(), session.getRefreshToken().getToken());
});
await step("a token that is none is refused", async () => {
  const { user } = await signIn(mail, password, own);
  await refused(refresh(user, new cognito.CognitoRefreshToken({ RefreshToken: "none" })), "NotAuthorizedException");
});
await step("a wrong password is refused", () => refused(signIn(mail, `${password}x`, own), "NotAuthorizedException"));
await step("an unknown account is refused", () => refused(signIn("nobody@example.com", password, own), "UserNotFoundException"));
if (own) await step("a wrong code is refused", () => refused(signIn(mail, password, "000000"), "CodeMismatchException"));
console.log(`1..${count}`);
process.exit(bad ? 1 : 0);
