// Holds frames to the schemas of an AsyncAPI document: `node validate.mjs asyncapi.yaml`. Each line of the input is a
// number, the name of a schema and a JSON text, separated by tabs; each line of the output is the number and what is wrong,
// nothing after the tab where nothing is. Runs until its input ends.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Ajv from "ajv";
import { parse } from "yaml";

const document = parse(readFileSync(process.argv[2], "utf8"));
const names = Object.keys(document.components.schemas);
// What the document has beyond JSON Schema: its readers use `discriminator`, a validator needs only `oneOf`.
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: false, allowUnionTypes: true });
for (const own of ["discriminator", "components"]) ajv.addKeyword(own);
ajv.addSchema({ $id: "frames", components: document.components });
const checks = new Map(names.map(name => [name, ajv.compile({ $ref: `frames#/components/schemas/${name}` })]));

console.log(`ready\t${names.join(" ")}`);
createInterface({ input: process.stdin }).on("line", line => {
  const [number, name, json] = line.split("\t");
  const check = checks.get(name);
  const fault = !check ? `there is no schema ${name}` : check(JSON.parse(json)) ? "" : ajv.errorsText(check.errors);
  console.log(`${number}\t${fault}`);
});
