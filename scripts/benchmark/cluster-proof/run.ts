/** Shows what several boxes do when one of them, or their Redis, is lost: `run.ts [PROOF...]`. */
import { cut, events, frozen, killed, type ProofResult, redis, sentinel } from "./proofs.ts";

const PROOFS: Readonly<Record<string, () => Promise<ProofResult>>> = {
	killed,
	frozen,
	cut,
	redis,
	sentinel,
	events,
};

const wanted = process.argv.slice(2);
let problems = 0;
for (const [name, prove] of Object.entries(PROOFS)) {
	if (wanted.length > 0 && !wanted.includes(name)) continue;
	const { seen, wrong } = await prove();
	console.log(`${name}: ${wrong.length === 0 ? "as it should be" : "WRONG"}`);
	for (const text of seen) console.log(`  ${text}`);
	for (const text of wrong) console.log(`  WRONG: ${text}`);
	problems += wrong.length;
}
process.exit(problems === 0 ? 0 : 1);
