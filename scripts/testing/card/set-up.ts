/** A start with what a person put on the boot partition. */
import { readFileSync } from "node:fs";
import { type Run, START, switchOn } from "./board.ts";
import { hangUp, onBoard, PhonePair, ready, TOKEN } from "./box.ts";
import { eventually } from "./emulator.ts";
import { expectMatch } from "./report.ts";

/** The address that a file on the boot partition gives the board. */
export const FIXED = "10.77.0.20";

const CONFIG = `HttpPort = 80
HttpAuth = 1
HttpAuthPwd = a-password-of-the-person
HttpApiToken = ${TOKEN}
MaxCalls = 0
TranslationPattern = ^(sips?:.*)$
TranslationOutput = $1
`;

export async function setUp(run: Run): Promise<void> {
	const { report, card, key } = run;
	card.put({
		"clicktocall.config": CONFIG.replaceAll("\n", "\r\n"),
		"ssh-key": readFileSync(`${key}.pub`),
		network: `Address=${FIXED}/24\r\nGateway=10.77.0.1\r\n`,
		"log-on-card": "",
		"security-updates": "",
	});
	const board = switchOn(run, "with files on the boot partition");
	const shell = (text: string) => onBoard(FIXED, key, text);
	const says = (name: string, text: string, pattern: RegExp) =>
		report.check(name, () => {
			const shown = expectMatch(shell(text).text, pattern);
			return shown.length < 80 ? shown.trim() : undefined;
		});
	try {
		await report.check("a static address is taken from the boot partition", async () => {
			await ready(board, FIXED, START);
			return FIXED;
		});
		await report.check("the console says what was taken", async () => {
			await board.shows(/clicktocall\.config was taken/, START);
			await board.shows(/ssh-key was taken/, 30);
			await board.shows(/network: Address=10\.77\.0\.20\/24/, 30);
			return undefined;
		});
		await report.check("a call between two phones is connected, and hung up", async () => {
			const phones = await PhonePair.start();
			try {
				const id = await phones.connect(FIXED);
				await hangUp(FIXED, id);
				await eventually("both phones to be free", 60, () => phones.open === 0);
				return undefined;
			} finally {
				await phones.stop();
			}
		});
		await report.check("ssh is on for the key of the boot partition", async () => {
			await eventually("ssh", 120, () => shell("id -u").text === "0");
			return undefined;
		});
		await says("no user has a password", "grep -v ':[!*]' /etc/shadow || echo none", /^none$/);
		await says("ssh takes no passwords", "sshd -T | grep -i ^passwordauth", /passwordauthentication no/);
		await says("the root cannot be written", "touch /usr/new", /Read-only file system/);
		await says(
			"the server cannot write what is not its own",
			"setpriv --reuid clicktocall --regid clicktocall --clear-groups touch /data/new",
			/denied|Read-only/,
		);
		await says("the file system takes the whole data partition", "df --output=size -m /data", /[23]\d{3}/);
		await says("the log is on the card", "findmnt -no SOURCE /var/log", /\/dev\/\w+\[\/log\]/);
		await says("updates of Debian come each night", "systemctl is-active card-updates.timer", /^active$/);
		await says("the watchdog is on", "systemctl show -p RuntimeWatchdogUSec", /=14s/);
		await says(
			"the time did not go back to that of a board without a clock",
			"date +%Y",
			/^20(2[5-9]|[3-9]\d)$/,
		);
		await says("the last known time is kept", "ls /data/lib/systemd/timesync", /clock/);
		await says(
			"provisioned.txt says it on the boot partition",
			"cat /boot/firmware/provisioned.txt",
			/clicktocall\.config was taken/,
		);
	} finally {
		await board.cut();
	}
}
