/*
 * Imported first, this makes a file of tests run the program on Deno instead of the executable, and leaves out what
 * waits for half a minute.
 */
import { join } from "node:path";

process.env.CLICKTOCALL_TESTED = join(import.meta.dir, "../../scripts/testing/on-deno");
process.env.CLICKTOCALL_TESTED_BRIEFLY = "1";
