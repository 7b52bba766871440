/** @jsxImportSource hono/jsx */
import { dateAndTime } from "../../words/words.ts";
import type { View } from "../page/view.tsx";
import { boxPage, boxTexts, Field, type Notice, Restart } from "./frame.tsx";
import type { SettingsSource, ShownSetting } from "./types.ts";

/** What the page is to say. */
export interface SettingsPageContent {
	readonly notice?: Notice | undefined;
	/** What was typed and not taken. */
	readonly typed?: ReadonlyMap<string, string> | undefined;
	/** Settings that wait for a restart. */
	readonly waiting?: readonly string[] | undefined;
	readonly restarts: boolean;
}

/** The page of the settings. */
export function settingsPage(view: View, source: SettingsSource, content: SettingsPageContent): string {
	const { notice, typed, waiting = [], restarts } = content;
	const box = boxTexts(view);
	const texts = box.settings;
	const [newest, ...older] = source.versions();
	return boxPage(
		view,
		"/setup",
		notice,
		<>
			{waiting.length > 0 && (
				<section class="sheet">
					<p>{waiting.join(", ")}</p>
					<Restart texts={box} possible={restarts} />
				</section>
			)}
			<p>{texts.explain}</p>
			<form action="/setup" method="post">
				{source.sections().map(({ name, settings }) => (
					<section class="sheet">
						<h2>{texts.sections[name] ?? name}</h2>
						{settings.map((setting) => (
							<Setting
								setting={setting}
								value={typed?.get(setting.name) ?? setting.value}
								standard={texts.standard}
							/>
						))}
						<button type="submit">{texts.save}</button>
					</section>
				))}
			</form>
			<section class="sheet" aria-labelledby="versions-heading">
				<h2 id="versions-heading">{texts.versions}</h2>
				{newest ? (
					<form action="/setup/back" method="post">
						{[newest, ...older].map(({ id, until, by }, index) => (
							<p>
								<button type="submit" name="version" value={id} class={index === 0 ? "" : "quiet"}>
									{index === 0 ? texts.back : texts.backTo}
								</button>{" "}
								{texts.until(dateAndTime(until), by)}
							</p>
						))}
					</form>
				) : (
					<p class="empty">{texts.noVersions}</p>
				)}
			</section>
		</>,
	);
}

interface SettingProps {
	readonly setting: ShownSetting;
	readonly value: string;
	readonly standard: (text: string) => string;
}

function Setting({ setting, value, standard }: SettingProps) {
	const { name, help, expected, standard: text, secret } = setting;
	return (
		<Field
			id={name}
			label={name}
			type={secret ? "password" : "text"}
			value={secret ? "" : value}
			hint={`${help} ${expected}. ${standard(text)}`}
			complete={secret ? "new-password" : "off"}
		/>
	);
}
