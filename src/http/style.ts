import { createHash } from "node:crypto";

/** The style sheet of all pages; it stands in each page, so that a page is one request. */
export const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 34rem; margin: 0 auto; padding: 2rem 1.25rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.2; }
label { display: block; margin: 1.25rem 0 0.25rem; font-weight: 600; }
input[type="text"] { box-sizing: border-box; width: 100%; padding: 0.6rem; font: inherit; border: 1px solid; border-radius: 0.3rem; }
.choice { display: flex; align-items: baseline; gap: 0.6rem; font-weight: 400; }
.hint { margin: 0.25rem 0 0; font-size: 0.9rem; }
button { margin-top: 1.5rem; padding: 0.7rem 1.6rem; font: inherit; font-weight: 600; color: #fff; background: #05589c; border: 0; border-radius: 0.3rem; cursor: pointer; }
button:hover { background: #03407a; }
:focus-visible { outline: 3px solid #e08a00; outline-offset: 2px; }
`;

/** What `style-src` of the Content-Security-Policy says to let {@link STYLE} and nothing else in. */
export const STYLE_SOURCE = `'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;
