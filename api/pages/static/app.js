// Small comforts over pages that work without: copying, previews, live pieces.
(() => {
  "use strict";

  const DEBOUNCE_MS = 250;
  const REST_MS = 100;

  for (const button of document.querySelectorAll("[data-copy]")) {
    const words = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = words; }, 2000);
    });
  }

  // A form with data-preview="address" shows the server's answer to it in #data-into.
  for (const form of document.querySelectorAll("form[data-preview]")) {
    const into = document.getElementById(form.dataset.into);
    let timer = 0;
    let asked = 0;
    const preview = async () => {
      const mine = ++asked;
      const body = new URLSearchParams(new FormData(form));
      body.set("do", "preview");
      try {
        const answer = await fetch(form.dataset.preview, { method: "POST", body });
        const text = await answer.text();
        if (answer.ok && mine === asked) into.innerHTML = text;
      } catch { /* the server is away: what was shown stays */ }
    };
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(preview, DEBOUNCE_MS);
    });
  }

  // The button "preview" of a form with data-in-place="id" shows the server's answer in that element,
  // so that the file stays chosen; what is refused is sent once more, as a page.
  for (const form of document.querySelectorAll("form[data-in-place]")) {
    const into = document.getElementById(form.dataset.inPlace);
    form.addEventListener("submit", async (event) => {
      const button = event.submitter;
      if (button?.value !== "preview" || form.dataset.plain) return;
      event.preventDefault();
      into.textContent = into.dataset.busy;
      button.disabled = true;
      const body = new FormData(form);
      body.set("do", "preview");
      try {
        const answer = await fetch(form.action, { method: "POST", body });
        form.dataset.plain = answer.ok && !answer.redirected ? "" : "yes";
        if (!form.dataset.plain) into.innerHTML = await answer.text();
      } catch {
        form.dataset.plain = "yes";
      }
      button.disabled = false;
      if (form.dataset.plain) form.requestSubmit(button);
    });
    form.addEventListener("input", () => into.replaceChildren());
  }

  // An element with data-live="address" is asked for anew until what comes has an element with
  // data-over in it; not while nobody looks. The answer to what was seen already waits until there
  // is more, so that news is shown at once; from one question to the next pass data-every seconds
  // at least, so that many news are shown together.
  for (const piece of document.querySelectorAll("[data-live]")) {
    let shown = "";
    let newest = null;
    const show = (text) => {
      if (text === shown) return;
      const held = piece.contains(document.activeElement) ? document.activeElement : null;
      const [id, href] = [held?.id, held?.getAttribute("href")];
      piece.innerHTML = shown = text;
      const same = id ? `#${CSS.escape(id)}` : href ? `a[href="${CSS.escape(href)}"]` : null;
      if (same) piece.querySelector(same)?.focus({ preventScroll: true });
    };
    const ask = async () => {
      const asked = performance.now();
      if (!document.hidden) {
        try {
          const address = new URL(piece.dataset.live, location.href);
          if (newest !== null) address.searchParams.set("after", newest);
          const answer = await fetch(address);
          if (answer.status === 401 || answer.redirected) return;
          if (answer.ok) {
            show(await answer.text());
            newest = answer.headers.get("x-newest");
          }
        } catch { /* asked again */ }
      }
      wait(performance.now() - asked);
    };
    const wait = (since) => {
      const rest = Math.max(REST_MS, piece.dataset.every * 1000 - since);
      if (!piece.querySelector("[data-over]")) setTimeout(ask, rest);
    };
    wait(0);
  }
})();
