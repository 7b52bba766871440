/** Runs test files on Deno: `deno run --config test/support/deno/deno.json -A run-tests.ts FILE...` */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runAll } from "./bun-test.ts";
// What it adds to the globals, the program expects.
import "#runtime";

for (const file of process.argv.slice(2)) await import(pathToFileURL(resolve(file)).href);
const { passed, failed } = await runAll();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
