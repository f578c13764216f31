// What the tabs Grade, Interview and Review do without asking the server.
Object.assign(tutor, (() => {
  const remembered = (key) => { try { return localStorage.getItem(key) || ""; } catch { return ""; } };
  const remember = (key, value) => {
    try { value ? localStorage.setItem(key, value) : localStorage.removeItem(key); } catch { /* private mode */ }
  };
  const find = (selector) => document.querySelector(selector);
  const seen = (element) => !!element && element.offsetParent !== null;
  const fine = matchMedia("(pointer: fine)");

  // Who is here, and the interview that was under way.
  const visitor = () => [tutor.language(), remembered("tutor-learner"), remembered("tutor-interview")];
  const rememberLearner = (name) => {
    if (name !== remembered("tutor-learner")) remember("tutor-interview", "");
    remember("tutor-learner", name === "me" ? "" : name);
  };
  const rememberInterview = (id) => remember("tutor-interview", id);

  // Rows of our own: what was clicked last.
  let last = "";
  const pick = (row) => { last = row?.dataset.pick ?? ""; return !!last; };
  const picked = () => last;

  // Gradio has updated its data by now, the page follows a moment later.
  const soon = (what) => setTimeout(what, 120);
  const smooth = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
  const reveal = (selector) => soon(() => {
    const element = find(selector);
    if (seen(element) && element.textContent.trim()) element.scrollIntoView({ behavior: smooth(), block: "start" });
  });
  const focusOn = (selector) => soon(() => { if (fine.matches) find(`${selector} :is(textarea, input)`)?.focus(); });
  const download = (selector) => setTimeout(() => find(selector)?.click(), 250);
  const openTab = (name) => soon(() => find(`#tabs > .tab-wrapper button[data-tab-id="${name}"], #tabs button#${name}-button`)?.click());

  // After a line of the interview: the newest question in sight, the box ready.
  const settle = () => soon(() => {
    if (seen(find("#room"))) {
      scrollTo({ top: document.body.scrollHeight, behavior: smooth() });
      if (fine.matches) find("#interview-line textarea")?.focus({ preventScroll: true });
    } else if (seen(find("#report")) || seen(find("#setup"))) {
      scrollTo({ top: 0, behavior: "instant" });
    }
  });
  // After a step of the review: the question in sight, what is new under it, and no button in the way of the keys.
  const shown = () => soon(() => {
    if (document.activeElement?.closest("#today button")) document.activeElement.blur();
    scrollTo({ top: 0, behavior: smooth() });
  });

  // The clock of a running interview.
  let started = 0, clock = null;
  setInterval(() => {
    const time = find("time[data-running]");
    if (!time) { clock = null; return; }
    if (time.dataset.seconds !== clock?.seconds || time !== clock?.time) {
      clock = { time, seconds: time.dataset.seconds };
      started = Date.now();
    }
    const seconds = Math.round(+clock.seconds + (Date.now() - started) / 1000);
    time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }, 1000);

  // Keys: Ctrl+Enter sends the answer one is writing; in the review Enter flips and goes on, 1 to 4 rate, A begins to write.
  const senders = { "grade-answer": "#grade-send", "review-answer": "#review-grade" };
  const writing = (element) => element?.closest?.("input, textarea, select, [contenteditable], [role=listbox]");
  const press = (selector) => { const button = find(selector); if (!seen(button) || button.disabled) return false; button.click(); return true; };
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const box = Object.keys(senders).find((id) => event.target.closest?.(`#${id}`));
      if (box) { event.preventDefault(); press(senders[box]); }
      return;
    }
    if (event.key === "Escape" && event.target.closest?.("#review-answer")) { event.target.blur(); return; }
    // From the search box down into the rows, and back up.
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const rows = [...document.querySelectorAll("#grade-found [data-pick]")];
      const at = rows.indexOf(document.activeElement);
      if (rows.length && (at >= 0 || event.target.closest?.("#grade-search"))) {
        event.preventDefault();
        const to = at + (event.key === "ArrowDown" ? 1 : -1);
        (to < 0 ? find("#grade-search :is(textarea, input)") : rows[Math.min(to, rows.length - 1)]).focus();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !seen(find("#today")) || writing(event.target)) return;
    const pressing = event.target.closest?.("button:not([role=tab]), a, summary");
    if (event.key === "Enter" && !pressing) {
      if (press("#review-next") || press("#review-flip")) event.preventDefault();
    } else if (/^[1-4]$/.test(event.key)) {
      if (press(`#rate-${event.key}`)) event.preventDefault();
    } else if (event.key.toLowerCase() === "a" && seen(find("#review-answer"))) {
      event.preventDefault();
      find("#review-answer textarea").focus();
    }
  });

  return { visitor, rememberLearner, rememberInterview, pick, picked, reveal, focusOn, download, openTab, settle, shown };
})());
