// The few things the page does without asking the server.
const tutor = (() => {
  const remembered = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const remember = (key, value) => {
    try { value === null ? localStorage.removeItem(key) : localStorage.setItem(key, value); } catch { /* private mode */ }
  };
  const root = document.documentElement;

  // Language: what was chosen here before, else the browser's.
  const language = () => {
    const found = remembered("tutor-language") || navigator.language || "en";
    root.lang = found.toLowerCase().startsWith("zh") ? "zh" : "en";
    return root.lang;
  };
  const switchLanguage = () => {
    remember("tutor-language", language() === "zh" ? "en" : "zh");
    return language();
  };

  // Shade: follows the system until a person says otherwise, and again when both agree.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (remembered("tutor-shade") || (system.matches ? "dark" : "light")) === "dark";
  const shade = () => {
    root.style.colorScheme = dark() ? "dark" : "light";
    root.style.background = dark() ? "#171614" : "#fbfaf7";
    document.body?.classList.toggle("dark", dark());
  };
  const switchShade = () => {
    const wanted = dark() ? "light" : "dark";
    remember("tutor-shade", wanted === (system.matches ? "dark" : "light") ? null : wanted);
    shade();
  };
  language();
  shade();
  system.addEventListener("change", () => setTimeout(shade));

  // Nothing is shown before its language is known.
  const ready = () => root.classList.add("ready");
  setTimeout(ready, 4000);

  const open = (link) => {
    const message = link.closest(".message, .bot") || document;
    const number = link.getAttribute("href").replace("#source-", "");
    const source = [...message.querySelectorAll("details")].find((item) => item.querySelector("summary b")?.textContent === number);
    if (!source) return;
    source.open = true;
    source.querySelector("summary").focus({ preventScroll: true });
    source.scrollIntoView({ behavior: "smooth", block: "nearest" });
  };

  const follow = (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    if (link.getAttribute("href").startsWith("#source-")) {
      event.preventDefault();
      open(link);
    } else if (!["http:", "https:", "mailto:"].includes(link.protocol)) {
      event.preventDefault();
    }
  };
  addEventListener("click", follow, true);
  addEventListener("auxclick", follow, true);
  addEventListener("click", (event) => {
    if (event.target.closest?.("#documents .close")) event.target.closest(".card").remove();
  });

  // Enter that ends the input of a Chinese word does not send the question.
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
  }, true);

  // What Gradio leaves nameless for screen readers, or names by a whole answer in Markdown.
  const name = () => {
    const brand = document.querySelector("#brand span");
    if (brand && document.title !== brand.textContent) document.title = brand.textContent;
    document.querySelector("#box .submit-button")?.setAttribute("aria-label", brand?.dataset.send ?? "");
    document.querySelector("#box .stop-button")?.setAttribute("aria-label", brand?.dataset.stop ?? "");
    for (const message of document.querySelectorAll('#chat [data-testid="bot"][aria-label]')) message.removeAttribute("aria-label");
  };

  // A new question moves to the top and stays there while its answer grows, until the reader scrolls.
  let asked = 0, pinned = null;
  const focus = () => {
    // Not on a touch screen, where it would bring up the keyboard.
    if (matchMedia("(pointer: fine)").matches) document.querySelector("#box textarea")?.focus({ preventScroll: true });
  };
  const pin = () => {
    const top = pinned?.getBoundingClientRect().top;
    if (top > 80) pinned.scrollIntoView({ behavior: asked > 1 ? "smooth" : "instant", block: "start" });
  };
  const watch = () => {
    shade();
    new ResizeObserver(pin).observe(document.body);
    new MutationObserver(() => {
      name();
      const questions = document.querySelectorAll("#chat .user-row");
      if (questions.length > asked) {
        pinned = questions[questions.length - 1];
        focus();
      }
      asked = questions.length;
      if (!asked) pinned = null;
      pin();
    }).observe(document.body, { childList: true, subtree: true });
  };
  const unpin = () => { pinned = null; };
  for (const kind of ["wheel", "touchmove", "pointerdown"]) addEventListener(kind, unpin, { passive: true, capture: true });
  addEventListener("keydown", (event) => { if (/^(Page|Arrow|Home|End|Tab)/.test(event.key)) unpin(); }, true);
  document.body ? watch() : addEventListener("DOMContentLoaded", watch);

  // Files may be dropped anywhere on the Ask tab.
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    const input = document.querySelector("#upload input[type=file], input[type=file]");
    if (!event.dataTransfer?.files.length || !input) return;
    event.preventDefault();
    // Elsewhere nobody would see what becomes of them.
    if (!document.querySelector("#ask")?.offsetParent) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  return { language, switchLanguage, switchShade, ready, focus };
})();
window.tutor = tutor;
