// Test vectors by name, read from the disk under node and fetched in a browser.

const FOLDER = new URL("../../../vectors/", import.meta.url);

export async function vectors(name) {
    const url = new URL(name, FOLDER);
    if (url.protocol !== "file:") return (await fetch(url)).json();
    const { readFile } = await import("node:fs/promises");
    return JSON.parse(await readFile(url, "utf-8"));
}
