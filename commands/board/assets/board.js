"use strict";
// The page's own program: filters rows that are there already, and changes colours. It asks nobody for anything.
(() => {
    const root = document.documentElement;
    const form = document.getElementById("filters");
    const count = document.getElementById("count");
    const rows = [...document.querySelectorAll("#matrix tbody tr")].map((element) => ({
        element,
        team: element.dataset.team,
        text: element.dataset.text,
        places: [...element.querySelectorAll(".place")].map((place) => ({
            element: place,
            environment: place.dataset.environment,
            cluster: place.dataset.cluster,
            states: (place.dataset.states || "").split(" "),
        })),
    }));
    const cells = [...document.querySelectorAll("#matrix [data-column]")];
    const names = ["q", "team", "environment", "cluster", "state"];

    /** Hides what does not match; only what changes is touched, so that 300 apps cost nothing. */
    const hide = (element, hidden) => {
        if (element.hidden !== hidden) {
            element.hidden = hidden;
        }
    };

    const apply = () => {
        const wanted = Object.fromEntries(names.map((name) => [name, form.elements[name].value]));
        const words = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
        const byPlace = wanted.environment || wanted.cluster || wanted.state;
        let shown = 0;
        for (const row of rows) {
            let any = false;
            for (const place of row.places) {
                const fits =
                    (!wanted.environment || place.environment === wanted.environment) &&
                    (!wanted.cluster || place.cluster === wanted.cluster) &&
                    (!wanted.state || place.states.includes(wanted.state));
                hide(place.element, !fits);
                any = any || fits;
            }
            const fits =
                (!wanted.team || row.team === wanted.team) &&
                words.every((word) => row.text.includes(word)) &&
                (any || !byPlace);
            hide(row.element, !fits);
            shown += fits ? 1 : 0;
        }
        for (const cell of cells) {
            hide(cell, Boolean(wanted.environment) && cell.dataset.column !== wanted.environment);
        }
        count.textContent = count.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
        const kept = new URLSearchParams(
            names.filter((name) => wanted[name]).map((name) => [name, wanted[name]]),
        );
        const hash = String(kept);
        history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    };

    /** A link with filters shows what it was made for. */
    const fromAddress = () => {
        const kept = new URLSearchParams(location.hash.slice(1));
        for (const name of names) {
            if (kept.has(name)) {
                form.elements[name].value = kept.get(name);
            }
        }
    };

    let waiting = 0;
    form.addEventListener("input", () => {
        cancelAnimationFrame(waiting);
        waiting = requestAnimationFrame(apply);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => requestAnimationFrame(apply));
    document.addEventListener("keydown", (event) => {
        const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
        if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
            event.preventDefault();
            form.elements.q.focus();
        } else if (event.key === "Escape" && document.activeElement === form.elements.q) {
            form.elements.q.value = "";
            apply();
        }
    });
    form.hidden = false;
    fromAddress();
    if (location.hash.includes("=")) {
        apply();
    }

    const button = document.getElementById("theme");
    const themes = ["auto", "light", "dark"];
    const recall = () => {
        try {
            return localStorage.getItem("board-theme");
        } catch {
            return null;
        }
    };
    const paint = (theme) => {
        if (theme === "auto") {
            delete root.dataset.theme;
        } else {
            root.dataset.theme = theme;
        }
        button.dataset.now = theme;
        button.textContent = button.dataset[theme];
        try {
            localStorage.setItem("board-theme", theme);
        } catch {
            // A page from a file may have no storage: the choice then lasts as long as the page.
        }
    };
    button.addEventListener("click", () => {
        paint(themes[(themes.indexOf(button.dataset.now) + 1) % themes.length]);
    });
    button.hidden = false;
    paint(themes.includes(recall()) ? recall() : "auto");
})();
