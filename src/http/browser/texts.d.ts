/** Files for the browser, served unchanged: `import text from "./x.css" with { type: "text" }`. */
declare module "*.css" {
	const text: string;
	// biome-ignore lint/style/noDefaultExport: it is how a text is imported.
	export default text;
}
declare module "*.client.js" {
	const text: string;
	// biome-ignore lint/style/noDefaultExport: it is how a text is imported.
	export default text;
}
declare module "*.svg" {
	const text: string;
	// biome-ignore lint/style/noDefaultExport: it is how a text is imported.
	export default text;
}
declare module "*.webmanifest" {
	const text: string;
	// biome-ignore lint/style/noDefaultExport: it is how a text is imported.
	export default text;
}
