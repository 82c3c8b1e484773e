// Holds the description of the API against the specification, and real answers against the description.
//   node check.mjs openapi.yaml < ANSWERS      a JSON list of {"method", "path", "status", "type", "body"}
// Prints {"document", "errors", "answers": [what is wrong with answers that do not fit]}.
import { readFileSync } from "node:fs";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { parse } from "yaml";

const document = parse(readFileSync(process.argv[2], "utf8"));
const judged = await new Validator().validate(structuredClone(document));
const ajv = new Ajv.default({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: "https://localhost/api", ...document });

const step = (text) => String(text).replaceAll("~", "~0").replaceAll("/", "~1");

// Where the schema of an answer stands in the document.
function place({ method, path, status, type }) {
  const responses = document.paths?.[path]?.[method]?.responses ?? {};
  let at = `/paths/${step(path)}/${method}/responses/${responses[status] ? status : "default"}`;
  let response = responses[status] ?? responses.default;
  if (response?.$ref) {
    at = response.$ref.slice(1);
    response = at.split("/").slice(1).reduce((inside, name) => inside?.[name], document);
  }
  return response?.content?.[type]?.schema ? `${at}/content/${step(type)}/schema` : null;
}

function complaint(answer) {
  const at = place(answer);
  const name = `${answer.method} ${answer.path}: ${answer.status}`;
  if (!at) return `${name}: no schema for ${answer.type}`;
  const fits = ajv.compile({ $ref: "https://localhost/api#" + encodeURI(at) });
  return fits(answer.body) ? null : `${name}: ${ajv.errorsText(fits.errors)}`;
}

const answers = JSON.parse(readFileSync(0, "utf8")).map(complaint).filter(Boolean);
process.stdout.write(JSON.stringify({ document, errors: judged.valid ? [] : judged.errors, answers }));
