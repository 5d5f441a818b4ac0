// Sends questions without a reload; the page does all it should without this file.
"use strict";
(() => {
  const form = document.getElementById("ask");
  const thread = document.getElementById("thread");
  const notice = document.getElementById("notice");
  const pending = document.getElementById("pending");
  const box = form.elements.text;
  const files = form.elements.file;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const touch = matchMedia("(pointer: coarse)");
  let sending = false;

  function say(sentence) {
    notice.replaceChildren();
    if (!sentence) return;
    const line = document.createElement("p");
    line.className = "notice";
    line.textContent = sentence;
    notice.append(line);
  }

  function busy(on) {
    sending = on;
    for (const control of form.elements) if (control.type === "submit") control.disabled = on;
    thread.setAttribute("aria-busy", String(on));
  }

  function fit() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }

  function reveal(article) {
    article.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  }

  async function ask(address, body) {
    let response, answer;
    try {
      response = await fetch(address, { method: body ? "POST" : "GET", body, headers: { accept: "application/json" } });
      answer = await response.json();
    } catch {
      throw new Error(form.dataset.offline);
    }
    if (answer.nonce) form.elements.nonce.value = answer.nonce;
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }

  async function settle(answer, article) {
    if (answer.leave) return location.assign(answer.leave);
    while (answer.waiting) {
      article.querySelector(".progress").textContent = form.dataset.longer;
      answer = await ask(`/tra-loi/${answer.number}`);
    }
    if (answer.reload) return location.reload();
    const made = document.createElement("template");
    made.innerHTML = answer.html;
    const shown = made.content.querySelector("article");
    const before = document.getElementById(shown.id);
    if (before && before !== article) before.remove();
    article.replaceWith(shown);
    return shown;
  }

  async function send(body, label, chosen, typed = "") {
    const article = pending.content.querySelector("article").cloneNode(true);
    article.querySelector(".asked p").textContent = label;
    thread.append(article);
    busy(true);
    say("");
    if (!chosen) {
      box.value = "";
      files.value = "";
      files.closest("details").open = false;
    }
    if (chosen || touch.matches) box.blur();
    fit();
    reveal(article);
    try {
      const shown = await settle(await ask(form.action, body), article);
      if (shown) {
        reveal(shown);
        if (chosen) shown.focus({ preventScroll: true });
      }
    } catch (error) {
      article.remove();
      if (!chosen && !box.value) box.value = typed;
      fit();
      say(error.message);
    } finally {
      busy(false);
    }
  }

  form.addEventListener("submit", (event) => {
    if (!("submitter" in event)) return;
    event.preventDefault();
    if (sending) return;
    const choice = event.submitter?.name === "choice" ? event.submitter : null;
    const text = box.value.trim();
    const names = Array.from(files.files, (file) => file.name).join(", ");
    if (!choice && !text && !names) {
      box.focus();
      return;
    }
    const body = new FormData(form);
    if (choice) {
      body.set("choice", choice.value);
      body.delete("file");
    }
    send(body, choice ? choice.lastElementChild.textContent : text || names, Boolean(choice), text);
  });

  box.addEventListener("keydown", (event) => {
    // A Vietnamese keyboard ends a syllable with Enter too: that one (isComposing, 229) belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    form.requestSubmit();
  });

  box.addEventListener("input", fit);
  fit();

  for (const article of thread.querySelectorAll("[data-waiting]")) {
    settle({ waiting: true, number: article.dataset.number }, article).catch((error) => {
      article.remove();
      say(error.message);
    });
  }
  // What an official answers comes while the page is open; without the stream it shows on the next visit.
  let newest = thread.dataset.newest;
  function listen() {
    const stream = new EventSource(`/tin-moi?sau=${newest}`);
    stream.addEventListener("message", (event) => {
      newest = event.lastEventId;
      const made = document.createElement("template");
      made.innerHTML = JSON.parse(event.data).html;
      const shown = made.content.querySelector("article");
      if (document.getElementById(shown.id)) return;
      thread.append(shown);
      if (!sending && !box.value) reveal(shown); // whoever is writing is not disturbed
    });
    addEventListener("pagehide", () => stream.close(), { once: true });
  }
  listen();

  const [visit] = performance.getEntriesByType("navigation");
  if (!location.hash && visit?.type === "navigate") thread.lastElementChild?.scrollIntoView();
})();
