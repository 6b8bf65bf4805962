// Stands for `node:test` in a browser: collects tests, to be run one after the other.

const tests = [];

export function test(name, run) {
    tests.push({ name, run });
}

/** Run what was collected; `[{name, error}]`, error being null for a test that passed. */
export async function runAll() {
    const results = [];
    for (const { name, run } of tests) {
        let error = null;
        try {
            await run();
        } catch (thrown) {
            error = String(thrown?.stack ?? thrown);
        }
        results.push({ name, error });
    }
    return results;
}
