import { loadSettings } from "../config/load.ts";
import { NULL_LOGGER } from "../log/null-logger.ts";
import { ruleProblems } from "../translate/rule-problems.ts";
import { PreparationError, prepare, type ServerPlace } from "./preparation.ts";

/**
 * What would keep a server from starting with a configuration: the same as `clicktocall check` finds, without the ports,
 * which a server that runs has open.
 *
 * @param certificates the folder of the certificates when CertificatePath is empty.
 * @returns one line each; none when it would start.
 */
export async function configProblems(
	configFile: string,
	certificates: string,
	place: ServerPlace,
): Promise<readonly string[]> {
	const loaded = loadSettings({ argv: ["--config", configFile], cwd: "/" });
	if (!loaded.ok) {
		const problems = [...loaded.problems, ...(await ruleProblems(loaded.translationRules))];
		return problems.map(({ message }) => message);
	}
	const { settings } = loaded;
	try {
		const certificatePath = settings.certificatePath === "" ? certificates : settings.certificatePath;
		(await prepare({ ...settings, certificatePath }, NULL_LOGGER, place)).translator.dispose();
		return [];
	} catch (error) {
		if (!(error instanceof PreparationError)) throw error;
		return error.problems;
	}
}
