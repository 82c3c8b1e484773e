// Holds every line of NDJSON files against the JSON schema of FHIR R4; prints what is wrong, and in
// the end how many resources of which type there were.
const fs = require("fs");
const readline = require("readline");
const Validator = require("@asymmetrik/fhir-json-schema-validator");

async function check(validator, file, counts) {
  let number = 0, wrong = 0;
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    const resource = JSON.parse(line);
    const errors = validator.validate(resource);
    number++;
    counts[resource.resourceType] = (counts[resource.resourceType] || 0) + 1;
    wrong += errors.length > 0;
    if (errors.length > 0 && wrong < 4)
      console.log(`wrong ${file}:${number}: ${JSON.stringify(errors.slice(0, 3)).slice(0, 600)}`);
  }
  return wrong;
}

async function main() {
  const validator = new Validator(), counts = {};
  let wrong = 0;
  for (const file of process.argv.slice(2)) wrong += await check(validator, file, counts);
  console.log(JSON.stringify({ wrong, counts }));
}

main();
