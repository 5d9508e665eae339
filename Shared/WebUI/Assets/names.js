// SPDX-License-Identifier: Apache-2.0
// What a function's name says: its package, whose code it is, and so its colour.

/** FNV-1a with a final mix: the same package has the same colour on every page and every visit. */
export function hash32(text) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < text.length; i++) {
        hash ^= text.charCodeAt(i);
        hash = Math.imul(hash, 0x01000193);
    }
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x85ebca6b);
    return (hash ^ (hash >>> 13)) >>> 0;
}

/** [package, function]: Go import paths, Java and Rust paths, Python "file.py function". */
export function splitName(name) {
    const inner = /^(.*<locals>)\.([^<].*)$/.exec(name);
    if (inner) return [inner[1], inner[2]];
    if (name.endsWith(">") && name.includes("<locals>")) return ["", name];
    const space = name.indexOf(" ");
    if (space > 0 && /[./\\]/.test(name.slice(0, space))) {
        return [name.slice(0, space), name.slice(space + 1)];
    }
    const colons = name.lastIndexOf("::");
    if (colons > 0) return [name.slice(0, colons), name.slice(colons + 2)];
    // Two lower-case parts before a capital are a package of the JVM; one is a package of Go.
    const jvm = /^((?:[a-z_][\w$]*\.){2,})[A-Z]/.exec(name);
    if (jvm) return [jvm[1].slice(0, -1), name.slice(jvm[1].length)];
    const slash = name.lastIndexOf("/");
    const dot = name.indexOf(".", slash + 1);
    if (slash >= 0 || /^[a-z0-9_]+\.[(A-Za-z]/.test(name)) {
        return dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : ["", name];
    }
    const last = name.lastIndexOf(".");
    return last > 0 ? [name.slice(0, last), name.slice(last + 1)] : ["", name];
}

// Only names that nobody gives a function of an application.
const kernel =
    /^(\[kernel\]|do_(syscall|sys_|idle|softirq|futex)|__x64_|__do_sys|entry_SYSCALL|asm_|tcp_(send|recv)msg|vfs_(read|write)|ext4_)/;
const runtime =
    /^(runtime[./]|internal\/|syscall\.|reflect\.|java[./]|jdk[./]|sun[./]|<frozen |std::|core::|alloc::|libc|libpthread|node:internal|Thread\.(_bootstrap(_inner)?|run)$|<module>$)/;
const goAssembly =
    /^((aeshash|memeq|index|indexbyte|cmp|count)body|gosave_systemstack_switch|gogo|callRet|setg_gcc|_rt0_.*|_?x?_cgo_.*)$/;
const goLibrary =
    /^(archive|bufio|bytes|cmp|compress|container|context|crypto|database|debug|embed|encoding|errors|expvar|flag|fmt|go|hash|html|image|index|io|iter|log|maps|math|mime|net|os|path|plugin|regexp|slices|sort|strconv|strings|sync|testing|text|time|unicode|vendor)[./(]/;
const library =
    /^(golang\.org\/|google\.golang\.org\/|github\.com\/|gopkg\.in\/|org[./]|io[./]|com[./](google|fasterxml|zaxxer)|tokio|hyper|serde)|site-packages|node_modules|\/lib\/python/;

/** app, dep (libraries), run (runtime), ker (kernel), other. */
export function familyOf(name) {
    if (name === "other" || name === "total") return name;
    if (kernel.test(name)) return "ker";
    if (runtime.test(name) || goAssembly.test(name)) return "run";
    if (goLibrary.test(name) || library.test(name)) return "dep";
    return "app";
}

const slots = { app: [0, 10], dep: [10, 8], run: [18, 4], ker: [22, 2] };

/** Index of the name's flame colour token, −1 for none; a name without a package is its own. */
export function slotOf(name) {
    const range = slots[familyOf(name)];
    return range ? range[0] + (hash32(splitName(name)[0] || name) % range[1]) : -1;
}

/** The end of a function's name that still says something: "Check.func2" and not "func2". */
export function shortName(rest) {
    const parts = rest.split(".");
    let from = parts.length - 1;
    while (from > 0 && /^(func)?\d*$/.test(parts[from])) from--;
    return parts.slice(from).join(".");
}

/** The colour that stands for a family. */
export const slotOfFamily = (family) => slots[family][0];

export const familyNames = { app: "Your code", dep: "Libraries", run: "Runtime", ker: "Kernel" };
