// Stands for `node:assert/strict` in a browser: the few assertions that these tests make.

function shown(value) {
    return JSON.stringify(value, (_, inner) =>
        typeof inner === "bigint" ? `${inner}n` : inner instanceof Set || inner instanceof Map ? [...inner] : inner,
    );
}

function fail(text, message) {
    throw new Error(message ? `${message}: ${text}` : text);
}

function same(one, other) {
    if (Object.is(one, other)) return true;
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
    if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
    if (one instanceof Set || one instanceof Map) return same([...one], [...other]);
    const keys = Object.keys(one);
    return (
        keys.length === Object.keys(other).length &&
        keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]))
    );
}

function fits(error, expected) {
    if (expected === undefined) return true;
    return expected.prototype instanceof Error || expected === Error
        ? error instanceof expected
        : Boolean(expected(error));
}

export default {
    ok: (value, message) => value || fail(`${shown(value)} is not true`, message),
    equal: (actual, expected, message) =>
        Object.is(actual, expected) || fail(`${shown(actual)} is not ${shown(expected)}`, message),
    deepEqual: (actual, expected, message) =>
        same(actual, expected) || fail(`${shown(actual)} is not ${shown(expected)}`, message),
    match: (text, pattern, message) => pattern.test(text) || fail(`${text} does not match ${pattern}`, message),
    throws(run, expected) {
        try {
            run();
        } catch (error) {
            if (fits(error, expected)) return;
            throw error;
        }
        fail("nothing was thrown");
    },
    async rejects(promise, expected) {
        try {
            await promise;
        } catch (error) {
            if (fits(error, expected)) return;
            throw error;
        }
        fail("nothing was rejected");
    },
};
