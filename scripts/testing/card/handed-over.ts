/** The first start of another card, with the whole set-up of another box on its boot partition. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { type Run, START, switchOn } from "./board.ts";
import { onBoard, ready } from "./box.ts";
import type { CardFile } from "./card-file.ts";
import { command } from "./command.ts";
import { eventually } from "./emulator.ts";
import { BY_DHCP, expectName } from "./lan.ts";
import { expectMatch } from "./report.ts";

const ROOT = join(import.meta.dir, "../../..");
const NAME = "other-box";
/** The domain whose certificate for SIP is put on the card by itself. */
const DOMAIN = "sip.example.com";
const HTTPS_PORT = 5443;
const SIP_PORT = 5073;
const PASSWORD = "a-password-of-the-set-up";
const ADMIN = "a-password-of-the-other-box";
/** Seconds that a page may take on an emulated board. */
const PATIENCE = 120;

/** Takes the program of the card itself for another version, and shows where the one that serves lies. */
const UPDATE = `clicktocall update "$(readlink -f /usr/bin/clicktocall)" 2>&1; echo "exit code $?"
echo "runs $(readlink "/proc/$(systemctl show -p MainPID --value clicktocall)/exe")"`;

/** @param box the folder that its files are in. */
const configOf = (box: string): string => `HttpPort = 80
HttpsPort = ${HTTPS_PORT}
HttpsCertificate = ${box}/https_cert.pem
HttpsKey = ${box}/https_key.pem
HttpAuth = 1
HttpAuthPwd = ${ADMIN}
TLSPort = ${SIP_PORT}
TLSDomainName = ${DOMAIN}
Contacts = ${box}/people.csv
`;

/** @param card one that has never been started. */
export async function handOver(run: Run, card: CardFile, folder: string): Promise<void> {
	const { report, key } = run;
	const setUp = exported(folder);
	const sip = pair(folder, "sip", DOMAIN);
	card.put({
		"clicktocall.setup": setUp.sealed,
		"setup-password": `${PASSWORD}\r\n`,
		[`certificates/domain_cert_${DOMAIN}.pem`]: sip.certificate,
		[`certificates/domain_key_${DOMAIN}.pem`]: sip.key,
		"ssh-key": readFileSync(`${key}.pub`),
		hostname: `${NAME}\r\n`,
	});
	const board = switchOn({ ...run, card }, "with the set-up of another box");
	try {
		const up = await report.check("a card with an exported set-up starts", async () => {
			await ready(board, BY_DHCP, START);
			return undefined;
		});
		await report.check("the console says that set-up, certificates and name were taken", async () => {
			await board.shows(/clicktocall\.setup was taken/, 30);
			await board.shows(/certificates\/domain_cert_sip\.example\.com\.pem was taken/, 30);
			await board.shows(/certificates\/domain_key_sip\.example\.com\.pem was taken/, 30);
			await board.shows(new RegExp(`hostname: ${NAME}\\.local`), 30);
			return undefined;
		});
		if (!up) return;
		await report.check(
			"HTTPS has the certificate of the set-up, and its key",
			async () => await shownBy(HTTPS_PORT, NAME, setUp.certificate),
		);
		await report.check(
			"SIP over TLS has the certificate that was put there by itself",
			async () => await shownBy(SIP_PORT, DOMAIN, sip.certificate),
		);
		await report.check("the password of the set-up lets in over HTTPS, and no other", async () => {
			const wrong = await contacts(setUp.certificate, "another-password");
			if (wrong.ok) throw new Error(`another password: ${wrong.status}`);
			const right = await contacts(setUp.certificate, ADMIN);
			if (!right.ok) throw new Error(`its password: ${right.status}`);
			return undefined;
		});
		await report.check("the contacts of the set-up are offered", async () =>
			expectMatch(await (await contacts(setUp.certificate, ADMIN)).text(), /\+44 20 7946 0018/),
		);
		await report.check("the name is the one of the boot partition", async () => {
			await expectName(`${NAME}.local`);
			await board.shows(new RegExp(`http://${NAME}\\.local`), START);
			let name = "";
			await eventually("ssh", START, async () => {
				board.checkOn();
				name = (await onBoard(BY_DHCP, key, "cat /proc/sys/kernel/hostname")).trim();
				return name === NAME;
			});
			return `${NAME}.local, ${BY_DHCP}`;
		});
		await report.check("clicktocall update puts a program in the place of the card's own", async () => {
			const said = await onBoard(BY_DHCP, key, UPDATE, START);
			board.checkOn();
			if (!said.includes("exit code 0")) throw new Error(JSON.stringify(said.slice(-500)));
			expectMatch(said, /^runs \/(data|var)\/\S+$/m);
			await ready(board, BY_DHCP, PATIENCE);
			return /^runs .*$/m.exec(said)?.[0];
		});
	} finally {
		await board.cut();
	}
	await report.check("the password of the set-up is gone, and provisioned.txt tells what was taken", () => {
		if (card.read("setup-password") !== undefined) throw new Error("it is still on the boot partition");
		if (card.read("clicktocall.setup") !== setUp.sealed) throw new Error("the encrypted set-up has changed");
		const told = card.read("provisioned.txt") ?? "";
		expectMatch(told, /clicktocall\.setup was taken/);
		expectMatch(told, new RegExp(`hostname: ${NAME}\\.local`));
		if (told.includes(PASSWORD) || board.console.includes(PASSWORD)) throw new Error("the password is told");
		return undefined;
	});
}

interface Pair {
	readonly certificate: string;
	readonly key: string;
}

/** The set-up of a box that is only a folder, as `clicktocall export` writes it. */
function exported(folder: string): { readonly sealed: string; readonly certificate: string } {
	const box = join(folder, "other-box");
	mkdirSync(box);
	const { certificate, key } = pair(folder, "https", NAME);
	const files = {
		"clicktocall.config": configOf(box),
		"https_cert.pem": certificate,
		"https_key.pem": key,
		"people.csv": "Name,Phone\nAda Example,+44 20 7946 0018\n",
		password: `${PASSWORD}\n`,
	};
	for (const [name, content] of Object.entries(files)) writeFileSync(join(box, name), content);
	const built = join(ROOT, "dist/clicktocall");
	const program = existsSync(built) ? [built] : [process.execPath, join(ROOT, "src/main.ts")];
	const sealed = join(folder, "clicktocall.setup");
	command(
		...[...program, "export", sealed, "--password-file", join(box, "password")],
		...["--config", join(box, "clicktocall.config"), `--CertificatePath=${box}`],
	);
	return { sealed: readFileSync(sealed, "latin1"), certificate };
}

/** A certificate that nobody else has signed, so that only its key can prove it. @param host whom it is for. */
function pair(folder: string, name: string, host: string): Pair {
	const files = { certificate: join(folder, `${name}_cert.pem`), key: join(folder, `${name}_key.pem`) };
	command(
		...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
		...["-days", "30", "-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host},IP:${BY_DHCP}`],
		...["-keyout", files.key, "-out", files.certificate],
	);
	return { certificate: readFileSync(files.certificate, "utf8"), key: readFileSync(files.key, "utf8") };
}

/** Connects by TLS and trusts that certificate alone. @throws {Error} when another one is shown. @returns its subject. */
async function shownBy(port: number, servername: string, certificate: string): Promise<string> {
	return await new Promise((resolve, reject) => {
		const socket = connect({ host: BY_DHCP, port, servername, ca: certificate, timeout: PATIENCE * 1000 });
		socket.once("secureConnect", () => {
			const shown = socket.getPeerCertificate().raw.toString("base64");
			socket.destroy();
			if (shown === certificate.replaceAll(/-----[^-]+-----|\s/g, "")) resolve(`${servername}, port ${port}`);
			else reject(new Error(`port ${port} shows another certificate`));
		});
		socket.once("timeout", () => socket.destroy(new Error(`port ${port}: no answer in ${PATIENCE} s`)));
		socket.once("error", reject);
	});
}

/** Asks for contacts by HTTPS. @param ca the certificate that is expected. */
async function contacts(ca: string, password: string): Promise<Response> {
	return await fetch(`https://${BY_DHCP}:${HTTPS_PORT}/contacts?q=Ada`, {
		headers: { Authorization: `Basic ${btoa(`admin:${password}`)}` },
		tls: { ca },
		redirect: "manual",
		signal: AbortSignal.timeout(PATIENCE * 1000),
	});
}
