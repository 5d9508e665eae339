// SPDX-License-Identifier: Apache-2.0
// Light, dark or high contrast: from the link, from the last visit, or as the system has it.

const themes = ["light", "dark", "contrast"];

function useTheme(name) {
    document.documentElement.dataset.theme = name;
    dispatchEvent(new Event("themechange"));
}

const systemTheme = () => {
    if (matchMedia("(prefers-contrast: more)").matches) return "contrast";
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
};

/** Sets the theme once at the start; without a choice it goes on following the system. */
export function chooseTheme() {
    const chosen = new URLSearchParams(location.search).get("theme") ?? localStorage.getItem("hearth.theme");
    useTheme(themes.includes(chosen) ? chosen : systemTheme());
    for (
        const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"]
    ) {
        matchMedia(query).addEventListener(
            "change",
            () => useTheme(localStorage.getItem("hearth.theme") ?? systemTheme()),
        );
    }
}

/** The next of the three, remembered. */
export function nextTheme() {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
    localStorage.setItem("hearth.theme", next);
    useTheme(next);
}
