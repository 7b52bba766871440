import { join } from "node:path";
import { DEFAULT_CONFIG_FILE } from "../../config/config-file.ts";
import { renderSampleConfig } from "../../config/render-sample.ts";

/** Name of the service, of its user and of its folders. */
export const SERVICE = "clicktocall";

/** Where the service keeps what it writes, and finds what it reads, however it was installed. */
export const CONFIG_FOLDER = `/etc/${SERVICE}`;
export const CONFIG_FILE = `${CONFIG_FOLDER}/${DEFAULT_CONFIG_FILE}`;
export const STATE_FOLDER = `/var/lib/${SERVICE}`;
export const LOG_FOLDER = `/var/log/${SERVICE}`;

/** The files of an installation, as absolute paths. */
export interface Layout {
	readonly executable: string;
	readonly unit: string;
	/** Makes the user (sysusers.d(5)). */
	readonly sysusers: string;
	/** Keeps owner and mode of the configuration (tmpfiles.d(5)). */
	readonly tmpfiles: string;
	/** What completes the command line in bash. */
	readonly completion: string;
	readonly configFolder: string;
	readonly configFile: string;
	readonly stateFolder: string;
	readonly logFolder: string;
}

/** Where `clicktocall install` puts the executable: apart from what packages install. */
export const INSTALLED_EXECUTABLE = `/usr/local/bin/${SERVICE}`;

/** The unit of the Debian package; it and `clicktocall install` exclude each other. */
export const PACKAGED_UNIT = `/usr/lib/systemd/system/${SERVICE}.service`;

/** Where bash-completion looks for it, below each of its folders of data. */
const COMPLETION = `bash-completion/completions/${SERVICE}`;

/** The completion for bash of the Debian package. */
export const PACKAGED_COMPLETION = `/usr/share/${COMPLETION}`;

/** The layout of `clicktocall install`. @param root the folder that stands for `/`. */
export function layoutAt(root: string): Layout {
	return {
		executable: join(root, INSTALLED_EXECUTABLE),
		unit: join(root, `/etc/systemd/system/${SERVICE}.service`),
		sysusers: join(root, `/etc/sysusers.d/${SERVICE}.conf`),
		tmpfiles: join(root, `/etc/tmpfiles.d/${SERVICE}.conf`),
		completion: join(root, `/usr/local/share/${COMPLETION}`),
		configFolder: join(root, CONFIG_FOLDER),
		configFile: join(root, CONFIG_FILE),
		stateFolder: join(root, STATE_FOLDER),
		logFolder: join(root, LOG_FOLDER),
	};
}

/** What a new installation's configuration is made of, in the Debian package. */
export const CONFIG_TEMPLATE = `/usr/share/${SERVICE}/${DEFAULT_CONFIG_FILE}`;

/**
 * The configuration of a new installation: the sample, with the log where logs are.
 *
 * @param https whether there is a pair for HTTPS in the folder of the configuration.
 * @param password for the web pages; without one, that of the sample, which everyone knows.
 * @param firstRun whether the first visitor of the pages chooses another one.
 */
export function renderInstalledConfig(password?: string, https = false, firstRun = false): string {
	return renderSampleConfig({
		...(firstRun && { FirstRun: "1" }),
		LogFilename: `${LOG_FOLDER}/${SERVICE}.log`,
		...(password !== undefined && { HttpAuthPwd: password }),
		...(https && {
			HttpsPort: "5443",
			HttpsCertificate: `${CONFIG_FOLDER}/https_cert.pem`,
			HttpsKey: `${CONFIG_FOLDER}/https_key.pem`,
			HttpRedirect: "1",
		}),
	});
}

/** The service's own user, who owns nothing but log and history. */
export function renderSysusers(): string {
	return `u ${SERVICE} - "Click-to-call server" ${STATE_FOLDER} -\n`;
}

/**
 * Passwords and keys are for root and the service only, also when they were put there by hand; the service writes them
 * where its pages change them.
 */
export function renderTmpfiles(): string {
	return [
		`d ${CONFIG_FOLDER} 0770 root ${SERVICE} -`,
		`z ${CONFIG_FILE} 0660 root ${SERVICE} -`,
		`z ${CONFIG_FOLDER}/*.pem 0660 root ${SERVICE} -`,
		"",
	].join("\n");
}
